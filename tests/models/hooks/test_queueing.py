"""Each act becomes one delivery for each address, whatever order it was committed in."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from models import ledger
from models.database import Database
from models.hooks import delivering, queueing, subscribing
from models.hooks.subscriptions import Delivery, DeliveryState, Webhook
from models.orders import Order
from policy.hooks import TRIES
from policy.refusals import BadInput
from policy.stages import Act
from tests.models.township import NOW, TRADE, act, assigned, brought_to, finding, opened

REAL = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
URL = "http://127.0.0.1:9/hook"


async def subscribed(db: Database, *acts: Act, url: str = URL) -> int:
    async with db.writing() as session:
        webhook, _ = await subscribing.subscribe(session, url, acts, "administrator", REAL)
        return webhook.id or 0


async def told(db: Database) -> list[tuple[str, int]]:
    async with db.reading() as session:
        rows = await session.exec(select(Delivery).order_by(col(Delivery.id)))
        return [(row.finding, row.seq) for row in rows]


async def queue(db: Database, later: timedelta = timedelta()) -> int:
    return await queueing.queue(db, NOW + later, REAL + later)


async def test_every_act_after_the_subscription_is_told_once(town: Database) -> None:
    await assigned(town)
    await subscribed(town)
    number = await assigned(town)
    await act(town, number, Act.ACCEPT, "owner")
    assert await queue(town) == 3
    assert await told(town) == [(number, 1), (number, 2), (number, 3)]
    assert await queue(town) == 0
    assert await queue(town, timedelta(hours=1)) == 0
    async with town.reading() as session:
        assert not await queueing.has_untold(session)
        assert await queueing.lost(session, NOW + timedelta(hours=1)) == []


async def test_only_the_acts_asked_for_are_told(town: Database) -> None:
    await subscribed(town, Act.ACCEPT)
    number = await assigned(town)
    await act(town, number, Act.ACCEPT, "owner")
    assert await queue(town) == 1
    assert await told(town) == [(number, 3)]


async def test_of_a_confidential_finding_the_number_alone_is_told(town: Database) -> None:
    """Whatever was asked for: else the choice of acts would tell which was done."""
    await subscribed(town, Act.APPROVE_CLOSURE)
    receipt = await opened(town, confidential=True, title="举报件", condition="举报内容")
    await queue(town)
    async with town.reading() as session:
        (delivery,) = await session.exec(select(Delivery))
    assert json.loads(delivery.body) == {"type": "finding", "data": {"number": receipt.number}}


async def test_no_condition_and_no_person_is_told(town: Database) -> None:
    await subscribed(town)
    number = await brought_to(town, (await finding(town, await assigned(town))).stage)
    await queue(town)
    async with town.reading() as session:
        bodies = [json.loads(row.body) for row in await session.exec(select(Delivery))]
    mine = [body for body in bodies if body["data"]["number"] == number]
    assert set(mine[-1]["data"]) == {"number", "seq", "act", "from", "to", "round", "cycle", "at"}
    assert mine[-1]["type"] == "finding.assign"


async def test_what_is_committed_late_is_told_too(pg_town: Database) -> None:
    """A wake has its number before it is committed: one below may come to light after one above."""
    await subscribed(pg_town)
    slow, quick = await assigned(pg_town), await assigned(pg_town)
    await queue(pg_town)
    before = await told(pg_town)
    async with pg_town.writing() as late:
        row = await ledger.taken(late, slow)
        await ledger.enact(late, row, Order(slow, Act.ACCEPT, "owner"), NOW, TRADE)
        await act(pg_town, quick, Act.ACCEPT, "owner")
        assert await queue(pg_town) == 1
    assert await queue(pg_town) == 1
    assert await told(pg_town) == [*before, (quick, 3), (slow, 3)]


async def test_a_delivery_is_tried_until_it_is_given_up_and_can_be_tried_again(town: Database) -> None:
    webhook = await subscribed(town)
    await opened(town)
    await queue(town)
    at, tries = REAL, 0
    while True:
        async with town.writing() as session:
            waiting = await delivering.due(session, at, 10)
            for one in waiting:
                tries += 1
                await delivering.not_taken(session, one, at, "HTTP 500")
                await delivering.not_taken(session, one, at, "a second sender counts for nothing")
        async with town.reading() as session:
            (row,) = await session.exec(select(Delivery))
        if row.state is DeliveryState.FAILED:
            break
        at = row.next_at
    assert (tries, row.attempts, row.note) == (TRIES, TRIES, "HTTP 500")
    async with town.writing() as session:
        assert [(x.finding, url) for x, url in await delivering.failed(session, 10)] == [(row.finding, URL)]
        assert await delivering.counts(session) == {"queued": 0, "failed": 1}
        assert await delivering.try_again(session, webhook, at) == 1
        (again,) = await delivering.due(session, at, 10)
        assert (again.message_id, again.body.decode()) == (row.message_id, row.body)
        await delivering.taken(session, again, at)
    async with town.reading() as session:
        assert not await delivering.has_due(session, at)


async def test_an_address_that_was_ended_is_told_nothing_more(town: Database) -> None:
    webhook = await subscribed(town)
    await opened(town)
    await queue(town)
    async with town.writing() as session:
        await subscribing.end(session, webhook, "administrator", REAL)
    await opened(town)
    assert await queue(town) == 0
    async with town.reading() as session:
        assert await delivering.due(session, REAL, 10) == []
        assert await delivering.left_lying(session, REAL + timedelta(hours=1)) == []
        assert [(x.webhook.url, x.webhook.is_active) for x in await subscribing.every(session)] == [
            (URL, False)
        ]


async def test_an_address_is_entered_once(town: Database) -> None:
    await subscribed(town)
    with pytest.raises(BadInput, match="已在"):
        await subscribed(town)
    with pytest.raises(BadInput, match="https"):
        await subscribed(town, url="http://example.cn/")
    async with town.reading() as session:
        (webhook,) = await session.exec(select(Webhook))
    assert webhook.secret.startswith("whsec_")
