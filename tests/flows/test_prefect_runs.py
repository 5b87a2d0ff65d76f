"""The relay's calls on Prefect: repeatable, and honest about a Prefect that is away."""

import asyncio
from uuid import UUID, uuid4

import httpx
import pytest
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import State
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.states import Completed, Paused, Pending, Running, Scheduled

from flows.deployments import register
from tasks import prefect_runs
from tasks.prefect_runs import (
    Awakened,
    PrefectAway,
    RunSeen,
    answers,
    awaken,
    cancel,
    live_runs,
    prefect_client,
    start,
)
from tests.flows.prefect_house import PrefectHouse, free_port


@pytest.fixture
async def rectify(client: PrefectClient) -> PrefectClient:
    """The session's server, with our deployments and no worker for them in the tests that use it."""
    await register(client, pool="unattended")
    return client


async def _start(client: PrefectClient, number: str, generation: int = 1) -> UUID:
    return await start(client, "rectify/rectify", number, generation, name=f"{number} 甲村", tags=["甲村"])


async def _park(client: PrefectClient, run: UUID) -> None:
    await client.set_flow_run_state(run, Running(), force=True)
    await client.set_flow_run_state(run, Paused(name="待验收", reschedule=True, pause_key=uuid4().hex))


async def _live(client: PrefectClient) -> dict[UUID, RunSeen]:
    return {run.id: run async for page in live_runs(client, "rectify/rectify") for run in page}


@pytest.mark.server
async def test_a_generation_is_started_once_however_often_it_is_asked(rectify: PrefectClient) -> None:
    first = await _start(rectify, "P1")
    assert await _start(rectify, "P1") == first
    assert await _start(rectify, "P1", 2) != first
    run = await rectify.read_flow_run(first)
    assert run.name == "P1 甲村"
    assert set(run.tags) == {"问题", "甲村"}
    assert run.parameters == {"number": "P1", "generation": 1}


@pytest.mark.server
async def test_only_a_parked_run_is_scheduled(rectify: PrefectClient) -> None:
    run = await _start(rectify, "P2")
    assert await awaken(rectify, run) is Awakened.ALREADY
    busy: tuple[State, ...] = (Pending(), Running())
    for state in busy:
        await rectify.set_flow_run_state(run, state, force=True)
        assert await awaken(rectify, run) is Awakened.ALREADY
    await _park(rectify, run)
    assert await awaken(rectify, run) is Awakened.SCHEDULED
    assert await awaken(rectify, run) is Awakened.ALREADY
    await rectify.set_flow_run_state(run, Completed(), force=True)
    assert await awaken(rectify, run) is Awakened.ENDED
    assert await awaken(rectify, uuid4()) is Awakened.GONE


@pytest.mark.server
async def test_many_wakes_at_once_do_no_harm(rectify: PrefectClient) -> None:
    run = await _start(rectify, "P3")
    await _park(rectify, run)
    said = await asyncio.gather(*(awaken(rectify, run) for _ in range(8)), return_exceptions=True)
    assert Awakened.SCHEDULED in said
    assert {one for one in said if not isinstance(one, PrefectAway)} <= {Awakened.SCHEDULED, Awakened.ALREADY}
    assert await awaken(rectify, run) is Awakened.ALREADY


@pytest.mark.server
async def test_cancelling_ends_a_run_in_any_state_and_may_be_repeated(rectify: PrefectClient) -> None:
    run = await _start(rectify, "P4")
    await _park(rectify, run)
    for _ in range(2):
        await cancel(rectify, run)
        assert await awaken(rectify, run) is Awakened.ENDED
    await cancel(rectify, uuid4())


@pytest.mark.server
async def test_all_live_runs_are_seen_page_by_page_and_none_that_is_over(
    rectify: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefect_runs, "PAGE", 3)
    runs = [await _start(rectify, f"P5-{one}", one) for one in range(10)]
    await cancel(rectify, runs[4])
    await _park(rectify, runs[7])
    seen = await _live(rectify)
    assert set(runs) - set(seen) == {runs[4]}
    assert (seen[runs[9]].number, seen[runs[9]].generation) == ("P5-9", 9)
    assert (seen[runs[7]].state_type, seen[runs[7]].state_name) == ("PAUSED", "待验收")
    assert seen[runs[7]].timestamp is not None


@pytest.mark.server
async def test_runs_expected_at_one_moment_are_all_seen(
    rectify: PrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prefect_runs, "PAGE", 2)
    deployment = await rectify.read_deployment_by_name("rectify/rectify")
    moment: State = Scheduled()
    runs = {
        (
            await rectify.create_flow_run_from_deployment(
                deployment.id, parameters={"number": f"P6-{one}", "generation": 1}, state=moment
            )
        ).id
        for one in range(7)
    }
    assert runs <= set(await _live(rectify))


@pytest.mark.server
async def test_the_relays_client_speaks_to_the_server_and_the_probe_sees_it(
    prefect_server: PrefectHouse,
) -> None:
    assert await answers(prefect_server.url)
    settings = {PREFECT_API_URL: prefect_server.url, PREFECT_API_AUTH_STRING: prefect_server.auth}
    with temporary_settings(settings):
        async with prefect_client() as relay:
            assert await awaken(relay, uuid4()) is Awakened.GONE


async def test_nobody_there_is_away_and_not_an_answer() -> None:
    url = f"http://127.0.0.1:{free_port()}/api"
    assert not await answers(url)
    async with PrefectClient(api=url) as client:
        with pytest.raises(PrefectAway):
            await awaken(client, uuid4())


def _answering(*codes: int) -> tuple[PrefectClient, list[int]]:
    """A client whose server answers with these codes, the last one for ever."""
    given: list[int] = []

    def answer(request: httpx.Request) -> httpx.Response:
        given.append(codes[min(len(given), len(codes) - 1)])
        headers = {"Retry-After": "0"} if given[-1] in (429, 503) else {}
        return httpx.Response(given[-1], headers=headers, json={})

    settings = {"transport": httpx.MockTransport(answer)}
    return PrefectClient(api="http://prefect.invalid/api", httpx_settings=settings), given


@pytest.mark.server
@pytest.mark.parametrize("code", [401, 403, 429, 500, 502, 503])
async def test_an_answer_that_may_pass_is_away(code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prefect_runs, "PATIENCE", 0.5)
    client, _ = _answering(code)
    async with client:
        with pytest.raises(PrefectAway):
            await cancel(client, uuid4())


async def test_a_busy_server_is_asked_again_within_the_call() -> None:
    client, given = _answering(503, 503, 404)
    async with client:
        await cancel(client, uuid4())
    assert given[:3] == [503, 503, 404]
