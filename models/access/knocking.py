"""Counts tries in the database, so that all portals count together and a restart forgets nothing."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.keys import Throttle
from models.database import Database
from policy import knocking
from policy.knocking import Bucket
from policy.refusals import TooOften

KNOCKING = 7108
"""The advisory lock under which tries are counted."""


async def refuse_if_full(session: AsyncSession, key: str, bucket: Bucket, now: datetime) -> None:
    """Raises TooOften, saying how long to wait."""
    row = await session.get(Throttle, key)
    level = knocking.drained(row.level, row.at, now, bucket) if row else 0.0
    if knocking.is_full(level, bucket):
        raise TooOften(knocking.wait(level, bucket))


async def count(session: AsyncSession, key: str, bucket: Bucket, now: datetime) -> None:
    """One try more. The session writes."""
    row = await _held(session, key, now)
    row.level = min(knocking.drained(row.level, row.at, now, bucket), bucket.size) + 1
    row.at = now
    session.add(row)


async def _held(session: AsyncSession, key: str, now: datetime) -> Throttle:
    """Kept from others until commit."""
    row = (await session.exec(select(Throttle).where(Throttle.key == key).with_for_update())).first()
    return row or Throttle(key=key, level=0.0, at=now)


async def forget(session: AsyncSession, key: str) -> None:
    row = await session.get(Throttle, key)
    if row is not None:
        await session.delete(row)


async def let_through(db: Database, key: str, bucket: Bucket, now: datetime) -> None:
    """Count one use. Raises TooOften where there were too many."""
    async with db.writing("throttle") as session:
        await refuse_if_full(session, key, bucket, now)
        await count(session, key, bucket, now)


async def try_with(db: Database, keys: Mapping[str, Bucket], now: datetime) -> None:
    """Count a try before it is looked at: however many come at once, no more are than fit.

    Raises TooOften. A good one is given back.
    """
    async with db.writing("throttle") as session:
        await db.alone(session, KNOCKING)
        for key, bucket in keys.items():
            await refuse_if_full(session, key, bucket, now)
        for key, bucket in keys.items():
            await count(session, key, bucket, now)


async def give_back(session: AsyncSession, keys: Iterable[str], now: datetime) -> None:
    """What was tried was right, and no knocking."""
    for key in sorted(keys):
        row = await _held(session, key, now)
        row.level = max(0.0, row.level - 1)
        session.add(row)
