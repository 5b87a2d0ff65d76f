"""What keeps a finding's row and its flow run together: wakes, generations, steps begun."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import exists, func, true, update
from sqlalchemy.orm import Mapped, aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from models.findings import ClosedCycle, Finding
from models.running import Restore, Run, StepBegun, Wake
from models.staff.people import Unit
from policy.stages import ENDED, Stage, Step, has_reached, is_past

Asked = TypeVar("Asked")

PAUSES = (1, 2, 5, 10, 30, 60)
"""Seconds between the tries of a wake."""
TAKEN = timedelta(seconds=5)
"""For which a relay has a wake to itself. Two relays at once do no harm, only a call too many."""
TRIES = 5
"""Runs for one version of a finding that may end without parking it, before it is put in quarantine."""
QUARANTINE = timedelta(hours=1)
"""Between two tries of a finding whose runs get nowhere; any act on it ends the wait."""


@dataclass(frozen=True)
class Look:
    """A finding as its run sees it on one pass."""

    number: str
    title: str
    source: str
    unit: str
    severity: str
    confidential: bool
    stage: Stage
    round: int
    cycle: int
    version: int
    begun: frozenset[Step]
    woken_at: datetime | None = None
    """When the wake was queued that made the run look; None if it has seen this version before."""

    def is_done(self, step: Step) -> bool:
        """Whether the finding has gone past `step`."""
        return is_past(self.stage, step)

    def is_new(self, step: Step) -> bool:
        """Whether `step` has been reached and had no task run in this round yet."""
        return step not in self.begun and has_reached(self.stage, step)


@dataclass(frozen=True)
class Superseded:
    """The run is not, or no longer, the finding's own; `stage` is how its cycle ended, if it did."""

    stage: Stage | None


async def has_wakes(session: AsyncSession, now: datetime) -> bool:
    """Whether any wake is to be relayed now."""
    return (await session.exec(_due(now, col(Wake.id)).limit(1))).first() is not None


