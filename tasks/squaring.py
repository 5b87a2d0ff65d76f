"""Squaring runs with rows: cheap glances all the time, a whole survey when one looks odd, and the repair."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from time import monotonic
from uuid import UUID

from prefect.client.orchestration import PrefectClient

from models import guidance
from models.database import Database
from models.faults import reach
from models.findings import Finding
from models.running import Run
from models.settings import settings
from policy.stages import ENDED
from policy.words import state_name
from tasks import clock
from tasks.prefect_runs import (
    RESTLESS,
    PrefectAway,
    RunSeen,
    cancel,
    count_live,
    live_runs,
    prefect_client,
    runs_by_id,
)
from tasks.processes import is_dead
from tasks.relay import DEPLOYMENT

log = logging.getLogger("rectify.squaring")
AT_A_TIME = 50
CLAIMED = 60.0
"""Seconds in which a worker that took a run has begun it."""
SETTLED = timedelta(seconds=10)
"""After which a relayed wake ought to have been seen by its run, unless there is a queue of them."""
REST_PER_PAGE = 1.0
"""Seconds: a page keeps Prefect busy for about a twentieth of that."""
SURVEYED = timedelta(minutes=10)
"""How far back a glance looks at relayed wakes."""


@dataclass
class Survey:
    """What does not fit together: findings to be woken, and runs to be ended."""

    wake: list[str] = field(default_factory=list)
    lost: list[tuple[str, int]] = field(default_factory=list)
    orphans: list[RunSeen] = field(default_factory=list)
    pages: int = 0
    """How many pages of findings and of runs were read, which is what it cost Prefect."""

    @property
    def is_clean(self) -> bool:
        return not (self.wake or self.lost or self.orphans)


async def survey(db: Database, client: PrefectClient) -> Survey:
    """Compare all live findings with Prefect's runs, and all live runs with our rows, page by page.

    What looks wrong is looked at twice: it may have moved on between the two questions.
    """
    first, found = Survey(), Survey()
    after = ""
    while page := await _findings(db, after=after):
        await _compare(client, page, first)
        after = page[-1][0].number
        found.pages += 1
    suspects = [*first.wake, *(number for number, _ in first.lost)]
    for at in range(0, len(suspects), AT_A_TIME):
        await _compare(client, await _findings(db, among=suspects[at : at + AT_A_TIME]), found)
    async for runs in live_runs(client, DEPLOYMENT):
        found.orphans += await _orphans(db, runs)
        found.pages += 1
    return found


WithRun = tuple[Finding, Run | None, bool]
"""A finding, its newest run, and whether a wake waits."""


async def _findings(db: Database, *, after: str = "", among: Sequence[str] = ()) -> list[WithRun]:
    """Live findings, and ended ones whose run has not."""
    async with db.reading() as session:
        return await guidance.with_runs(session, after, AT_A_TIME, among)


async def _compare(client: PrefectClient, page: Sequence[WithRun], found: Survey) -> None:
    ids = [UUID(run.flow_run_id) for _, run, _ in page if run and run.flow_run_id]
    seen = {str(run.id): run for run in await runs_by_id(client, ids)}
    for finding, run, is_waiting in page:
        if not is_waiting:
            judge(found, finding, run, seen)


def judge(found: Survey, finding: Finding, run: Run | None, seen: dict[str, RunSeen]) -> None:
    """What is to be done about a live finding, or an ended one whose run has not ended here."""
    is_live = finding.stage not in ENDED
    parked = seen.get(run.flow_run_id) if run else None
    if run is None or parked is None or not parked.is_live or run.cycle != finding.cycle:
        found.wake.append(finding.number)
        return
    if _is_lost(parked, run):
        found.lost.append((finding.number, run.generation))
    elif parked.state_type == "PAUSED" and not (is_live and _is_up_to_date(parked, run, finding)):
        found.wake.append(finding.number)


def _is_up_to_date(parked: RunSeen, run: Run, finding: Finding) -> bool:
    """The run has seen the finding as it stands, and Prefect has not been set back to an older state."""
    return run.version_seen == finding.version and parked.state_name == state_name(finding.stage)


def _is_lost(parked: RunSeen, run: Run) -> bool:
    """At work, or about to be, in a process that is dead or has been silent for longer than the lease."""
    lease = settings().run_lease
    if parked.state_type == "RUNNING":
        return _age(parked) > lease or (is_dead(run.holder) and _age(parked) > 1)
    return parked.state_type in {"PENDING", "CANCELLING"} and _age(parked) > min(CLAIMED, lease)


async def _orphans(db: Database, runs: Sequence[RunSeen]) -> list[RunSeen]:
    """Runs that guide no finding, and are not perhaps started this moment and not yet stored."""
    async with db.reading() as session:
        owned = await guidance.owned(session, [str(run.id) for run in runs])
    return [run for run in runs if str(run.id) not in owned and _age(run) > CLAIMED]


def _age(run: RunSeen) -> float:
    """Seconds by the real clock, which is Prefect's: a moved demo clock says nothing of its runs."""
    return (clock.real() - run.timestamp).total_seconds() if run.timestamp else 0


