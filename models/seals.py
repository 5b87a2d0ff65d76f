"""The daily seal: one hash over the heads of all chains, so that a cut tail shows."""

from datetime import date, datetime, timedelta

from sqlalchemy import func, true
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.database import Database
from models.history import Event, Seal
from policy import chain
from policy.office import office_day

SETTLED = timedelta(minutes=10)
"""What was recorded that long ago is stored by now, or never will be: no act and no import takes as long."""


async def is_sealed(session: AsyncSession, day: date) -> bool:
    return await session.get(Seal, day) is not None


async def seal_day(db: Database, now: datetime) -> bool:
    """Seal the heads of what is settled, once on each office day. True if this call did."""
    until = now - SETTLED
    try:
        async with db.writing("seal") as session:
            if await is_sealed(session, office_day(now)):
                return False
            heads = await heads_of(session, until)
            session.add(Seal(day=office_day(now), heads=len(heads), hash=chain.seal(heads), at=until))
    except IntegrityError:
        return False
    return True


async def heads_of(session: AsyncSession, until: datetime | None = None) -> dict[str, str]:
    """finding → hash of the last event, or of the last recorded by then."""
    last = (
        select(Event.finding, func.max(Event.seq).label("seq"))
        .where(col(Event.recorded_at) <= until if until else true())
        .group_by(col(Event.finding))
        .subquery()
    )
    rows = await session.exec(
        select(Event.finding, Event.hash).join(
            last, (col(Event.finding) == last.c.finding) & (col(Event.seq) == last.c.seq)
        )
    )
    return dict(rows.all())