async def take_wakes(session: AsyncSession, now: datetime, findings: int = 100) -> dict[str, list[int]]:
    """All due wakes of so many findings at most, of those that wait longest: finding → ids.

    Several for one finding become one call. Other relays leave them alone for a while; if this one dies
    meanwhile, they take them up.
    """
    foremost = _due(now, col(Wake.finding)).limit(findings).subquery()
    chosen = (
        _due(now, col(Wake.id))
        .where(col(Wake.finding).in_(select(foremost.c.finding)))
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    taken = await session.exec(
        update(Wake)
        .where(col(Wake.id).in_(select(chosen.c.id)))
        .values(next_at=now + TAKEN)
        .returning(col(Wake.id), col(Wake.finding))
        .execution_options(synchronize_session=False)
    )
    found: dict[str, list[int]] = {}
    for wake_id, number in sorted(tuple(row) for row in taken):
        found.setdefault(number, []).append(wake_id)
    return found


def _due(now: datetime, what: Mapped[Asked]) -> SelectOfScalar[Asked]:
    return (
        select(what)
        .where(col(Wake.done_at).is_(None), col(Wake.next_at) <= now)
        .order_by(col(Wake.next_at), col(Wake.id))
    )


async def wakes_done(session: AsyncSession, ids: Sequence[int], now: datetime) -> None:
    await session.exec(update(Wake).where(col(Wake.id).in_(ids)).values(done_at=now, note=""))


async def wakes_failed(session: AsyncSession, ids: Sequence[int], now: datetime, why: str) -> None:
    """Try again after a growing pause."""
    for wake in await session.exec(select(Wake).where(col(Wake.id).in_(ids))):
        pause = PAUSES[min(wake.attempts, len(PAUSES) - 1)]
        wake.attempts, wake.note = wake.attempts + 1, why[:200]
        wake.next_at = now + timedelta(seconds=pause)
        session.add(wake)


async def wakes_wait(session: AsyncSession, ids: Sequence[int], now: datetime, why: str) -> None:
    """Put in quarantine: tried again much later, and seen by a supervisor meanwhile."""
    await session.exec(
        update(Wake)
        .where(col(Wake.id).in_(ids))
        .values(next_at=now + QUARANTINE, note=why, attempts=Wake.attempts + 1)
    )


async def requeue(session: AsyncSession, finding: Finding, now: datetime) -> bool:
    """Queue a wake again for the version that stands; False if one is waiting already."""
    wakes = await session.exec(
        select(Wake).where(Wake.finding == finding.number, Wake.version == finding.version)
    )
    wake = wakes.first()
    if wake and wake.done_at is None:
        return False
    wake = wake or Wake(finding=finding.number, version=finding.version, queued_at=now, next_at=now)
    wake.done_at, wake.next_at, wake.queued_at = None, now, now
    session.add(wake)
    return True


async def current_run(session: AsyncSession, number: str) -> Run | None:
    """The newest generation."""
    runs = await session.exec(
        select(Run).where(Run.finding == number).order_by(col(Run.generation).desc()).limit(1)
    )
    return runs.first()


async def new_generation(session: AsyncSession, finding: Finding, before: Run | None, now: datetime) -> Run:
    """The next run of a finding; what an older one still tries changes nothing."""
    if before:
        before.ended_at = before.ended_at or now
        session.add(before)
    run = Run(
        finding=finding.number,
        generation=before.generation + 1 if before else 1,
        cycle=finding.cycle,
        version_made=finding.version,
    )
    session.add(run)
    await session.flush()
    return run


async def key_of(session: AsyncSession, run: Run) -> str:
    """The key under which Prefect makes the run once; one of before a restore may name a forgotten run."""
    stamps = await session.exec(select(Restore.stamp).order_by(col(Restore.id).desc()).limit(1))
    stamp = stamps.first()
    return f"{run.finding}/{run.generation}" + (f"/{stamp}" if stamp else "")


async def gets_nowhere(session: AsyncSession, finding: Finding, now: datetime) -> bool:
    """Whether runs for this very version ended again and again, and the next try is not due yet."""
    runs = await session.exec(
        select(Run)
        .where(Run.finding == finding.number, Run.version_made == finding.version)
        .order_by(col(Run.generation).desc())
    )
    tried = list(runs)
    last = tried[0].ended_at if tried else None
    return len(tried) >= TRIES and last is not None and now - last < QUARANTINE


async def look(
    session: AsyncSession, number: str, generation: int, flow_run_id: str, holder: str, now: datetime
) -> Look | Superseded:
    """One pass of a run over its finding: touch the lease, and see what stands. Fences older generations."""
    finding = await session.get(Finding, number)
    run = await session.get(Run, (number, generation))
    if finding is None or run is None:
        return Superseded(None)
    newest = await session.exec(select(func.max(Run.generation)).where(Run.finding == number))
    is_own = run.flow_run_id in {"", flow_run_id}
    if newest.one() != generation or not is_own or run.cycle != finding.cycle:
        ended = await session.get(ClosedCycle, (number, run.cycle)) if is_own else None
        return Superseded(Stage.CLOSED if ended else None)
    woken_at = None if run.version_seen == finding.version else await _woken_at(session, finding)
    run.flow_run_id, run.holder, run.touched_at = flow_run_id, holder, now
    run.version_seen = finding.version
    run.ended_at = now if finding.stage in ENDED else None
    session.add(run)
    return await _look(session, finding, woken_at)


async def _woken_at(session: AsyncSession, finding: Finding) -> datetime | None:
    rows = await session.exec(
        select(Wake.queued_at).where(Wake.finding == finding.number, Wake.version == finding.version)
    )
    return rows.first()


async def _look(session: AsyncSession, finding: Finding, woken_at: datetime | None) -> Look:
    unit = await session.get(Unit, finding.lead_unit_id) if finding.lead_unit_id else None
    begun = await session.exec(
        select(StepBegun).where(StepBegun.finding == finding.number, StepBegun.cycle == finding.cycle)
    )
    steps = {x.step for x in begun if x.round == finding.round or x.step is Step.ASSIGN}
    return Look(
        number=finding.number,
        title=finding.title,
        source=finding.source,
        unit=unit.name if unit else "",
        severity=finding.severity,
        confidential=finding.confidential,
        stage=finding.stage,
        round=finding.round,
        cycle=finding.cycle,
        version=finding.version,
        begun=frozenset(steps),
        woken_at=woken_at,
    )


async def begin_step(session: AsyncSession, finding: Finding, step: Step, now: datetime) -> None:
    """Note that the step had its task run in this round."""
    key = (finding.number, finding.cycle, finding.round, step)
    if await session.get(StepBegun, key) is None:
        session.add(
            StepBegun(finding=finding.number, cycle=finding.cycle, round=finding.round, step=step, at=now)
        )


async def with_runs(
    session: AsyncSession, after: str, limit: int, among: Sequence[str] = ()
) -> list[tuple[Finding, Run | None, bool]]:
    """Findings by number whose run matters: live ones, and ended ones whose newest run has not ended.

    With the newest run and whether a wake waits; `among` only these, if any are given.
    """
    each = aliased(Run)
    newest = (
        select(func.max(each.generation)).where(each.finding == Finding.number).correlate(Finding)
    ).scalar_subquery()
    under_way = exists().where(col(each.finding) == Finding.number, col(each.ended_at).is_(None))
    waits = exists().where(col(Wake.finding) == Finding.number, col(Wake.done_at).is_(None))
    rows = await session.exec(
        select(Finding, Run, waits)
        .outerjoin(Run, (col(Run.finding) == col(Finding.number)) & (col(Run.generation) == newest))
        .where(col(Finding.number) > after, col(Finding.number).in_(among) if among else true())
        .where(col(Finding.stage).not_in(list(ENDED)) | under_way)
        .order_by(col(Finding.number))
        .limit(limit)
    )
    return [(finding, run, waiting) for finding, run, waiting in rows]


async def owned(session: AsyncSession, flow_run_ids: Sequence[str]) -> dict[str, Run]:
    """Those of Prefect's runs that guide a finding, by their id there; what is over here guides nothing."""
    rows = await session.exec(
        select(Run)
        .join(Finding, col(Finding.number) == col(Run.finding))
        .where(col(Run.flow_run_id).in_(flow_run_ids))
        .where(Run.cycle == Finding.cycle, col(Run.ended_at).is_(None))
    )
    return {run.flow_run_id: run for run in rows}


async def count_under_way(session: AsyncSession) -> int:
    """How many runs Prefect ought to have that are not over."""
    return (
        await session.exec(
            select(func.count()).select_from(Run).where(col(Run.ended_at).is_(None), Run.flow_run_id != "")
        )
    ).one()


async def unseen(session: AsyncSession, since: datetime, until: datetime) -> bool:
    """Whether a wake was relayed in that time and its run has not looked at the finding since."""
    found = await session.exec(
        select(Wake.id)
        .join(Run, (col(Run.finding) == col(Wake.finding)) & col(Run.ended_at).is_(None))
        .where(col(Wake.done_at) > since, col(Wake.done_at) < until)
        .where(Run.version_seen < Wake.version)
        .limit(1)
    )
    return found.first() is not None
