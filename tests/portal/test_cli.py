"""The command line on a copy of the demo's township: its shapes, its refusals, one life by commands only."""

import json
import os
import pty
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from models.keeping.files import LARGEST
from models.settings import settings
from policy.stages import Act
from policy.words import ACT_WORDS
from portal.cli.findings import HIDDEN
from portal.cli.main import app, main
from tests import commands

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "portal" / "demo"
LEDGER, FINDINGS, PEOPLE = (
    DEMO / "sample_ledger.xlsx",
    DEMO / "sample_findings.csv",
    DEMO / "sample_people.csv",
)
HEADER = (
    "问题编号,问题来源,问题标题,具体表现,严重程度,责任单位,责任人,时限类型,现行完成时限,发现日期,整改状态\n"
)
GOOD = "A-1,督查,甲,甲村排洪沟淤堵。,一般,甲村党支部,甲村党支部书记,限期整改,2026-12-31,2026-11-01,整改中\n"
BAD = "A-2,督查,乙,乙村道路破损。,一般,乙村党支部,乙村党支部书记,限期整改,某日,2026-11-01,整改中\n"
UNKNOWN = "A-3,督查,丙,丙村井盖缺失。,一般,甲村支部,甲村党支部书记,限期整改,2026-12-31,2026-11-01,整改中\n"
OPENING = ("title=村口排洪沟淤堵", "source=督查", "condition=排洪沟被建筑垃圾堵塞。")
PLACED = (*OPENING, "unit=甲村党支部", "post=甲村党支部书记", "supervisor=乡纪委书记", "verifier=乡纪委书记")
DRAWN = re.compile("[\x1b\u2500-\u257f]")
CHINESE = re.compile("[\u4e00-\u9fff]")


@dataclass(frozen=True)
class Answer:
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Answer]


def sets(*pairs: str) -> tuple[str, ...]:
    return tuple(word for pair in pairs for word in ("--set", pair))


def environment(home: Path) -> dict[str, str]:
    """Ours alone: no settings of the machine, no Prefect that happens to run on it."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("RECTIFY_", "PREFECT_"))
    }
    ours = {"RECTIFY_HOME": str(home), "RECTIFY_AS_OF": "2026-11-20", "RECTIFY_FLOW_UI_PORT": "1"}
    return kept | ours


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's people and findings, taken in by commands."""
    home = tmp_path_factory.mktemp("template")
    for words in (("people", "import", PEOPLE), ("import", FINDINGS)):
        assert apart(home, *map(str, words)).code == 0
    return home


def apart(home: Path, *words: str, **more: str) -> Answer:
    """A process of its own, for what cannot be tried inside this one."""
    done = commands.rectify(*words, environment=environment(home) | more)
    return Answer(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "home"))


@pytest.fixture
def rectify(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Run]:
    """Run a command in this process; keywords are settings, `home` among them."""
    monkeypatch.chdir(tmp_path)

    def run(*words: object, **more: object) -> Answer:
        ours = {f"RECTIFY_{name.upper()}": str(value) for name, value in more.items()}
        monkeypatch.setattr(sys, "argv", ["rectify", *map(str, words)])
        settings.cache_clear()
        with patch.dict(os.environ, environment(home) | ours, clear=True), pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        assert isinstance(ended.value.code, int)
        assert "Traceback" not in out + err
        return Answer(ended.value.code, out, err)

    yield run
    settings.cache_clear()


def refused(answer: Answer, code: int, *parts: str) -> None:
    """One sentence in Chinese on standard error, nothing else anywhere."""
    assert answer.code == code, answer
    assert answer.out == ""
    assert answer.err.count("\n") == 1
    assert CHINESE.search(answer.err)
    for part in parts:
        assert part in answer.err


def rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(home / "rectify.db")) as db, db:
        return db.execute(query).fetchall()


def ledger_file(folder: Path, *lines: str) -> Path:
    file = folder / "ledger.csv"
    file.write_text(HEADER + "".join(lines), encoding="utf-8")
    return file


def opened(rectify: Run, *pairs: str) -> str:
    return str(rectify("open", "--by", "zhenggaiban", *sets(*PLACED, *pairs), "--json").data["number"])


# Shapes


LISTED = (
    "number title source round_name category item severity unit owner_post stage step light deadline "
    "original_deadline deadline_type provisional days_left round cycle closed_on confidential"
)
SHOWN = LISTED + " condition measures evidence outcomes events letters mails run"
LETTER = "finding cycle round rung kind date to cc language state"


def test_the_list_has_the_shape_held_fixed(rectify: Run) -> None:
    found = rectify("list", "--json").data
    assert len(found) == 26
    for row in found:
        assert set(LISTED.split()) <= set(row)
    red = next(row for row in found if row["number"] == "SJ2026-001")
    assert (red["light"], red["days_left"], red["deadline"]) == ("red", -35, "2026-10-16")
    assert (red["stage"], red["step"], red["deadline_type"]) == ("in_progress", "follow-up", "time_limited")


def test_one_finding_has_the_shape_held_fixed(rectify: Run) -> None:
    shown = rectify("show", "DC2026-001", "--json").data
    assert set(SHOWN.split()) <= set(shown)
    for event in shown["events"]:
        assert {"seq", "at", "act", "by", "from", "to", "reason", "hash"} <= set(event)
    assert [event["seq"] for event in shown["events"]] == list(range(1, len(shown["events"]) + 1))
    assert shown["cycle"] == 2
    assert {"id", "generation", "state_name"} <= set(shown["run"] or {"id", "generation", "state_name"})


def test_the_plan_has_the_shape_held_fixed(rectify: Run) -> None:
    planned = rectify("plan", "--json").data
    assert planned == sorted(planned, key=lambda row: (row["date"], row["finding"], row["rung"]))
    for row in planned:
        assert set(LETTER.split()) <= set(row)
        assert row["state"] == "planned"
        assert isinstance(row["to"], list)
    shorter = rectify("plan", "--days", 0, "--json").data
    assert 0 < len(shorter) < len(planned)
    assert max(row["date"] for row in shorter) <= "2026-11-20"


