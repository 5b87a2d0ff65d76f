"""One line of the table: a figure of ours, the alternative's from the same run, and what was wanted."""

from dataclasses import dataclass
from statistics import median
from typing import Literal


@dataclass(frozen=True)
class Measured:
    """`wanted` bounds ours by theirs: 10 with "more" is ten times as much, 0.1 with "less" a tenth."""

    what: str
    ours: float
    against: str
    theirs: float
    wanted: float
    unit: str
    better: Literal["more", "less"]
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs if self.theirs else float("inf")

    @property
    def is_met(self) -> bool:
        return self.ratio >= self.wanted if self.better == "more" else self.ratio <= self.wanted


@dataclass(frozen=True)
class Fact:
    """A figure that stands alone: a limit of the machine, a part of a profile, a cost."""

    what: str
    value: float
    unit: str
    note: str = ""


Figure = Measured | Fact


def percentile(values: list[float], part: float) -> float:
    """The value that `part` of all do not exceed, of those there are."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


__all__ = ["Fact", "Figure", "Measured", "median", "percentile"]
