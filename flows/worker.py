"""The worker: takes runs from the work pool and runs their flows inside its own process."""

import asyncio
import logging
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import UUID

import anyio
import httpx
from anyio.abc import TaskStatus
from prefect import Flow
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.responses import WorkerFlowRunResponse
from prefect.context import AsyncClientContext, ContextModel, SyncClientContext
from prefect.exceptions import Abort, ObjectNotFound, Pause
from prefect.flow_engine import AsyncFlowRunEngine
from prefect.results import ResultStore
from prefect.settings import get_current_settings
from prefect.states import Scheduled
from prefect.workers.base import BaseJobConfiguration, BaseVariables, BaseWorker, BaseWorkerResult

from flows.deployments import DEPLOYMENTS, POOL_TYPE, flow_at, planned, register
from models.settings import Settings
from tasks import clock, measures, prefect_faults
from tasks.handover import handover
from tasks.logs import Broken, kinds
from tasks.prefect_runs import PrefectAway, reaching
from tasks.prefect_server import api_url
from tasks.prefect_transport import PatientTransport

RUNS_AT_ONCE = 8
POLL = 0.7  # seconds between two looks into the work pool
LAZY = 5.0  # … after a while in which it was empty: looking is what an idle server is busy with
EASING = 1.05
CHECK = 30.0  # seconds between two looks whether pool and deployments are still there
LONGEST_PAUSE = 15.0  # seconds, while Prefect does not answer
GRACE = 5.0  # seconds for what is under way when the worker is stopped

log = logging.getLogger("rectify.worker")

Loop = Callable[[], Awaitable[None]]


class InProcessResult(BaseWorkerResult):
    """How a run ended here."""


class LeanClient(PrefectClient):
    """The engine's client. It does not tell the server at each pass that our flows are never retried,
    nor read a run anew that it has only just set running.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.at_hand: dict[UUID, FlowRun] = {}

    async def read_flow_run(self, flow_run_id: UUID) -> FlowRun:
        return self.at_hand.pop(flow_run_id, None) or await super().read_flow_run(flow_run_id)

    async def update_flow_run(self, flow_run_id: UUID, *given: Any, **named: Any) -> httpx.Response:
        if not given and named.keys() == {"flow_version", "empirical_policy"}:
            return httpx.Response(204)
        return await super().update_flow_run(flow_run_id, *given, **named)


class OneClient(AsyncClientContext):
    """One client for all runs: each engine would make its own, which blocks the loop for long."""

    def __init__(self) -> None:
        api = get_current_settings().api
        auth = api.auth_string.get_secret_value() if api.auth_string else None
        calls = {"transport": PatientTransport()}
        ContextModel.__init__(self, client=LeanClient(api.url or "", auth_string=auth, httpx_settings=calls))


class InProcessEngine(AsyncFlowRunEngine[Any, Any]):
    """Prefect's engine, but a run cut short by our own stopping is handed back, not declared crashed."""

    @property
    def heartbeat_seconds(self) -> int | None:
        return None  # a thread for each run; the lease in our database is the heartbeat

    async def begin_run(self) -> State:
        state = await super().begin_run()
        if isinstance(self.client, LeanClient) and self.flow_run is not None:
            self.client.at_hand[self.flow_run.id] = self.flow_run
        return state

    async def handle_exception(
        self, exc: Exception, msg: str | None = None, result_store: ResultStore | None = None
    ) -> State:
        """Prefect is told what kind of error it was; its text may quote what people wrote."""
        failed = await super().handle_exception(Broken(kinds(exc)), msg, result_store)
        self._raised = exc
        return failed

    async def handle_crash(self, exc: BaseException) -> None:
        if not isinstance(exc, asyncio.CancelledError):
            await super().handle_crash(exc)
            return
        with anyio.move_on_after(2, shield=True):
            await self.set_state(Scheduled(message="The worker was stopped."), force=True)


