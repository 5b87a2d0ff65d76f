"""Ledgers as people hand them in: small files for the tests."""

import csv
import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl

import portal
from policy.ledger_rows import LedgerRow, ReadLedger
from tasks.ledgers.reading import read_ledger

TODAY = date(2026, 11, 20)
DEMO = Path(portal.__file__).parent / "demo"
BOOK = DEMO / "sample_ledger.xlsx"
TABLE = DEMO / "sample_findings.csv"

Value = str | int | float | date | None
PLAIN: dict[str, Value] = {
    "问题编号": "A-1",
    "问题来源": "自查",
    "具体表现": "会议记录缺页漏签",
    "严重程度": "一般",
    "责任单位": "甲村党支部",
    "责任人": "甲村党支部书记",
    "时限类型": "限期整改",
    "完成时限": "2026-12-31",
    "整改状态": "整改中",
    "进展情况": "已整理",
    "发现日期": "2026-03-10",
    "问题标题": "记录不全",
}


def write_csv(folder: Path, *rows: dict[str, Value], without: tuple[str, ...] = ()) -> Path:
    """Rows that differ from a plain one as told, under the plain columns and all that the rows name."""
    columns = [c for c in dict.fromkeys([*PLAIN, *(c for row in rows for c in row)]) if c not in without]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    for number, row in enumerate(rows, start=1):
        full = {**PLAIN, "问题编号": f"A-{number}", **row}
        writer.writerow([full.get(column, "") for column in columns])
    path = folder / "ledger.csv"
    path.write_bytes(out.getvalue().encode())
    return path


def write_book(
    folder: Path,
    rows: list[list[Value]],
    *,
    merged: tuple[str, ...] = (),
    formats: dict[str, str] | None = None,
) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    path = folder / "ledger.xlsx"
    book.save(path)
    return path


def read(path: Path, source: str = "") -> ReadLedger:
    return read_ledger(path, today=TODAY, source=source)


def only_row(path: Path, source: str = "") -> LedgerRow:
    """The one row of a file without errors."""
    ledger = read(path, source)
    assert ledger.errors == ()
    assert len(ledger.rows) == 1
    return ledger.rows[0]


def with_part(folder: Path, name: str, content: bytes, base: Path = BOOK) -> Path:
    """A copy of a workbook with one part replaced or added."""
    path = folder / "changed.xlsx"
    with zipfile.ZipFile(base) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            if entry != name:
                new.writestr(entry, old.read(entry))
        new.writestr(name, content)
    return path


def part(name: str, base: Path = BOOK) -> bytes:
    with zipfile.ZipFile(base) as book:
        return book.read(name)
