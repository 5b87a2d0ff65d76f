"""The deadline that the rules propose for a new finding, and why; another one needs a reason."""

from dataclasses import dataclass
from datetime import date

from policy.deadlines import DeadlineType, Due, Period, counted_from, due
from policy.refusals import BadInput
from policy.trade import Trade


@dataclass(frozen=True)
class Proposal:
    """`period` after `start` is `due`."""

    source: str
    start: date
    period: Period
    due: Due


def propose(
    source: str, kind: DeadlineType, discovered_on: date, today: date, trade: Trade, unit_id: int | None
) -> Proposal:
    """By the rules in force and the calendar of the unit."""
    period, start = trade.rules.period(source, kind), counted_from(kind, discovered_on, today)
    return Proposal(source, start, period, due(start, period, trade.calendar_of(unit_id)))


def check_override(proposal: Proposal, deadline: date | None, reason: str) -> None:
    """Raises BadInput where somebody writes another deadline and does not say why."""
    proposed = proposal.due.day
    if deadline is not None and deadline != proposed and not reason.strip():
        raise BadInput(
            f"时限按规则应为 {proposed}，您填的是 {deadline}。请写明另定时限的理由。",
            f"By the rules the deadline is {proposed}, and you wrote {deadline}. Say why it is another one.",
        )