class InProcessWorker(BaseWorker[BaseJobConfiguration, BaseVariables, InProcessResult]):
    """Runs flows in its own process and event loop: no process, and few calls, for each run.

    Everything the base class asks of Prefect for each run, deployment, flow, labels, events and
    two more states, serves infrastructure that is not there.
    """

    type = POOL_TYPE
    job_configuration = BaseJobConfiguration
    _description = "Runs flows inside the worker's own process."
    _display_name = "Rectify"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"limit": RUNS_AT_ONCE} | kwargs)
        self._flows: dict[UUID, Flow[..., object]] = {}
        self._under_way: set[asyncio.Task[None]] = set()
        self._once_more: dict[UUID, FlowRun] = {}
        """Runs woken again before they were out of our hands."""
        self._taken_as: dict[UUID, UUID | None] = {}
        """The state in which each run in our hands was taken up."""

    async def setup(self) -> None:
        self._exit_stack.enter_context(SyncClientContext())
        one = await self._exit_stack.enter_async_context(OneClient())
        await super().setup()
        self._client = one.client

    async def run(
        self,
        flow_run: FlowRun,
        configuration: BaseJobConfiguration,  # noqa: ARG002, the base's signature
        task_status: TaskStatus[int] | None = None,
    ) -> InProcessResult:
        if task_status is not None:
            task_status.started(0)
        await self._run_here(flow_run)
        return InProcessResult(identifier=str(flow_run.id), status_code=0)

    async def _submit_run(self, flow_run: FlowRun) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._under_way.add(task)
        self._taken_as[flow_run.id] = _state_id(flow_run)
        try:
            with measures.RUNS_UNDER_WAY.track_inprogress():
                if await self._propose_pending_state(flow_run):
                    await self._run_here(flow_run)
        except Pause:
            log.info("run %s was taken and parked by another worker", flow_run.id)
        finally:
            self._taken_as.pop(flow_run.id, None)
            self._under_way.discard(task)
            self._release_limit_slot(flow_run.id)
            self._submitting_flow_run_ids.discard(flow_run.id)
            if woken := self._once_more.pop(flow_run.id, None):
                handover().give(woken)

    async def _run_here(self, flow_run: FlowRun) -> None:
        try:
            await _execute(await self._flow_of(flow_run), flow_run)
        except (Abort, Pause):
            return  # parked, or taken out of our hands
        except LookupError as error:
            measures.RUNS_BROKEN.inc()
            await self._propose_crashed_state(flow_run, str(error))
        except (Exception, SystemExit) as error:
            measures.RUNS_BROKEN.inc()
            number = flow_run.parameters.get("number", "")
            log.warning("run %s of %s ended with %r", flow_run.id, number, error)

    async def _flow_of(self, flow_run: FlowRun) -> Flow[..., object]:
        deployment_id = flow_run.deployment_id
        if deployment_id is None:
            raise LookupError("The run has no deployment, so there is no flow to run.")
        if deployment_id not in self._flows:
            deployment = await self.client.read_deployment(deployment_id)
            self._flows[deployment_id] = _placed(flow_at(deployment.entrypoint or ""))
        return self._flows[deployment_id]

    async def follow(self, file: Path) -> None:
        """Take runs, for ever: those scheduled in this process at once, the others as the work pool shows."""
        pause, checked, away = POLL, -CHECK, False
        while True:
            try:
                if monotonic() - checked > CHECK:
                    await self._check(file)
                    checked = monotonic()
                given = handover().take()
                async with reaching():
                    taken = await (self._take_over(given) if given else self.get_and_submit_flow_runs())
                has_more = len(taken) < len(given) or (taken and not given)
                pause = POLL / 4 if has_more else _eased(POLL if away else pause)
                away = False
            except (PrefectAway, httpx.HTTPStatusError, ObjectNotFound) as error:
                if not away:
                    log.warning("Prefect is away: %s", error)
                pause, checked, away = min(pause * 2, LONGEST_PAUSE), -CHECK, True
            measures.PREFECT_UP.set(not away)
            await _within(pause, handover().there)

    async def _take_over(self, given: Sequence[FlowRun]) -> list[FlowRun]:
        """Those for which there is room; the work pool has the others, for whoever looks first."""
        self._once_more |= {run.id: run for run in given if self._is_woken_again(run)}
        pool = self.work_pool
        as_polled = [
            WorkerFlowRunResponse(
                work_pool_id=pool.id, work_queue_id=run.work_queue_id or pool.default_queue_id, flow_run=run
            )
            for run in given
        ]
        return await self._submit_scheduled_flow_runs(as_polled)

    def _is_woken_again(self, run: FlowRun) -> bool:
        """Whether it is in our hands for an earlier wake, not for this one."""
        return run.id in self._taken_as and self._taken_as[run.id] != _state_id(run)

    async def _get_scheduled_flow_runs(self) -> list[WorkerFlowRunResponse]:
        """As many as there is room for: the server would give two hundred."""
        room = int(self._limiter.available_tokens) if self._limiter else RUNS_AT_ONCE
        if not room:
            return []
        found = await self.client.request(
            "POST",
            "/work_pools/{name}/get_scheduled_flow_runs",
            path_params={"name": self._work_pool_name},
            json={"scheduled_before": clock.real().isoformat(), "limit": room},
        )
        return WorkerFlowRunResponse.model_validate_list(found.json())

    async def _check(self, file: Path) -> None:
        async with reaching():
            await register(self.client, file=file, pool=self._work_pool_name)
        async with reaching():
            await self.sync_with_backend()

    async def wind_down(self) -> None:
        """Let what is under way end, and hand back what does not."""
        if not self._under_way:
            return
        _, late = await asyncio.wait(self._under_way, timeout=GRACE)
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=GRACE)