def test_the_plan_says_who_is_written_to_and_narrows_to_what_is_asked(rectify: Run) -> None:
    (red,) = [x for x in rectify("plan", "SJ2026-001", "--json").data if x["rung"] == "red_order"]
    assert [(x["post"], x["account"], x["why_not"]) for x in red["people"] if not x["copy"]] == [
        ("丙村党支部书记", "bingcun", "")
    ]
    for words in (("--person", "bingcun"), ("--post", "丙村党支部书记"), ("--unit", "丙村党支部")):
        assert {x["finding"] for x in rectify("plan", *words, "--json").data} == {"SJ2026-001"}
    on = rectify("plan", "--on", "2026-12-01", "--json").data
    assert {x["date"] for x in on} == {"2026-12-01"}
    printed = rectify("plan", "--on", "2026-12-01").out
    assert len(printed.splitlines()) == len(on)
    assert "红色督办函" in printed
    assert "没有将发的函件" in rectify("plan", "--on", "2026-11-21").out


def test_a_dry_run_says_what_a_round_would_do_and_stores_nothing(rectify: Run, home: Path) -> None:
    before = rows(home, "SELECT * FROM finding"), rows(home, "SELECT * FROM letter")
    found = dry(home)
    assert {x["state"] for x in found["letters"]} == {"queued", "drafted", "skipped"}
    assert "【红色督办】SJ2026-001 已逾期35日" in {x["subject"] for x in found["mails"]}
    assert (rows(home, "SELECT * FROM finding"), rows(home, "SELECT * FROM letter")) == before
    printed = apart(home, "watch", "--once", "--dry-run").out
    for words in ("将记录的函件", "将发出的邮件", "bingcun@xx.example", "没有记录，没有发送"):
        assert words in printed
    assert apart(home, "watch", "--once").code == 0
    assert dry(home)["letters"] == []
    assert len(dry(home, "post")["mails"]) == len(found["mails"])
    assert rows(home, "SELECT count(*) FROM mail") == [(0,)]


def dry(home: Path, what: str = "watch") -> dict[str, Any]:
    """What a round would do, said by a process that may import Prefect."""
    found: dict[str, Any] = apart(home, what, "--once", "--dry-run", "--json").data
    return found


def test_the_check_has_the_shape_held_fixed(rectify: Run) -> None:
    answer = rectify("check", "--json")
    assert set(answer.data) == {"ok", "invariants"}
    for one in answer.data["invariants"]:
        assert set(one) == {"name", "ok", "broken"}
        assert one["ok"] is (one["broken"] == [])
    assert answer.data["ok"] is all(one["ok"] for one in answer.data["invariants"])
    assert answer.code == (0 if answer.data["ok"] else 1)


def test_what_is_broken_is_a_line_and_exit_code_1(rectify: Run, home: Path) -> None:
    with closing(sqlite3.connect(home / "rectify.db")) as db, db:
        for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f'DROP TRIGGER "{trigger}"')
        db.execute("UPDATE event SET reason = 'x' WHERE finding = 'SJ2026-001' AND seq = 1")
    answer = rectify("check")
    assert answer.code == 1
    assert any(line.startswith("  SJ2026-001") for line in answer.out.splitlines())


def test_importing_has_the_shape_held_fixed(rectify: Run, tmp_path: Path) -> None:
    file = ledger_file(tmp_path, GOOD, BAD)
    answer = rectify("import", file, "--json")
    assert {"imported", "updated", "unchanged", "errors", "warnings"} <= set(answer.data)
    (error,) = answer.data["errors"]
    assert set(error) == {"row", "column", "value", "reason"}
    assert (error["row"], error["column"], error["value"]) == (3, "现行完成时限", "某日")
    assert CHINESE.search(error["reason"])
    english = rectify("--lang", "en", "import", file, "--json").data["errors"][0]["reason"]
    assert english.startswith("“某日” is not a clear time limit")


def test_people_come_in_once(rectify: Run, tmp_path: Path) -> None:
    again = rectify("people", "import", PEOPLE, "--json")
    assert (again.code, again.data["added"], again.data["changed"], again.data["errors"]) == (0, 0, 0, [])
    file = tmp_path / "people.csv"
    head = PEOPLE.read_text(encoding="utf-8").splitlines()[0]
    file.write_text(f"{head}\n甲村党支部,,,文书,clerk,张三,zhangsan,nobox,,2026-99-99,,\n", encoding="utf-8")
    wrong = rectify("people", "import", file, "--json")
    assert wrong.code == 2
    assert {"row", "column", "value", "reason"} == set(wrong.data["errors"][0])
    assert "没有保存" in rectify("people", "import", file).out
    assert "张三" not in rectify("account", "list").out


# Importing


def test_a_second_import_brings_nothing_and_says_so(rectify: Run) -> None:
    first = rectify("import", FINDINGS)
    assert first.code == 0
    assert first.out.splitlines()[-1] == "新增0条，更新0条，未变26条，有误0处。"
    assert "0 imported" in rectify("--lang", "en", "import", FINDINGS).out.splitlines()[-1]


def test_both_samples_describe_the_same_findings(rectify: Run) -> None:
    assert rectify("import", LEDGER, "--json").data["imported"] == 0
    assert len(rectify("list", "--json").data) == 26


def test_a_dry_run_stores_nothing_at_all(rectify: Run, home: Path, tmp_path: Path) -> None:
    before = list(sqlite3.connect(home / "rectify.db").iterdump())
    answer = rectify("import", ledger_file(tmp_path, GOOD), "--dry-run")
    assert answer.code == 0
    assert "未保存" in answer.out
    assert "新增1条" in answer.out
    assert list(sqlite3.connect(home / "rectify.db").iterdump()) == before


