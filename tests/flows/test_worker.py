"""The worker against a real Prefect server, with a toy flow."""

import asyncio
import json
import logging
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from time import monotonic
from uuid import UUID

import httpx
import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId, LogFilter, LogFilterFlowRunId
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.states import AwaitingRetry, Cancelling, Scheduled, Suspended

from flows.deployments import register
from flows.worker import run_worker
from models.settings import Settings
from tasks.prefect_runs import Awakened, awaken, cancel, start
from tests.flows.conftest import PARKING
from tests.flows.parking_flow import QUOTED, Row, passes, write
from tests.flows.prefect_house import Child, PrefectHouse, eventually, free_port

log = logging.getLogger(__name__)

pytestmark = [pytest.mark.server, pytest.mark.usefixtures("toy_worker")]


class Toy:
    """Runs of the toy flow, and what is to be seen of them."""

    def __init__(self, house: PrefectHouse, client: PrefectClient) -> None:
        self.home = house.settings.home
        self.client = client

    async def open(self, number: str, row: Row) -> UUID:
        write(self.home, number, row)
        await eventually(self.known, 60, "the worker has registered the toy")
        return await start(self.client, "parking/parking", number, 1, name=number)

    async def known(self) -> bool:
        try:
            await self.client.read_deployment_by_name("parking/parking")
        except Exception:
            return False
        return True

    async def move(self, number: str, run: UUID, row: Row) -> Awakened:
        write(self.home, number, row)
        return await awaken(self.client, run)

    def passes(self, number: str) -> list[int]:
        return passes(self.home, number)

    async def run(self, run: UUID) -> FlowRun:
        return await self.client.read_flow_run(run)

    async def until(self, run: UUID, kind: StateType, name: str = "", seconds: float = 30) -> FlowRun:
        async def there() -> bool:
            try:
                state = (await self.run(run)).state
            except httpx.HTTPError:
                return False
            return state is not None and state.type is kind and name in (state.name or "")

        await eventually(there, seconds, f"the run is {kind.name} {name}")
        return await self.run(run)

    async def parked(self, run: UUID, stage: int, seconds: float = 30) -> FlowRun:
        return await self.until(run, StateType.PAUSED, f"待验收 {stage} · awaiting verification", seconds)


@pytest.fixture
def toy(prefect_server: PrefectHouse, client: PrefectClient) -> Toy:
    return Toy(prefect_server, client)


@pytest.fixture(scope="module")
def frail(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectHouse]:
    """A server that may be killed and robbed of its database."""
    home = tmp_path_factory.mktemp("frail")
    house = PrefectHouse(Settings(_env_file=None, home=home, flow_ui_port=free_port()))
    house.start()
    try:
        yield house
    finally:
        house.kill()


@pytest.fixture
async def frail_toy(frail: PrefectHouse) -> AsyncIterator[Toy]:
    async with PrefectClient(api=frail.url, auth_string=frail.auth) as client:
        yield Toy(frail, client)


@pytest.fixture
def frail_worker(frail: PrefectHouse) -> Iterator[Child]:
    worker = frail.worker(PARKING, frail.settings.home / "worker.log")
    worker.start()
    try:
        yield worker
    finally:
        worker.end()


async def test_a_run_parks_under_its_stage_wakes_three_times_and_completes(toy: Toy) -> None:
    run = await toy.open("W1", Row())
    await toy.parked(run, 0)
    for stage in (1, 2):
        assert await toy.move("W1", run, Row(stage=stage)) is Awakened.SCHEDULED
        await toy.parked(run, stage)
    await toy.move("W1", run, Row(stage=3))
    await toy.until(run, StateType.COMPLETED)
    assert toy.passes("W1") == [0, 1, 2, 3]
    assert (await toy.run(run)).empirical_policy.retries is None, "the engine's own word on it was left out"
    assert await awaken(toy.client, run) is Awakened.ENDED


