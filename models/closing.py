"""What waits for its closure, for a meeting that decides on many at once."""

from datetime import date

import sqlalchemy
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import questions
from models.access.sight import Sight, opened, seen
from models.bulk import batches, plain
from models.findings import Finding
from models.overview import veiled
from models.questions import Row
from models.rules.trade import knowing
from models.staff.people import Person
from policy.stages import Stage
from policy.trade import Trade

MOST = 200
"""On one page, and in one meeting."""


async def pending(
    session: AsyncSession, sight: Sight, today: date, trade: Trade, limit: int = MOST + 1
) -> list[Row]:
    """Lines as in any list, with by whom and when they were verified; the longest verified first.

    `needs_meeting` says whether by its rules a meeting has to agree to the closure.
    """
    asked = (
        sqlalchemy.select(
            *(col(Finding.number), col(Finding.verified_on), col(Person.name)),
            *(col(Finding.rules_version), col(Finding.source), col(Finding.deadline_type)),
            opened(sight).label("is_open"),
        )
        .outerjoin(Person, col(Person.id) == col(Finding.verified_by))
        .where(col(Finding.stage) == Stage.PENDING_CLOSURE, seen(sight))
        .order_by(col(Finding.verified_on), col(Finding.number))
        .limit(limit)
    )
    found = await plain(session, asked, {})
    trade = await knowing(session, trade, *{version for _, _, _, version, *_ in found})
    lines = {
        row["number"]: row
        for some in batches(found)
        for row in await questions.listed(session, today, numbers=[number for number, *_ in some])
    }
    return [
        (lines[number] if is_open else veiled(lines[number]))
        | {"verified_on": on.isoformat() if on else None, "verified_by": by or ""}
        | {"needs_meeting": trade.rules_of(version).terms(source, kind).review_meeting}
        for number, on, by, version, source, kind, is_open in found
    ]


async def in_sight(session: AsyncSession, sight: Sight, numbers: list[str]) -> set[str]:
    """Those of these that the person sees."""
    return set(
        await session.exec(select(Finding.number).where(col(Finding.number).in_(numbers), seen(sight)))
    )
