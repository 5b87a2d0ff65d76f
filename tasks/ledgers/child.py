"""The process that opens workbooks, limited in memory and time: it prints one sheet as JSON and ends."""

import math
import resource
import sys
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Protocol, cast

import openpyxl
from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.cell_style import StyleArray
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel, from_ISO8601
from openpyxl.xml.constants import SHARED_STRINGS

from policy.refusals import BadLedger
from tasks.ledgers import guard, wire
from tasks.ledgers.headers import score
from tasks.ledgers.sheets import (
    MAX_CELL,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    MAX_TEXT,
    Cell,
    Merge,
    Sheet,
    tidy,
)
from tasks.ledgers.worksheet import Raw, Strings, Worksheet

MEMORY = 512 * 2**20
SECONDS = 20
MAX_OUTPUT = 64 * 2**20
MAX_SHEETS = 50
MAC_ZERO = date(1904, 1, 1)
REFUSED = 3


def main() -> int:
    """Print the sheet, or the refusal in two lines (Chinese, English) with exit code 3."""
    limit()
    warnings.simplefilter("ignore")
    assert openpyxl.DEFUSEDXML, "without defusedxml a workbook may hold entities"
    try:
        answer = wire.dump(best_sheet(Path(sys.argv[1])))
    except BadLedger as refusal:
        sys.stdout.buffer.write(f"{refusal.zh}\n{refusal.en}".encode())
        return REFUSED
    sys.stdout.buffer.write(answer.encode())
    return 0


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_OUTPUT, MAX_OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def best_sheet(path: Path) -> Sheet:
    """The visible sheet whose header names most fields. Raises BadLedger."""
    guard.check_archive(path)
    best: Sheet | None = None
    trouble: BadLedger | None = None
    known = -1
    for sheet, problem in sheets_of(path):
        if (found := score(sheet)) > known:
            best, trouble, known = sheet, problem, found
    if best is None:
        raise guard.damaged()
    if trouble is not None:
        raise trouble
    return best


def sheets_of(path: Path) -> Iterator[tuple[Sheet, BadLedger | None]]:
    """Each visible worksheet, and why it may not be used, if so."""
    try:
        reader = Reader(path, read_only=True, data_only=False, keep_links=False)
        reader.read()
        book = reader.wb
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        values = Values(cast("OpenBook", book), reader.shared_strings)
        for opened in (visible or book.worksheets)[:MAX_SHEETS]:
            yield read_sheet(values, cast("OpenSheet", opened), reader.archive)
    except (BadLedger, MemoryError):
        raise
    except Exception as broken:  # whatever a broken workbook provokes is one fact: it cannot be read
        raise guard.damaged() from broken


class Reader(ExcelReader):
    """openpyxl's, which reads everything but the texts and the cells; pinned with openpyxl 3.1."""

    shared_strings: list[str]

    def read_strings(self) -> None:
        part = self.package.find(SHARED_STRINGS)  # type: ignore[no-untyped-call]  # not in the stubs
        if part is not None:
            with self.archive.open(part.PartName[1:]) as source:
                self.shared_strings = Strings().read(source)


class OpenBook(Protocol):
    """What openpyxl knows of a workbook and its cells need; pinned with openpyxl 3.1."""

    epoch: datetime
    _date_formats: set[int]
    _timedelta_formats: set[int]
    _cell_styles: Sequence[StyleArray]
    _number_formats: Sequence[str]


class OpenSheet(Protocol):
    title: str
    _worksheet_path: str


