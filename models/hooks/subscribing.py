"""Who is told of events: addresses an administrator enters, and ends."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import trail
from models.access.trail import Noted
from models.hooks.delivering import UNDELIVERED
from models.hooks.subscriptions import Delivery, DeliveryState, Webhook
from models.running import Wake
from policy.hooks import PREFIX, check_address
from policy.refusals import BadInput, NotFound
from policy.stages import Act

MOST = 20
"""Addresses at one time."""
SECRET_BYTES = 32


@dataclass(frozen=True)
class Subscribed:
    """An address with how its deliveries stand."""

    webhook: Webhook
    waiting: int
    failed: int
    taken_at: datetime | None
    """When it last took one."""


async def subscribe(
    session: AsyncSession, url: str, acts: Sequence[str], by: str, now: datetime
) -> tuple[Webhook, str]:
    """A new address and its secret, which is shown this once. Raises BadInput."""
    url = url.strip()
    check_address(url)
    held = list(await session.exec(select(Webhook).where(col(Webhook.is_active))))
    if any(one.url == url for one in held):
        raise BadInput("这个地址已在通知之列。", "This address is told of events already.")
    if len(held) >= MOST:
        raise BadInput(f"最多{MOST}个地址，请先停用一个。", f"There may be {MOST} addresses. End one first.")
    last = (await session.exec(select(func.max(Wake.id)))).one() or 0
    secret = PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    made = Webhook(
        url=url,
        secret=secret,
        acts=" ".join(_known(acts)),
        made_by=by,
        made_at=now,
        from_wake=last,
        seen_wake=last,
    )
    session.add(made)
    trail.note(session, now, Noted.WEBHOOK_ADDED, by, by=by, note=url)
    await session.flush()
    return made, secret


def _known(acts: Sequence[str]) -> list[str]:
    unknown = sorted(set(acts) - set(Act))
    if unknown:
        raise BadInput(f"没有“{unknown[0][:60]}”这种办理。", f"There is no act “{unknown[0][:60]}”.")
    return sorted(set(acts))


async def end(session: AsyncSession, webhook_id: int, by: str, now: datetime) -> None:
    """Nothing more is told there. Raises NotFound."""
    webhook = await found(session, webhook_id)
    if webhook.is_active:
        webhook.is_active = False
        session.add(webhook)
        trail.note(session, now, Noted.WEBHOOK_ENDED, by, by=by, note=webhook.url)


async def found(session: AsyncSession, webhook_id: int) -> Webhook:
    webhook = await session.get(Webhook, webhook_id)
    if webhook is None:
        raise NotFound("没有这个地址。", "There is no such address.")
    return webhook


async def every(session: AsyncSession) -> list[Subscribed]:
    """All that were ever entered, active ones first."""
    webhooks = await session.exec(
        select(Webhook, TAKEN_AT).order_by(col(Webhook.is_active).desc(), col(Webhook.id).desc())
    )
    counted = await session.exec(
        select(Delivery.webhook_id, Delivery.state, func.count())
        .where(col(Delivery.state).in_(UNDELIVERED))
        .group_by(col(Delivery.webhook_id), col(Delivery.state))
    )
    counts = {(webhook, DeliveryState(state)): count for webhook, state, count in counted}
    return [
        Subscribed(
            one,
            counts.get((one.id or 0, DeliveryState.QUEUED), 0),
            counts.get((one.id or 0, DeliveryState.FAILED), 0),
            taken_at,
        )
        for one, taken_at in webhooks
    ]


TAKEN_AT = (
    select(Delivery.done_at)
    .where(Delivery.webhook_id == Webhook.id, Delivery.state == DeliveryState.DELIVERED)
    .order_by(col(Delivery.id).desc())
    .limit(1)
    .scalar_subquery()
)
"""Looked for from an address's newest delivery on: there is no counting them all."""
