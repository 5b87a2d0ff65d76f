"""The years that the `chinesecalendar` package knows: the State Council's days off and make-up workdays."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import chinese_calendar

from policy.deadlines import Calendar


@lru_cache
def announced() -> Calendar:
    """For every year the installed package knows."""
    off = frozenset(day for day in chinese_calendar.holidays if day.weekday() < 5)
    work = frozenset(day for day in chinese_calendar.workdays if day.weekday() >= 5)
    return Calendar(frozenset(day.year for day in chinese_calendar.holidays), off, work)


@lru_cache
def labels() -> Mapping[date, str]:
    """The Chinese name of the holiday each day belongs to; a make-up workday says that it is one."""
    names = {holiday.value: holiday.chinese for holiday in chinese_calendar.Holiday}
    off = {day: names[name] for day, name in chinese_calendar.holidays.items()}
    return off | {day: f"{names[name]}调休" for day, name in chinese_calendar.workdays.items()}
