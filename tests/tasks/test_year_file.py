"""A year's notice as people hand it in: csv or xlsx, Chinese or English, days or spans."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from policy.refusals import BadInput, BadLedger
from policy.years import DayKind, YearNotice
from tasks.year_file import read_year

EXAMPLE = Path(__file__).parents[2] / "docs" / "how-to" / "example-of-a-year.csv"
ENGLISH = """\
date,kind,label
2027-01-01,off,New Year
2027-02-05..2027-02-12,OFF,Spring Festival
2027-02-28,work,Spring Festival
2027/5/1 ～ 2027/5/5,off,Labour Day
2027年10月1日至2027年10月7日,off,National Day
"""


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "year.csv"
    file.write_bytes(text.encode(encoding))
    return file


def read(path: Path) -> YearNotice:
    notice, errors, _ = read_year(path, "文号")
    assert errors == []
    assert notice is not None
    return notice


def test_the_example_in_the_documents_is_a_whole_year_and_says_that_it_is_an_example() -> None:
    notice = read(EXAMPLE)
    kinds = [special.kind for special in notice.days.values()]
    assert (notice.year, kinds.count(DayKind.OFF), kinds.count(DayKind.WORK)) == (2027, 18, 5)
    assert all(special.label.endswith("（示例）") for special in notice.days.values())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_both_languages_and_every_encoding_are_read(tmp_path: Path, encoding: str) -> None:
    notice = read(written(tmp_path, ENGLISH, encoding))
    assert notice.days[date(2027, 2, 28)].kind is DayKind.WORK
    assert date(2027, 10, 7) in notice.days
    assert date(2027, 2, 6) not in notice.days  # a Saturday is off anyway
    assert notice.source == "文号"


def test_a_workbook_with_true_dates_is_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["日期", "类型", "名称"])
    for line in ENGLISH.splitlines()[1:]:
        day, kind, label = line.split(",")
        sheet.append([date.fromisoformat(day) if len(day) == 10 else day, kind, label])
    file = tmp_path / "year.xlsx"
    book.save(file)
    assert read(file).days == read(written(tmp_path, ENGLISH)).days


def test_what_cannot_be_read_is_told_by_row_and_reason(tmp_path: Path) -> None:
    bad = ENGLISH + "2027-06-31,off,\n2027-06-09,调休,端午节\n"
    notice, errors, warnings = read_year(written(tmp_path, bad), "")
    assert (notice, warnings) == (None, [])
    assert [(x.row, x.column, x.value) for x in errors] == [(7, "date", "2027-06-31"), (8, "kind", "调休")]
    assert "放假" in errors[1].zh


def test_a_line_that_changes_nothing_is_a_warning(tmp_path: Path) -> None:
    notice, errors, warnings = read_year(written(tmp_path, ENGLISH + "2027-06-09,work,\n"), "")
    assert errors == []
    assert notice is not None
    assert [x.row for x in warnings] == [7]


@pytest.mark.parametrize(
    ("text", "said"),
    [("日期,名称\n2027-01-01,元旦\n", "缺少列：类型"), ("甲,乙\n1,2\n", "缺少列：日期、类型"), ("", "空的")],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(BadLedger, match=said):
        read_year(written(tmp_path, text), "")


def test_half_a_year_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="2027-10-01是法定节假日"):
        read_year(written(tmp_path, ENGLISH.partition("2027年10月")[0]), "")
