"""A finding parked by an earlier version of the flow goes on under today's."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from prefect.client.orchestration import PrefectClient

from models.database import Database
from models.guidance import new_generation
from models.ledger import find
from tasks import clock
from tasks.relay import relay
from tests.flows.earlier_flow import STATE
from tests.flows.prefect_house import Child, wait_for
from tests.flows.township import Township, inhabited

pytestmark = pytest.mark.server

EARLIER = Path(__file__).with_name("earlier.yaml")


@pytest.fixture(scope="module")
def township(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Township]:
    with inhabited(tmp_path_factory.mktemp("changed"), "mailbox") as place:
        yield place


@pytest.fixture
def earlier(township: Township) -> Iterator[Child]:
    """A worker of the earlier version; today's follows when it has ended."""
    child = township.prefect.worker(EARLIER, township.home / "earlier.log")
    child.start()
    wait_for(lambda: registered(township) == "tests.flows.earlier_flow.rectify", 90, "it has registered")
    yield child
    child.end()
    if "worker" in township.parts:
        township.parts.pop("worker").end()


def registered(place: Township) -> str:
    found = place.api("/deployments/filter", {"deployments": {"name": {"any_": ["rectify"]}}})
    return str(found[0]["entrypoint"]) if found else ""


@pytest.fixture
async def db(township: Township) -> AsyncIterator[Database]:
    found = Database(f"sqlite+aiosqlite:///{township.home / 'rectify.db'}")
    yield found
    await found.close()


@pytest.fixture
async def there(township: Township) -> AsyncIterator[PrefectClient]:
    async with PrefectClient(api=township.prefect.url, auth_string=township.prefect.auth) as found:
        yield found


async def test_a_run_parked_by_an_earlier_flow_goes_on_as_the_same_run(
    township: Township, earlier: Child, db: Database, there: PrefectClient
) -> None:
    number = township.opened()
    await relay(db, there)
    parked = township.stands_at(number, STATE, 90)
    earlier.end()
    taken_over(township, number, "accept")
    assert township.stands_at(number, "整改中", 90)["id"] == parked["id"]


async def test_a_run_whose_parameters_are_no_longer_understood_is_replaced(
    township: Township, earlier: Child, db: Database, there: PrefectClient
) -> None:
    number = township.opened()
    parked = await started_with_more(db, there, number)
    await relay(db, there)
    township.stands_at(number, STATE, 90)
    earlier.end()
    taken_over(township, number, "accept")
    assert township.stands_at(number, "整改中", 120)["id"] != str(parked)
    wait_for(lambda: township.run("check").returncode == 0, 120, "rectify check is content")


async def started_with_more(db: Database, there: PrefectClient, number: str) -> UUID:
    """A first generation, made with a parameter that today's flow does not know."""
    deployment = await there.read_deployment_by_name("rectify/rectify")
    said = {"number": number, "generation": 1, "hurry": True}
    made = await there.create_flow_run_from_deployment(deployment.id, parameters=said)
    async with db.writing() as session:
        run = await new_generation(session, await find(session, number), None, clock.now())
        run.flow_run_id = str(made.id)
        session.add(run)
    return made.id


def taken_over(place: Township, number: str, act: str) -> None:
    """Today's worker starts where the earlier one ended, and somebody acts."""
    place.start("worker")
    wait_for(lambda: registered(place) == "flows.rectify.rectify", 120, "today's flow is registered")
    place.act(number, act, "owner")
