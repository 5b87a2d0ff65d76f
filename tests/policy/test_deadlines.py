"""Deadline arithmetic: the township's own test vectors, leap days, and what holds for every date."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.deadlines import (
    Calendar,
    DayCount,
    Due,
    Period,
    add_months,
    add_workdays,
    due,
    next_workday,
    workdays_between,
)
from tests.policy.cases import CALENDAR

MONTHS, DAYS, WORKDAYS = DayCount.MONTHS, DayCount.CALENDAR_DAYS, DayCount.WORKING_DAYS


def day(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "number", "result"),
    [
        ("2026-02-10", 5, "2026-02-24"),
        ("2026-02-10", 10, "2026-03-02"),
        ("2026-04-29", 5, "2026-05-09"),  # a Saturday that is worked
        ("2026-09-18", 5, "2026-09-24"),
        ("2026-09-23", 10, "2026-10-14"),
        ("2026-07-20", 60, "2026-10-16"),
        ("2026-12-28", 3, "2026-12-31"),
    ],
)
def test_working_days_follow_the_announced_calendar(start: str, number: int, result: str) -> None:
    expected = Due(day(result), day(result), provisional=False)
    assert due(day(start), Period(number, WORKDAYS), CALENDAR) == expected


@pytest.mark.parametrize(
    ("start", "period", "nominal", "result"),
    [
        ("2026-08-05", Period(60, DAYS, roll=True), "2026-10-04", "2026-10-08"),
        ("2026-09-15", Period(60, DAYS, roll=True), "2026-11-14", "2026-11-16"),
        ("2026-04-02", Period(1, MONTHS, roll=True), "2026-05-02", "2026-05-06"),
        ("2025-11-30", Period(3, MONTHS, roll=True), "2026-02-28", "2026-02-28"),  # a make-up workday
        ("2026-01-31", Period(1, MONTHS), "2026-02-28", "2026-02-28"),
        ("2026-09-15", Period(60, DAYS), "2026-11-14", "2026-11-14"),
    ],
)
def test_days_and_months_roll_off_holidays_if_they_are_to(
    start: str, period: Period, nominal: str, result: str
) -> None:
    assert due(day(start), period, CALENDAR) == Due(day(nominal), day(result), provisional=False)


def test_a_date_beyond_the_announced_years_is_provisional() -> None:
    assert due(day("2026-12-28"), Period(4, WORKDAYS), CALENDAR) == Due(
        day("2027-01-04"), day("2027-01-04"), provisional=True
    )
    assert due(day("2026-08-31"), Period(6, MONTHS, roll=True), CALENDAR) == Due(
        day("2027-02-28"), day("2027-03-01"), provisional=True
    )


def test_a_date_that_rolls_into_an_unannounced_year_is_provisional() -> None:
    until_2028 = Calendar(frozenset(range(2004, 2029)))
    rolled = due(date(2028, 11, 30), Period(31, DAYS, roll=True), until_2028)
    assert rolled == Due(date(2028, 12, 31), date(2029, 1, 2), provisional=True)


def test_a_fixed_number_of_days_is_certain_in_any_year() -> None:
    assert not due(day("2026-08-31"), Period(6, MONTHS), CALENDAR).provisional


def test_the_count_of_workdays_leaves_out_the_first_day_and_keeps_the_last() -> None:
    assert workdays_between(day("2026-09-30"), day("2026-10-12"), CALENDAR) == 4
    assert workdays_between(day("2026-10-12"), day("2026-10-12"), CALENDAR) == 0


@pytest.mark.parametrize("year", [2025, 2026])
def test_both_years_have_248_workdays(year: int) -> None:
    assert workdays_between(date(year - 1, 12, 31), date(year, 12, 31), CALENDAR) == 248


def test_the_announced_years_reach_2026_and_no_further() -> None:
    assert CALENDAR.knows(date(2026, 12, 31))
    assert not CALENDAR.knows(date(2027, 1, 1))
    assert max(CALENDAR.years) == 2026


@pytest.mark.parametrize(
    ("holiday", "off"),
    [("2027-01-01", True), ("2027-10-01", True), ("2027-10-04", False), ("2027-05-03", False)],
)
def test_an_unannounced_year_knows_the_fixed_holidays_only(holiday: str, off: bool) -> None:
    assert CALENDAR.is_workday(day(holiday)) is not off


@pytest.mark.parametrize(
    ("start", "months", "result"),
    [
        ("2028-01-31", 1, "2028-02-29"),
        ("2027-01-31", 1, "2027-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2026-10-31", 4, "2027-02-28"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-11-30", 0, "2026-11-30"),
    ],
)
def test_months_end_on_the_corresponding_day_or_the_months_last(start: str, months: int, result: str) -> None:
    assert add_months(day(start), months) == day(result)


def test_leap_days_are_workdays_like_others() -> None:
    assert due(day("2028-02-28"), Period(1, WORKDAYS), Calendar(frozenset({2028}))).day == day("2028-02-29")


dates = st.dates(date(2020, 1, 1), date(2030, 12, 31))
known = st.dates(date(2020, 1, 1), date(2026, 12, 31))
numbers = st.integers(1, 80)


@given(dates, numbers)
def test_workdays_lead_to_a_workday_and_can_be_counted_back(start: date, number: int) -> None:
    end = add_workdays(start, number, CALENDAR)
    assert CALENDAR.is_workday(end)
    assert workdays_between(start, end, CALENDAR) == number


@given(dates, numbers, numbers)
def test_workdays_add_up(start: date, one: int, other: int) -> None:
    halfway = add_workdays(start, one, CALENDAR)
    assert add_workdays(halfway, other, CALENDAR) == add_workdays(start, one + other, CALENDAR)


@given(dates)
def test_no_workdays_lead_nowhere_and_a_roll_is_never_backwards(start: date) -> None:
    assert add_workdays(start, 0, CALENDAR) == start
    rolled = next_workday(start, CALENDAR)
    assert start <= rolled < start + timedelta(days=12)
    assert CALENDAR.is_workday(rolled)
    assert next_workday(rolled, CALENDAR) == rolled


@given(dates, numbers, st.sampled_from(DayCount))
def test_what_the_calendar_may_still_move_is_provisional_and_nothing_else(
    start: date, number: int, unit: DayCount
) -> None:
    found = due(start, Period(number, unit, roll=True), CALENDAR)
    assert found.provisional is (not (CALENDAR.knows(found.day) and CALENDAR.knows(found.nominal)))
    assert found.nominal <= found.day


@given(known, st.integers(0, 60))
def test_months_keep_the_day_where_the_month_has_it(start: date, months: int) -> None:
    end = add_months(start, months)
    assert (end.year - start.year) * 12 + end.month - start.month == months
    assert end.day == start.day or (end + timedelta(days=1)).day == 1
