"""One page of a list, most urgent first, begun where the last one ended: it costs the same in any ledger."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, String, and_, case, literal, null, select, true, tuple_
from sqlalchemy.orm import Mapped
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models import questions
from models.access.sight import Sight, opened
from models.bulk import plain
from models.findings import Finding
from models.listing.conditions import ENDED, LIVE, findings_where, shows
from models.listing.searching import is_sqlite
from models.listing.totals import Totals
from models.listing.wanted import Wanted
from models.overview import veiled
from models.questions import Row
from policy.lights import Light
from policy.refusals import BadInput


@dataclass(frozen=True)
class Place:
    """A finding's place in the order: its part of the list, its day there, its number."""

    part: int
    day: date | None
    number: str

    def __str__(self) -> str:
        return f"{self.part}.{self.day or ''}.{self.number}"


@dataclass(frozen=True)
class Page:
    """Rows as `questions.listed` gives them, veiled where the reader may not open them."""

    rows: Sequence[Row]
    before: Place | None = None
    """The place of the first row, if others stand before it."""
    after: Place | None = None
    """The place of the last row, if others stand after it."""


@dataclass(frozen=True)
class Part:
    """A stretch of the list that one index has in order; without a `day` by number alone."""

    condition: ColumnElement[bool]
    day: Mapped[date] | None
    lights: frozenset[Light]
    newest_first: bool = False

    def keys(self) -> list[Mapped[Any]]:
        return [col(Finding.number)] if self.day is None else [self.day, col(Finding.number)]


DEADLINE: Mapped[Any] = col(Finding.deadline)
PARTS = (
    Part(
        LIVE & DEADLINE.is_not(None),
        DEADLINE,
        frozenset({Light.RED, Light.YELLOW, Light.GREEN, Light.SUBMITTED}),
    ),
    Part(LIVE & DEADLINE.is_(None), None, frozenset({Light.NONE})),
    Part(ENDED, col(Finding.stage_since), frozenset({Light.CLOSED}), newest_first=True),
)
"""What is not ended by deadline, then what has none, then what is ended, newest first."""
MANY = 5000
"""So many are met soon enough in the order they stand in; fewer are sooner gathered and sorted."""


def place(text: str) -> Place | None:
    """Reads what a place is written as; of nothing it is none. Raises BadInput."""
    if not text:
        return None
    part, _, rest = text.partition(".")
    day, _, number = rest.partition(".")
    try:
        found = Place(int(part), date.fromisoformat(day) if day else None, number)
        if not number or found.part < 0 or (found.day is None) is not (PARTS[found.part].day is None):
            raise ValueError
    except (ValueError, IndexError) as error:
        raise BadInput(
            "地址中的页不能识别，请从第一页看起。", "There is no such page. Begin at the first."
        ) from error
    return found


async def page(
    session: AsyncSession,
    wanted: Wanted,
    sight: Sight,
    today: date,
    *,
    size: int,
    after: Place | None = None,
    before: Place | None = None,
    counts: Totals | None = None,
) -> Page:
    """The rows after a place, or before one, or from the beginning. Raises as `findings_where`.

    Whoever has counted what is wanted says so, and is answered sooner.
    """
    where = await findings_where(session, wanted, sight, today)
    back = before is not None
    found: list[tuple[Place, bool]] = []
    for number, start in _parts(before or after, back):
        lights = PARTS[number].lights & wanted.lights()
        there = counts.of(wanted, lights) if counts else len(lights)
        if there:
            its = _in_order(where, wanted, today) if there > MANY and is_sqlite(session) else where
            asked = Asked(its, sight, back, size + 1 - len(found))
            found += await _stretch(session, number, start, asked)
        if len(found) > size:
            break
    more, found = len(found) > size, found[:size]
    if back:
        found.reverse()
    if not found:
        return Page([])
    before_it = more if back else after is not None
    after_it = True if back else more
    rows = await _shown(session, found, today)
    return Page(rows, found[0][0] if before_it else None, found[-1][0] if after_it else None)


def _parts(start: Place | None, back: bool) -> Iterator[tuple[int, Place | None]]:
    """The parts to look into in turn, the first from where to begin in it."""
    if start is None:
        yield from ((number, None) for number in range(len(PARTS)))
        return
    yield start.part, start
    rest = range(start.part - 1, -1, -1) if back else range(start.part + 1, len(PARTS))
    yield from ((number, None) for number in rest)


@dataclass(frozen=True)
class Asked:
    """What a stretch is asked for: whether backwards, and how many at most."""

    where: ColumnElement[bool]
    sight: Sight
    back: bool
    most: int


def _in_order(where: ColumnElement[bool], wanted: Wanted, today: date) -> ColumnElement[bool]:
    """The same, worded so that SQLite, which has no idea how many there are, looks nothing up by it."""
    lights = [shows(light, today) for light in wanted.light]
    return and_(case((where, 1), else_=0) == 1, lights[0] if len(lights) == 1 else true())


async def _stretch(
    session: AsyncSession, number: int, start: Place | None, asked: Asked
) -> list[tuple[Place, bool]]:
    """The next places within a part, each with whether the finding may be opened."""
    part, keys = PARTS[number], PARTS[number].keys()
    falling = part.newest_first is not asked.back
    day = null() if part.day is None else part.day
    question = select(day, col(Finding.number), opened(asked.sight)).where(part.condition, asked.where)
    if start is not None:
        here = tuple_(*[literal(start.day, Date)][: len(keys) - 1], literal(start.number, String))
        question = question.where(tuple_(*keys) < here if falling else tuple_(*keys) > here)
    question = question.order_by(*(key.desc() if falling else key for key in keys)).limit(asked.most)
    rows = await plain(session, question, {})
    return [(Place(number, row[0], row[1]), bool(row[2])) for row in rows]


async def _shown(session: AsyncSession, found: Sequence[tuple[Place, bool]], today: date) -> list[Row]:
    numbers = [where.number for where, _ in found]
    rows = {row["number"]: row for row in await questions.listed(session, today, numbers=numbers)}
    return [
        rows[where.number] | {"veiled": False} if opens else veiled(rows[where.number]) | {"veiled": True}
        for where, opens in found
    ]
