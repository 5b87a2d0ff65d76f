"""Leases: of several workers one does a job for a while, and another takes over when it falls silent."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from models.database import Database
from models.running import Lease


async def take(db: Database, job: str, holder: str, seconds: float, now: datetime) -> bool:
    """Whether `holder` may do `job` until `seconds` from now; taking it again prolongs it."""
    until = now + timedelta(seconds=seconds)
    async with db.writing("lease") as session:
        taken = await session.exec(
            update(Lease)
            .where(col(Lease.job) == job, (col(Lease.holder) == holder) | (col(Lease.until) < now))
            .values(holder=holder, until=until)
        )
        if taken.rowcount:
            return True
        if await session.get(Lease, job):
            return False
    return await _first(db, Lease(job=job, holder=holder, until=until))


async def _first(db: Database, lease: Lease) -> bool:
    try:
        async with db.writing("lease") as session:
            session.add(lease)
    except IntegrityError:
        return False
    return True


async def release(db: Database, job: str, holder: str, now: datetime) -> None:
    async with db.writing("lease") as session:
        await session.exec(
            update(Lease)
            .where(col(Lease.job) == job, col(Lease.holder) == holder)
            .values(until=now - timedelta(seconds=1))
        )


async def holder_of(db: Database, job: str) -> str:
    async with db.reading() as session:
        lease = await session.get(Lease, job)
        return lease.holder if lease else ""