async def test_a_supervisor_reads_name_tags_card_and_tasks(toy: Toy) -> None:
    run = await toy.open("ZC2026-008", Row())
    seen = await toy.parked(run, 0)
    assert seen.name == "ZC2026-008 第0步"
    assert set(seen.tags) >= {"toy", "stage-0"}

    this = FlowRunFilter(id=FlowRunFilterId(any_=[run]))
    [card] = await toy.client.read_artifacts(flow_run_filter=this)
    assert (card.key, card.type) == ("card-zc2026-008", "markdown")

    async def reported() -> bool:
        found = await toy.client.read_task_runs(flow_run_filter=this)
        return [(one.name, one.state_name) for one in found] == [("look at ZC2026-008", "Completed")]

    await eventually(reported, what="the task run travels by websocket")


async def test_from_act_to_parked_in_well_under_two_seconds(toy: Toy) -> None:
    run = await toy.open("L1", Row(last=9))
    await toy.parked(run, 0)
    took = []
    for stage in range(1, 6):
        began = monotonic()
        await toy.move("L1", run, Row(stage=stage, last=9))
        await toy.parked(run, stage)
        took.append(monotonic() - began)
    log.warning("act to parked, s: %s", ", ".join(f"{one:.2f}" for one in sorted(took)))
    assert sorted(took)[2] < 2


async def test_a_wake_that_comes_while_the_run_is_running_is_not_lost(toy: Toy) -> None:
    run = await toy.open("R1", Row(gate=True))
    await toy.until(run, StateType.RUNNING)
    await eventually(lambda: _holds(toy.passes("R1") == [0]))
    assert await toy.move("R1", run, Row(stage=1)) is Awakened.ALREADY
    await toy.parked(run, 1)
    assert toy.passes("R1") == [0, 1]


async def test_resume_in_the_flow_ui_only_makes_the_run_look_again(
    toy: Toy, prefect_server: PrefectHouse
) -> None:
    run = await toy.open("U1", Row())
    await toy.parked(run, 0)

    async def resumed() -> bool:
        answer = await _post(prefect_server, f"/flow_runs/{run}/resume", {})
        return answer.status_code == 201

    await eventually(resumed)
    await eventually(lambda: _holds(toy.passes("U1") == [0, 0]))
    await toy.parked(run, 0)


async def test_retry_in_the_flow_ui_only_makes_the_run_look_again(toy: Toy) -> None:
    run = await toy.open("U2", Row(stage=3))
    await toy.until(run, StateType.COMPLETED)
    await toy.client.set_flow_run_state(run, AwaitingRetry(), force=True)
    await eventually(lambda: _holds(toy.passes("U2") == [3, 3]))
    await toy.until(run, StateType.COMPLETED)


async def test_cancelling_a_parked_run_ends_it(toy: Toy) -> None:
    run = await toy.open("U3", Row())
    await toy.parked(run, 0)
    await toy.client.set_flow_run_state(run, Cancelling())
    await toy.until(run, StateType.CANCELLED)
    assert await awaken(toy.client, run) is Awakened.ENDED


@pytest.mark.parametrize("way", ["flow UI", "relay"])
async def test_cancelling_a_running_run_ends_it_quietly(toy: Toy, way: str) -> None:
    number = f"U4-{way}"
    run = await toy.open(number, Row(gate=True))
    await toy.until(run, StateType.RUNNING)
    await eventually(lambda: _holds(toy.passes(number) == [0]))
    if way == "relay":
        await cancel(toy.client, run)
    else:
        await toy.client.set_flow_run_state(run, Cancelling())
    write(toy.home, number, Row())
    await toy.until(run, StateType.CANCELLED)
    await _still_at_work(toy, f"U4-after-{way}")
    await toy.until(run, StateType.CANCELLED)


async def test_suspending_a_running_run_lets_it_be_woken(toy: Toy) -> None:
    run = await toy.open("U5", Row(gate=True))
    await toy.until(run, StateType.RUNNING)
    await eventually(lambda: _holds(toy.passes("U5") == [0]))
    await toy.client.set_flow_run_state(run, Suspended())
    write(toy.home, "U5", Row(stage=1))
    await toy.parked(run, 1)


