"""Traffic lights, days left and lateness: derived from a finding's days, never stored as a stage.

The deadline is the unit's. It counts until the unit submits; a return lets it count again, unmoved.
"""

from datetime import date
from enum import StrEnum

from policy.stages import ENDED, Stage

YELLOW_FROM = 10
"""Days left at which a light turns yellow (domain §2.5)."""
HANDED_IN = frozenset({Stage.PENDING_VERIFICATION, Stage.PENDING_CLOSURE})
"""Stages at which the unit has submitted, and others have to act."""


class Light(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    SUBMITTED = "submitted"
    """Past the deadline, and submitted in time: whoever is slow now, it is not the unit."""
    CLOSED = "closed"
    NONE = "none"


def light(stage: Stage, deadline: date | None, submitted_on: date | None, today: date) -> Light:
    """Red once the unit is past its deadline; the due day itself is not late."""
    if stage in ENDED:
        return Light.CLOSED
    if deadline is None:
        return Light.NONE
    left = days_left(stage, deadline, submitted_on, today)
    if left is None:
        return Light.SUBMITTED
    if left < 0:
        return Light.RED
    return Light.YELLOW if left <= YELLOW_FROM else Light.GREEN


def days_left(stage: Stage, deadline: date | None, submitted_on: date | None, today: date) -> int | None:
    """Negative when the unit is late; while others have to act its lateness does not grow.

    None without a deadline, and past one that was kept by submitting.
    """
    if deadline is None:
        return None
    if stage in HANDED_IN and submitted_on is not None:
        if submitted_on > deadline:
            return (deadline - submitted_on).days
        if today > deadline:
            return None
    return (deadline - today).days


def closed_late(deadline: date | None, submitted_on: date | None, closed_on: date | None) -> bool:
    """Whether what is closed came late for good (逾期销号).

    By the submission that was passed; by the closing where a ledger does not say when that was.
    """
    finished = closed_on and (submitted_on or closed_on)
    return deadline is not None and finished is not None and finished > deadline
