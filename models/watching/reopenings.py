"""What stood closed for a while and was reopened: weeks that are past keep their number."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import literal, literal_column, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import Sight, seen, veiled
from models.bulk import plain
from models.findings import Finding
from models.history import Event
from models.listing.conditions import REOPENED
from policy.office import office_day
from policy.stages import Stage


class Turned(NamedTuple):
    """From this day on one more stood closed; or, where it is -1, one less."""

    day: date
    size: int
    veiled: bool = False


NUMBER = col(Finding.number).concat(literal_column("''"))
"""Worded so that SQLite begins at the few that were reopened, and not at all events."""


async def turned(session: AsyncSession, sight: Sight) -> tuple[Turned, ...]:
    """Of findings in a later cycle, but for the closing that holds today."""
    closes, opens = col(Event.to_stage) == Stage.CLOSED, col(Event.from_stage) == Stage.CLOSED
    veil = literal(0) if sight.trusted is None else veiled(sight)
    question = (
        select(col(Finding.number), col(Event.seq), col(Event.at), closes, col(Finding.closed_on), veil)
        .select_from(Finding)
        .join(Event, col(Event.finding) == NUMBER)
        .where(REOPENED, seen(sight), closes != opens)
    )
    found = sorted(await plain(session, question, {}), key=lambda row: row[:2])
    return tuple(cell for _, rows in groupby(found, key=lambda row: row[0]) for cell in _cells(rows))


def _cells(rows: Iterable[Any]) -> Iterator[Turned]:
    """Of one finding: a closing counts until it is undone, or until the one that holds begins."""
    since: date | None = None
    for _, _, at, closes, closed_on, veil in rows:
        day = min(office_day(at), closed_on or date.max)
        if since is not None and since < day:
            yield Turned(since, 1, bool(veil))
            yield Turned(day, -1, bool(veil))
        since = day if closes else None
