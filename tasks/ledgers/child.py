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
from typing import Protocol, cast

import openpyxl
from openpyxl.styles.cell_style import StyleArray
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE
from openpyxl.utils import range_boundaries
from openpyxl.utils.datetime import WINDOWS_EPOCH
from openpyxl.worksheet._reader import WorkSheetParser

from policy.refusals import BadLedger
from tasks.ledgers import guard, wire
from tasks.ledgers.headers import score
from tasks.ledgers.sheets import (
    MAX_CELL,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_MERGES,
    MAX_ROWS,
    MAX_TEXT,
    Cell,
    Merge,
    Sheet,
    tidy,
)

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
        book = openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
        visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        with zipfile.ZipFile(path) as archive:
            for opened in (visible or book.worksheets)[:MAX_SHEETS]:
                yield read_sheet(cast("OpenBook", book), cast("OpenSheet", opened), archive)
    except (BadLedger, MemoryError):
        raise
    except Exception as broken:  # whatever a broken workbook provokes is one fact: it cannot be read
        raise guard.damaged() from broken


class OpenBook(Protocol):
    """What openpyxl knows of a workbook and its reader needs; pinned with openpyxl 3.1."""

    epoch: datetime
    _date_formats: set[int]
    _timedelta_formats: set[int]
    _cell_styles: Sequence[StyleArray]
    _number_formats: Sequence[str]


class OpenSheet(Protocol):
    title: str
    _worksheet_path: str
    _shared_strings: Sequence[str]


def read_sheet(book: OpenBook, opened: OpenSheet, archive: zipfile.ZipFile) -> tuple[Sheet, BadLedger | None]:
    """One pass with openpyxl's own parser, since its read-only sheets forget the merged cells."""
    sheet = Sheet(opened.title, {}, [], WINDOWS_EPOCH.date() if book.epoch == WINDOWS_EPOCH else MAC_ZERO)
    with archive.open(opened._worksheet_path) as source:
        parser = WorkSheetParser(
            source,
            opened._shared_strings,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        try:
            fill(sheet, parser, percent_styles(book))
        except BadLedger as trouble:
            return sheet, trouble
    return sheet, None


def fill(sheet: Sheet, parser: WorkSheetParser, percents: set[int]) -> None:
    count = size = 0
    for row, packs in parser.parse():
        cells = {}
        for pack in packs:
            cell = cell_of(pack["value"], str(pack["data_type"]), pack["style_id"] in percents)
            if cell is not None:
                cells[pack["column"]] = cell
                size += len(cell.text)
        if not cells:
            continue
        check_place(row, max(cells))
        count += len(cells)
        if count > MAX_CELLS or size > MAX_TEXT:
            raise guard.too_large()
        sheet.cells.setdefault(row, {}).update(cells)
    sheet.merges = merges(parser, sheet)


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
    text = tidy(str(getattr(value, "text", value))[: MAX_CELL + 1])
    return Cell(text) if text else None


def percent_styles(book: OpenBook) -> set[int]:
    """Ids of the cell styles that show a number as per cent."""
    own = dict(enumerate(book._number_formats, BUILTIN_FORMATS_MAX_SIZE))
    formats = {**BUILTIN_FORMATS, **own}
    return {i for i, style in enumerate(book._cell_styles) if "%" in formats.get(style.numFmtId, "")}


def merges(parser: WorkSheetParser, sheet: Sheet) -> list[Merge]:
    """Merged cells that say something, cut to the rows and columns in use."""
    found = parser.merged_cells.mergeCell if parser.merged_cells else []
    if len(found) > MAX_MERGES:
        raise guard.too_large()
    last = max(sheet.cells, default=0)
    edges = (cast("tuple[int, int, int, int]", range_boundaries(merge.ref)) for merge in found)
    return [
        Merge(top, left, min(bottom, last), min(right, MAX_COLUMNS))
        for left, top, right, bottom in edges
        if sheet.at(top, left).text
    ]


if __name__ == "__main__":
    sys.exit(main())