class Values:
    """What raw cells say; the same writing under the same style is understood once."""

    def __init__(self, book: OpenBook, strings: Sequence[str]) -> None:
        self.book, self.strings = book, strings
        self.percents = percent_styles(book)
        self.known: dict[tuple[str, int, str], Cell | None] = {}

    @property
    def zero(self) -> date:
        return WINDOWS_EPOCH.date() if self.book.epoch == WINDOWS_EPOCH else MAC_ZERO

    def cell(self, raw: Raw) -> Cell | None:
        if raw.text is None:
            return None
        key = (raw.kind, raw.style, raw.text)
        if key not in self.known:
            self.known[key] = self._understood(raw.kind, raw.style, raw.text)
        return self.known[key]

    def _understood(self, kind: str, style: int, text: str) -> Cell | None:
        percent = style in self.percents
        if kind == "n":
            return self._number(float(text) if {*".eE"} & {*text} else int(text), style)
        if kind == "s":
            return cell_of(self.strings[int(text)], kind, percent)
        if kind == "d":
            return cell_of(from_ISO8601(text), kind, percent)  # type: ignore[no-untyped-call]  # no stub
        if kind == "b":
            return cell_of(bool(int(text)), kind, percent)
        return cell_of(text, kind, percent)

    def _number(self, number: float, style: int) -> Cell | None:
        if style not in self.book._date_formats:
            return cell_of(number, "n", style in self.percents)
        try:
            day = from_excel(number, self.book.epoch, timedelta=style in self.book._timedelta_formats)
        except (OverflowError, ValueError):
            return cell_of("#VALUE!", "e", False)
        return cell_of(day, "d", False)


def read_sheet(values: Values, opened: OpenSheet, archive: zipfile.ZipFile) -> tuple[Sheet, BadLedger | None]:
    """One pass over the cells, then the merged ones, which stand behind them."""
    sheet = Sheet(opened.title, {}, [], values.zero)
    with archive.open(opened._worksheet_path) as source:
        try:
            fill(sheet, Worksheet(), source, values)
        except BadLedger as trouble:
            return sheet, trouble
    return sheet, None


def fill(sheet: Sheet, worksheet: Worksheet, source: IO[bytes], values: Values) -> None:
    count = size = 0
    for row, raws in worksheet.rows(source):
        said = ((raw.column, values.cell(raw)) for raw in raws)
        cells = {column: cell for column, cell in said if cell is not None}
        if not cells:
            continue
        check_place(row, max(cells))
        count += len(cells)
        size += sum(len(cell.text) for cell in cells.values())
        if count > MAX_CELLS or size > MAX_TEXT:
            raise guard.too_large()
        sheet.cells.setdefault(row, {}).update(cells)
    sheet.merges = merges(worksheet, sheet)


def check_place(row: int, column: int) -> None:
    if row > MAX_ROWS or column > MAX_COLUMNS:
        raise BadLedger(
            f"表格超出范围：第{row}行第{column}列还有内容，最多{MAX_ROWS}行、{MAX_COLUMNS}列。请删去多余内容。",
            f"The sheet is too large: row {row}, column {column} holds something; the limit is"
            f" {MAX_ROWS} rows and {MAX_COLUMNS} columns.",
        )


def cell_of(value: object, kind: str, percent: bool) -> Cell | None:
    """None for a cell that says nothing. A formula stays the text it is."""
    if kind == "e":
        return Cell(str(value)[:MAX_CELL], fault=True)
    if isinstance(value, datetime | date):
        day = value.date() if isinstance(value, datetime) else value
        return Cell(day.isoformat(), day=day)
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        number = Decimal(format(value, ".15g"))
        shown = number * 100 if percent else number
        return Cell(f"{shown.normalize():f}" + "%" * percent, number=number, percent=percent)
    if value is None:
        return None
    text = tidy(str(value)[: MAX_CELL + 1])
    return Cell(text) if text else None


def percent_styles(book: OpenBook) -> set[int]:
    """Ids of the cell styles that show a number as per cent."""
    own = dict(enumerate(book._number_formats, BUILTIN_FORMATS_MAX_SIZE))
    formats = {**BUILTIN_FORMATS, **own}
    return {i for i, style in enumerate(book._cell_styles) if "%" in formats.get(style.numFmtId, "")}


def merges(worksheet: Worksheet, sheet: Sheet) -> list[Merge]:
    """Merged cells that say something, cut to the rows and columns in use."""
    last = max(sheet.cells, default=0)
    return [
        Merge(top, left, min(bottom, last), min(right, MAX_COLUMNS))
        for left, top, right, bottom in worksheet.merges
        if sheet.at(top, left).text
    ]


if __name__ == "__main__":
    sys.exit(main())
