"""What becomes of each row of a ledger: new, changed or unchanged; for whoever looks before it is stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from policy.ledger_rows import LedgerRow

MOST = 2000
"""Of a kind: a longer list is read by nobody, and is to be held in memory."""


class Kind(StrEnum):
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class Fate:
    """`changes` are (the column's header, what is stored, what is stated)."""

    row: int
    number: str
    text: str
    kind: Kind
    changes: tuple[tuple[str, str, str], ...] = ()


@dataclass
class Fates:
    """The first ones of each kind."""

    kept: list[Fate] = field(default_factory=list)
    counts: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys(Kind, 0))

    def note(
        self, kind: Kind, row: LedgerRow, number: str, changes: Mapping[str, tuple[str, str]] | None = None
    ) -> None:
        self.counts[kind] += 1
        if self.counts[kind] <= MOST:
            told = tuple((header, old, new) for header, (old, new) in (changes or {}).items())
            self.kept.append(Fate(row.row, number, row.title or row.condition[:60], kind, told))
