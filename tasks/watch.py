"""The round that misses nothing: it climbs the ladder, squares runs with rows, and seals the day."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import PrefectClient
from sqlalchemy.exc import IntegrityError

from models import guidance, letters, outbox, seals
from models.database import Database, database
from models.faults import reach
from models.findings import Finding
from models.running import Run
from models.settings import settings
from models.trade import trade
from policy.office import office_day
from policy.stages import ENDED
from tasks import clock
from tasks.prefect_runs import PrefectAway, RunSeen, cancel, live_runs, prefect_client
from tasks.processes import is_dead
from tasks.relay import DEPLOYMENT

log = logging.getLogger("rectify.watch")
AT_A_TIME = 200


@task(name="climb", task_run_name="升级阶梯", cache_policy=NO_CACHE, persist_result=False)
async def climb() -> int:
    """Write every letter that is due by today. Returns how many."""
    return await climb_due(database(settings()), clock.now())


@task(name="square", task_run_name="核对运行", cache_policy=NO_CACHE, persist_result=False)
async def square() -> int:
    """Repair what Prefect lost or muddled. Returns how many repairs; 0 if Prefect does not answer."""
    try:
        async with prefect_client() as client:
            return await repair(database(settings()), client, clock.now())
    except PrefectAway as away:
        log.warning("runs not squared: %s", away)
        return 0


@task(name="seal", task_run_name="日封存", cache_policy=NO_CACHE, persist_result=False)
async def seal() -> bool:
    """Seal the heads of all chains, once a day; letters to posts vacant yesterday are tried again."""
    db = database(settings())
    is_new = await seals.seal_day(db, clock.now())
    if is_new:
        async with db.writing("new_day") as session:
            await outbox.try_again(session)
    return is_new


async def climb_due(db: Database, now: datetime) -> int:
    """One transaction for each finding."""
    written = 0
    async for number in _due(db, now):
        try:
            written += await _climb(db, number, now)
        except IntegrityError:
            log.info("%s: another round was faster", number)
        except Exception as error:  # one bad row keeps no other from being told
            log.error("%s: the ladder failed: %r", number, error)
    return written


async def _due(db: Database, now: datetime) -> AsyncIterator[str]:
    after = ""
    while True:
        async with db.reading() as session:
            numbers = await letters.due(session, office_day(now), after, AT_A_TIME)
        for number in numbers:
            yield number
        if len(numbers) < AT_A_TIME:
            return
        after = numbers[-1]


async def _climb(db: Database, number: str, now: datetime) -> int:
    async with db.writing("climb") as session:
        finding = await letters.to_climb(session, number)
        return await letters.climb(session, finding, trade(), now, office_day(now)) if finding else 0


async def is_due(db: Database, now: datetime) -> bool:
    """Whether the ladder has something to do, or the day is not yet sealed. Two indexed questions."""
    async with db.reading() as session:
        today = office_day(now)
        return bool(await letters.due(session, today)) or not await seals.is_sealed(session, today)


@dataclass
class Survey:
    """What does not fit together: findings to be woken, and runs to be ended."""

    wake: list[str] = field(default_factory=list)
    lost: list[tuple[str, int]] = field(default_factory=list)
    orphans: list[RunSeen] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.wake or self.lost or self.orphans)


async def survey(db: Database, client: PrefectClient) -> Survey:
    """Compare live findings with Prefect's live runs; runs are read first, so none is taken for lost."""
    seen = {str(run.id): run async for run in live_runs(client, DEPLOYMENT)}
    found = Survey()
    owned: set[str] = set()
    async for finding, run, is_waiting in _findings_with_runs(db):
        if run and run.flow_run_id and run.cycle == finding.cycle:
            owned.add(run.flow_run_id)
        if not is_waiting:
            _judge(found, finding, run, seen)
    found.orphans = [run for key, run in seen.items() if key not in owned and not _is_young(run)]
    return found


def _judge(found: Survey, finding: Finding, run: Run | None, seen: dict[str, RunSeen]) -> None:
    is_live = finding.stage not in ENDED
    parked = seen.get(run.flow_run_id) if run else None
    if run is None or not run.flow_run_id or parked is None:
        if is_live:
            found.wake.append(finding.number)
        return
    if _is_lost(parked, run):
        found.lost.append((finding.number, run.generation))
    elif parked.state_type == "PAUSED" and (run.version_seen != finding.version or not is_live):
        found.wake.append(finding.number)


CLAIMED = 60.0
"""Seconds in which a worker that took a run has begun it."""


def _is_lost(parked: RunSeen, run: Run) -> bool:
    """At work, or about to be, in a process that is dead or has been silent for longer than the lease."""
    lease = settings().run_lease
    if parked.state_type == "RUNNING":
        return _age(parked) > lease or (is_dead(run.holder) and _age(parked) > 1)
    return parked.state_type in {"PENDING", "CANCELLING"} and _age(parked) > min(CLAIMED, lease)


def _is_young(run: RunSeen) -> bool:
    """Perhaps started this moment and not yet stored."""
    return _age(run) < 60


def _age(run: RunSeen) -> float:
    """Seconds by the real clock, which is Prefect's: a moved demo clock says nothing of its runs."""
    return (clock.real() - run.timestamp).total_seconds() if run.timestamp else 0


async def _findings_with_runs(db: Database) -> AsyncIterator[tuple[Finding, Run | None, bool]]:
    """Live findings, and ended ones whose run has not: with the newest run, and whether a wake waits."""
    after = ""
    while True:
        async with db.reading() as session:
            page = await guidance.with_runs(session, after, AT_A_TIME)
        for one in page:
            yield one
        if len(page) < AT_A_TIME:
            return
        after = page[-1][0].number


async def repair(db: Database, client: PrefectClient, now: datetime) -> int:
    """Survey, then repair: end what is lost or nobody's, and queue a wake for whoever needs one."""
    found = await survey(db, client)
    for number, generation in found.lost:
        async with db.writing("repair") as session:
            run = await session.get(Run, (number, generation))
            if run and run.ended_at is None:
                run.ended_at = now
                session.add(run)
        if run and run.flow_run_id:
            await cancel(client, UUID(run.flow_run_id))
    for orphan in found.orphans:
        log.warning("orphan run %s (%s) cancelled", orphan.id, orphan.number)
        await cancel(client, orphan.id)
    reach("repair.before_wakes")
    for number in [*found.wake, *(number for number, _ in found.lost)]:
        async with db.writing("repair") as session:
            finding = await session.get(Finding, number)
            if finding:
                await guidance.requeue(session, finding, now)
    return len(found.wake) + len(found.lost) + len(found.orphans)
