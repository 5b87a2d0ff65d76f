"""The rules and calendars in force, read from the database and remembered while it says nothing new."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import inf
from time import monotonic
from weakref import WeakKeyDictionary

import sqlalchemy
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.database import Database
from models.rules.rulebook import CalendarDay, CalendarYear, LocalDay, RuleBook
from models.staff.book import line_upwards
from models.staff.people import Unit
from policy.deadlines import Calendar
from policy.rulebook.file import read
from policy.rules import Rules
from policy.trade import Trade
from policy.years import DayKind

FRESH = 1.0
"""Seconds for which nobody is asked whether anything is new."""
Edition = tuple[object, ...]


@dataclass
class _Known:
    trade: Trade
    edition: Edition
    asked_at: float = -inf


_KNOWN: WeakKeyDictionary[Database, _Known] = WeakKeyDictionary()


async def trade(db: Database) -> Trade:
    """As it stands in the database, at most a second old."""
    known = _KNOWN.get(db)
    if known and monotonic() - known.asked_at < FRESH:
        return known.trade
    asked_at = monotonic()
    async with db.reading() as session:
        edition = await _edition(session)
        if known is None or known.edition != edition:
            known = _Known(await load(session), edition)
    known.asked_at = asked_at
    _KNOWN[db] = known
    return known.trade


async def _edition(session: AsyncSession) -> Edition:
    """Differs whenever rules, years or local days do."""
    connection = await session.connection()
    return tuple((await connection.execute(EDITION)).one())


EDITION = sqlalchemy.select(
    sqlalchemy.select(func.max(col(RuleBook.version))).scalar_subquery(),
    sqlalchemy.select(func.max(col(CalendarYear.at))).scalar_subquery(),
    sqlalchemy.select(func.count()).select_from(CalendarDay).scalar_subquery(),
    sqlalchemy.select(func.max(col(LocalDay.at))).scalar_subquery(),
    sqlalchemy.select(func.count()).select_from(LocalDay).scalar_subquery(),
)


async def load(session: AsyncSession) -> Trade:
    """As it stands in this transaction."""
    calendar = await calendar_of(session)
    books = await versions(session)
    if not books:
        raise RuntimeError("a database has its rules from the start")
    known = {book.version: understood(book.text, book.version) for book in books}
    return Trade(known[books[-1].version], calendar, known, await _local(session, calendar))


async def knowing(session: AsyncSession, trade: Trade, *rules: int) -> Trade:
    """`trade`, read anew where another process brought in these rules since it was read."""
    return trade if all(map(trade.knows, rules)) else await load(session)


async def versions(session: AsyncSession) -> list[RuleBook]:
    """All the rules there were, the first ones first; the last are in force."""
    return list(await session.exec(select(RuleBook).order_by(col(RuleBook.version))))


@lru_cache(maxsize=256)
def understood(text: str, version: int) -> Rules:
    """Rules that were accepted once; a version never changes."""
    return read(text, version)


async def calendar_of(session: AsyncSession) -> Calendar:
    """The announced years, and their days that differ from Monday–Friday."""
    years = frozenset(await session.exec(select(CalendarYear.year)))
    days = {row.day: row.kind for row in await session.exec(select(CalendarDay))}
    return Calendar(years, *_split(days))


def _split(days: Mapping[date, DayKind]) -> tuple[frozenset[date], frozenset[date]]:
    """The days off, and those worked."""
    return (
        frozenset(day for day, kind in days.items() if kind is DayKind.OFF),
        frozenset(day for day, kind in days.items() if kind is DayKind.WORK),
    )


async def _local(session: AsyncSession, calendar: Calendar) -> Mapping[int, Calendar]:
    """The calendar of each unit that keeps days of its own, or lies below one that does."""
    kept: dict[int, dict[date, DayKind]] = {}
    for row in await session.exec(select(LocalDay)):
        kept.setdefault(row.unit_id, {})[row.day] = row.kind
    if not kept:
        return {}
    parents = {unit or 0: parent for unit, parent in await session.exec(select(Unit.id, Unit.parent_id))}
    found: dict[int, Calendar] = {}
    for unit in parents:
        days: dict[date, DayKind] = {}
        for above in reversed(line_upwards(unit, parents)):
            days |= kept.get(above, {})
        if days:
            found[unit] = _with(calendar, days)
    return found


def _with(calendar: Calendar, days: Mapping[date, DayKind]) -> Calendar:
    off, work = _split(days)
    return Calendar(calendar.years, (calendar.off | off) - work, (calendar.work | work) - off)
