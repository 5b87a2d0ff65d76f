"""Old rounds leave Prefect's database; nothing of a finding does, however old."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from prefect import flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowFilter, FlowFilterName, FlowRunFilter, FlowRunFilterId
from prefect.states import Completed, Running

from models.settings import Settings
from tasks import clock
from tasks.housekeeping import KEPT, ROUNDS, take_away
from tasks.prefect_server import server_environment

pytestmark = pytest.mark.server

YEARS = timedelta(days=4000)


@flow(name="rectify")
def finding() -> None: ...


@flow(name="watch")
def watch() -> None: ...


async def ran(client: PrefectClient, what: object, *, ended: bool = True) -> UUID:
    run = await client.create_flow_run(what, state=Completed() if ended else Running())  # type: ignore[arg-type]  # a flow
    return run.id


async def left(client: PrefectClient, *runs: UUID) -> set[UUID]:
    wanted = FlowRunFilter(id=FlowRunFilterId(any_=list(runs)))
    return {run.id for run in await client.read_flow_runs(flow_run_filter=wanted)}


async def test_rounds_of_long_ago_go_and_findings_stay(client: PrefectClient) -> None:
    runs = await ran(client, finding), await ran(client, finding, ended=False)
    rounds = [await ran(client, watch), await ran(client, watch, ended=False)]
    assert await take_away(client, clock.real() + YEARS) >= len(rounds)
    assert await left(client, *runs, *rounds) == set(runs)
    assert await take_away(client, clock.real() + YEARS) == 0


async def test_rounds_of_this_week_stay(client: PrefectClient) -> None:
    fresh = await ran(client, watch)
    await take_away(client, clock.real() - KEPT)
    assert await left(client, fresh) == {fresh}


async def test_more_rounds_than_one_page_go_too(
    client: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.housekeeping.PAGE", 2)
    for _ in range(5):
        await ran(client, watch)
    assert await take_away(client, clock.real() + YEARS) >= 5
    only = FlowFilter(name=FlowFilterName(any_=list(ROUNDS)))
    assert await client.read_flow_runs(flow_filter=only) == []


def test_prefects_own_vacuum_leaves_runs_alone(tmp_path: Path) -> None:
    told = server_environment(Settings(_env_file=None, home=tmp_path))
    assert "flow_runs" not in told["PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED"]
