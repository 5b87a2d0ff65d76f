"""Announcing a year's days off, or a unit's own: the rows change, and computed dates that hang on them."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import questions
from models.access import trail
from models.access.trail import Noted
from models.bulk import store, whole
from models.database import Database
from models.findings import Finding
from models.rules import calendars
from models.rules.recomputing import Because, Move, Told, needless, nobody, preview, recompute
from models.rules.rulebook import CalendarDay, CalendarYear, LocalDay
from models.rules.trade import calendar_of, load
from models.staff import book
from models.staff.people import Unit
from policy.deadlines import Calendar
from policy.escalation import foresight
from policy.office import office_day
from policy.refusals import BadInput, NotAllowed
from policy.roles import Role
from policy.years import DayKind, Special, YearNotice, next_in_line

CALENDAR = 7104
"""The advisory lock under which calendars change."""
SYSTEM = "系统"
KEEPERS = frozenset({Role.ADMINISTRATOR, Role.INSPECTION_OFFICE})


@dataclass
class Announced:
    """What came of it. Not `changed` means that the days stood like that already."""

    changed: bool = False
    moves: list[Move] = field(default_factory=list)


class _Undone(Exception):
    """Leave the transaction without storing anything."""


@asynccontextmanager
async def _at_the_calendar(db: Database) -> AsyncIterator[AsyncSession]:
    """One transaction in which nobody else changes a calendar; `_Undone` stores nothing."""
    try:
        async with db.writing("calendar") as session:
            await db.alone(session, CALENDAR)
            yield session
    except _Undone:
        return


async def announce(
    db: Database,
    notice: YearNotice,
    by: str,
    now: datetime,
    told: Told = nobody,
    *,
    dry_run: bool = False,
) -> Announced:
    """Make a notice the year's days and count anew what hangs on them; the same notice changes nothing.

    Raises BadInput for a year that would leave out one before it, NotAllowed if `by` may not keep calendars.
    """
    done = Announced()
    async with _at_the_calendar(db) as session:
        await _may_keep(session, by, None, now)
        before = await calendar_of(session)
        next_in_line(notice.year, before.years)
        done.changed = await _put(session, notice, by, now)
        source = f"（{notice.source}）" if notice.source else ""
        why = Because(
            by or SYSTEM,
            f"按{notice.year}年放假安排{source}重算",
            f"counted anew by the days off of {notice.year} {notice.source}".rstrip(),
            {"year": notice.year, "source": notice.source},
        )
        first = _first_change(before, await calendar_of(session))
        await _carry_through(session, done, why, now, first, told=told, dry_run=dry_run)
    return done


async def announce_known(db: Database, now: datetime) -> list[tuple[int, Announced]]:
    """Announce the years that the installed package knows and the database does not, the earliest first."""
    async with db.reading() as session:
        known = frozenset(await session.exec(select(CalendarYear.year)))
    new = sorted(year for year in calendars.announced().years if year > max(known, default=0))
    return [(year, await announce(db, calendars.notice(year), "", now)) for year in new]


async def catch_up(db: Database, now: datetime) -> list[Move]:
    """Count anew if a date is left provisional in an announced year: computed in the very moment of that."""
    async with db.reading() as session:
        if not await needless(session, await calendar_of(session)):
            return []
    async with db.writing("calendar") as session:
        await db.alone(session, CALENDAR)
        why = Because(SYSTEM, "按现行日历重算", "counted anew by the calendar as it stands")
        return await recompute(session, await load(session), why, now)


async def _may_keep(session: AsyncSession, by: str, unit_id: int | None, now: datetime) -> None:
    """The system itself may; a person needs a post for it, where the unit is within its reach."""
    if not by:
        return
    actor = await book.actor(session, by, unit_id, office_day(now))
    if not KEEPERS & actor.roles:
        raise NotAllowed(
            f"“{by}”无权修改日历。须由管理员或巡察办办理。",
            f"“{by}” may not change the calendar: an administrator or the inspection office does.",
        )


async def _put(session: AsyncSession, notice: YearNotice, by: str, now: datetime) -> bool:
    """Store the year and its days in place of those before, if they differ."""
    year = await session.get(CalendarYear, notice.year)
    rows = await session.exec(select(CalendarDay).where(CalendarDay.year == notice.year))
    stored = {row.day: Special(row.kind, row.label) for row in rows}
    if year and stored == notice.days and notice.source in ("", year.source):
        return False
    await session.exec(delete(CalendarDay).where(col(CalendarDay.year) == notice.year))
    year = year or CalendarYear(year=notice.year, at=now)
    year.source, year.by, year.at = notice.source or year.source, by or SYSTEM, await _later(session, now)
    session.add(year)
    await session.flush()
    await store(
        session,
        CalendarDay,
        [
            whole(CalendarDay, day=day, year=notice.year, kind=special.kind, label=special.label)
            for day, special in notice.days.items()
        ],
    )
    return True


async def _later(session: AsyncSession, now: datetime) -> datetime:
    """Later than any change before, also by a clock that stands still: so is known that something is new."""
    latest = [
        (await session.exec(select(func.max(column)))).one()
        for column in (col(CalendarYear.at), col(LocalDay.at))
    ]
    return max(now, *(moment + timedelta(microseconds=1) for moment in latest if moment))


async def keep_local(
    db: Database,
    unit: str,
    day: date,
    special: Special | None,
    by: str,
    now: datetime,
    *,
    dry_run: bool = False,
) -> Announced:
    """A unit, and all below it, keeps a day in its own way; without `special` as everybody again.

    Raises NotFound, NotAllowed, or BadInput if the unit keeps the day so anyway.
    """
    done = Announced()
    async with _at_the_calendar(db) as session:
        found = await book.unit_named(session, unit)
        await _may_keep(session, by, found.id, now)
        done.changed = await _keep(session, found, day, special, by, now)
        units = await questions.below(session, found.id)
        why = Because(by or SYSTEM, *_said(found, day, special), {"unit": found.name, "day": str(day)})
        first = day if done.changed else None
        await _carry_through(session, done, why, now, first, units, dry_run=dry_run)
    return done


def _said(unit: Unit, day: date, special: Special | None) -> tuple[str, str]:
    label = f"（{special.label}）" if special and special.label else ""
    zh = {DayKind.OFF: "放假", DayKind.WORK: "上班"}[special.kind] if special else "照常"
    en = {DayKind.OFF: "is off", DayKind.WORK: "is worked"}[special.kind] if special else "is as elsewhere"
    return f"{unit.name}{day}{zh}{label}", f"{day} {en} at {unit.name} {label}".rstrip()


async def _keep(
    session: AsyncSession, unit: Unit, day: date, special: Special | None, by: str, now: datetime
) -> bool:
    stored = await session.get(LocalDay, (unit.id, day))
    if special is None:
        if stored is None:
            raise BadInput(
                f"“{unit.name}”没有为 {day} 另作安排。", f"“{unit.name}” keeps {day} as everybody does."
            )
        await session.delete(stored)
        await session.flush()
        return True
    if stored and (stored.kind, stored.label) == (special.kind, special.label):
        return False
    if stored is None:
        _refuse_idle(unit, day, special.kind, (await load(session)).calendar_of(unit.id))
    row = stored or LocalDay(unit_id=unit.id or 0, day=day, kind=special.kind, at=now)
    row.kind, row.label, row.by, row.at = special.kind, special.label, by, await _later(session, now)
    session.add(row)
    await session.flush()
    return True


def _refuse_idle(unit: Unit, day: date, kind: DayKind, calendar: Calendar) -> None:
    if calendar.is_workday(day) is (kind is DayKind.WORK):
        zh, en = ("上班", "worked") if kind is DayKind.WORK else ("休息", "off")
        raise BadInput(
            f"{day} 在“{unit.name}”本来就{zh}，无需另作安排。", f"{day} is {en} at “{unit.name}” anyway."
        )


async def _carry_through(
    session: AsyncSession,
    done: Announced,
    why: Because,
    now: datetime,
    first: date | None,
    units: Collection[int] | None = None,
    *,
    told: Told = nobody,
    dry_run: bool,
) -> None:
    """Count anew what hangs on days from `first` on, or only list it and store nothing."""
    trade = await load(session)
    if dry_run:
        done.moves = await preview(session, trade, why, units)
        raise _Undone
    done.moves = await recompute(session, trade, why, now, units, told)
    if done.changed and why.by != SYSTEM:
        trail.note(session, now, Noted.CALENDAR_CHANGED, "", by=why.by, note=why.zh)
    if first is not None:
        ahead = max(map(foresight, (trade.rules, *trade.versions.values())))
        await _look_again(session, max(office_day(now), first - timedelta(days=ahead)), units)


def _first_change(before: Calendar, after: Calendar) -> date | None:
    """The first day that counts otherwise than before."""
    days = (before.off ^ after.off) | (before.work ^ after.work)
    days |= {date(year, 1, 1) for year in before.years ^ after.years}
    return min(days, default=None)


async def _look_again(session: AsyncSession, day: date, units: Collection[int] | None) -> None:
    """Letters counted in working days may fall due otherwise than noted: the watch looks when that begins.

    Last of all, for it keeps every open finding from being acted on until commit.
    """
    again = update(Finding).where(col(Finding.next_look_on) > day).values(next_look_on=day)
    if units is not None:
        again = again.where(col(Finding.lead_unit_id).in_(list(units)))
    await session.exec(again.execution_options(synchronize_session=False))
