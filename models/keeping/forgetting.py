"""What is kept for a while only: counts of tries that have drained long ago, and what webhooks took."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.keys import Throttle
from models.database import Database
from models.hooks.subscriptions import Delivery, DeliveryState, Webhook
from models.running import Wake

TRIES = timedelta(days=2)
"""Longer than any bucket takes to drain."""
DELIVERIES = timedelta(days=90)


async def forget(db: Database, office: datetime, real: datetime) -> int:
    """Take away what is older than that. Returns how many rows.

    `office` is the clock of acts and their wakes, `real` the machine's.
    """
    async with db.writing("tries_forgotten") as session:
        drained = delete(Throttle).where(col(Throttle.at) < real - TRIES)
        gone = (await (await session.connection()).execute(drained)).rowcount
    async with db.reading() as session:
        webhooks = [one for one in await session.exec(select(Webhook.id)) if one is not None]
    for webhook in webhooks:
        async with db.writing("deliveries_forgotten") as session:
            gone += await _forget_deliveries(session, webhook, office - DELIVERIES, real - DELIVERIES)
    return gone


async def _forget_deliveries(session: AsyncSession, webhook_id: int, office: datetime, real: datetime) -> int:
    """Of events that were told and settled before; those are as if they were before the subscription."""
    webhook = await session.get_one(Webhook, webhook_id)
    old = select(func.max(Wake.id)).where(col(Wake.id) <= webhook.seen_wake, col(Wake.queued_at) < office)
    webhook.from_wake = max(webhook.from_wake, (await session.exec(old)).one() or 0)
    session.add(webhook)
    await session.flush()
    wake = (
        select(func.min(Wake.id))
        .where(col(Wake.finding) == col(Delivery.finding), col(Wake.version) >= col(Delivery.seq))
        .scalar_subquery()
    )
    told = delete(Delivery).where(
        col(Delivery.webhook_id) == webhook_id,
        col(Delivery.state) == DeliveryState.DELIVERED,
        col(Delivery.done_at) < real,
        wake <= webhook.from_wake,
    )
    return (await (await session.connection()).execute(told)).rowcount
