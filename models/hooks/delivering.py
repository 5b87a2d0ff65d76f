"""Deliveries on their way: those due, what became of each try, and those given up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from models.hooks.subscriptions import Delivery, DeliveryState, Webhook
from policy.hooks import pause_after

MOST = 500
"""Told of at one time."""


@dataclass(frozen=True)
class Due:
    """A delivery to be sent now, to where, and with what it is signed."""

    id: int
    webhook: int
    url: str
    secret: str
    message_id: str
    body: bytes
    attempts: int


async def due(session: AsyncSession, real: datetime, limit: int) -> list[Due]:
    """The deliveries that may be tried now, of each address the oldest ones first."""
    place = func.row_number().over(partition_by=col(Delivery.webhook_id), order_by=col(Delivery.id))
    ranked = select(col(Delivery.id), place.label("place")).where(_is_due(real)).subquery()
    rows = await session.exec(
        select(Delivery, Webhook)
        .join(ranked, ranked.c.id == col(Delivery.id))
        .join(Webhook, col(Webhook.id) == col(Delivery.webhook_id))
        .where(ranked.c.place <= limit, col(Webhook.is_active))
        .order_by(col(Delivery.id))
    )
    return [
        Due(
            one.id or 0,
            webhook.id or 0,
            webhook.url,
            webhook.secret,
            one.message_id,
            one.body.encode(),
            one.attempts,
        )
        for one, webhook in rows
    ]


def _is_due(real: datetime) -> ColumnElement[bool]:
    return and_(col(Delivery.state) == DeliveryState.QUEUED, col(Delivery.next_at) <= real)


async def taken(session: AsyncSession, one: Due, real: datetime) -> None:
    """The address has it."""
    await _changed(session, one, state=DeliveryState.DELIVERED, done_at=real, note="")


async def not_taken(session: AsyncSession, one: Due, real: datetime, why: str) -> None:
    """It is tried again later, or given up after the last try."""
    pause = pause_after(one.attempts + 1)
    if pause is None:
        await _changed(session, one, state=DeliveryState.FAILED, done_at=real, note=why)
    else:
        await _changed(session, one, next_at=real + pause, note=why)


async def _changed(session: AsyncSession, one: Due, **values: object) -> None:
    """Unless somebody else was faster."""
    await session.exec(
        update(Delivery)
        .where(
            col(Delivery.id) == one.id,
            col(Delivery.state) == DeliveryState.QUEUED,
            col(Delivery.attempts) == one.attempts,
        )
        .values(attempts=one.attempts + 1, **values)
    )


async def failed(session: AsyncSession, limit: int) -> Sequence[tuple[Delivery, str]]:
    """What was given up, newest first, each with its address."""
    rows = await session.exec(
        select(Delivery, Webhook.url)
        .join(Webhook, col(Webhook.id) == col(Delivery.webhook_id))
        .where(Delivery.state == DeliveryState.FAILED, col(Webhook.is_active))
        .order_by(col(Delivery.id).desc())
        .limit(limit)
    )
    return rows.all()


async def try_again(session: AsyncSession, webhook_id: int, real: datetime) -> int:
    """What was given up is sent once more from the beginning. Returns how many."""
    again = await session.exec(
        update(Delivery)
        .where(col(Delivery.webhook_id) == webhook_id, col(Delivery.state) == DeliveryState.FAILED)
        .values(state=DeliveryState.QUEUED, attempts=0, next_at=real, done_at=None)
    )
    return int(again.rowcount)


async def has_due(session: AsyncSession, real: datetime) -> bool:
    return (await session.exec(_waiting(real).limit(1))).first() is not None


def _waiting(real: datetime) -> SelectOfScalar[Any]:
    return (
        select(Delivery.id)
        .join(Webhook, col(Webhook.id) == col(Delivery.webhook_id))
        .where(_is_due(real), col(Webhook.is_active))
    )


async def left_lying(session: AsyncSession, before: datetime) -> list[str]:
    """Deliveries due by then that nobody has tried."""
    rows = await session.exec(
        select(Delivery.finding, Delivery.seq).where(col(Delivery.id).in_(_waiting(before).limit(MOST)))
    )
    return [f"{number} 第{seq}条记录的通知早该发出，无人发送" for number, seq in rows]


async def counts(session: AsyncSession) -> dict[str, int]:
    """How many wait and how many were given up, at addresses that are still told."""
    rows = await session.exec(
        select(Delivery.state, func.count())
        .join(Webhook, col(Webhook.id) == col(Delivery.webhook_id))
        .where(col(Webhook.is_active), col(Delivery.state).in_(UNDELIVERED))
        .group_by(col(Delivery.state))
    )
    return {state.value: 0 for state in UNDELIVERED} | {str(state): count for state, count in rows}


UNDELIVERED = (DeliveryState.QUEUED, DeliveryState.FAILED)
"""Delivered ones grow for ever, and are not counted."""
