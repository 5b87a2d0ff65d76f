"""What follows many changes at once: moot letters cancelled, the next looks noted, wakes queued."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.bulk import rewrite, store, whole
from models.findings import Finding
from models.ledger import waking
from models.mailing import letters
from models.mailing.letters import RED, case, under
from models.mailing.mail import Letter
from models.rules.trade import knowing
from models.running import Wake
from policy.deadlines import add_months
from policy.escalation import Case, Key, LetterState, next_look, plan
from policy.office import office_day
from policy.trade import Trade


async def follow(session: AsyncSession, findings: Sequence[Finding], trade: Trade, now: datetime) -> None:
    """As `ledger.follow`, for findings that are stored as they stand; only `next_look_on` is new."""
    today = office_day(now)
    trade = await knowing(session, trade, *(finding.rules_version for finding in findings))
    await _cancel_moot(session, findings)
    for finding, seen in zip(findings, await cases(session, findings, today), strict=True):
        finding.next_look_on = next_look(plan(seen, *under(trade, finding), today), seen.recorded)
    looks = [{"number": x.number, "next_look_on": x.next_look_on} for x in findings]
    await rewrite(session, Finding, "number", looks)
    await store(session, Wake, [whole(Wake, **waking(finding, now)) for finding in findings])


async def _cancel_moot(session: AsyncSession, findings: Sequence[Finding]) -> None:
    """Only those that have a letter waiting are looked at one by one."""
    waiting = await session.exec(
        select(Letter.finding)
        .where(col(Letter.finding).in_([x.number for x in findings]), col(Letter.reminder))
        .where(col(Letter.state).in_([LetterState.QUEUED, LetterState.DRAFTED]))
        .distinct()
    )
    concerned = set(waiting)
    for finding in findings:
        if finding.number in concerned:
            await letters.cancel_moot(session, finding)
    await session.flush()


async def cases(session: AsyncSession, findings: Sequence[Finding], today: date) -> list[Case]:
    """These findings as the ladder sees them, by three questions however many they are."""
    recorded: dict[tuple[str, int], dict[Key, LetterState]] = {}
    written = select(Letter).where(
        col(Letter.finding).in_([x.number for x in findings]), Letter.state != LetterState.CANCELLED
    )
    for letter in await session.exec(written):
        key = Key(letter.deadline_version, letter.rung, letter.occasion)
        recorded.setdefault((letter.finding, letter.cycle), {})[key] = letter.state
    reds = await _reds(session, findings, today)
    return [
        case(x, recorded.get((x.number, x.cycle), {}), second_red=_had_red(x, reds, today)) for x in findings
    ]


Reds = dict[int, list[tuple[str, date]]]
"""Red orders by unit: for which finding, and since when due."""


async def _reds(session: AsyncSession, findings: Sequence[Finding], today: date) -> Reds:
    """Those that may count for a finding that is late by now: of the twelve months before its deadline."""
    late = [x.deadline for x in findings if x.deadline and x.deadline < today]
    units = {x.lead_unit_id for x in findings if x.lead_unit_id is not None}
    if not late:
        return {}
    found = await session.exec(
        select(col(Finding.lead_unit_id), col(Letter.finding), col(Letter.due_on))
        .join(Letter, col(Letter.finding) == col(Finding.number))
        .where(col(Finding.lead_unit_id).in_(units), col(Letter.rung) == "red_order")
        .where(col(Letter.state).in_(RED), col(Letter.due_on) > add_months(min(late), -12))
    )
    reds: Reds = {}
    for unit, number, due_on in found:
        reds.setdefault(unit or 0, []).append((number, due_on))
    return reds


def _had_red(finding: Finding, reds: Reds, today: date) -> bool:
    """Whether the unit got a red order for another finding in the twelve months before this one was late."""
    deadline = finding.deadline
    if deadline is None or deadline >= today:
        return False
    others = reds.get(finding.lead_unit_id or 0, [])
    since = add_months(deadline, -12)
    return any(number != finding.number and since < due_on <= deadline for number, due_on in others)
