"""How much is open, overdue, waiting or stuck: counted from indexes, whatever has been closed or sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import case, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.checks import INVARIANTS, SLOW
from models.findings import Finding
from models.heartbeats import every, last
from models.hooks import delivering
from models.listing.conditions import shows
from models.mailing.mail import Letter, Mail, MailState
from models.running import Wake
from policy.escalation import LetterState
from policy.lights import Light
from policy.office import office_day
from policy.stages import LIVE, Stage

UNSENT = (MailState.QUEUED, MailState.CLAIMED, MailState.DATA, MailState.FAILED, MailState.IN_DOUBT)
"""Sent mails grow for ever and are counted by whoever sends them."""
UNSETTLED = (LetterState.QUEUED, LetterState.DRAFTED, LetterState.FAILED, LetterState.IN_DOUBT)

CHECKS = {
    "check all": [holds.__name__.replace("_", " ") for holds in INVARIANTS],
    "check": [holds.__name__.replace("_", " ") for holds in INVARIANTS if holds not in SLOW],
}
"""The jobs that check, and which invariants each looks at; the note of a beat says how many are broken."""


@dataclass(frozen=True)
class Figures:
    """Ages are in seconds, 0 where nothing waits."""

    findings: Mapping[str, int]
    overdue: int
    mails: Mapping[str, int]
    outbox_age: float
    letters: Mapping[str, int]
    wakes: int
    wake_age: float
    deliveries: Mapping[str, int]
    """To webhooks: waiting, and given up."""
    heartbeats: Mapping[str, float]
    broken: Mapping[str, int]
    """By invariant, what the last checks found; nothing if there was none."""


async def figures(session: AsyncSession, now: datetime, real: datetime) -> Figures:
    """`now` is the office's clock, `real` the machine's, by which heartbeats are written."""
    findings, overdue = await _findings(session, now)
    oldest_mail = await session.exec(
        select(func.min(Mail.next_at)).where(Mail.state == MailState.QUEUED, col(Mail.next_at) <= now)
    )
    wakes = await session.exec(
        select(func.count(), func.min(Wake.queued_at)).where(col(Wake.done_at).is_(None))
    )
    waiting, oldest_wake = wakes.one()
    return Figures(
        findings=findings,
        overdue=overdue,
        mails=await _by_state(session, Mail, UNSENT),
        outbox_age=_age(now, oldest_mail.one()),
        letters=await _by_state(session, Letter, UNSETTLED),
        wakes=waiting,
        wake_age=_age(now, oldest_wake),
        deliveries=await delivering.counts(session),
        heartbeats=await heartbeats(session, real),
        broken=await _broken(session),
    )


async def heartbeats(session: AsyncSession, real: datetime) -> dict[str, float]:
    """Seconds since each job that must never stop was last done."""
    return {beat.job: _age(real, beat.at) for beat in await every(session)}


async def _broken(session: AsyncSession) -> dict[str, int]:
    """The whole check, and over it the quick one, which is never older."""
    found: dict[str, int] = {}
    for job, names in CHECKS.items():
        beat = await last(session, job)
        if beat is not None:
            counts = (item.rpartition("=") for item in beat.note.split(", ") if item)
            found |= dict.fromkeys(names, 0) | {name: int(count) for name, _, count in counts}
    return found


async def _findings(session: AsyncSession, now: datetime) -> tuple[dict[str, int], int]:
    """Live findings by stage, and how many of them are late."""
    late = func.sum(case((shows(Light.RED, office_day(now)), 1), else_=0))
    rows = await session.exec(
        select(Finding.stage, func.count(), late)
        .where(col(Finding.stage).in_(list(LIVE)))
        .group_by(col(Finding.stage))
    )
    found = {str(stage): 0 for stage in Stage if stage in LIVE}
    overdue = 0
    for stage, count, red in rows:
        found[str(stage)] = count
        overdue += red
    return found, overdue


async def _by_state(
    session: AsyncSession, table: type[Mail] | type[Letter], states: Sequence[StrEnum]
) -> dict[str, int]:
    rows = await session.exec(
        select(table.state, func.count()).where(col(table.state).in_(states)).group_by(col(table.state))
    )
    return {str(state): 0 for state in states} | {str(state): count for state, count in rows}


def _age(now: datetime, since: datetime | None) -> float:
    """A moved clock may be behind what it wrote: nothing is younger than new."""
    return max(0.0, (now - since).total_seconds()) if since else 0.0
