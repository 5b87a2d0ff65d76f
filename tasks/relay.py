"""The relay: takes queued wakes to Prefect, starting a finding's run or scheduling the parked one."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from prefect.client.orchestration import PrefectClient
from prefect.exceptions import ObjectNotFound
from sqlalchemy.exc import IntegrityError

from models import guidance
from models.database import Database
from models.faults import reach
from models.findings import Finding
from models.running import Run
from policy.stages import ENDED
from tasks import clock, measures
from tasks.prefect_runs import Awakened, PrefectAway, awaken, start

log = logging.getLogger("rectify.relay")

DEPLOYMENT = "rectify/rectify"
AT_ONCE = 4


class Relay:
    """Some findings at a time: one for which Prefect takes long holds up no other."""

    def __init__(self, db: Database, client: PrefectClient) -> None:
        self._db, self._client = db, client
        self._under_way: set[asyncio.Task[None]] = set()
        self._away: list[PrefectAway] = []

    @property
    def is_busy(self) -> bool:
        """Whether it has its hands full, so that more may wait than it took."""
        return len(self._under_way) >= AT_ONCE

    async def take_up(self) -> int:
        """Begin to relay the wakes that are due, as many as there are hands. Returns of how many findings.

        Raises PrefectAway, with what is left still queued, once Prefect was found not to answer.
        """
        if self._away:
            away = self._away[0]
            self._away.clear()  # the same list: who is still under way may add to it
            raise away
        if self.is_busy:
            return 0
        wakes = await _take(self._db, clock.now(), AT_ONCE - len(self._under_way))
        for number, ids in wakes.items():
            task = asyncio.create_task(_relay(self._db, self._client, number, ids, self._away))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return len(wakes)

    async def a_hand(self, seconds: float) -> None:
        """Until one is free again, at most so long."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)

    async def rest(self) -> None:
        """Until all that was begun is done."""
        if self._under_way:
            await asyncio.wait(self._under_way)


async def relay(db: Database, client: PrefectClient) -> int:
    """Relay every wake that is due. Returns how many findings were dealt with.

    Raises PrefectAway, with what is left still queued, as soon as Prefect does not answer.
    """
    hands, done = Relay(db, client), 0
    while found := await hands.take_up():
        done += found
        await hands.rest()
    return done


async def _take(db: Database, now: datetime, findings: int) -> dict[str, list[int]]:
    async with db.reading() as session:
        if not await guidance.has_wakes(session, now):
            return {}
    async with db.writing("wakes_taken") as session:
        return await guidance.take_wakes(session, now, findings)


class _Nowhere(Exception):
    """Run after run for the same version ended without parking the finding."""


async def _relay(
    db: Database, client: PrefectClient, number: str, ids: Sequence[int], away: list[PrefectAway]
) -> None:
    """Prefect's acceptance comes first, the mark after it: a wake is relayed twice rather than never."""
    reach("relay.before_prefect")
    try:
        await _wake(db, client, number, clock.now())
    except PrefectAway as silent:
        away.append(silent)
        return
    except IntegrityError:
        await _failed(db, ids, "another relay was faster")
        return
    except _Nowhere:
        log.error("%s is in quarantine: its runs end without parking it", number)
        async with db.writing("relay_quarantine") as session:
            await guidance.wakes_wait(session, ids, clock.now(), "多次运行均未成功，一小时后再试")
        return
    except Exception as error:  # one finding's trouble keeps no other waiting
        log.warning("%s is not relayed: %r", number, error)
        await _failed(db, ids, repr(error))
        return
    reach("relay.after_prefect")
    async with db.writing("relay") as session:
        await guidance.wakes_done(session, ids, clock.now())
    measures.WAKES_RELAYED.inc(len(ids))


async def _failed(db: Database, ids: Sequence[int], why: str) -> None:
    async with db.writing("relay_failed") as session:
        await guidance.wakes_failed(session, ids, clock.now(), why)
    measures.WAKES_FAILED.inc(len(ids))


async def _wake(db: Database, client: PrefectClient, number: str, now: datetime) -> None:
    """Wake the finding's run; replace one that is over or gone while the finding lives."""
    for _ in range(2):
        run = await _run_to_wake(db, number, now)
        if run is None:
            return
        if not run.flow_run_id:
            await _start(db, client, run)
            return
        found = await awaken(client, UUID(run.flow_run_id))
        if found in {Awakened.SCHEDULED, Awakened.ALREADY}:
            return
        await _ended(db, run, now)


async def _run_to_wake(db: Database, number: str, now: datetime) -> Run | None:
    """The run of the present cycle, a new generation of it, or None where nothing is to be run."""
    async with db.writing("generation") as session:
        finding = await session.get(Finding, number)
        run = await guidance.current_run(session, number)
        if finding is None:
            return None
        if finding.stage in ENDED:
            return run if run and run.ended_at is None else None
        if run is None or run.ended_at is not None or run.cycle != finding.cycle:
            if await guidance.gets_nowhere(session, finding, now):
                raise _Nowhere
            run = await guidance.new_generation(session, finding, run, now)
        return run


async def _start(db: Database, client: PrefectClient, run: Run) -> None:
    async with db.reading() as session:
        finding = await session.get(Finding, run.finding)
        title = finding.title if finding and not finding.confidential else ""
        key = await guidance.key_of(session, run)
    try:
        flow_run_id = await start(
            client, DEPLOYMENT, run.finding, run.generation, name=f"{run.finding} {title}".strip(), key=key
        )
    except ObjectNotFound as missing:
        raise PrefectAway("the deployment is not registered yet") from missing
    reach("relay.between_start_and_store")
    async with db.writing("run_id") as session:
        stored = await session.get(Run, (run.finding, run.generation))
        if stored and not stored.flow_run_id:
            stored.flow_run_id = str(flow_run_id)
            session.add(stored)


async def _ended(db: Database, run: Run, now: datetime) -> None:
    async with db.writing("run_ended") as session:
        stored = await session.get(Run, (run.finding, run.generation))
        if stored:
            stored.ended_at = stored.ended_at or now
            session.add(stored)
