"""One real Prefect server for all tests that need one."""

import os
import tempfile

# Before anything imports Prefect: no telemetry, and nobody's own ~/.prefect.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_HOME", tempfile.mkdtemp(prefix="prefect-home-"))

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from prefect.client.orchestration import PrefectClient

from models.settings import Settings
from tests.flows.prefect_house import Child, PrefectHouse, free_port

PARKING = Path(__file__).with_name("parking.yaml")


@pytest.fixture(scope="session")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectHouse]:
    """A running Prefect server: `.settings .url .auth .env .start() .stop() .kill() .restart() .forget()`."""
    home = tmp_path_factory.mktemp("house")
    house = PrefectHouse(Settings(_env_file=None, home=home, flow_ui_port=free_port()))
    house.start()
    try:
        yield house
    finally:
        house.kill()


@pytest.fixture
async def client(prefect_server: PrefectHouse) -> AsyncIterator[PrefectClient]:
    """A client of the session's Prefect server."""
    async with PrefectClient(api=prefect_server.url, auth_string=prefect_server.auth) as client:
        yield client


@pytest.fixture(scope="session")
def toy_worker(prefect_server: PrefectHouse) -> Iterator[Child]:
    """A worker process for the toy flow, on a work pool that no other test's runs are in."""
    log = prefect_server.settings.home / "toy-worker.log"
    worker = prefect_server.worker(PARKING, log, RECTIFY_WORK_POOL="toys")
    worker.start()
    try:
        yield worker
    finally:
        worker.end()
