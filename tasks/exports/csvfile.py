"""A list as comma-separated text, as office programs open it: marked UTF-8, no cell of which is a formula."""

import csv
from collections.abc import Iterable
from datetime import datetime
from io import StringIO

from policy.office import OFFICE
from tasks.exports.columns import Cell, Cells, Sheet

MARK = "\ufeff"
"""Without it office programs take the text for something else than UTF-8."""
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def head(sheet: Sheet) -> bytes:
    return (MARK + _written([[column.title for column in sheet.columns]])).encode()


def lines(rows: Iterable[Cells]) -> bytes:
    return _written([[_cell(cell) for cell in row] for row in rows]).encode()


def _written(rows: Iterable[Iterable[str]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def _cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell.astimezone(OFFICE):%Y-%m-%d %H:%M}"
    return harmless(cell) if isinstance(cell, str) else str(cell)


def harmless(text: str) -> str:
    """Text that no office program computes: what would begin a formula begins with an apostrophe."""
    return f"'{text}" if text.lstrip(" ").startswith(BEGINS_A_FORMULA) else text


def as_it_was(text: str) -> str:
    """What `harmless` was given."""
    bare = text.removeprefix("'")
    return bare if harmless(bare) == text else text
