"""A list as a workbook: true dates and numbers, a header on each printed page, all text, no formulas."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from policy.office import OFFICE
from tasks.exports.columns import Cell, Cells, Kind, Sheet

LAST_ROW = 1_048_576
"""Of a sheet; a longer list goes on in the next."""
LONGEST_CELL = 32_767
FIRST_YEAR = 1900
"""Before it the program knows no days."""
A3 = 8
WIDTH = {
    Kind.SHORT: 12,
    Kind.TEXT: 20,
    Kind.LONG: 44,
    Kind.DAY: 16,
    Kind.MOMENT: 18,
    Kind.WHOLE: 9,
    Kind.AMOUNT: 14,
}
"""In characters of the usual size; a Chinese one counts two, and text goes on in the next line."""
NUMBERS = {
    Kind.DAY: 'yyyy"年"m"月"d"日"',
    Kind.MOMENT: "yyyy-mm-dd hh:mm",
    Kind.WHOLE: "0",
    Kind.AMOUNT: "#,##0.00",
}
FONT = {"font_name": "宋体", "font_size": 11, "valign": "top", "border": 1, "border_color": "#999999"}
HEAD = {
    **FONT,
    "bold": True,
    "valign": "vcenter",
    "align": "center",
    "bg_color": "#EEF0F3",
    "text_wrap": True,
}


class Workbook:
    """Writes rows to the disk as they come."""

    def __init__(self, file: Path, sheet: Sheet) -> None:
        how = {
            "constant_memory": True,
            "tmpdir": str(file.parent),
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.book = xlsxwriter.Workbook(str(file), how)
        self.sheet = sheet
        self.formats = [self._format(column.kind) for column in sheet.columns]
        self.head, self.title = (
            self.book.add_format(HEAD),
            self.book.add_format({"bold": True, "font_size": 16, "font_name": "黑体"}),
        )
        self.pages = 0
        self.here = self._begin()

    def close(self) -> None:
        """Only then there is a file."""
        self._end()
        self.book.close()

    def write(self, rows: Iterable[Cells]) -> None:
        for row in rows:
            if self.row == LAST_ROW:
                self._end()
                self.here = self._begin()
            for place, cell in enumerate(row):
                self._cell(place, cell)
            self.row += 1

    def _format(self, kind: Kind) -> Format:
        number = {"num_format": NUMBERS[kind]} if kind in NUMBERS else {"text_wrap": True}
        return self.book.add_format({**FONT, **number})

    def _begin(self) -> Worksheet:
        self.pages += 1
        name = self.sheet.title if self.pages == 1 else f"{self.sheet.title}{self.pages}"
        here: Worksheet = self.book.add_worksheet(name[:31])
        here.set_landscape()
        here.set_paper(A3)
        here.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        here.fit_to_pages(1, 0)
        here.set_footer("&L&A&R&P / &N")
        here.freeze_panes(2, 1)
        here.repeat_rows(1)
        for place, column in enumerate(self.sheet.columns):
            here.set_column(place, place, column.width or WIDTH[column.kind])
        here.set_row(0, 30)
        here.write_string(0, 0, f"{self.sheet.title}　{self.sheet.said}", self.title)
        for place, column in enumerate(self.sheet.columns):
            here.write_string(1, place, column.title, self.head)
        self.row = 2
        return here

    def _end(self) -> None:
        if self.sheet.printed:
            self.here.print_area(0, 0, self.row - 1, self.sheet.printed - 1)
        self.here.autofilter(1, 0, self.row - 1, len(self.sheet.columns) - 1)

    def _cell(self, place: int, cell: Cell) -> None:
        how = self.formats[place]
        if isinstance(cell, datetime):
            self.here.write_datetime(self.row, place, cell.astimezone(OFFICE).replace(tzinfo=None), how)
        elif isinstance(cell, date) and cell.year >= FIRST_YEAR:
            self.here.write_datetime(self.row, place, datetime(cell.year, cell.month, cell.day), how)  # noqa: DTZ001, a day has no zone
        elif isinstance(cell, int | Decimal):
            self.here.write_number(self.row, place, cell, how)
        elif cell is None:
            self.here.write_blank(self.row, place, None, how)
        else:
            self.here.write_string(self.row, place, str(cell)[:LONGEST_CELL], how)
