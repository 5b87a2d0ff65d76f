"""What the calendars say: which years are announced, and which days of a year are unlike Monday–Friday."""

from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.questions import Row
from models.rules.rulebook import CalendarDay, CalendarYear, LocalDay
from models.rules.trade import load
from models.staff import book
from models.staff.people import Unit
from policy.deadlines import Calendar, workdays_between
from policy.years import DayKind


async def years(session: AsyncSession) -> list[Row]:
    """The announced years, the latest first."""
    calendar = (await load(session)).calendar
    rows = await session.exec(select(CalendarYear).order_by(col(CalendarYear.year).desc()))
    return [
        {
            "year": row.year,
            "source": row.source,
            "by": row.by,
            "at": row.at.isoformat(),
            "off": sum(day.year == row.year for day in calendar.off),
            "work": sum(day.year == row.year for day in calendar.work),
            "workdays": _workdays(row.year, calendar),
        }
        for row in rows
    ]


async def year(session: AsyncSession, wanted: int, unit: str = "") -> Row:
    """A year's days in order, with what units keep otherwise: all of them, or `unit` and those above it.

    Raises NotFound for an unknown unit.
    """
    held = await load(session)
    found = await book.unit_named(session, unit) if unit else None
    announced = await session.get(CalendarYear, wanted)
    days = [*await _announced(session, wanted), *await _local(session, wanted, found)]
    return {
        "year": wanted,
        "known": announced is not None,
        "source": announced.source if announced else "",
        "unit": unit,
        "workdays": _workdays(wanted, held.calendar_of(found.id if found else None)),
        "days": sorted(days, key=lambda row: (row["date"], row["unit"])),
    }


async def _announced(session: AsyncSession, wanted: int) -> list[Row]:
    rows = await session.exec(select(CalendarDay).where(CalendarDay.year == wanted))
    return [_day(row.day, row.kind, row.label) for row in rows]


async def _local(session: AsyncSession, wanted: int, unit: Unit | None) -> list[Row]:
    kept = (
        select(LocalDay, Unit.name)
        .join(Unit, col(Unit.id) == col(LocalDay.unit_id))
        .where(col(LocalDay.day) >= date(wanted, 1, 1), col(LocalDay.day) <= date(wanted, 12, 31))
    )
    if unit is not None:
        above = set(await session.exec(book.ABOVE, params={"unit": unit.id}))
        kept = kept.where(col(LocalDay.unit_id).in_(above))
    return [_day(row.day, row.kind, row.label, name) for row, name in await session.exec(kept)]


def _day(day: date, kind: DayKind, label: str, unit: str = "") -> Row:
    return {"date": day.isoformat(), "kind": kind.value, "label": label, "unit": unit}


def _workdays(wanted: int, calendar: Calendar) -> int:
    return workdays_between(date(wanted - 1, 12, 31), date(wanted, 12, 31), calendar)
