"""Heartbeats: each job that must never stop notes when it was last done, and why it could not."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.database import Database
from models.running import Heartbeat


@dataclass(frozen=True)
class Beat:
    """One round of a job: by the machine's clock and by the office's, how long it took and what it did."""

    job: str
    holder: str
    at: datetime
    office_at: datetime
    seconds: float = 0.0
    done: int = 0
    note: str = ""


async def beat(db: Database, one: Beat) -> None:
    async with db.writing("heartbeat") as session:
        await session.merge(Heartbeat(**vars(one)))


async def last(session: AsyncSession, job: str) -> Heartbeat | None:
    return await session.get(Heartbeat, job, populate_existing=True)


async def every(session: AsyncSession) -> list[Heartbeat]:
    """The last beat of each job, by name."""
    return list(await session.exec(select(Heartbeat).order_by(col(Heartbeat.job))))
