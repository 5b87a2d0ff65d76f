"""Counts tries in the database, so that all portals count together and a restart forgets nothing."""

from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.keys import Throttle
from models.database import Database
from policy import knocking
from policy.knocking import Bucket
from policy.refusals import TooOften


async def refuse_if_full(session: AsyncSession, key: str, bucket: Bucket, now: datetime) -> None:
    """Raises TooOften, saying how long to wait."""
    row = await session.get(Throttle, key)
    level = knocking.drained(row.level, row.at, now, bucket) if row else 0.0
    if knocking.is_full(level, bucket):
        raise TooOften(knocking.wait(level, bucket))


async def count(session: AsyncSession, key: str, bucket: Bucket, now: datetime) -> None:
    """One try more. The session writes."""
    row = (await session.exec(select(Throttle).where(Throttle.key == key).with_for_update())).first()
    if row is None:
        row = Throttle(key=key, level=0.0, at=now)
    row.level = min(knocking.drained(row.level, row.at, now, bucket), bucket.size) + 1
    row.at = now
    session.add(row)


async def forget(session: AsyncSession, key: str) -> None:
    row = await session.get(Throttle, key)
    if row is not None:
        await session.delete(row)


async def let_through(db: Database, key: str, bucket: Bucket, now: datetime) -> None:
    """Count one use. Raises TooOften where there were too many."""
    async with db.writing("throttle") as session:
        await refuse_if_full(session, key, bucket, now)
        await count(session, key, bucket, now)
