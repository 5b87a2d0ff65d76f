"""The relay: a finding for which Prefect takes long holds up no other."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from prefect.client.orchestration import PrefectClient
from prefect.settings import PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED, temporary_settings

from models import guidance, ledger
from models.database import Database
from tasks import clock
from tasks.prefect_runs import PrefectAway
from tasks.relay import AT_ONCE, Relay
from tests.loopback import Call, answering
from tests.models.township import asked, assigned


@dataclass
class Server:
    """Says of each run that it is at work; of some only once it is let go on, and of some never rightly."""

    slow: set[UUID] = field(default_factory=set)
    broken: set[UUID] = field(default_factory=set)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, call: Call) -> tuple[int, bytes]:
        run = UUID(call.path.rpartition("/")[2])
        if run in self.slow:
            await self.go_on.wait()
        if run in self.broken:
            return 500, b"{}"
        said = {"id": str(run), "flow_id": str(uuid4()), "name": "x", "state_type": "RUNNING"}
        return 200, json.dumps(said).encode()


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture(autouse=True)
def no_greeting() -> Iterator[None]:
    with temporary_settings({PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED: False}):
        yield


@pytest.fixture
async def relay(db: Database, server: Server) -> AsyncIterator[Relay]:
    async with answering(server.answer) as url, PrefectClient(api=f"{url}/api") as client:
        yield Relay(db, client)


async def woken(db: Database) -> tuple[str, UUID]:
    """A finding with a run and a wake that is due."""
    number, run_id = await assigned(db, clock.now()), uuid4()
    async with db.writing() as session:
        run = await guidance.new_generation(session, await ledger.find(session, number), None, clock.now())
        run.flow_run_id = str(run_id)
    return number, run_id


async def relayed(db: Database) -> set[object]:
    return set(await asked(db, "SELECT finding FROM wake WHERE done_at IS NOT NULL"))


async def test_a_finding_for_which_prefect_takes_long_holds_up_no_other(
    db: Database, relay: Relay, server: Server
) -> None:
    (slow, run), (other, _) = await woken(db), await woken(db)
    server.slow.add(run)
    assert await relay.take_up() == 2
    await relay.a_hand(20)
    assert await relayed(db) == {other}
    third, _ = await woken(db)
    assert await relay.take_up() == 1
    await relay.a_hand(20)
    assert await relayed(db) == {other, third}
    server.go_on.set()
    await relay.rest()
    assert await relayed(db) == {slow, other, third}


async def test_no_more_is_taken_up_than_there_are_hands(db: Database, relay: Relay, server: Server) -> None:
    all_ = [await woken(db) for _ in range(AT_ONCE + 2)]
    server.slow |= {run for _, run in all_}
    assert await relay.take_up() == AT_ONCE
    assert relay.is_busy
    assert await relay.take_up() == 0
    server.go_on.set()
    await relay.rest()
    assert not relay.is_busy
    assert await relay.take_up() == 2
    await relay.rest()
    assert await relayed(db) == {number for number, _ in all_}


async def test_a_prefect_that_does_not_answer_is_said_at_the_next_look(
    db: Database, relay: Relay, server: Server
) -> None:
    _, run = await woken(db)
    server.broken.add(run)
    assert await relay.take_up() == 1
    await relay.rest()
    with pytest.raises(PrefectAway):
        await relay.take_up()
    assert await relayed(db) == set()
