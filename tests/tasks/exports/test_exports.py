"""Lists as files: what an office program makes of them, whatever people wrote into their cells."""

import csv
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import ZipFile

import openpyxl
import pytest

from tasks.exports.columns import Cells, Column, Kind, Sheet
from tasks.exports.files import written

SHEET = Sheet(
    "整改台账",
    "截至2026年11月20日",
    [
        Column("编号", Kind.SHORT),
        Column("具体表现", Kind.LONG),
        Column("完成时限", Kind.DAY),
        Column("时间", Kind.MOMENT),
        Column("次数", Kind.WHOLE),
        Column("化解债务（万元）", Kind.AMOUNT),
    ],
)
EVIL = (
    "=1+1",
    "+8613800000000",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    '=HYPERLINK("http://x")',
    " =1",
    "＝1",
    "http://x.example",
)
ROW: Cells = (
    "ZC2026-001",
    "两项支出，“缺少”会议记录\n第二行",
    date(2026, 10, 16),
    datetime(2026, 11, 20, 2, 0, tzinfo=UTC),
    3,
    Decimal("346.50"),
)


async def batches(*rows: Cells) -> AsyncIterator[Sequence[Cells]]:
    for row in rows:
        yield [row]


async def whole(kind: str, *rows: Cells) -> bytes:
    return b"".join([piece async for piece in written(kind, SHEET, batches(*rows))])


async def test_a_workbook_holds_true_days_and_numbers_and_prints_with_its_header() -> None:
    book = openpyxl.load_workbook(BytesIO(await whole("xlsx", ROW)))
    sheet = book["整改台账"]
    assert [cell.value for cell in sheet[2]] == [column.title for column in SHEET.columns]
    number, words, day, moment, count, amount = sheet[3]
    assert (number.value, words.value) == (ROW[0], ROW[1])
    assert (day.data_type, day.value) == ("d", datetime(2026, 10, 16))  # noqa: DTZ001, a cell has no zone
    assert (moment.data_type, moment.value) == ("d", datetime(2026, 11, 20, 10, 0))  # noqa: DTZ001
    assert (count.value, amount.value) == (3, 346.5)
    assert words.alignment.wrap_text
    assert sheet.print_title_rows == "$2:$2"
    assert sheet.freeze_panes == "B3"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
    assert sheet.page_setup.fitToHeight == 0


async def test_no_cell_of_a_workbook_is_a_formula_or_a_link() -> None:
    content = await whole("xlsx", *((each, each, None, None, None, None) for each in EVIL))
    with ZipFile(BytesIO(content)) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not any(b"<f>" in parts.read(name) or b"hyperlink" in parts.read(name) for name in sheets)
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    assert sheet is not None
    assert [row[0].data_type for row in sheet.iter_rows(min_row=3)] == ["s"] * len(EVIL)


async def test_no_cell_of_csv_begins_a_formula() -> None:
    content = (await whole("csv", *((each, "", None, None, None, None) for each in EVIL))).decode()
    assert content.startswith("\ufeff编号,具体表现")
    rows = list(csv.reader(StringIO(content, newline="")))[1:]
    assert [row[0] for row in rows[:-1]] == [f"'{each}" for each in EVIL[:-1]]
    assert rows[-1][0] == EVIL[-1]


async def test_csv_is_read_back_as_it_was() -> None:
    content = (await whole("csv", ROW)).decode("utf-8-sig")
    assert list(csv.reader(StringIO(content, newline="")))[1] == [
        "ZC2026-001",
        "两项支出，“缺少”会议记录\n第二行",
        "2026-10-16",
        "2026-11-20 10:00",
        "3",
        "346.50",
    ]


async def test_a_text_longer_than_a_cell_is_cut_and_the_rest_is_kept() -> None:
    content = await whole("xlsx", ("甲" * 40_000, "后", date(1200, 1, 1), None, None, None))
    sheet = openpyxl.load_workbook(BytesIO(content)).active
    assert sheet is not None
    row = [cell.value for cell in sheet[3]]
    assert row == ["甲" * 32_767, "后", "1200-01-01", None, None, None]


async def test_what_no_longer_fits_on_a_sheet_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.exports.workbook.LAST_ROW", 4)
    book = openpyxl.load_workbook(BytesIO(await whole("xlsx", *[ROW] * 5)))
    assert [sheet.max_row for sheet in book] == [4, 4, 3]


async def test_an_empty_list_is_a_header() -> None:
    assert openpyxl.load_workbook(BytesIO(await whole("xlsx"))).active is not None
    assert (await whole("csv")).decode().count("\r\n") == 1