async def repair(db: Database, client: PrefectClient, now: datetime) -> int:
    """Survey, then repair: end what is lost or nobody's, and queue a wake for whoever needs one."""
    found = await survey(db, client)
    for number, generation in found.lost:
        async with db.writing("repair_lost") as session:
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
        async with db.writing("repair_wake") as session:
            finding = await session.get(Finding, number)
            if finding:
                await guidance.requeue(session, finding, now)
    return len(found.wake) + len(found.lost) + len(found.orphans)


async def is_odd(db: Database, client: PrefectClient, now: datetime) -> bool:
    """A glance: whether anything speaks for runs and rows not fitting together. Few calls, however many runs.

    Counts that differ, runs at work in no living process, wakes that were relayed and not seen.
    """
    async with db.reading() as session:
        ours = await guidance.count_under_way(session)
        if await guidance.unseen(session, now - SURVEYED, now - SETTLED):
            return True
    if ours != await count_live(client, DEPLOYMENT):
        return True
    async for runs in live_runs(client, DEPLOYMENT, RESTLESS):
        async with db.reading() as session:
            rows = await guidance.owned(session, [str(run.id) for run in runs])
        if any(str(run.id) in rows and _is_lost(run, rows[str(run.id)]) for run in runs):
            return True
    return False


def rest_after(found: Survey, took: float) -> float:
    """Seconds before another survey: while many runs are under way two counts seldom agree.

    By what it cost Prefect, not only by the time it took: a short survey in a slow minute, or across a
    restart of Prefect's, would otherwise put off the repair that comes after it.
    """
    return min(20 * took, REST_PER_PAGE * found.pages)


class Glances:
    """When to glance, and when to survey: at the start, when two glances look odd, and a few times a day."""

    def __init__(self) -> None:
        self._glance_at = self._survey_at = -inf
        self._was_odd = False
        self._rest_until = -inf

    async def muddled(self, db: Database) -> bool:
        """Whether runs and rows are known not to fit together; unknown while Prefect does not answer."""
        if monotonic() < self._glance_at:
            return False
        try:
            async with prefect_client() as client:
                return await self._look(db, client)
        except PrefectAway:
            self._glance_at = monotonic() + settings().square_every
            return False

    async def _look(self, db: Database, client: PrefectClient) -> bool:
        odd = await is_odd(db, client, clock.now())
        is_twice, self._was_odd = odd and self._was_odd, odd
        pause = min(2.0, settings().square_every) if odd and not is_twice else settings().square_every
        self._glance_at = monotonic() + pause
        if monotonic() < self._rest_until or not (is_twice or monotonic() > self._survey_at):
            return False
        return await self._survey(db, client)

    async def _survey(self, db: Database, client: PrefectClient) -> bool:
        began = monotonic()
        found = await survey(db, client)
        took = monotonic() - began
        self._rest_until = monotonic() + rest_after(found, took)
        self._survey_at = monotonic() + settings().survey_every
        return not found.is_clean
