"""Steps past their own clock: whose turn it is, since when, and by how many working days they are late."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import func, tuple_
from sqlalchemy import select as rows_of
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import EVERYTHING, Sight, seen
from models.findings import Finding
from models.mailing.letters import under
from models.questions import Row
from models.rules.trade import knowing
from models.staff import book
from models.staff.holdings import holdings
from models.staff.people import Person, Post, Unit
from policy.deadlines import Calendar, due, workdays_between
from policy.escalation import TIMED, step_clock
from policy.roles import Role
from policy.stages import Stage
from policy.trade import Trade

Clock = tuple[Stage, date, int, int | None]
"""What the end of a step hangs on: the stage, since when, the version of the rules, the unit."""
CLOCK: tuple[Any, ...] = (
    col(Finding.stage),
    col(Finding.stage_since),
    col(Finding.rules_version),
    col(Finding.lead_unit_id),
)
ALL = 10**6
AT_A_TIME = 500


@dataclass(frozen=True)
class Late:
    """So many findings whose step ended on this day."""

    clock: Clock
    size: int
    ends: date


async def late_steps(
    session: AsyncSession,
    trade: Trade,
    today: date,
    stages: Sequence[Stage] = TIMED,
    *,
    sight: Sight = EVERYTHING,
    limit: int = ALL,
) -> list[Row]:
    """In the shape of `rectify late --json`, the latest first: what somebody other than the worker holds up.

    The work itself is late by its deadline, and is listed by `rectify list --overdue`.
    """
    found = await late_clocks(session, trade, today, stages, sight)
    rows: list[Row] = []
    for _, some in groupby(found, key=lambda late: late.ends):
        same = list(some)
        for first in range(0, len(same), AT_A_TIME):
            if len(rows) < limit:
                at = {late.clock: late for late in same[first : first + AT_A_TIME]}
                rows += await _rows(session, at, sight, trade, today, limit - len(rows))
    return sorted(rows, key=lambda row: -row["workdays_late"])


async def how_many_late(
    session: AsyncSession, trade: Trade, today: date, stages: Sequence[Stage], sight: Sight
) -> int:
    return sum(late.size for late in await late_clocks(session, trade, today, stages, sight))


async def late_clocks(
    session: AsyncSession, trade: Trade, today: date, stages: Sequence[Stage], sight: Sight
) -> list[Late]:
    """Those that ended first come first. What is on time is looked at by the day, not one by one."""
    found = await (await session.connection()).execute(
        rows_of(*CLOCK, func.count())
        .where(col(Finding.stage).in_(stages), col(Finding.stage_since) < today, seen(sight))
        .group_by(*CLOCK)
    )
    clocks: list[tuple[Clock, int]] = [((row[0], row[1], row[2], row[3]), row[4]) for row in found]
    trade = await knowing(session, trade, *{clock[2] for clock, _ in clocks})
    ends = _Ends(trade)
    late = [Late(clock, size, day) for clock, size in clocks if (day := ends.of(clock)) and day < today]
    return sorted(late, key=lambda one: one.ends)


class _Ends:
    """When steps have to end: counted once for all units with one calendar."""

    def __init__(self, trade: Trade) -> None:
        self.trade = trade
        self.known: dict[tuple[Stage, date, int, int], date | None] = {}

    def of(self, clock: Clock) -> date | None:
        stage, since, version, unit = clock
        calendar = self.trade.calendar_of(unit)
        key = (stage, since, version, id(calendar))
        if key not in self.known:
            self.known[key] = self._told(stage, since, version, calendar)
        return self.known[key]

    def _told(self, stage: Stage, since: date, version: int, calendar: Calendar) -> date | None:
        step = step_clock(stage, self.trade.rules_of(version))
        return due(since, step[0], calendar).day if step else None


async def _rows(
    session: AsyncSession, at: dict[Clock, Late], sight: Sight, trade: Trade, today: date, limit: int
) -> list[Row]:
    clocks = [(stage, since, rules, unit or 0) for stage, since, rules, unit in at]
    found = await session.exec(
        select(Finding, Unit.name)
        .outerjoin(Unit, col(Unit.id) == col(Finding.lead_unit_id))
        .where(
            col(Finding.stage).in_({clock[0] for clock in at}),  # these two from the index
            col(Finding.stage_since).in_({clock[1] for clock in at}),
            tuple_(*CLOCK[:3], func.coalesce(Finding.lead_unit_id, 0)).in_(clocks),
            seen(sight),
        )
        .order_by(col(Finding.number))
        .limit(limit)
    )
    waiting = list(found)
    trade = await knowing(session, trade, *(finding.rules_version for finding, _ in waiting))
    whose = await _whose(session, [finding for finding, _ in waiting], trade, today)
    return [_row(x, unit or "", at[_clock(x)].ends, trade, today) | whose[x.number] for x, unit in waiting]


def _clock(finding: Finding) -> Clock:
    return finding.stage, finding.stage_since, finding.rules_version, finding.lead_unit_id


def _row(finding: Finding, unit: str, ends: date, trade: Trade, today: date) -> Row:
    return {
        "finding": finding.number,
        "confidential": finding.confidential,
        "title": "" if finding.confidential else finding.title,
        "unit": unit,
        "stage": finding.stage.value,
        "since": finding.stage_since.isoformat(),
        "due": ends.isoformat(),
        "workdays_late": workdays_between(ends, today, trade.calendar_of(finding.lead_unit_id)),
    }


async def whose(session: AsyncSession, finding: Finding, role: Role, today: date) -> Row:
    """The posts whose turn it is, by name, and who is at work in them today."""
    return (await _by_number(session, [finding], {finding.number: role}, today))[finding.number]


async def _whose(
    session: AsyncSession, findings: Sequence[Finding], trade: Trade, today: date
) -> dict[str, Row]:
    roles = {finding.number: _turn(finding, trade) for finding in findings}
    return await _by_number(session, findings, roles, today)


async def _by_number(
    session: AsyncSession, findings: Sequence[Finding], roles: Mapping[str, Role], today: date
) -> dict[str, Row]:
    sought: dict[int | None, set[Role]] = {}
    for finding in findings:
        needed = book.sought(finding, [roles[finding.number]])
        sought.setdefault(finding.lead_unit_id, set()).update(needed)
    holding = await holdings(session, sought)
    posts = {
        finding.number: book.closest(finding, [role], holding[finding.lead_unit_id])[role]
        for finding in findings
        for role in [roles[finding.number]]
    }
    names, people = await _names(session, {post for some in posts.values() for post in some}, today)
    return {
        number: {
            "posts": [names[post] for post in some],
            "people": [people[post] for post in some if post in people],
        }
        for number, some in posts.items()
    }


def _turn(finding: Finding, trade: Trade) -> Role:
    step = step_clock(finding.stage, under(trade, finding)[0])
    if step is None:
        raise RuntimeError("what is late has a clock")
    return step[1].rungs[0].to[0]


async def _names(
    session: AsyncSession, posts: Iterable[int], today: date
) -> tuple[dict[int, str], dict[int, str]]:
    """Of the posts themselves, and of whoever holds them."""
    ids = set(posts)
    called = {x.id or 0: x.name for x in await session.exec(select(Post).where(col(Post.id).in_(ids)))}
    told = await book.incumbents(session, ids, today)
    persons = {account.person_id for account in told.values()}
    people = {x.id: x.name for x in await session.exec(select(Person).where(col(Person.id).in_(persons)))}
    return called, {post: people[account.person_id] for post, account in told.items()}
