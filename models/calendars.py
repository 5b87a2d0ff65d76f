"""The working-day calendar: announced years from the `chinesecalendar` package, as a value for the rules."""

from functools import lru_cache

import chinese_calendar

from policy.deadlines import Calendar


@lru_cache
def announced() -> Calendar:
    """The State Council's days off and make-up workdays for every year the installed package knows."""
    off = frozenset(chinese_calendar.holidays)
    work = frozenset(chinese_calendar.workdays)
    years = {day.year for day in off}
    return Calendar(min(years), max(years), off, work)