async def test_eight_runs_are_under_way_at_once(toy: Toy) -> None:
    runs = [await toy.open(f"E{one}", Row(gate=True)) for one in range(8)]
    for run in runs:
        await toy.until(run, StateType.RUNNING)
    for one, run in enumerate(runs):
        write(toy.home, f"E{one}", Row())
        await toy.parked(run, 0)


@pytest.mark.parametrize(("fault", "ends"), [("raise", StateType.FAILED), ("exit", StateType.CRASHED)])
async def test_a_flow_that_breaks_does_not_stop_the_worker(toy: Toy, fault: str, ends: StateType) -> None:
    run = await toy.open(f"B-{fault}", Row(fault=fault))
    await toy.until(run, ends)
    await _still_at_work(toy, f"B-after-{fault}")


@pytest.mark.parametrize("fault", ["raise", "quote"])
async def test_what_breaks_is_kept_in_prefect_by_its_kind_and_quotes_nobody(
    toy: Toy, toy_worker: Child, fault: str
) -> None:
    run = await toy.open(f"Q-{fault}", Row(fault=fault))
    seen = await toy.until(run, StateType.FAILED)
    assert seen.state is not None
    assert "ValueError" in (seen.state.message or "")
    only = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run]))

    async def logged() -> list[str]:
        found = [one.message for one in await toy.client.read_logs(only)]
        return found if any("Encountered exception" in one for one in found) else []

    await eventually(logged, 30, "Prefect has the run's log")
    assert "parking_flow.py" in " ".join(await logged())
    rest = await toy.client.read_task_runs(flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=[run])))
    kept = [seen.state.message, *await logged(), *(one.state.message for one in rest if one.state)]
    assert [one for one in [*kept, toy_worker.said()] if QUOTED in str(one)] == []
    assert [json.loads(line)["process"] for line in toy_worker.said().splitlines()]


async def test_a_deployment_whose_flow_is_not_there_crashes_with_its_reason(toy: Toy) -> None:
    await toy.open("N0", Row())
    here = await toy.client.read_deployment_by_name("parking/parking")
    nowhere = await toy.client.create_deployment(
        flow_id=here.flow_id, name="nowhere", entrypoint="flows.nowhere.nowhere", work_pool_name="toys"
    )
    run = await toy.client.create_flow_run_from_deployment(nowhere, state=Scheduled())
    seen = await toy.until(run.id, StateType.CRASHED)
    assert seen.state is not None
    assert "There is no flow flows.nowhere.nowhere" in (seen.state.message or "")


async def test_no_process_is_started_for_a_run(toy: Toy, toy_worker: Child) -> None:
    run = await toy.open("C1", Row(gate=True))
    await toy.until(run, StateType.RUNNING)
    assert toy_worker.children() == []
    write(toy.home, "C1", Row())
    await toy.parked(run, 0)
    assert toy_worker.children() == []


async def test_the_worker_outlives_a_killed_server(
    frail: PrefectHouse, frail_toy: Toy, frail_worker: Child
) -> None:
    run = await frail_toy.open("K1", Row())
    await frail_toy.parked(run, 0)
    frail.restart()
    await eventually(lambda: _moves(frail_toy, "K1", run, Row(stage=1)))
    await frail_toy.parked(run, 1, seconds=60)
    assert frail_worker.alive()


async def test_a_run_under_way_rides_out_a_restart_of_the_server(
    frail: PrefectHouse, frail_toy: Toy, frail_worker: Child
) -> None:
    run = await frail_toy.open("K0", Row(gate=True))
    await frail_toy.until(run, StateType.RUNNING)
    await eventually(lambda: _holds(frail_toy.passes("K0") == [0]))
    frail.kill()
    write(frail_toy.home, "K0", Row())
    frail.start()
    await frail_toy.parked(run, 0, seconds=60)
    assert frail_toy.passes("K0") == [0]


async def test_the_worker_registers_anew_when_prefect_has_lost_everything(
    frail: PrefectHouse, frail_toy: Toy, frail_worker: Child
) -> None:
    await frail_toy.open("K2", Row())
    frail.kill()
    frail.forget()
    frail.start()
    run = await frail_toy.open("K3", Row())
    await frail_toy.parked(run, 0, seconds=60)
    assert frail_worker.alive()


