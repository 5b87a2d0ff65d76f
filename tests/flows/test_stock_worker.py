"""Prefect's own `process` worker runs the same deployment: slower, but to the same end."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.flows.prefect_house import Child
from tests.flows.township import Township, inhabited

pytestmark = pytest.mark.server


@pytest.fixture
def township(tmp_path: Path) -> Iterator[Township]:
    with inhabited(tmp_path) as place:
        yield place


def test_the_stock_process_worker_parks_the_same_run(township: Township) -> None:
    ours = township.start("worker")  # registers pool and deployments
    number = township.opened()
    first = township.stands_at(number, "待认领")
    ours.end()
    prefect = Path(sys.executable).with_name("prefect")
    command = [str(prefect), "worker", "start", "--pool", "rectify", "--type", "process"]
    stock = Child(command, township.prefect.env | township.environment, township.home / "stock.log")
    stock.start()
    township.parts["stock"] = stock
    township.act(number, "accept", "owner")
    awaken(township, first["id"])
    seen = township.stands_at(number, "整改中", 90)
    assert seen["id"] == first["id"]


def awaken(township: Township, run_id: str) -> None:
    """What the relay would do; it lives in our own worker, which is stopped here."""
    body = {"state": {"type": "SCHEDULED", "name": "Scheduled"}, "force": False}
    assert township.api(f"/flow_runs/{run_id}/set_state", body)["status"] == "ACCEPT"
