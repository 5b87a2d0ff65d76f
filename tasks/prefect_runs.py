"""The relay's few calls on Prefect: each may be repeated, none decides anything."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Required, TypedDict, Unpack
from uuid import UUID

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterId,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import FlowRun, State, StateType
from prefect.client.schemas.responses import OrchestrationResult
from prefect.client.schemas.sorting import FlowRunSort
from prefect.exceptions import ObjectNotFound
from prefect.states import Cancelled, Completed, Scheduled

from tasks.handover import handover
from tasks.prefect_transport import PatientTransport

PATIENCE = 8.0  # seconds for one call, with the client's own retries within
PAGE = 50  # runs read at once: small pages keep the worker small
RESTLESS = [StateType.RUNNING, StateType.PENDING, StateType.CANCELLING]
"""States that a run does not stay in."""
LIVE = [kind for kind in StateType if kind.name not in ("COMPLETED", "FAILED", "CRASHED", "CANCELLED")]


class PrefectAway(Exception):
    """Prefect does not answer, or not now. Try again later."""

    quotes_nobody = True  # its text may be logged


class Awakened(StrEnum):
    SCHEDULED = "scheduled"  # it was parked, a worker will take it
    ALREADY = "already"  # it is on its way or running
    ENDED = "ended"  # it is over
    GONE = "gone"  # Prefect does not know it


@dataclass(frozen=True)
class RunSeen:
    """A run as Prefect shows it."""

    id: UUID
    number: str
    generation: int
    state_type: str
    state_name: str
    timestamp: datetime | None

    @property
    def is_live(self) -> bool:
        return self.state_type in LIVE


@asynccontextmanager
async def prefect_client() -> AsyncIterator[PrefectClient]:
    """A client to keep and use again: making one costs more than a call."""
    async with get_client(httpx_settings={"timeout": PATIENCE, "transport": PatientTransport()}) as client:
        yield client


async def start(
    client: PrefectClient,
    deployment_name: str,
    number: str,
    generation: int,
    *,
    name: str,
    tags: Iterable[str] = (),
    key: str = "",
) -> UUID:
    """Start a run of `flow/deployment`, once for each number and generation, and give its id."""
    async with reaching():
        run = await _created(
            client,
            deployment_name,
            parameters={"number": number, "generation": generation},
            state=Scheduled(),
            name=name,
            tags=tags,
            idempotency_key=key or f"{number}/{generation}",
        )
    if run.state_type is StateType.SCHEDULED:
        handover().give(run)
    return run.id


class _Words(TypedDict, total=False):
    """What a new run is given."""

    parameters: dict[str, object]
    state: Required[State]
    name: Required[str]
    tags: Iterable[str]
    idempotency_key: str


DEPLOYMENTS: dict[tuple[str, str], UUID] = {}
"""By the server's address and the deployment's name. It is asked anew once the server knows it no more."""


async def _created(client: PrefectClient, deployment_name: str, **words: Unpack[_Words]) -> FlowRun:
    place = str(client.api_url), deployment_name
    if known := DEPLOYMENTS.get(place):
        try:
            return await client.create_flow_run_from_deployment(known, **words)
        except httpx.HTTPStatusError as error:
            if error.response.status_code != 404:
                raise
    DEPLOYMENTS[place] = (await client.read_deployment_by_name(deployment_name)).id
    return await client.create_flow_run_from_deployment(DEPLOYMENTS[place], **words)


async def awaken(client: PrefectClient, flow_run_id: UUID) -> Awakened:
    """Schedule the run if it is parked, and say how it stands."""
    try:
        async with reaching():
            run = await client.read_flow_run(flow_run_id)
            # Not by the resume endpoint: on SQLite it fails in nearly every second call.
            if run.state_type is StateType.PAUSED:
                answer: OrchestrationResult[None] = await client.set_flow_run_state(flow_run_id, Scheduled())
                if answer.state and answer.state.is_scheduled():
                    handover().give(run.model_copy(update={"state": answer.state}))
                return Awakened.SCHEDULED
    except ObjectNotFound:
        return Awakened.GONE
    return Awakened.ALREADY if run.state_type in LIVE else Awakened.ENDED


async def show(client: PrefectClient, deployment_name: str, said: str) -> UUID:
    """Show a round that is over as a completed run of `flow/deployment`, saying what it did."""
    async with reaching():
        run = await _created(client, deployment_name, state=Completed(message=said), name=said)
    return run.id


async def cancel(client: PrefectClient, flow_run_id: UUID) -> None:
    """End the run, whatever it does. A run that is gone is ended."""
    try:
        async with reaching():
            await client.set_flow_run_state(flow_run_id, Cancelled(), force=True)
    except ObjectNotFound:
        return


async def live_runs(
    client: PrefectClient, deployment_name: str, kinds: Sequence[StateType] = LIVE
) -> AsyncIterator[list[RunSeen]]:
    """All runs of `flow/deployment` in these states, page by page.

    Read by the expected start, which only grows: a run that moves meanwhile is seen again, not missed.
    """
    after: datetime | None = None
    offset = 0
    while True:
        page = await _page(client, deployment_name, kinds, after, offset)
        yield [_seen(run) for run in page]
        if len(page) < PAGE:
            return
        last = page[-1].expected_start_time
        offset, after = (offset + PAGE, after) if last == after else (0, last)


async def count_live(client: PrefectClient, deployment_name: str) -> int:
    """How many runs of `flow/deployment` are not over. One call."""
    async with reaching():
        return await client.count_flow_runs(**_of(deployment_name), flow_run_filter=_in(LIVE))


async def runs_by_id(client: PrefectClient, ids: Sequence[UUID]) -> list[RunSeen]:
    """These runs, at most a page of them, as far as Prefect knows them."""
    if not ids:
        return []
    wanted = FlowRunFilter(id=FlowRunFilterId(any_=list(ids)))
    async with reaching():
        return [_seen(run) for run in await client.read_flow_runs(flow_run_filter=wanted, limit=len(ids))]


async def answers(url: str, timeout: float = 1.0) -> bool:
    """Whether the Prefect API at this address is up."""
    try:
        async with httpx.AsyncClient(timeout=timeout) as client:
            return (await client.get(f"{url}/health")).is_success
    except httpx.HTTPError:
        return False


@asynccontextmanager
async def reaching(patience: float = PATIENCE) -> AsyncIterator[None]:
    """Calls on Prefect: whatever may pass by itself is PrefectAway, and nothing hangs."""
    try:
        async with asyncio.timeout(patience):
            yield
    except (httpx.TransportError, TimeoutError) as error:
        raise PrefectAway(f"Prefect does not answer: {error!r}") from error
    except httpx.HTTPStatusError as error:
        if error.response.status_code in (404, 409, 422):
            raise
        raise PrefectAway(f"Prefect answers {error.response.status_code}") from error


async def _page(
    client: PrefectClient,
    deployment_name: str,
    kinds: Sequence[StateType],
    after: datetime | None,
    offset: int,
) -> list[FlowRun]:
    wanted = _in(kinds)
    if after is not None:
        wanted.expected_start_time = FlowRunFilterExpectedStartTime(after_=after)
    async with reaching():
        return await client.read_flow_runs(
            **_of(deployment_name),
            flow_run_filter=wanted,
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=PAGE,
            offset=offset,
        )


class _Of(TypedDict):
    flow_filter: FlowFilter
    deployment_filter: DeploymentFilter


def _of(deployment_name: str) -> _Of:
    flow, _, deployment = deployment_name.partition("/")
    return {
        "flow_filter": FlowFilter(name=FlowFilterName(any_=[flow])),
        "deployment_filter": DeploymentFilter(name=DeploymentFilterName(any_=[deployment])),
    }


def _in(kinds: Sequence[StateType]) -> FlowRunFilter:
    return FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=list(kinds))))


def _seen(run: FlowRun) -> RunSeen:
    state = run.state
    generation = run.parameters.get("generation")
    return RunSeen(
        id=run.id,
        number=str(run.parameters.get("number", "")),
        generation=generation if isinstance(generation, int) else 0,
        state_type=state.type.value if state else "",
        state_name=(state.name or "") if state else "",
        timestamp=state.timestamp if state else None,
    )