async def test_a_run_cut_short_by_sigterm_is_handed_to_the_next_worker(
    frail: PrefectHouse, frail_toy: Toy, frail_worker: Child
) -> None:
    run = await frail_toy.open("S1", Row(gate=True))
    await frail_toy.until(run, StateType.RUNNING)
    await eventually(lambda: _holds(frail_toy.passes("S1") == [0]))
    took = frail_worker.end(signal.SIGTERM)
    log.warning("SIGTERM with a run under way: %.1f s", took)
    await frail_toy.until(run, StateType.SCHEDULED)
    write(frail_toy.home, "S1", Row())
    frail_worker.start()
    await frail_toy.parked(run, 0, seconds=60)


@pytest.mark.parametrize("server", ["up", "down"])
async def test_sigterm_ends_an_idle_worker_promptly(
    frail: PrefectHouse, frail_toy: Toy, frail_worker: Child, server: str
) -> None:
    run = await frail_toy.open(f"S2-{server}", Row())
    await frail_toy.parked(run, 0, seconds=60)
    if server == "down":
        told = frail_worker.said().count("Prefect is away")
        frail.kill()
        await eventually(lambda: _holds(frail_worker.said().count("Prefect is away") > told))
    took = frail_worker.end(signal.SIGTERM)
    log.warning("SIGTERM, server %s: %.1f s", server, took)
    if server == "down":
        frail.start()
    assert took < 8


async def test_other_loops_run_beside_the_worker_and_are_started_again(
    frail: PrefectHouse, frail_toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECTIFY_HOME", str(frail.settings.home))
    stop, rounds = asyncio.Event(), list[float]()

    async def breaks_at_first() -> None:
        rounds.append(monotonic())
        if len(rounds) == 1:
            raise OSError("once")
        await stop.wait()

    with temporary_settings({PREFECT_API_URL: frail.url, PREFECT_API_AUTH_STRING: frail.auth}):
        working = asyncio.create_task(
            run_worker(frail.settings, stop=stop, alongside=[breaks_at_first], deployments=PARKING)
        )
        run = await frail_toy.open("O1", Row(last=9))
        await frail_toy.parked(run, 0)
        await eventually(lambda: _holds(len(rounds) == 2))
        for stage in range(1, 4):
            began = monotonic()
            await frail_toy.move("O1", run, Row(stage=stage, last=9))
            await frail_toy.parked(run, stage)
            log.warning("act to parked, handed over: %.2f s", monotonic() - began)
        stop.set()
        await working


@pytest.mark.parametrize("kind", ["rectify", "process"])
async def test_prefects_own_worker_command_runs_the_same_deployment(
    frail: PrefectHouse, frail_toy: Toy, kind: str
) -> None:
    await register(frail_toy.client, file=PARKING)
    command = [sys.executable, "-m", "prefect", "worker", "start", "--pool", "rectify", "--type", kind]
    environment = frail.env | {"PYTHONPATH": str(Path(__file__).parents[2])}
    stock = Child(command, environment, frail.settings.home / f"{kind}.log")
    stock.start()
    try:
        run = await frail_toy.open(f"T-{kind}", Row(last=1))
        await frail_toy.parked(run, 0, seconds=90)
        await frail_toy.move(f"T-{kind}", run, Row(stage=1, last=1))
        await frail_toy.until(run, StateType.COMPLETED, seconds=90)
    finally:
        stock.end()


async def _still_at_work(toy: Toy, number: str) -> None:
    await toy.parked(await toy.open(number, Row()), 0)


async def _moves(toy: Toy, number: str, run: UUID, row: Row) -> bool:
    try:
        return await toy.move(number, run, row) is Awakened.SCHEDULED
    except Exception:
        return False


async def _holds(fact: bool) -> bool:
    return fact


async def _post(house: PrefectHouse, path: str, body: dict[str, object]) -> httpx.Response:
    user, _, password = house.auth.partition(":")
    async with httpx.AsyncClient(base_url=house.url, auth=(user, password)) as client:
        return await client.post(path, json=body)
