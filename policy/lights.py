"""Traffic lights and days left: derived from the deadline, never stored as a stage."""

from datetime import date
from enum import StrEnum

from policy.stages import ENDED, Stage

YELLOW_FROM = 10
"""Days left at which a light turns yellow (domain §2.5)."""


class Light(StrEnum):
    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    CLOSED = "closed"
    NONE = "none"


def light(stage: Stage, deadline: date | None, today: date) -> Light:
    """Red once `today` is past the deadline; the due day itself is not late."""
    if stage in ENDED:
        return Light.CLOSED
    left = days_left(deadline, today)
    if left is None:
        return Light.NONE
    if left < 0:
        return Light.RED
    return Light.YELLOW if left <= YELLOW_FROM else Light.GREEN


def days_left(deadline: date | None, today: date) -> int | None:
    """Negative when late."""
    return None if deadline is None else (deadline - today).days
