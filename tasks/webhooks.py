"""Tells webhooks of recorded acts: signed, tried until it is taken, and nowhere but where it was asked."""

import asyncio
import json
import ssl
from collections.abc import Sequence
from functools import lru_cache
from time import monotonic
from uuid import uuid4

import httpx

from models.database import Database
from models.faults import reach
from models.hooks import delivering, queueing
from models.hooks.delivering import Due
from models.hooks.subscriptions import Webhook
from policy.hooks import signature
from tasks import clock
from tasks.logs import kinds

AT_A_TIME = 50
"""Deliveries to one address in one round."""
A_ROUND = 60.0
"""Seconds after which no further one is begun, so that new events get their turn."""
PATIENCE = 10.0
"""Seconds for a whole call."""


async def has_work(db: Database) -> bool:
    async with db.reading() as session:
        return await delivering.has_due(session, clock.real()) or await queueing.has_untold(session)


async def tell(db: Database) -> int:
    """Queue what was recorded and send what is due. Returns how much was queued or tried."""
    queued = await queueing.queue(db, clock.now(), clock.real())
    async with db.reading() as session:
        waiting = await delivering.due(session, clock.real(), AT_A_TIME)
    by_address: dict[int, list[Due]] = {}
    for one in waiting:
        by_address.setdefault(one.webhook, []).append(one)
    until = monotonic() + A_ROUND
    async with client() as web:
        tried = await asyncio.gather(*(_tell_one(db, web, some, until) for some in by_address.values()))
    return queued + sum(tried)


async def _tell_one(db: Database, web: httpx.AsyncClient, waiting: Sequence[Due], until: float) -> int:
    """One after the other; an address that does not take one is left alone for this round."""
    tried = 0
    for one in waiting:
        if monotonic() > until:
            break
        reach("webhooks.before_send")
        why = await call(web, one.url, one.secret, one.message_id, one.body)
        reach("webhooks.after_send")
        async with db.writing("hooks_told") as session:
            if why:
                await delivering.not_taken(session, one, clock.real(), why)
            else:
                await delivering.taken(session, one, clock.real())
        tried += 1
        if why:
            break
    return tried


def client() -> httpx.AsyncClient:
    """No redirects, no proxy of the environment: it goes where the administrator said, or nowhere."""
    return httpx.AsyncClient(timeout=PATIENCE, follow_redirects=False, trust_env=False, verify=_trusted())


@lru_cache
def _trusted() -> ssl.SSLContext:
    """The machine's own authorities: a closed network has its own."""
    return ssl.create_default_context()


async def call(web: httpx.AsyncClient, url: str, secret: str, message_id: str, body: bytes) -> str:
    """Why it was not taken; nothing if it was. Of the answer only its status is read."""
    at = int(clock.real().timestamp())
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Rectify",
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": signature(secret, message_id, at, body),
    }
    try:
        async with (
            asyncio.timeout(PATIENCE),
            web.stream("POST", url, content=body, headers=headers) as answer,
        ):
            return "" if answer.is_success else f"HTTP {answer.status_code}"
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        return f"没有应答 no answer: {kinds(error)}"[:300]


async def try_out(webhook: Webhook) -> str:
    """Send a message of type `test` at once. Why it was not taken; nothing if it was."""
    body = json.dumps({"type": "test", "timestamp": clock.real().isoformat(), "data": {}}).encode()
    async with client() as web:
        return await call(web, webhook.url, webhook.secret, f"msg_{uuid4().hex}", body)
