"""Deadline arithmetic over a calendar that is passed in; all dates are the office's calendar days."""

import calendar as gregorian
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

FIXED_HOLIDAYS = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
"""Statutory days with a fixed date (revision of 2024-11-10): all that is known of an unannounced year."""

SATURDAY = 5


class DeadlineType(StrEnum):
    IMMEDIATE = "immediate"
    TIME_LIMITED = "time_limited"
    PHASED = "phased"
    SUSTAINED = "sustained"


class DayCount(StrEnum):
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"


@dataclass(frozen=True)
class Calendar:
    """The days off and make-up workdays of the announced `years`: only the exceptions to Monday–Friday."""

    years: frozenset[int]
    off: frozenset[date] = field(default_factory=frozenset)
    work: frozenset[date] = field(default_factory=frozenset)

    def knows(self, day: date) -> bool:
        return day.year in self.years

    def is_workday(self, day: date) -> bool:
        """For a year not announced yet this is an estimate: Monday–Friday less the fixed holidays."""
        if day in self.work:
            return True
        if day in self.off or day.weekday() >= SATURDAY:
            return False
        return self.knows(day) or (day.month, day.day) not in FIXED_HOLIDAYS


@dataclass(frozen=True)
class Period:
    """A length of time: `number` of `unit`; `roll` moves an end on a day off to the next workday."""

    number: int
    unit: DayCount
    roll: bool = False


@dataclass(frozen=True)
class Due:
    """`nominal` is the arithmetic, `day` what counts; provisional while the calendar may still move it."""

    nominal: date
    day: date
    provisional: bool


def counted_from(kind: DeadlineType, discovered_on: date, today: date) -> date:
    """The day a deadline set today begins after: immediate work counts from its assignment."""
    return today if kind is DeadlineType.IMMEDIATE else discovered_on


def due(start: date, period: Period, calendar: Calendar) -> Due:
    """The last day of a period that begins the day after `start` (Civil Code art. 201–203)."""
    if period.unit is DayCount.WORKING_DAYS:
        day = add_workdays(start, period.number, calendar)
        return Due(day, day, provisional=not calendar.knows(day))
    nominal = add_months(start, period.number) if period.unit is DayCount.MONTHS else _later(start, period)
    if not period.roll:
        return Due(nominal, nominal, provisional=False)
    day = next_workday(nominal, calendar)
    return Due(nominal, day, provisional=not (calendar.knows(nominal) and calendar.knows(day)))


def _later(start: date, period: Period) -> date:
    return start + timedelta(days=period.number)


def add_months(start: date, months: int) -> date:
    """The corresponding day, or the month's last where there is none."""
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    return date(year, month, min(start.day, gregorian.monthrange(year, month)[1]))


def add_workdays(start: date, number: int, calendar: Calendar) -> date:
    """The `number`-th workday after `start`; `start` itself if `number` is 0."""
    day = start
    while number > 0:
        day += timedelta(days=1)
        number -= calendar.is_workday(day)
    return day


def next_workday(day: date, calendar: Calendar) -> date:
    """`day` itself if it is a workday."""
    while not calendar.is_workday(day):
        day += timedelta(days=1)
    return day


def workdays_between(start: date, end: date, calendar: Calendar) -> int:
    """Workdays after `start` up to and including `end`."""
    days = (end - start).days
    return sum(calendar.is_workday(start + timedelta(days=n)) for n in range(1, days + 1))