async def run_worker(
    settings: Settings,
    *,
    stop: asyncio.Event,
    alongside: Sequence[Loop] = (),
    deployments: Path = DEPLOYMENTS,
) -> None:
    """The worker and the caller's own loops side by side, until stopped.

    A loop that raises is started again, with growing pauses. Loops should watch `stop` themselves;
    what still runs some seconds after it is cancelled.
    """
    if get_current_settings().api.url != api_url(settings):
        raise RuntimeError("Call tasks.prefect_server.apply before anything imports Prefect.")
    _hush_parking()
    prefect_faults.arm()
    work: Loop = partial(_work, settings, stop, deployments)
    loops = [asyncio.create_task(_keep(loop, stop)) for loop in (work, *alongside)]
    await stop.wait()
    _, late = await asyncio.wait(loops, timeout=GRACE * 2)
    for task in late:
        task.cancel()
    await asyncio.gather(*loops, return_exceptions=True)


def serve(work: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run `work(stop)` until SIGTERM or SIGINT sets `stop`.

    The loop runs beside the main thread: Prefect's engine sets a SIGTERM handler of its own in the main
    thread for each run, which would raise in whichever run happens to be at work.
    """
    stop = asyncio.Event()
    with ThreadPoolExecutor(1) as side, asyncio.Runner() as runner:
        loop = runner.get_loop()
        for kind in (signal.SIGTERM, signal.SIGINT):
            signal.signal(kind, lambda *_: loop.call_soon_threadsafe(stop.set))
        side.submit(runner.run, work(stop)).result()


async def _work(settings: Settings, stop: asyncio.Event, file: Path) -> None:
    for one in planned(file):
        flow_at(one.entrypoint)  # imported now, not while the first run waits
    async with InProcessWorker(work_pool_name=settings.work_pool, name=socket.gethostname()) as worker:
        handover().is_taken_up = True
        try:
            await _until(stop, worker.follow(file))
        finally:
            handover().is_taken_up = False
        await worker.wind_down()


def _state_id(run: FlowRun) -> UUID | None:
    return run.state.id if run.state else None


def _eased(pause: float) -> float:
    """A little longer than the last one, where nothing was found."""
    return min(max(pause, POLL) * EASING, LAZY)


def _placed(flow: Flow[..., object]) -> Flow[..., object]:
    # A place for results, though none is ever stored: without it each run asks the server for one,
    # and the whole loop waits for the answer.
    place = get_current_settings().results.local_storage_path
    return flow.with_options(result_storage=place, persist_result=False)


async def _execute(flow: Flow[..., object], flow_run: FlowRun) -> None:
    # With a deployment the engine starts a thread for each run, which blocks the loop for 0.2 s.
    # The server knows the deployment anyway, so the run may still be parked.
    alone = flow_run.model_copy(update={"deployment_id": None})
    engine = InProcessEngine(flow=flow, parameters=dict(flow_run.parameters), flow_run=alone)
    async with engine.start():
        while engine.is_running():
            async with engine.run_context():
                _ = await engine.call_flow_fn()
    await engine.result()


async def _keep(loop: Loop, stop: asyncio.Event) -> None:
    pause = 1.0
    while not stop.is_set():
        began = monotonic()
        try:
            await loop()
        except (asyncio.CancelledError, KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # Prefect's signals are no Exceptions
            measures.LOOPS_RESTARTED.inc()
            log.error("%s stopped, again in %.0f s: %r", _name(loop), pause, error)
        pause = 1.0 if monotonic() - began > 60 else min(pause * 2, 60)
        await _within(pause, stop)


async def _until(stop: asyncio.Event, work: Coroutine[Any, Any, None]) -> None:
    """Work until stopped; what it waits for then, perhaps a dead server, is not waited for."""
    working, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        working.cancel()
    with suppress(asyncio.CancelledError):
        await working


async def _within(seconds: float, event: asyncio.Event) -> None:
    """Wait for the event, at most so long."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


def _name(loop: Loop) -> str:
    return getattr(getattr(loop, "func", loop), "__qualname__", repr(loop))


def _hush_parking() -> None:
    # The engine logs whatever is not completed as an error; a parked run is none.
    logging.getLogger("prefect.flow_runs").addFilter(
        lambda record: not (record.msg.startswith("Finished in state") and "type=PAUSED" in record.msg)
    )
