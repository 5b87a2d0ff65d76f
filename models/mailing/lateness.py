"""Steps past their own clock: whose turn it is, since when, and by how many working days they are late."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.findings import Finding
from models.mailing.letters import under
from models.questions import Row
from models.rules.trade import knowing
from models.staff import book
from models.staff.people import Person, Post, Unit
from policy.deadlines import due, workdays_between
from policy.escalation import TIMED, step_clock
from policy.roles import Role
from policy.stages import Stage
from policy.trade import Trade


async def late_steps(
    session: AsyncSession, trade: Trade, today: date, stages: Sequence[Stage] = TIMED
) -> list[Row]:
    """In the shape of `rectify late --json`, the latest first: what somebody other than the worker holds up.

    The work itself is late by its deadline, and is listed by `rectify list --overdue`.
    """
    found = await session.exec(
        select(Finding, Unit.name)
        .outerjoin(Unit, col(Unit.id) == col(Finding.lead_unit_id))
        .where(col(Finding.stage).in_(stages), col(Finding.stage_since) < today)
        .order_by(col(Finding.number))
    )
    waiting = list(found)
    trade = await knowing(session, trade, *(finding.rules_version for finding, _ in waiting))
    rows = [await _late(session, finding, unit or "", trade, today) for finding, unit in waiting]
    return sorted((row for row in rows if row), key=lambda row: -row["workdays_late"])


async def _late(session: AsyncSession, finding: Finding, unit: str, trade: Trade, today: date) -> Row | None:
    rules, calendar = under(trade, finding)
    step = step_clock(finding.stage, rules)
    if step is None:
        return None
    period, ladder = step
    ends = due(finding.stage_since, period, calendar).day
    if today <= ends:
        return None
    return {
        "finding": finding.number,
        "title": "" if finding.confidential else finding.title,
        "unit": unit,
        "stage": finding.stage.value,
        "since": finding.stage_since.isoformat(),
        "due": ends.isoformat(),
        "workdays_late": workdays_between(ends, today, calendar),
        **await whose(session, finding, ladder.rungs[0].to[0], today),
    }


async def whose(session: AsyncSession, finding: Finding, role: Role, today: date) -> Row:
    """The posts whose turn it is, by name, and who is at work in them today."""
    ids = (await book.posts_for(session, finding, [role]))[role]
    posts = [post for post_id in ids if (post := await session.get(Post, post_id))]
    told = await book.incumbents(session, ids, today)
    people = [await session.get(Person, account.person_id) for account in told.values()]
    return {
        "posts": [post.name for post in posts],
        "people": [person.name for person in people if person],
    }
