"""What a list is written as: a title, columns that know what they hold, rows of values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

Cell = str | int | Decimal | date | datetime | None
"""A time is aware, and written as the office's clock showed it."""
Cells = Sequence[Cell]


class Kind(StrEnum):
    """How a column's values are written, and how much room they get."""

    SHORT = "short"
    TEXT = "text"
    LONG = "long"
    DAY = "day"
    MOMENT = "moment"
    WHOLE = "whole"
    AMOUNT = "amount"


@dataclass(frozen=True)
class Column:
    title: str
    kind: Kind = Kind.TEXT
    width: int = 0
    """In characters; what its kind usually gets if 0."""


@dataclass(frozen=True)
class Sheet:
    """A list before its rows: what it is called, what is said above it, its columns."""

    title: str
    said: str
    columns: Sequence[Column]
    printed: int = 0
    """So many of the first columns go on paper, where all would be too small to read; 0 is all."""
