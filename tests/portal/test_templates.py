"""The commands about templates, and that nothing which writes mails starts on a bad one."""

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.settings import settings
from portal.cli.main import main
from tasks.letters.own import LETTERS
from tasks.letters.words import KINDS
from tests import commands

ROOT = Path(__file__).parents[2]
GOOD = "简称：督办\n文种：督办通知书\n\n请{{ unit }}立即整改。\n"


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str


Run = Callable[..., Answer]


@pytest.fixture
def rectify(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Run a command in this process, on a data folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RECTIFY_HOME", str(tmp_path))

    def run(*words: str) -> Answer:
        monkeypatch.setattr(sys, "argv", ["rectify", *words])
        monkeypatch.setenv("RECTIFY_LANGUAGE", "zh-CN")
        settings.cache_clear()
        with pytest.raises(SystemExit) as ended:
            main()
        return Answer(int(ended.value.code or 0), *capsys.readouterr())

    yield run
    settings.cache_clear()


def apart(home: Path, *words: str) -> Answer:
    """The same in a process of its own, for what imports Prefect or would go on running."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("RECTIFY_", "PREFECT_"))}
    ours = {"RECTIFY_HOME": str(home), "RECTIFY_FLOW_UI_PORT": "1", "RECTIFY_PORTAL_PORT": "0"}
    done = commands.rectify(*words, environment=kept | ours)
    return Answer(done.returncode, done.stdout, done.stderr)


def put(home: Path, name: str, text: str) -> Path:
    path = home / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return home


def test_a_shipped_letter_is_shown_so_that_it_can_be_copied(rectify: Run, tmp_path: Path) -> None:
    zh = rectify("templates", "show", "red_order")
    assert zh.out.startswith("简称：红色督办\n文种：红色督办函\n\n该问题已超过整改时限")
    put(tmp_path, "zh-CN/red_order.txt", zh.out)
    english = rectify("templates", "show", "red_order", "--lang", "en").out
    assert english.startswith("label: Red supervision order\n")
    put(tmp_path, "en/red_order.txt", english)
    put(tmp_path, "mail.html", rectify("templates", "show", "mail.html").out)
    checked = rectify("templates", "check")
    assert checked.code == 0
    assert "3个模板" in checked.out


def test_without_a_name_all_names_are_listed(rectify: Run) -> None:
    listed = rectify("templates", "show").out.splitlines()
    assert [line.split("\t")[0] for line in listed] == list(KINDS)
    assert len(LETTERS) == 2 * len(KINDS)


def test_an_unknown_name_is_answered_with_the_nearest(rectify: Run) -> None:
    asked = rectify("templates", "show", "red_oder")
    assert asked.code == 2
    assert "red_order" in asked.err


@pytest.mark.parametrize("words", [("post", "--once"), ("worker",), ("up",)])
def test_nothing_that_writes_mails_starts_on_a_bad_template(words: tuple[str, ...], tmp_path: Path) -> None:
    put(tmp_path, "zh-CN/red_order.txt", GOOD.replace("unit", "unti"))
    begun = apart(tmp_path, *words)
    assert begun.code == 2
    assert begun.out == ""
    assert begun.err == "模板“zh-CN/red_order.txt”第4行：没有“unti”这个字段，您是否要写“unit”？\n"


def test_a_check_says_in_both_languages_what_is_wrong(rectify: Run, tmp_path: Path) -> None:
    put(tmp_path, "zh-CN/red_order.txt", GOOD.replace("unit", "unti"))
    checked = rectify("templates", "check")
    assert (checked.code, checked.out) == (2, "")
    assert checked.err == "模板“zh-CN/red_order.txt”第4行：没有“unti”这个字段，您是否要写“unit”？\n"
    english = rectify("--lang", "en", "templates", "check")
    assert english.code == 2
    assert "line 4: there is no “unti”; did you mean “unit”?" in english.err


def test_other_commands_do_not_look_at_templates(rectify: Run, tmp_path: Path) -> None:
    put(tmp_path, "mail.txt", "{{ nothing }}")
    assert rectify("list").code == 0


def test_on_a_good_template_the_post_starts(tmp_path: Path) -> None:
    put(tmp_path, "zh-CN/red_order.txt", GOOD)
    assert apart(tmp_path, "post", "--once").code == 0
