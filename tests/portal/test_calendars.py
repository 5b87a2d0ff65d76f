"""The calendar on the command line: looked at, previewed, announced, and a village's own day."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.portal.test_cli import PEOPLE, ROOT, Answer, apart, sets

EXAMPLE = ROOT / "docs" / "how-to" / "example-of-a-year.csv"
OFFICE = ("--by", "zhenggaiban")
OPENING = (
    *("title=村口排洪沟淤堵", "source=督查", "deadline_type=phased", "condition=排洪沟被建筑垃圾堵塞。"),
    *("unit=甲村党支部", "post=甲村党支部书记", "supervisor=乡纪委书记", "verifier=乡纪委书记"),
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """People, and one finding due six months after 31 August."""
    home = tmp_path_factory.mktemp("township")
    opened = ("open", *OFFICE, *sets(*OPENING, "discovered_on=2026-08-31"))
    for words in (("people", "import", str(PEOPLE)), opened):
        done = apart(home, *words)
        assert done.code == 0, done.err
    return home


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "home"))


def year(home: Path, *words: str) -> Answer:
    return apart(home, "calendar", "import", str(EXAMPLE), *words)


def listed(home: Path) -> Any:
    (row,) = apart(home, "list", "--json").data
    return row


def test_a_year_is_looked_at_previewed_and_announced(home: Path) -> None:
    assert listed(home)["provisional"]
    assert "2027-03-01（暂定）" in apart(home, "list").out
    assert "2027-03-01（暂定）" in apart(home, "show", "DC2026-001").out
    assert "2027-03-01 (provisional)" in apart(home, "--lang", "en", "list").out
    assert "尚未导入" in apart(home, "calendar", "show", "2027").out
    shown = year(home, "--dry-run", "--json").data
    assert listed(home)["provisional"]
    done = year(home, *OFFICE, "--source", "示例文号", "--json").data
    assert (shown["dry_run"], done["dry_run"], done["changed"]) == (True, False, True)
    (move,) = done["moved"]
    assert (move["number"], move["unit"], move["what"]) == ("DC2026-001", "甲村党支部", "deadline")
    assert (move["old"], move["new"], move["nominal"]) == ("2027-03-01", "2027-02-28", "2027-02-28")
    assert [{**x, "why": ""} for x in shown["moved"]] == [{**move, "why": ""}]
    row = listed(home)
    assert (row["deadline"], row["provisional"]) == ("2027-02-28", False)
    again = year(home, *OFFICE, "--source", "示例文号")
    assert (again.code, "日历没有变化" in again.out, "变动日期0个" in again.out) == (0, True, True)
    assert apart(home, "check").code == 0
    (known, *_) = apart(home, "calendar", "show", "--json").data
    assert (known["year"], known["off"], known["work"], known["workdays"]) == (2027, 18, 5, 248)
    assert (known["source"], known["by"]) == ("示例文号", "zhenggaiban")


def test_what_moves_is_a_line_each_and_is_said_in_english_too(home: Path) -> None:
    said = year(home, "--dry-run").out.splitlines()
    assert said[1].split("\t")[:5] == ["DC2026-001", "甲村党支部", "完成时限", "2027-03-01", "2027-02-28"]
    assert said[-1] == "试运行，未保存：变动日期1个，确认不变0个。"
    english = apart(home, "--lang", "en", "calendar", "import", str(EXAMPLE), "--dry-run").out
    assert "Dry run, nothing stored: 1 dates moved, 0 confirmed as they were." in english


def test_a_village_keeps_a_day_of_its_own_and_takes_it_back(home: Path) -> None:
    local = ("calendar", "local", "甲村党支部", "2027-03-01")
    shown = apart(home, *local, "off", "--label", "庙会", "--dry-run", "--json").data
    done = apart(home, *local, "off", "--label", "庙会", *OFFICE, "--json").data
    assert [x["new"] for x in done["moved"]] == [x["new"] for x in shown["moved"]] == ["2027-03-02"]
    (day,) = apart(home, "calendar", "show", "2027", "--unit", "甲村党支部", "--json").data["days"]
    assert day == {"date": "2027-03-01", "kind": "off", "label": "庙会", "unit": "甲村党支部"}
    assert apart(home, "calendar", "show", "2027", "--unit", "乙村党支部", "--json").data["days"] == []
    back = apart(home, *local, "none", *OFFICE)
    assert (back.code, "2027-03-01" in back.out) == (0, True)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("calendar", "import", str(EXAMPLE)), 2, "--by"),
        (("calendar", "import", str(EXAMPLE), "--by", "jicun"), 3, "无权修改日历"),
        (("calendar", "import", str(EXAMPLE), "--by", "niemand"), 2, "niemand"),
        (("calendar", "import", "nowhere.csv", *OFFICE), 2, "没有这个文件"),
        (("calendar", "import", str(PEOPLE), *OFFICE), 2, "缺少列：日期"),
        (("calendar", "local", "甲村支部", "2027-03-01", "off", *OFFICE), 2, "甲村党支部"),
        (("calendar", "local", "甲村党支部", "某日", "off", *OFFICE), 2, "不是日期"),
        (("calendar", "local", "甲村党支部", "2026-11-22", "off", *OFFICE), 2, "本来就休息"),
        (("calendar", "show", "--unit", "甲村党支部"), 2, "请写明年份"),
    ],
)
def test_what_cannot_be_is_one_sentence(home: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = apart(home, *words)
    assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
    assert said in done.err


def test_errors_of_the_file_are_told_by_row_and_store_nothing(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "year.csv"
    file.write_text(EXAMPLE.read_text(encoding="utf-8") + "2027-10-09,放假,又一次\n", encoding="utf-8")
    done = apart(home, "calendar", "import", str(file), *OFFICE)
    assert (done.code, "第14行“2027-10-09”：第13行已写过这一天" in done.out) == (2, True)
    told = json.loads(apart(home, "calendar", "import", str(file), *OFFICE, "--json").out)
    assert [x["row"] for x in told["errors"]] == [14]
    assert apart(home, "calendar", "show", "--json").data[0]["year"] == 2026


def test_what_a_newer_package_knows_is_announced_by_whatever_command_comes_first(home: Path) -> None:
    """As if the database had been made with a package that did not know 2026."""
    with closing(sqlite3.connect(home / "rectify.db")) as db, db:
        db.execute("DELETE FROM calendar_day WHERE year = 2026")
        db.execute("DELETE FROM calendar_year WHERE year = 2026")
    (known, *_) = apart(home, "calendar", "show", "--json").data
    assert (known["year"], known["source"], known["by"]) == (2026, "chinesecalendar", "系统")
    assert known["workdays"] == 248
