"""Who asks a process how it is: health, readiness and figures, of the portal and of a worker."""

import asyncio
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from models.database import database
from models.settings import Settings
from models.upgrade import upgrade
from portal.asking import PartName, ask
from portal.listener import bound, open_listener
from portal.web import app
from tasks.listening import addresses, announced
from tasks.processes import holder
from tests.flows.prefect_house import Child, free_port, wait_for
from tests.models.postgres import Cluster, installed
from tests.models.township import change
from tests.portal.test_up import environment


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, home=tmp_path, worker_port=free_port(), portal_port=free_port())


@pytest.fixture
async def portal(config: Settings) -> AsyncIterator[httpx.AsyncClient]:
    await upgrade(database(config))
    transport = httpx.ASGITransport(app=app(config))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client
    await database(config).close()


async def test_the_portal_is_ready_at_its_own_schema(portal: httpx.AsyncClient) -> None:
    answer = await portal.get("/ready")
    assert answer.status_code == 200
    assert answer.json()["needs"] == {"database": True, "schema": True}
    assert answer.json()["process"] == "portal"
    assert answer.json()["aside"]["mail_server_set"] is False


@pytest.mark.parametrize("version", ["0001", "9999"])
async def test_it_is_not_ready_while_a_migration_is_pending_or_unknown(
    portal: httpx.AsyncClient, config: Settings, version: str
) -> None:
    await change(database(config), "UPDATE alembic_version SET version_num = :version", version=version)
    answer = await portal.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["needs"] == {"database": True, "schema": False}
    assert (await portal.get("/health")).status_code == 200


async def test_readiness_tells_how_old_the_heartbeats_are(
    portal: httpx.AsyncClient, config: Settings
) -> None:
    row = "('rounds', '2026-01-01 00:00:00', '2026-01-01 00:00:00', 'host:1', 0, 0, '')"
    await change(database(config), f"INSERT INTO heartbeat VALUES {row}")
    assert (await portal.get("/ready")).json()["aside"]["heartbeats"]["rounds"] > 0


async def test_the_portal_gives_its_figures(portal: httpx.AsyncClient) -> None:
    answer = await portal.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'rectify_findings{stage="draft"} 0.0' in answer.text
    assert "rectify_prefect_up" not in answer.text


async def test_a_worker_answers_and_is_found_by_its_data_folder(config: Settings) -> None:
    await upgrade(database(config))
    async with open_listener(config) as address, httpx.AsyncClient(base_url=f"http://{address}") as client:
        assert addresses(config.home) == {holder(): address} == {holder(): f"127.0.0.1:{config.worker_port}"}
        assert (await client.get("/health")).text == "ok"
        ready = (await client.get("/ready")).json()
        assert (ready["ready"], ready["process"]) == (True, "worker")
        assert ready["aside"]["prefect"] is False  # known, and no reason not to work
        assert "rectify_wakes_relayed_total" in (await client.get("/metrics")).text
    assert addresses(config.home) == {}
    await database(config).close()


def test_a_taken_port_is_said_and_another_one_found(caplog: pytest.LogCaptureFixture) -> None:
    with bound("127.0.0.1", 0) as first:
        taken = first.getsockname()[1]
        with bound("127.0.0.1", taken) as second:
            found = second.getsockname()[1]
    assert found != taken
    assert f"Port {taken} is taken" in caplog.text
    assert str(found) in caplog.text


def test_an_address_that_is_not_this_machine_s_is_an_error() -> None:
    with pytest.raises(OSError, match="assign"):
        bound("192.0.2.1", 9180)


def test_workers_that_died_are_not_listed_and_their_files_cleared(tmp_path: Path) -> None:
    dead = f"{socket.gethostname()}:{2**22 + 1}"  # no process has such a number
    elsewhere = "another-machine:1"
    (tmp_path / "listening").mkdir()
    for name in (dead, elsewhere):
        (tmp_path / "listening" / name).write_text("127.0.0.1:1")
    assert addresses(tmp_path) == {}
    with announced(tmp_path, "127.0.0.1:2"):
        assert addresses(tmp_path) == {holder(): "127.0.0.1:2"}
        assert {path.name for path in (tmp_path / "listening").iterdir()} == {holder(), elsewhere}


