"""Where lines, marks and labels of the overview's drawings go; words and colours are the page's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from models.watching.places import Place
from models.watching.sums import Week

WIDE, HIGH = 960, 340
LEFT, RIGHT, TOP, BOTTOM = 52, 132, 16, 34
"""Around a drawing: room for its scales, and for the names of the lines at their ends."""
STEPS = (1, 2, 5)
APART = 18
"""Between two names at the ends of lines."""
MONTHS = 8
"""Most dates below the curve."""
CELL_WIDE, CELL_HIGH, NAME_WIDE, HEAD_HIGH = 56, 30, 190, 34
SHADES = 4
LINES = ("discovered", "due", "closed")


@dataclass(frozen=True)
class Mark:
    x: float
    y: float
    text: str = ""


@dataclass(frozen=True)
class Line:
    """One quantity through the weeks, with its last value at its end; `mark` is where its name goes."""

    name: str
    points: str
    end: Mark
    mark: Mark
    value: int


@dataclass(frozen=True)
class Curve:
    lines: list[Line]
    across: list[Mark]
    """The scale at the left, by number."""
    along: list[Mark]
    """The dates below: ISO days."""
    now: float
    """Where today is."""
    wide: int = WIDE
    high: int = HIGH
    left: int = LEFT
    right: int = WIDE - RIGHT
    top: int = TOP
    floor: int = HIGH - BOTTOM


def curve(weeks: Sequence[Week]) -> Curve:
    """At least one week."""
    most = max(1, *(max(week.due, week.discovered or 0, week.closed or 0) for week in weeks))
    step = _step(most)
    roof = -(-most // step) * step

    def x(at: int) -> float:
        return round(LEFT + (WIDE - LEFT - RIGHT) * at / max(1, len(weeks) - 1), 1)

    def y(value: int) -> float:
        return round(HIGH - BOTTOM - (HIGH - TOP - BOTTOM) * value / roof, 1)

    known = [at for at, week in enumerate(weeks) if week.discovered is not None]
    every = -(-len(weeks) // MONTHS)
    return Curve(
        lines=_named([_line(name, weeks, x, y) for name in LINES]),
        across=[Mark(LEFT, y(value), str(value)) for value in range(0, roof + 1, step)],
        along=[Mark(x(at), HIGH - BOTTOM, weeks[at].ends.isoformat()) for at in range(0, len(weeks), every)],
        now=x(known[-1]) if known else LEFT,
    )


def _step(most: int) -> int:
    """Between two lines of the scale: 1, 2 or 5 with noughts, so that there are five lines at most."""
    size = 1
    while True:
        for step in STEPS:
            if most <= step * size * 5:
                return step * size
        size *= 10


def _line(name: str, weeks: Sequence[Week], x: Callable[[int], float], y: Callable[[int], float]) -> Line:
    told = [(at, value) for at, week in enumerate(weeks) if (value := getattr(week, name)) is not None]
    points = " ".join(f"{x(at)},{y(value)}" for at, value in told)
    at, value = told[-1]
    end = Mark(x(at), y(value))
    return Line(name, points, end, Mark(end.x + 10, end.y + 5), value)


def _named(lines: list[Line]) -> list[Line]:
    """Names that would lie upon each other are moved apart, downwards."""
    found: list[Line] = []
    for line in sorted(lines, key=lambda one: one.mark.y):
        near = [one.mark.y for one in found if abs(one.mark.x - line.mark.x) < RIGHT]
        lowest = max(near, default=-APART)
        found.append(replace(line, mark=Mark(line.mark.x, max(line.mark.y, lowest + APART))))
    return sorted(found, key=lambda one: LINES.index(one.name))


@dataclass(frozen=True)
class Cell:
    """`shade` is how dark: 0 for nothing, and up to 4."""

    x: int
    y: int
    value: int
    shade: int


@dataclass(frozen=True)
class Heat:
    names: list[Mark]
    heads: list[Mark]
    """The weeks: ISO days."""
    cells: list[Cell]
    wide: int
    high: int
    cell_wide: int = CELL_WIDE
    cell_high: int = CELL_HIGH


def heat(weeks: Sequence[date], rows: Mapping[Place, Sequence[int]]) -> Heat:
    most = max(SHADES, *(value for values in rows.values() for value in values))
    middle = CELL_WIDE // 2
    return Heat(
        names=[
            Mark(NAME_WIDE - 8, HEAD_HIGH + at * CELL_HIGH + CELL_HIGH * 0.66, place.name)
            for at, place in enumerate(rows)
        ],
        heads=[
            Mark(NAME_WIDE + at * CELL_WIDE + middle, HEAD_HIGH - 10, week.isoformat())
            for at, week in enumerate(weeks)
        ],
        cells=[
            Cell(NAME_WIDE + across * CELL_WIDE, HEAD_HIGH + down * CELL_HIGH, value, _shade(value, most))
            for down, values in enumerate(rows.values())
            for across, value in enumerate(values)
        ],
        wide=NAME_WIDE + len(weeks) * CELL_WIDE,
        high=HEAD_HIGH + len(rows) * CELL_HIGH + 4,
    )


def _shade(value: int, most: int) -> int:
    return -(-value * SHADES // most) if value else 0
