"""A sheet as it stood in the file: cells with their own row and column numbers, from 1."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

MAX_ROWS = 20_000
MAX_COLUMNS = 200
MAX_CELL = 10_000
MAX_CELLS = 500_000
MAX_MERGES = 20_000
MAX_TEXT = 30_000_000
EXCEL_ZERO = date(1899, 12, 30)

INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]|_x000D_")
BETWEEN_CHINESE = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef])\s+(?=[\u3000-\u9fff\uff00-\uffef])")


class Cell(NamedTuple):
    """What one cell says. A true number or date of the sheet is kept beside its text."""

    text: str
    number: Decimal | None = None
    day: date | None = None
    percent: bool = False
    fault: bool = False
    """An error value such as #REF!."""


@dataclass(frozen=True, slots=True)
class Merge:
    top: int
    left: int
    bottom: int
    right: int

    @property
    def width(self) -> int:
        return self.right - self.left + 1


EMPTY = Cell("")


@dataclass
class Sheet:
    """Only cells that say something; an absent cell is empty."""

    name: str
    cells: dict[int, dict[int, Cell]]
    merges: list[Merge] = field(default_factory=list)
    zero: date = EXCEL_ZERO
    """The day that a bare serial number counts from."""

    def at(self, row: int, column: int) -> Cell:
        return self.cells.get(row, {}).get(column, EMPTY)

    def rows(self) -> Iterator[int]:
        return iter(sorted(row for row, cells in self.cells.items() if cells))


def tidy(text: str) -> str:
    """Lines trimmed, empty ones dropped, control and invisible characters removed."""
    if text.isprintable() and "  " not in text and "_x000D_" not in text:
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\x0b", "\n")
    lines = (re.sub(r"[ \t\u00a0\u3000]+", " ", line).strip() for line in INVISIBLE.sub("", text).split("\n"))
    return "\n".join(line for line in lines if line)


@lru_cache(maxsize=2048)
def name(text: str) -> str:
    """A name on one line: line breaks and spaces between Chinese characters are layout, not part of it."""
    tidied = tidy(text)
    if tidied.isprintable() and " " not in tidied:
        return tidied
    return re.sub(r"\s+", " ", BETWEEN_CHINESE.sub("", tidied))


@lru_cache(maxsize=2048)
def half_width(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