def test_a_worker_whose_loop_hangs_does_not_answer(config: Settings) -> None:
    """Health is answered by the loop that does the work, so it says something of it."""
    loop, address = asyncio.new_event_loop(), list[str]()
    listening, done, go_on = threading.Event(), asyncio.Event(), threading.Event()

    async def work() -> None:
        async with open_listener(config) as where:
            address.append(where)
            listening.set()
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(work(),))
    with ExitStack() as at_the_end:
        at_the_end.callback(loop.close)
        at_the_end.callback(thread.join, 20)
        at_the_end.callback(loop.call_soon_threadsafe, done.set)
        at_the_end.callback(go_on.set)
        thread.start()
        assert listening.wait(20)
        assert httpx.get(f"http://{address[0]}/health").text == "ok"
        loop.call_soon_threadsafe(go_on.wait)
        with pytest.raises(httpx.TimeoutException):
            httpx.get(f"http://{address[0]}/health", timeout=0.5)
        go_on.set()
        assert httpx.get(f"http://{address[0]}/health", timeout=20).text == "ok"


async def test_health_asks_every_part_and_tells_who_is_missing(config: Settings) -> None:
    await upgrade(database(config))
    ours = config.model_copy(update={"flow_ui_port": free_port()})
    async with open_listener(ours):
        told = {one.part: one for one in await ask(ours, list(PartName))}
    assert (told[PartName.WORKER].alive, told[PartName.WORKER].ready) == (True, True)
    assert (told[PartName.SERVER].alive, told[PartName.PORTAL].alive) == (False, False)
    (gone,) = await ask(ours, [PartName.WORKER])
    assert (gone.alive, gone.address) == (False, "")
    await database(config).close()


async def test_alive_is_not_ready(config: Settings) -> None:
    await upgrade(database(config))
    await change(database(config), "UPDATE alembic_version SET version_num = '9999'")
    async with open_listener(config):
        (told,) = await ask(config, [PartName.WORKER])
    assert (told.alive, told.ready) == (True, False)
    await database(config).close()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    programs = installed()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    made = Cluster(programs)
    made.start()
    yield made
    made.stop()


@pytest.mark.server
def test_a_database_that_stops_makes_portal_and_worker_unready_until_it_is_back(
    tmp_path: Path, cluster: Cluster
) -> None:
    ours = {
        "RECTIFY_HOME": str(tmp_path),
        "RECTIFY_DATABASE_URL": cluster.create(),
        "RECTIFY_PORTAL_PORT": str(free_port()),
        "RECTIFY_FLOW_UI_PORT": str(free_port()),
        "RECTIFY_WORKER_PORT": str(free_port()),
    }
    addresses = [f"http://127.0.0.1:{ours[name]}" for name in ("RECTIFY_PORTAL_PORT", "RECTIFY_WORKER_PORT")]
    parts = [
        Child([sys.executable, "-m", "portal.cli", part], environment() | ours, tmp_path / f"{part}.log")
        for part in ("portal", "worker")
    ]

    def statuses(path: str) -> list[int]:
        try:
            return [httpx.get(address + path, timeout=10).status_code for address in addresses]
        except httpx.HTTPError:
            return []

    with ExitStack() as at_the_end:
        for part in parts:
            part.start()
            at_the_end.callback(part.end)
        wait_for(lambda: statuses("/ready") == [200, 200], 60, "both are ready, without any Prefect")
        cluster.pause()
        wait_for(lambda: statuses("/ready") == [503, 503], 30, "both say they are not ready")
        assert statuses("/health") == [200, 200]
        assert "rectify_database_up 0.0" in httpx.get(addresses[1] + "/metrics", timeout=20).text
        cluster.resume()
        wait_for(lambda: statuses("/ready") == [200, 200], 60, "both are ready again")
        assert all(part.alive() for part in parts)
