"""How many findings of each kind there are: grouped by the database in few questions, each from an index."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, case, func, true
from sqlalchemy import select as rows_of
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import Sight, seen, veiled
from models.findings import Finding
from models.listing.conditions import LIVE, closed_late, shows
from models.watching.reopenings import Turned, turned
from policy.lights import Light
from policy.stages import Stage

Counted = TypeVar("Counted")


class Standing(NamedTuple):
    """So many findings of a unit and source, at one stage.

    `veiled` ones are confidential and not for the reader: they are counted, and nothing else is said of them.
    """

    unit: int | None
    source: str
    stage: Stage
    size: int
    red: int
    yellow: int
    green: int
    submitted: int
    """Past the deadline, and submitted in time."""
    late: int
    """Closed, and submitted only after the deadline."""
    veiled: bool = False


class Topical(NamedTuple):
    """So many findings under one 项 and one 条, each with its number."""

    category_no: str
    category: str
    item_no: str
    item: str
    stage: Stage
    size: int
    veiled: bool = False


class Known(NamedTuple):
    """Of what was discovered on a day: how much is open still, and how much is closed."""

    day: date
    live: int
    closed: int
    veiled: bool = False


class Due(NamedTuple):
    stage: Stage
    day: date
    size: int
    submitted: int
    """Past the deadline, and submitted in time."""
    veiled: bool = False


class Closed(NamedTuple):
    day: date
    size: int
    veiled: bool = False


class ClosedAt(NamedTuple):
    day: date
    unit: int | None
    size: int
    veiled: bool = False


@dataclass(frozen=True)
class Cube:
    """All findings in sight, each counted once in each of these, but for the days, which not all have."""

    standing: tuple[Standing, ...]
    topical: tuple[Topical, ...]
    known: tuple[Known, ...]
    due: tuple[Due, ...]
    closed: tuple[Closed, ...]
    turned: tuple[Turned, ...]
    """What was closed in an earlier cycle, and reopened."""
    closed_at: tuple[ClosedAt, ...]
    """Of the last weeks."""


async def counted(session: AsyncSession, sight: Sight, today: date, weeks: int) -> Cube:
    """Everything in sight as it stands today; `weeks` back it is told where what was closed was closed."""
    ask, stage, closed_on = _Asking(session, sight), col(Finding.stage), col(Finding.closed_on)
    unit, deadline = col(Finding.lead_unit_id), col(Finding.deadline)
    lights = [_how_many(shows(light, today)) for light in COLOURS]
    topics = [col(getattr(Finding, name)) for name in ("category_no", "category", "item_no", "item")]
    fates = [_how_many(LIVE), _how_many(stage == Stage.CLOSED)]
    since = today - timedelta(weeks=weeks)
    return Cube(
        standing=await ask.by(
            Standing, unit, col(Finding.source), stage, sums=[SIZE, *lights, _how_many(closed_late())]
        ),
        topical=await ask.by(Topical, *topics, stage),
        known=await ask.by(Known, col(Finding.discovered_on), sums=fates),
        due=await ask.by(Due, stage, deadline, sums=[SIZE, lights[-1]], only=deadline.is_not(None)),
        closed=await ask.by(Closed, closed_on, only=closed_on.is_not(None)),
        turned=await turned(session, sight),
        closed_at=await ask.by(ClosedAt, closed_on, unit, only=closed_on > since),
    )


SIZE: ColumnElement[int] = func.count()
COLOURS = (Light.RED, Light.YELLOW, Light.GREEN, Light.SUBMITTED)


def _how_many(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((which, 1), else_=0))


class _Asking:
    """The same question by one thing after another; a column for the veil only where there is one."""

    def __init__(self, session: AsyncSession, sight: Sight) -> None:
        self.session, self.seen = session, seen(sight)
        self.veil = [] if sight.trusted is None else [veiled(sight)]

    async def by(
        self,
        kind: Callable[..., Counted],
        *groups: Any,
        sums: list[ColumnElement[int]] | None = None,
        only: ColumnElement[bool] | None = None,
    ) -> tuple[Counted, ...]:
        question = (
            rows_of(*groups, *(sums or [SIZE]), *self.veil)
            .where(self.seen, true() if only is None else only)
            .group_by(*groups, *self.veil)
        )
        found = await (await self.session.connection()).execute(question)
        return tuple(kind(*row) for row in found)
