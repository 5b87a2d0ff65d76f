"""The years that the `chinesecalendar` package knows: the State Council's days off and make-up workdays."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import chinese_calendar

from policy.deadlines import Calendar
from policy.years import DayKind, Special, YearNotice

PACKAGE = "chinesecalendar"


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


def notice(year: int) -> YearNotice:
    """One year as if it were taken in from its notice."""
    known, names = announced(), labels()
    off = {day: Special(DayKind.OFF, names[day]) for day in known.off if day.year == year}
    work = {day: Special(DayKind.WORK, names[day]) for day in known.work if day.year == year}
    return YearNotice(year, PACKAGE, dict(sorted((off | work).items())))
