"""Acts are told to an address on this machine: signed, once more after a death, and nowhere else."""

from collections.abc import AsyncIterator

import pytest
from sqlmodel import col, select

from models.database import Database
from models.hooks import subscribing
from models.hooks.subscriptions import Delivery, DeliveryState
from models.settings import settings
from policy.hooks import signature
from policy.refusals import Unavailable
from tasks import clock, webhooks
from tests.loopback import Call, answering
from tests.models.township import opened


class Listener:
    """Answers with `status`, and notes what it heard."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.status, self.root, self.secret = 204, "", ""

    async def answer(self, call: Call) -> tuple[int, bytes]:
        self.calls.append(call)
        return self.status, b""


@pytest.fixture
async def listener(db: Database) -> AsyncIterator[Listener]:
    """Subscribed to every act. It answers with a place to go to, where nobody goes."""
    there = Listener()
    async with answering(there.answer, "Location: /elsewhere") as there.root:
        async with db.writing() as session:
            url = f"{there.root}/hook"
            _, there.secret = await subscribing.subscribe(session, url, (), "administrator", clock.real())
        yield there


async def delivery(db: Database) -> Delivery:
    async with db.reading() as session:
        return (await session.exec(select(Delivery))).one()


async def at_once(db: Database) -> None:
    """Let what waits for its next try be due."""
    async with db.writing() as session:
        row = (await session.exec(select(Delivery))).one()
        row.next_at = clock.real()
        session.add(row)


async def test_an_act_is_told_once_and_signed(db: Database, listener: Listener) -> None:
    assert not await webhooks.has_work(db)
    receipt = await opened(db, clock.now())
    assert await webhooks.has_work(db)
    assert await webhooks.tell(db) == 2
    assert not await webhooks.has_work(db)
    assert await webhooks.tell(db) == 0
    (call,) = listener.calls
    assert (call.method, call.path) == ("POST", "/hook")
    assert receipt.number in call.body.decode()
    told = call.headers
    signed = signature(listener.secret, told["webhook-id"], int(told["webhook-timestamp"]), call.body)
    assert told["webhook-signature"] == signed
    assert (await delivery(db)).state is DeliveryState.DELIVERED


@pytest.mark.parametrize("status", [302, 404, 500])
async def test_what_is_not_taken_is_tried_again_with_the_same_bytes(
    db: Database, listener: Listener, status: int
) -> None:
    await opened(db, clock.now())
    listener.status = status
    await webhooks.tell(db)
    row = await delivery(db)
    assert (row.state, row.attempts, row.note) == (DeliveryState.QUEUED, 1, f"HTTP {status}")
    await webhooks.tell(db)
    assert len(listener.calls) == 1
    listener.status = 200
    await at_once(db)
    await webhooks.tell(db)
    first, second = listener.calls
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])
    assert second.path == "/hook"
    assert (await delivery(db)).state is DeliveryState.DELIVERED


async def test_who_died_after_sending_sends_the_same_again(
    db: Database, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At least once, and by its id known for the same."""
    await opened(db, clock.now())
    for fault in ("webhooks.before_send=raise:cut", "hooks_told.before_commit=raise:locked", ""):
        monkeypatch.setenv("RECTIFY_FAULTS", fault)
        settings.cache_clear()
        try:
            await webhooks.tell(db)
        except (ConnectionResetError, Unavailable):
            assert (await delivery(db)).state is DeliveryState.QUEUED
    assert [call.headers["webhook-id"] for call in listener.calls] == [(await delivery(db)).message_id] * 2
    assert (await delivery(db)).state is DeliveryState.DELIVERED


async def test_an_address_where_nobody_answers_holds_up_no_other(db: Database, listener: Listener) -> None:
    async with db.writing() as session:
        await subscribing.subscribe(session, "http://127.0.0.1:9/", (), "administrator", clock.real())
    await opened(db, clock.now())
    await opened(db, clock.now())
    await webhooks.tell(db)
    assert len(listener.calls) == 2
    async with db.reading() as session:
        asked = select(Delivery).where(Delivery.state == DeliveryState.QUEUED).order_by(col(Delivery.id))
        rows = list(await session.exec(asked))
    assert [row.attempts for row in rows] == [1, 0]
    assert "ConnectError" in rows[0].note


async def test_an_address_can_be_tried_out(db: Database, listener: Listener) -> None:
    async with db.reading() as session:
        (one,) = await subscribing.every(session)
    assert await webhooks.try_out(one.webhook) == ""
    listener.status = 500
    assert await webhooks.try_out(one.webhook) == "HTTP 500"
    assert listener.calls[0].body.startswith(b'{"type": "test"')
