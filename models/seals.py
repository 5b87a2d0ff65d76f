"""The daily seal: one hash over the heads of all chains, so that a cut tail shows."""

from datetime import date, datetime

from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.database import Database
from models.history import Event, Seal
from policy import chain
from policy.office import office_day


async def is_sealed(session: AsyncSession, day: date) -> bool:
    return await session.get(Seal, day) is not None


async def seal_day(db: Database, now: datetime) -> bool:
    """Seal the heads as they stand, once on each office day. True if this call did."""
    try:
        async with db.writing("seal") as session:
            if await is_sealed(session, office_day(now)):
                return False
            heads = await heads_of(session)
            session.add(Seal(day=office_day(now), heads=len(heads), hash=chain.seal(heads), at=now))
    except IntegrityError:
        return False
    return True


async def heads_of(session: AsyncSession) -> dict[str, str]:
    """finding → hash of its last event."""
    last = select(Event.finding, func.max(Event.seq).label("seq")).group_by(col(Event.finding)).subquery()
    rows = await session.exec(
        select(Event.finding, Event.hash).join(
            last, (col(Event.finding) == last.c.finding) & (col(Event.seq) == last.c.seq)
        )
    )
    return dict(rows.all())
