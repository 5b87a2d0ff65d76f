"""Sums over the counts: lights, bands of days, weeks. Pure; whatever is shown is added up here."""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from itertools import accumulate
from typing import TypeVar

from models.watching.cube import ClosedAt, Cube, Due, Known, Standing, Topical
from policy.stages import ENDED, LIVE, Stage

Key = TypeVar("Key", bound=Hashable)
Cell = TypeVar("Cell")
Band = tuple[int, int | None]
"""Days, both ends included."""

GONE = ENDED - {Stage.CLOSED}
"""Withdrawn or merged: they never had to be put right, and count as neither open nor closed."""
AGES: tuple[Band, ...] = ((0, 30), (31, 60), (61, 90), (91, 180), (181, None))
OVERDUE: tuple[Band, ...] = ((1, 7), (8, 30), (31, 90), (91, None))
WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Figures:
    """Of some findings: how many of them there are, and how they stand."""

    red: int = 0
    yellow: int = 0
    green: int = 0
    submitted: int = 0
    """Past the deadline, and submitted in time."""
    none: int = 0
    """Open without a deadline."""
    in_time: int = 0
    late: int = 0
    gone: int = 0

    @property
    def open(self) -> int:
        return self.red + self.yellow + self.green + self.submitted + self.none

    @property
    def closed(self) -> int:
        return self.in_time + self.late

    @property
    def all(self) -> int:
        return self.open + self.closed + self.gone


NAMES = tuple(field.name for field in fields(Figures))


def figures(cells: Iterable[Standing]) -> Figures:
    found = dict.fromkeys(NAMES, 0)
    for cell in cells:
        if cell.stage in LIVE:
            lights = {name: getattr(cell, name) for name in ("red", "yellow", "green", "submitted")}
            kinds = lights | {"none": cell.size - sum(lights.values())}
        elif cell.stage is Stage.CLOSED:
            kinds = {"in_time": cell.size - cell.late, "late": cell.late}
        else:
            kinds = {"gone": cell.size}
        for name, size in kinds.items():
            found[name] += size
    return Figures(**found)


@dataclass(frozen=True)
class Fates:
    """Of some findings: how many are open, closed, or neither any more."""

    open: int = 0
    closed: int = 0
    gone: int = 0

    @property
    def all(self) -> int:
        return self.open + self.closed + self.gone


def fates(cells: Iterable[Topical]) -> Fates:
    cells = list(cells)
    live = sum(cell.size for cell in cells if cell.stage in LIVE)
    closed = sum(cell.size for cell in cells if cell.stage is Stage.CLOSED)
    return Fates(live, closed, sum(cell.size for cell in cells) - live - closed)


def parted(cells: Iterable[Cell], by: Callable[[Cell], Key]) -> dict[Key, list[Cell]]:
    found: dict[Key, list[Cell]] = {}
    for cell in cells:
        found.setdefault(by(cell), []).append(cell)
    return found


def by_stage(cells: Iterable[Standing]) -> dict[Stage, int]:
    """In the order of a finding's life; stages where nothing is are left out."""
    found = {stage: sum(x.size for x in some) for stage, some in parted(cells, lambda x: x.stage).items()}
    return {stage: found[stage] for stage in Stage if stage in found}


def by_age(days: Iterable[Known], today: date) -> list[int]:
    """What is open and not veiled, by days since it was discovered, in the bands `AGES`."""
    return _banded([((today - x.day).days, x.live) for x in days if not x.veiled], AGES)


def by_delay(days: Iterable[Due], today: date) -> list[int]:
    """What is overdue, by days since its deadline, in the bands `OVERDUE`."""
    return _banded([((today - x.day).days, x.size - x.submitted) for x in days if x.stage in LIVE], OVERDUE)


def _banded(days: Sequence[tuple[int, int]], bands: Iterable[Band]) -> list[int]:
    return [
        sum(size for day, size in days if day >= least and (most is None or day <= most))
        for least, most in bands
    ]


@dataclass(frozen=True)
class Week:
    """At the end of a week, of what has to be put right and is not veiled: known, due, standing closed."""

    ends: date
    """Its Sunday."""
    due: int
    discovered: int | None = None
    """None in weeks to come."""
    closed: int | None = None


def course(cube: Cube, today: date, back: int, ahead: int) -> list[Week]:
    """How it went since the first finding, or for so many weeks; and what falls due in weeks to come."""
    discovered = _by_week((x.day, x.live + x.closed) for x in cube.known if not x.veiled)
    due = _by_week((x.day, x.size) for x in cube.due if not x.veiled and x.stage not in GONE)
    turned = [(x.day, x.size) for x in cube.turned if not x.veiled]
    closed = _by_week([*((x.day, x.size) for x in cube.closed if not x.veiled), *turned])
    this = week_end(today)
    first = max(min(discovered, default=this), this - back * WEEK)
    ends = [first + n * WEEK for n in range((this - first).days // 7 + ahead + 1)]
    sums = [_up_to(ends, weeks) for weeks in (due, discovered, closed)]
    return [
        Week(end, planned, known if end <= this else None, done if end <= this else None)
        for end, planned, known, done in zip(ends, *sums, strict=True)
    ]


def _by_week(days: Iterable[tuple[date, int]]) -> dict[date, int]:
    found: dict[date, int] = {}
    for day, size in days:
        found[week_end(day)] = found.get(week_end(day), 0) + size
    return found


def _up_to(ends: Iterable[date], weeks: Mapping[date, int]) -> list[int]:
    """Sums over all weeks that end by these days, which come in order."""
    ordered = sorted(weeks)
    sums = [0, *accumulate(weeks[week] for week in ordered)]
    return [sums[bisect_right(ordered, end)] for end in ends]


def week_end(day: date) -> date:
    return day + timedelta(days=6 - day.weekday())


def closed_by_week(
    cells: Iterable[ClosedAt], weeks: Sequence[date], place: Callable[[int | None], Key]
) -> dict[Key, list[int]]:
    """Where → how many were closed in each of these weeks."""
    at = {ends: n for n, ends in enumerate(weeks)}
    found: dict[Key, list[int]] = {}
    for cell in cells:
        ends = week_end(cell.day)
        if not cell.veiled and ends in at:
            found.setdefault(place(cell.unit), [0] * len(weeks))[at[ends]] += cell.size
    return found
