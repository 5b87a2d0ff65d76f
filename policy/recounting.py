"""Whether a computed date is another one under the calendar of today."""

from dataclasses import dataclass
from datetime import date

from policy.deadlines import Calendar, Due, Period, due


@dataclass(frozen=True)
class Counted:
    """A computed date as it stands, and the day it was counted from."""

    start: date
    day: date
    provisional: bool


def recount(counted: Counted, period: Period, calendar: Calendar) -> Due | None:
    """How it comes out now; None if nothing is new."""
    found = due(counted.start, period, calendar)
    is_same = (found.day, found.provisional) == (counted.day, counted.provisional)
    return None if is_same else found


def starts_a_ladder(old: date, new: date, today: date) -> bool:
    """Whether reminders begin anew: not where the date had passed, and has passed all the same."""
    return not (old < today and new < today)
