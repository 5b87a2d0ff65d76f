"""What webhooks are told: each recorded act becomes one delivery for each address, once."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.bulk import store, whole
from models.database import Database
from models.findings import Finding
from models.history import Event
from models.hooks.subscriptions import Delivery, DeliveryState, Webhook
from models.running import Wake

SETTLED = timedelta(minutes=10)
"""Wakes are numbered before they are committed: only after so long none can come in below another."""
AT_A_TIME = 500
QUEUEING = 7107
"""The advisory lock under which deliveries are queued."""


async def queue(db: Database, office: datetime, real: datetime) -> int:
    """Queue what was recorded since the last look. Returns how many deliveries.

    `office` is the clock of acts and their wakes, `real` the machine's, by which deliveries are sent.
    """
    queued = 0
    async with db.reading() as session:
        webhooks = list(await session.exec(select(Webhook).where(col(Webhook.is_active))))
    for webhook in webhooks:
        while added := await _queue_some(db, webhook.id or 0, office, real):
            queued += added
    return queued


async def _queue_some(db: Database, webhook_id: int, office: datetime, real: datetime) -> int:
    async with db.writing("hooks_queued") as session:
        await db.alone(session, QUEUEING)
        webhook = await session.get_one(Webhook, webhook_id)
        untold = await _untold(session, webhook)
        await store(session, Delivery, [_delivery(webhook, *one, real) for one in untold])
        if len(untold) < AT_A_TIME:
            await _settle(session, webhook, office)
    return len(untold)


async def _untold(session: AsyncSession, webhook: Webhook) -> list[tuple[Event, bool]]:
    """Events with no delivery yet, each with whether its finding is confidential."""
    asked = (
        select(Event, Finding.confidential)
        .select_from(Event)
        .join(Wake, _told_of)
        .join(Finding, col(Finding.number) == col(Event.finding))
        .where(col(Wake.id) > webhook.seen_wake, _is_wanted(webhook), ~_is_queued(webhook))
        .order_by(col(Wake.id), col(Event.seq))
        .limit(AT_A_TIME)
    )
    return list((await session.exec(asked)).all())


def _after_the_wake_before() -> ColumnElement[bool]:
    """A wake tells of the event of its version; and of those before it that had none of their own.

    Of a history that was imported only the last is told: the others are no acts of now.
    """
    earlier = aliased(Wake)
    before = (
        select(func.coalesce(func.max(earlier.version), 0))
        .where(col(earlier.finding) == Wake.finding, col(earlier.version) < Wake.version)
        .correlate(Wake)
        .scalar_subquery()
    )
    between = and_(col(Event.seq) > before, col(Event.seq) < Wake.version, ~col(Event.imported))
    return and_(col(Event.finding) == Wake.finding, or_(col(Event.seq) == Wake.version, between))


_told_of = _after_the_wake_before()


def _is_wanted(webhook: Webhook) -> ColumnElement[bool]:
    """A confidential finding is told of whatever was done: else the choice of acts would tell which."""
    acts = webhook.acts.split()
    return or_(col(Event.act).in_(acts), col(Finding.confidential)) if acts else col(Event.finding) != ""


def _is_queued(webhook: Webhook) -> ColumnElement[bool]:
    return exists().where(
        col(Delivery.webhook_id) == webhook.id,
        col(Delivery.finding) == Event.finding,
        col(Delivery.seq) == Event.seq,
    )


async def _settle(session: AsyncSession, webhook: Webhook, office: datetime) -> None:
    """All is queued: what is settled need not be looked at again."""
    settled = await session.exec(
        select(func.max(Wake.id)).where(
            col(Wake.id) > webhook.seen_wake, col(Wake.queued_at) < office - SETTLED
        )
    )
    webhook.seen_wake = settled.one() or webhook.seen_wake
    session.add(webhook)


def _delivery(webhook: Webhook, event: Event, confidential: bool, real: datetime) -> dict[str, Any]:
    return whole(
        Delivery,
        webhook_id=webhook.id,
        finding=event.finding,
        seq=event.seq,
        message_id=message_id(webhook.id or 0, event.hash),
        body=body_of(event, confidential=confidential),
        state=DeliveryState.QUEUED,
        queued_at=real,
        next_at=real,
    )


def message_id(webhook_id: int, digest: str) -> str:
    return "msg_" + hashlib.sha256(f"{webhook_id}.{digest}".encode()).hexdigest()[:32]


def body_of(event: Event, *, confidential: bool) -> str:
    """What is told of an act: no condition, no person. Of a confidential finding its number alone."""
    if confidential:
        return json.dumps({"type": "finding", "data": {"number": event.finding}}, ensure_ascii=False)
    data = {
        "number": event.finding,
        "seq": event.seq,
        "act": event.act.value,
        "from": event.from_stage.value if event.from_stage else None,
        "to": event.to_stage.value,
        "round": event.round,
        "cycle": event.cycle,
        "at": event.at.isoformat(),
    }
    told = {"type": f"finding.{event.act.value}", "timestamp": event.at.isoformat(), "data": data}
    return json.dumps(told, ensure_ascii=False)


async def has_untold(session: AsyncSession) -> bool:
    """Whether an event has no delivery yet."""
    for webhook in list(await session.exec(select(Webhook).where(col(Webhook.is_active)))):
        if await _untold(session, webhook):
            return True
    return False


async def lost(session: AsyncSession, before: datetime) -> list[str]:
    """Events after a subscription, recorded before then, that have no delivery."""
    missing: list[str] = []
    for webhook in await session.exec(select(Webhook).where(col(Webhook.is_active))):
        rows = await session.exec(
            select(Event.finding, Event.seq)
            .join(Wake, _told_of)
            .join(Finding, col(Finding.number) == col(Event.finding))
            .where(col(Wake.id) > webhook.from_wake, col(Wake.queued_at) < before)
            .where(_is_wanted(webhook), ~_is_queued(webhook))
            .limit(AT_A_TIME)
        )
        missing += [f"{number} 第{seq}条记录没有通知 {webhook.url}" for number, seq in rows]
    return missing