@pytest.mark.parametrize(
    ("lines", "options", "code", "stored"),
    [
        ((GOOD,), (), 0, 1),
        ((GOOD, BAD), (), 2, 0),
        ((GOOD, BAD), ("--skip-bad-rows",), 1, 1),
        ((BAD,), ("--skip-bad-rows",), 2, 0),
        ((GOOD, BAD), ("--dry-run",), 2, 0),
    ],
)
def test_the_exit_code_tells_all_some_or_none(
    rectify: Run, tmp_path: Path, lines: tuple[str, ...], options: tuple[str, ...], code: int, stored: int
) -> None:
    answer = rectify("import", ledger_file(tmp_path, *lines), *options)
    assert answer.code == code
    assert len(rectify("list", "--json").data) == 26 + stored
    assert ("没有保存" in answer.out) is (code == 2 and "--skip-bad-rows" not in options)


def test_an_unknown_unit_is_an_error_that_offers_the_nearest(rectify: Run, tmp_path: Path) -> None:
    file = ledger_file(tmp_path, UNKNOWN)
    answer = rectify("import", file)
    assert answer.code == 2
    assert "您是否要填“甲村党支部”" in answer.out
    made = rectify("import", file, "--create-units", "--json")
    assert (made.code, made.data["imported"]) == (0, 1)
    assert any("甲村支部" in one["value"] + one["reason"] for one in made.data["warnings"])


def test_what_differs_is_listed_and_left_alone_unless_asked(rectify: Run, tmp_path: Path) -> None:
    rectify("import", ledger_file(tmp_path, GOOD))
    file = ledger_file(tmp_path, GOOD.replace("一般", "严重"))
    answer = rectify("import", file)
    assert answer.code == 0
    assert "现存“一般”，表中“严重”，未更新" in answer.out
    english = rectify("--lang", "en", "import", file, "--json").data
    assert english["warnings"][-1]["reason"].startswith("differs from the stored")
    assert rectify("import", file, "--update", "--json").data["updated"] == 1
    assert rectify("show", "A-1", "--json").data["severity"] == "严重"


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00\x01" * 50, b"PK\x03\x04 not a workbook"])
@pytest.mark.parametrize("ending", ["xlsx", "csv", "doc"])
def test_what_is_no_ledger_is_refused(rectify: Run, tmp_path: Path, content: bytes, ending: str) -> None:
    file = tmp_path / f"台账.{ending}"
    file.write_bytes(content)
    answer = rectify("import", file)
    assert answer.code == 2
    assert answer.out == ""
    assert answer.err.count("\n") == 1


def test_an_import_in_the_name_of_nobody_is_refused(rectify: Run) -> None:
    refused(rectify("import", FINDINGS, "--by", "nobody"), 2, "nobody")


# Refusals


REFUSED: dict[str, tuple[int, tuple[str, ...], str]] = {
    "command": (2, ("fooo",), "没有“fooo”这个命令"),
    "option": (2, ("list", "--fooo"), "没有“--fooo”这个选项"),
    "near option": (2, ("list", "--overdu"), "您是否要写 --overdue"),
    "argument": (2, ("show",), "缺少参数"),
    "account option": (2, ("act", "SJ2026-001", "accept"), "缺少选项“--by”"),
    "value": (2, ("act", "SJ2026-001", "accept", "--by"), "后面要写一个值"),
    "too many": (2, ("show", "a", "b"), "多写了“b”"),
    "number": (2, ("plan", "--days", "x"), "“--days”的值不能识别"),
    "range": (2, ("plan", "--days", "-1"), "--days"),
    "huge": (2, ("sign", "9" * 30, "--by", "jiwei"), "不能识别"),
    "language": (2, ("--lang", "fr", "list"), "RECTIFY_LANGUAGE"),
    "finding": (2, ("show", "SJ2026-01"), "您是否要填“SJ2026-001”"),
    "unit": (2, ("list", "--unit", "甲村支部"), "您是否要填“甲村党支部”"),
    "act": (2, ("act", "SJ2026-001", "finish", "--by", "bingcun"), "report_progress"),
    "hidden act": (2, ("act", "SJ2026-001", "amend", "--by", "bingcun"), "没有“amend”这种办理"),
    "account": (2, ("act", "SJ2026-001", "submit", "--by", "nobody"), "没有名为“nobody”的帐号"),
    "pair": (2, ("act", "SJ2026-001", "submit", "--by", "bingcun", "--set", "text"), "KEY=VALUE"),
    "key": (2, ("act", "SJ2026-001", "submit", "--by", "bingcun", "--set", "tekst=x"), "没有“tekst”这一项"),
    "no key": (2, ("act", "SJ2026-001", "submit", "--by", "bingcun", "--set", "=x"), "没有“”这一项"),
    "day": (2, ("open", "--by", "ganshi", "--set", "deadline=2026-02-30"), "日期请写成 2026-11-20"),
    "absurd day": (2, ("open", "--by", "ganshi", "--set", "deadline=0001-01-01"), "年之间"),
    "kind": (2, ("open", "--by", "ganshi", "--set", "deadline_type=随便"), "长期坚持"),
    "truth": (2, ("open", "--by", "ganshi", "--set", "confidential=maybe"), "“是”或“否”"),
    "measure": (2, ("act", "SJ2026-001", "file_plan", "--by", "x", "--set", "measures=1.a@b"), "1.措施@2026"),
    "spelling": (
        2,
        ("act", "SJ2026-001", "complete_measure", "--by", "bingcun"),
        "请写明完成的是第几条措施。写法：--set measure=1",
    ),
    "stage": (3, ("act", "SJ2026-001", "accept", "--by", "bingcun"), "您现在可以：填报进展"),
    "role": (3, ("act", "DC2026-002", "accept", "--by", "yicun"), "您不能认领"),
    "closed": (3, ("act", "ZC2026-001", "submit", "--by", "dangzheng"), "不能提交验收。"),
    "version": (4, ("act", "DC2026-002", "accept", "--by", "jicun", "--version", "0"), "请刷新后再办理"),
    "letter": (2, ("sign", "99", "--by", "jiwei"), "没有第99号函件"),
    "mail": (3, ("mail", "5", "--arrived", "--by", "jiwei"), "不在存疑状态"),
    "mail, undecided": (2, ("mail", "5", "--by", "jiwei"), "--arrived"),
    "mail, by whom": (2, ("mail", "5", "--again"), "--by"),
    "mail, not theirs": (3, ("mail", "5", "--again", "--by", "jiacun"), "督办人"),
    "watch": (2, ("watch",), "watch --once"),
    "planned of": (2, ("plan", "SJ2026-01"), "SJ2026-001"),
    "planned for": (2, ("plan", "--person", "bincun"), "bingcun"),
    "planned on": (2, ("plan", "--on", "明天"), "2026-11-23"),
    "post": (2, ("post",), "post --once"),
    "file": (2, ("import", "nowhere.xlsx"), "nowhere.xlsx"),
    "people file": (2, ("people", "import", "nowhere.csv"), "nowhere.csv"),
    "clock": (2, ("--as-of", "2026-13-45", "list"), "2026-13-45"),
    "clock word": (2, ("--as-of", "tomorrow", "list"), "请写成 2026-11-20"),
    "account twice": (2, ("account", "add", "jiwei", "--person", "x"), "jiwei"),
    "account unknown": (2, ("account", "set", "nobody", "--inactive"), "nobody"),
    "mailbox": (2, ("account", "set", "jiwei", "--mailbox", "no box"), "no box"),
    "bytes": (2, ("show", "\udcff\udcfe"), "UTF-8"),
    "no folder": (5, ("--data", "/proc/none", "list"), "/proc/none"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_refusal_is_one_sentence_that_says_what_is_possible(rectify: Run, home: Path, what: str) -> None:
    code, words, part = REFUSED[what]
    before = rows(home, "SELECT count(*) FROM event")
    refused(rectify(*words), code, part)
    assert rows(home, "SELECT count(*) FROM event") == before
    if "--lang" not in words:
        english = rectify("--lang", "en", *words)
        assert english.code == code
        assert english.err.count("\n") == 1
        known = "".join(words) + "甲村党支部导入措施"
        assert not [letter for letter in CHINESE.findall(english.err) if letter not in known]


def test_the_language_may_be_a_setting(rectify: Run) -> None:
    assert rectify("show", "XX", language="en").err.startswith("There is no finding “XX”")


@pytest.mark.parametrize(
    ("setting", "value", "part"),
    [
        ("smtp_port", "abc", "RECTIFY_SMTP_PORT 不能是“abc”"),
        ("portal_port", "99999", "RECTIFY_PORTAL_PORT"),
        ("smtp_security", "some", "starttls"),
        ("database_url", "nonsense", "RECTIFY_DATABASE_URL"),
        ("database_url", "mysql://x/y", "RECTIFY_DATABASE_URL"),
        ("as_of", "garbage", "garbage"),
    ],
)
def test_a_bad_setting_is_one_sentence(rectify: Run, setting: str, value: str, part: str) -> None:
    refused(rectify("list", **{setting: value}), 2, part)
    english = rectify("list", **{setting: value, "language": "en"})
    assert not CHINESE.search(english.err)


def test_a_settings_file_that_is_no_text_is_one_sentence(rectify: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xff\xfe\x00")
    refused(rectify("list"), 2, ".env")


def test_the_clock_of_real_data_cannot_be_moved(rectify: Run, tmp_path: Path) -> None:
    real = tmp_path / "real"
    assert rectify("list", home=real, as_of="").code == 0
    refused(rectify("list", home=real), 3, "不能改动时钟")
    refused(rectify("up", "--demo", home=real, as_of="", **free_ports()), 3, "不能改动时钟")
    assert not (real / "demo").exists()
    assert rectify("list", home=tmp_path / "new").code == 0


def free_ports() -> dict[str, int]:
    from tests.flows.prefect_house import free_port

    return {name: free_port() for name in ("portal_port", "flow_ui_port", "mailbox_port")}


@pytest.mark.parametrize("size", [50, 20_000])
def test_a_damaged_database_is_one_sentence(rectify: Run, home: Path, size: int) -> None:
    file = home / "rectify.db"
    content = file.read_bytes()
    file.write_bytes(b"\x07garbage" * 3000 if size == 50 else content[:size])
    for words in (("list",), ("check", "--json"), ("show", "SJ2026-001"), ("people", "import", PEOPLE)):
        refused(rectify(*words), 5, "数据库")


def test_a_database_that_cannot_be_opened_is_one_sentence(rectify: Run, home: Path) -> None:
    (home / "rectify.db").unlink()
    (home / "rectify.db").mkdir()
    refused(rectify("list"), 5, "数据库")
    refused(rectify("list", database_url="postgresql://nobody@127.0.0.1:1/x"), 5, "数据库")


def test_an_address_that_is_a_secret_is_refused_without_being_shown(rectify: Run) -> None:
    answer = rectify("list", heartbeat_url="htps://hc.example/9f0c-secret")
    refused(answer, 2, "RECTIFY_HEARTBEAT_URL", "https://")
    assert "9f0c-secret" not in answer.err


def test_a_fault_of_ours_is_one_sentence_and_the_trace_is_kept(
    rectify: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.questions.accounts", None)
    answer = rectify("account", "list")
    refused(answer, 70, "defects.log")
    kept = json.loads((home / "logs" / "defects.log").read_text(encoding="utf-8"))
    assert kept["at"]


# What is printed


PLAIN = (
    ("list",),
    ("list", "--overdue"),
    ("show", "DC2026-001"),
    ("plan",),
    ("letters",),
    ("mail",),
    ("phone-list",),
    ("check",),
    ("account", "list"),
    (),
    ("account",),
    ("--help",),
    ("act", "--help"),
)


@pytest.mark.parametrize("words", PLAIN, ids=lambda words: " ".join(words))
def test_in_a_pipe_there_is_plain_text(rectify: Run, words: tuple[str, ...]) -> None:
    answer = rectify(*words)
    assert not DRAWN.search(answer.out + answer.err)
    assert answer.out
    assert answer.err == ""


def test_overdue_and_unit_narrow_the_list(rectify: Run) -> None:
    overdue = rectify("list", "--overdue").out.splitlines()
    assert [line.split("\t")[0] for line in overdue] == ["SJ2026-001"]
    assert "红 已逾期35日" in overdue[0]
    assert len(rectify("list", "--unit", "乙村党支部", "--json").data) == 2
    assert len(rectify("list", "--unit", "XX乡", "--json").data) == 26
    assert "没有符合条件" in rectify("list", "--overdue", "--unit", "甲村党支部").out


def test_times_are_told_in_the_office_s_own(rectify: Run) -> None:
    shown = rectify("show", "DC2026-001")
    assert "2026-10-22 00:00\t重启整改（导入）" in shown.out


def test_a_confidential_finding_is_shown_to_who_sits_at_the_machine(rectify: Run) -> None:
    assert "（涉密）群众反映" in rectify("list").out
    assert "土地流转费" in rectify("show", "XF2026-001").out


def test_data_neither_colours_nor_steers_the_terminal(rectify: Run, home: Path) -> None:
    hostile = "[red]x[/red]:smile:\x1b[31m\u202e[/]"
    with closing(sqlite3.connect(home / "rectify.db")) as db, db:
        db.execute("UPDATE finding SET title = ? WHERE number = 'SJ2026-001'", (hostile,))
    for words in (("list",), ("show", "SJ2026-001")):
        out = rectify(*words).out
        assert "[red]x[/red]:smile:" in out
        assert not re.search("[\x1b\u202e]", out)
    refused(rectify("show", "[bold]\x1b[2J:smile:"), 2, "“[bold] [2J:smile:”")
    drawn = on_a_terminal(home, "list")
    assert "│" in drawn
    assert "[red]x[/red]:smile:" in drawn
    assert "\x1b[31m" not in drawn


def on_a_terminal(home: Path, *words: str) -> str:
    ours, theirs = pty.openpty()
    wide = environment(home) | {"COLUMNS": "200", "TERM": "xterm"}
    command = [sys.executable, "-m", "portal.cli", *words]
    with subprocess.Popen(command, env=wide, cwd=ROOT, stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        said = b"".join(iter(lambda: read(ours), b""))
        process.wait()
    os.close(ours)
    return said.decode()


def read(terminal: int) -> bytes:
    """At the end a terminal gives an error, not nothing."""
    try:
        return os.read(terminal, 65536)
    except OSError:
        return b""


@pytest.mark.parametrize("words", ["list --json", "show DC2026-001"])
def test_a_reader_who_leaves_is_no_fault(home: Path, words: str) -> None:
    line = f"{sys.executable} -u -m portal.cli {words} | head -n 1"
    done = subprocess.run(
        line, shell=True, env=environment(home), cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
    assert not (home / "logs" / "defects.log").exists()


def test_a_poor_terminal_still_gets_an_answer(home: Path) -> None:
    answer = apart(home, "list", PYTHONIOENCODING="ascii")
    assert answer.code == 0
    assert answer.out.count("\n") == 26


# Acts


def test_a_life_by_commands_alone(rectify: Run, home: Path, tmp_path: Path) -> None:
    number = opened(rectify, "deadline=2026-12-31", "reason=年底前办完", "deadline_type=限期整改")
    photo = evidence(tmp_path, "清淤 前后对比.jpg")
    plan = sets("objective=清通并管住", "measures=1.清理淤积@2026-12-01；2.建立巡查制度@2026-12-20")
    for act, by, words, stage in (
        ("accept", "jiacun", (), "planning"),
        ("file_plan", "jiacun", plan, "plan_review"),
        ("return_plan", "zhenggaiban", sets("reason=责任人未写明"), "planning"),
        ("file_plan", "jiacun", plan, "plan_review"),
        ("approve_plan", "zhenggaiban", (), "in_progress"),
        ("report_progress", "jiacun", sets("text=已清理一半", "percent=50"), "in_progress"),
        ("complete_measure", "jiacun", sets("measure=1"), "in_progress"),
        ("complete_measure", "jiacun", sets("measure=2"), "in_progress"),
        ("attach_evidence", "jiacun", ("--evidence", photo), "in_progress"),
        ("submit", "jiacun", (), "pending_verification"),
        ("return_for_rework", "jiwei", sets("reason=清理不彻底，请补充清理后的照片"), "returned"),
        ("submit", "jiacun", (), "pending_verification"),
        ("pass_verification", "jiwei", (), "pending_closure"),
        ("approve_closure", "shuji", sets("meeting=第12次会议"), "closed"),
        ("reopen", "zhenggaiban", sets("reason=回头看发现又被堵塞", "basis=回头看第3号"), "in_progress"),
    ):
        answer = rectify("act", number, act, "--by", by, *words, "--json")
        assert answer.code == 0, (act, answer.err)
        assert set(answer.data) == {"number", "seq", "act", "stage", "hash"}
        assert answer.data["stage"] == stage, act
    shown = rectify("show", number, "--json").data
    assert (shown["round"], shown["cycle"], shown["stage"]) == (1, 2, "in_progress")
    assert [event["act"] for event in shown["events"]][-1] == "reopen"
    assert shown["evidence"][0]["name"] == "清淤 前后对比.jpg"
    kept = home / "evidence" / shown["evidence"][0]["sha256"][:2] / shown["evidence"][0]["sha256"]
    assert kept.read_bytes() == photo.read_bytes()


def test_without_unit_and_post_a_finding_waits_to_be_assigned(rectify: Run) -> None:
    number = rectify("open", "--by", "zhenggaiban", *sets(*OPENING), "--json").data["number"]
    assert rectify("show", number, "--json").data["stage"] == "draft"
    placing = sets("lead_unit=甲村党支部", "owner_post=甲村党支部书记", "verifier=乡纪委书记")
    assert "现为“待认领”" in rectify("act", number, "派发", "--by", "zhenggaiban", *placing).out


@pytest.mark.parametrize("act", ["认领", "accept"])
def test_an_act_has_two_names(rectify: Run, act: str) -> None:
    answer = rectify("act", "DC2026-002", act, "--by", "jicun")
    assert answer.code == 0
    assert answer.out.startswith("DC2026-002：认领已办理，现为“")


@pytest.mark.parametrize("act", [act for act in Act if act not in HIDDEN])
def test_every_act_is_known_by_both_its_names(rectify: Run, act: Act) -> None:
    for name in (act.value, act.value.replace("_", "-"), ACT_WORDS[act][0]):
        answer = rectify("act", "ZC2026-001", name, "--by", "nobody")
        refused(answer, 2, "没有名为“nobody”的帐号")


def test_a_form_sent_twice_gives_one_act_and_the_same_receipt(rectify: Run) -> None:
    words = ("act", "DC2026-002", "accept", "--by", "jicun", "--nonce", "n1", "--json")
    first = rectify(*words)
    assert first.code == 0
    assert rectify(*words) == first
    assert rectify("act", "DC2026-002", "accept", "--by", "jicun").code == 3


def test_who_saw_an_older_version_is_overtaken(rectify: Run) -> None:
    seen = rectify("show", "DC2026-002", "--json").data["version"]
    assert rectify("act", "DC2026-002", "accept", "--by", "jicun", "--version", seen).code == 0
    late = rectify("act", "DC2026-002", "accept", "--by", "jicun", "--version", seen)
    refused(late, 4, "jicun")


def test_nobody_verifies_their_own_work(rectify: Run, tmp_path: Path) -> None:
    placed = sets(*OPENING, "unit=乡党建办公室", "post=乡党建办公室主任", "verifier=乡党建办公室主任")
    answer = rectify("open", "--by", "zhenggaiban", *placed, "--json")
    assert answer.code in {2, 3}
    assert CHINESE.search(answer.err)


@pytest.mark.parametrize(
    ("text", "limit"), [("一" * 1001, 1000), ("一" * 10_001, 10000)], ids=["long", "huge"]
)
def test_a_text_without_end_is_refused_with_its_limit(rectify: Run, text: str, limit: int) -> None:
    answer = rectify("act", "SJ2026-001", "report_progress", "--by", "bingcun", *sets(f"text={text}"))
    refused(answer, 2, f"{limit}")
    assert len(answer.err) < 400


def test_what_is_typed_is_kept_without_what_steers_terminals(rectify: Run) -> None:
    said = sets("title=[red]甲\nSubject: x\x1b[2J\x07乙", "condition=一行\n二行\x1b", "source=督查")
    number = rectify("open", "--by", "zhenggaiban", *said, "--json").data["number"]
    shown = rectify("show", number, "--json").data
    assert shown["title"] == "[red]甲 Subject: x[2J乙"
    assert shown["condition"] == "一行\n二行"
    assert f"{number}\t[red]甲 Subject: x[2J乙\t" in rectify("list").out


def test_a_key_given_again_adds_to_the_one_before(rectify: Run) -> None:
    number = opened(rectify, "assisting=乙村党支部", "assisting=丙村党支部")
    assert rectify("show", number, "--json").data["assisting"] == ["乙村党支部", "丙村党支部"]


# Evidence


def evidence(folder: Path, name: str, content: bytes = b"%PDF-1.4 evidence") -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


@pytest.mark.parametrize(
    ("name", "content", "part"),
    [
        ("照片.jpg", b"", "空文件"),
        ("照片.jpg", b"x" * (LARGEST + 1), "20MB"),
        ("程序.exe", b"MZ", "不能作为佐证"),
        ("照片.pdf.exe", b"MZ", "不能作为佐证"),
        ("照片.EXE.pdf", b"MZ", "不能作为佐证"),
        ("照片.exe ", b"MZ", "不能作为佐证"),
        ("网页.html", b"<script>", "不能作为佐证"),
        ("没有后缀", b"x", "不能作为佐证"),
    ],
)
def test_what_is_no_evidence_is_refused(
    rectify: Run, home: Path, tmp_path: Path, name: str, content: bytes, part: str
) -> None:
    file = evidence(tmp_path, name, content)
    refused(attach(rectify, file), 2, part)
    assert not (home / "evidence").exists()


def attach(rectify: Run, *files: Path) -> Answer:
    given = [word for file in files for word in ("--evidence", file)]
    return rectify("act", "SJ2026-001", "attach_evidence", "--by", "bingcun", *given)


def test_evidence_that_is_not_there_is_refused(rectify: Run, tmp_path: Path) -> None:
    refused(attach(rectify, tmp_path / "没有.pdf"), 2, "没有.pdf")
    refused(attach(rectify, tmp_path), 2, "找不到文件")
    refused(attach(rectify), 2, "佐证材料")


def test_one_bad_file_of_several_keeps_all_out(rectify: Run, tmp_path: Path) -> None:
    good, bad = evidence(tmp_path, "好.pdf"), evidence(tmp_path, "坏.exe")
    refused(attach(rectify, good, bad), 2, "坏.exe")
    named = [one["name"] for one in rectify("show", "SJ2026-001", "--json").data["evidence"]]
    assert "好.pdf" not in named


def test_the_same_file_is_kept_once(rectify: Run, home: Path, tmp_path: Path) -> None:
    assert attach(rectify, evidence(tmp_path, "甲.pdf"), evidence(tmp_path, "乙.pdf")).code == 0
    assert len([file for file in (home / "evidence").rglob("*") if file.is_file()]) == 1
    named = [one["name"] for one in rectify("show", "SJ2026-001", "--json").data["evidence"]]
    assert {"甲.pdf", "乙.pdf"} <= set(named)


# Letters, mails, accounts


@pytest.fixture(scope="module")
def watched(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample after a day's watch and post, in a process that may import Prefect."""
    home = Path(shutil.copytree(template, tmp_path_factory.mktemp("watched") / "home"))
    first, second = apart(home, "watch", "--once"), apart(home, "watch", "--once")
    assert first.code == second.code == 0
    assert "新记函件0份" not in first.out
    assert "新记函件0份" in second.out
    posted = apart(home, "post", "--once")
    assert posted.code == 0
    assert "送达0封" in posted.out
    assert "RECTIFY_SMTP_HOST" in posted.out
    return home


@pytest.fixture
def letters(watched: Path, home: Path) -> Path:
    shutil.rmtree(home)
    return Path(shutil.copytree(watched, home))


def test_letters_have_the_shape_held_fixed(rectify: Run, letters: Path) -> None:
    found = rectify("letters", "--json").data
    assert len(found) == len({(row["finding"], row["cycle"], row["rung"]) for row in found})
    for row in found:
        assert set(LETTER.split()) <= set(row)
    assert {row["state"] for row in found} == {"queued", "drafted", "skipped"}
    shown = rectify("show", "SJ2026-001")
    assert "红色督办函" in shown.out
    assert "red_order" not in shown.out
    assert not DRAWN.search(rectify("letters").out)


def drafted(rectify: Run) -> int:
    found = rectify("letters", "--json").data
    return int(next(row["id"] for row in found if row["state"] == "drafted"))


def test_a_draft_is_signed_by_who_may(rectify: Run, letters: Path) -> None:
    letter = drafted(rectify)
    assert f"#{letter}" in rectify("letters").out
    refused(rectify("sign", letter, "--by", "bingcun"), 3, "无权签发")
    assert rectify("sign", letter, "--by", "jiwei").code == 0
    signed = next(row for row in rectify("letters", "--json").data if row["id"] == letter)
    assert (signed["state"], signed["signed_by"]) == ("queued", "jiwei")
    refused(rectify("sign", letter, "--by", "jiwei"), 3, "不是待签的拟稿")


def test_a_clock_that_leapt_is_confirmed_by_a_supervisor(rectify: Run, letters: Path) -> None:
    assert rectify("clock").out.startswith("现在 2026-11-20")
    with closing(sqlite3.connect(letters / "rectify.db")) as db, db:
        columns = "job, at, office_at, holder, seconds, done, note"
        moments = "datetime('now'), datetime('now', '-3 days')"
        db.execute(f"INSERT INTO heartbeat ({columns}) VALUES ('clock', {moments}, '', 0, 0, '时钟突然前进')")
    assert rectify("clock").out == "时钟突然前进\n"
    refused(rectify("clock", "--confirm"), 2, "请用 --by")
    refused(rectify("clock", "--confirm", "--by", "bingcun"), 3, "无权确认时钟")
    assert rectify("clock", "--confirm", "--by", "jiwei").out.endswith("时钟正常。\n")
    assert rectify("clock").out.endswith("时钟正常。\n")


def test_a_mail_in_doubt_is_decided_by_a_supervisor(rectify: Run, letters: Path) -> None:
    (first,), (second,) = rows(letters, "SELECT id FROM mail ORDER BY id LIMIT 2")
    with closing(sqlite3.connect(letters / "rectify.db")) as db, db:
        db.execute("UPDATE mail SET state = 'in_doubt' WHERE id IN (?, ?)", (first, second))
    assert [row["id"] for row in rectify("mail", "--json").data] == [first, second]
    assert "在途存疑" in rectify("mail").out
    refused(rectify("mail", first, "--arrived", "--again", "--by", "jiwei"), 2, "之一")
    assert rectify("mail", first, "--arrived", "--by", "jiwei").code == 0
    assert rectify("mail", second, "--again", "--by", "jiwei").code == 0
    assert rows(letters, f"SELECT state FROM mail WHERE id IN ({first}, {second}) ORDER BY id") == [
        ("sent",),
        ("queued",),
    ]
    assert "没有失败或存疑的邮件" in rectify("mail").out
    refused(rectify("mail", first, "--arrived", "--by", "jiwei"), 3, "不在存疑状态")


def test_a_mail_the_server_did_not_take_is_shown_with_its_reason(rectify: Run, letters: Path) -> None:
    with closing(sqlite3.connect(letters / "rectify.db")) as db, db:
        why = "邮件服务器不接受发件地址；请核对 RECTIFY_MAIL_FROM"
        db.execute("UPDATE mail SET attempts = 1, note = ? WHERE id = (SELECT min(id) FROM mail)", (why,))
    (mail,) = rectify("mail", "--json").data
    assert (mail["state"], mail["note"]) == ("queued", why)


def test_whoever_got_no_letter_is_on_the_telephone_list(rectify: Run, letters: Path) -> None:
    assert "没有需要打电话的" in rectify("phone-list").out
    with closing(sqlite3.connect(letters / "rectify.db")) as db, db:
        db.execute(
            "UPDATE mail SET state = 'failed', note = '550 no such user' WHERE recipient LIKE 'bingcun@%'"
        )
        db.execute("UPDATE account SET phone = '138-0000-0001' WHERE name = 'bingcun'")
    (call,) = rectify("phone-list", "--json").data
    assert (call["finding"], call["phone"], call["posts"]) == (
        "SJ2026-001",
        "138-0000-0001",
        ["丙村党支部书记"],
    )
    assert [(x["rung"], x["why"], x["note"]) for x in call["letters"]] == [
        ("red_order", "refused", "550 no such user")
    ]
    printed = rectify("phone-list").out
    for words in ("SJ2026-001", "138-0000-0001", "红色督办函 邮件被退回 550 no such user"):
        assert words in printed
    refused(rectify("phone-list", "--by", "nobody"), 2, "nobody")


def test_accounts_are_made_changed_and_listed(rectify: Run) -> None:
    made = rectify("account", "add", "xin", "--person", "新人", "--mailbox", "xin@xx.example")
    assert (made.code, made.err) == (0, "")
    assert rectify("account", "set", "xin", "--language", "en").code == 0
    found = next(row for row in rectify("account", "list", "--json").data if row["account"] == "xin")
    assert (found["language"], found["active"], found["mailbox"]) == ("en", True, "xin@xx.example")
    assert rectify("account", "set", "jicun", "--inactive").code == 0
    refused(rectify("act", "DC2026-002", "accept", "--by", "jicun"), 2, "jicun")


def test_every_command_of_the_design_is_there() -> None:
    here = {command.name for command in app.registered_commands} | {
        command.callback.__name__ for command in app.registered_commands if command.callback
    }
    groups = {group.name for group in app.registered_groups}
    wanted = "up server worker portal import open list show act plan letters watch post check"
    assert set(wanted.split()) <= here
    assert {"people", "account"} <= groups


@pytest.fixture
def own_rules(rectify: Run, tmp_path: Path) -> Path:
    """The shipped rules with two months instead of three, and nine o'clock."""
    text = (
        rectify("rules", "show").out.replace("number = 3\n", "number = 2\n", 1).replace('"08:30"', '"09:00"')
    )
    (tmp_path / "规则.toml").write_text(text, encoding="utf-8")
    return tmp_path / "规则.toml"


def test_the_rules_in_force_are_shown_as_the_file_they_are(rectify: Run, tmp_path: Path) -> None:
    shown = rectify("rules", "show").out
    assert shown == (ROOT / "models" / "rules" / "rules.toml").read_text(encoding="utf-8")
    (tmp_path / "same.toml").write_text(shown, encoding="utf-8")
    assert rectify("rules", "check", "same.toml").code == 0
    refused(rectify("rules", "use", "same.toml", "--by", "jiwei"), 2, "第1版内容相同")
    refused(rectify("rules", "show", "--version", "9"), 2, "没有第9版规则")


def test_every_mistake_in_a_file_of_rules_is_a_line_with_its_line(rectify: Run, own_rules: Path) -> None:
    text = own_rules.read_text(encoding="utf-8").replace("number = 2\n", "number = -2\n", 1)
    own_rules.write_text(text.replace("party_head", "party_hed"), encoding="utf-8")
    for words in (("check", own_rules), ("use", own_rules, "--by", "jiwei")):
        answer = rectify("rules", *words)
        assert (answer.code, answer.out) == (2, "")
        assert [line[:2] for line in answer.err.splitlines()] == ["第3", "第1", "第1", "第1", "第1"]
        assert "您是否要写“party_head”" in answer.err
    english = rectify("--lang", "en", "rules", "check", own_rules)
    assert "did you mean “party_head”" in english.err
    found = rectify("rules", "check", own_rules, "--json")
    assert (found.code, found.data["ok"], len(found.data["faults"])) == (2, False, 5)
    assert rectify("rules", "list", "--json").data[-1]["version"] == 1


@pytest.mark.parametrize("content", [None, b"\xb9\xe6\xd4\xf2", b"x" * 1_000_001])
def test_what_is_no_text_is_refused_as_rules(rectify: Run, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "x.toml").write_bytes(content)
    refused(rectify("rules", "check", "x.toml"), 2, "x.toml")


def test_rules_are_previewed_in_words_and_brought_into_force(rectify: Run, own_rules: Path) -> None:
    use = ("rules", "use", own_rules, "--by", "jiwei", "--reason", "县委要求")
    dry = rectify(*use, "--dry-run")
    assert "限期整改·期限：3个月（节假日顺延） → 2个月（节假日顺延）" in dry.out
    assert "没有启用" in dry.out
    assert len(rectify("rules", "list", "--json").data) == 1
    refused(rectify("rules", "use", own_rules, "--by", "bingcun"), 3, "由督办人或管理员办理")
    done = rectify(*use)
    assert "第2版规则已启用" in done.out
    assert "8个未办结问题仍按第1版规则办理" in done.out
    last = rectify("rules", "list", "--json").data[-1]
    assert (last["version"], last["by"], last["reason"], last["open"]) == (2, "jiwei", "县委要求", 0)


def test_a_finding_is_moved_after_a_preview_of_its_dates(rectify: Run, own_rules: Path) -> None:
    opening = (*(pair for pair in PLACED if not pair.startswith("source=")), "source=巡察")
    number = rectify("open", "--by", "zhenggaiban", *sets(*opening), "--json").data["number"]
    rectify("rules", "use", own_rules, "--by", "jiwei")
    move = ("rules", "move", number, "--by", "jiwei", "--reason", "县委要求")
    dry = rectify(*move, "--dry-run", "--json").data
    (date,) = dry["dates"]
    assert (date["old"], date["new"]) == ("2027-02-22", "2027-01-20")
    assert rectify("show", number, "--json").data["deadline"] == date["old"]
    assert "1个问题已改按第2版规则办理，其中1个日期有变" in rectify(*move).out
    assert rectify("show", number, "--json").data["deadline"] == date["new"]
    assert f"{number} 未改：已按第2版规则办理" in rectify(*move).out
    assert rectify("show", number, "--json").data["events"][-1]["reason"] == "县委要求"
    refused(rectify("rules", "move", "--by", "jiwei", "--reason", "x"), 2, "三者取其一")
    refused(rectify("rules", "move", number, "--all", "--by", "jiwei", "--reason", "x"), 2, "三者取其一")
    everything = rectify("rules", "move", "--all", "--by", "jiwei", "--reason", "统一", "--json").data
    assert len(everything["numbers"]) == 8
    assert everything["dates"] == []
