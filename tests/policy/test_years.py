"""What may stand in a year's notice: every notice there was, an example of one to come, and what is none."""

from datetime import date, timedelta

import pytest

from models.rules.calendars import announced, notice
from policy.refusals import BadInput
from policy.years import DayKind, DayLine, YearNotice, awaited, idle, next_in_line, problems, year_notice
from tests.policy.cases import CALENDAR

OFF, WORK = DayKind.OFF, DayKind.WORK


def lines(*said: tuple[str, str, DayKind]) -> list[DayLine]:
    found = enumerate(said, start=2)
    return [
        DayLine(row, date.fromisoformat(a), date.fromisoformat(b), kind, "示例")
        for row, (a, b, kind) in found
    ]


WHOLE = (
    ("2027-01-01", "2027-01-03", OFF),
    ("2027-02-05", "2027-02-12", OFF),
    ("2027-02-28", "2027-02-28", WORK),
    ("2027-05-01", "2027-05-05", OFF),
    ("2027-10-01", "2027-10-07", OFF),
)


def of(*said: tuple[str, str, DayKind]) -> YearNotice:
    return year_notice(lines(*said), "国办发明电〔2026〕1号")


def test_only_days_unlike_monday_to_friday_are_kept() -> None:
    found = of(*WHOLE)
    assert (found.year, found.source) == (2027, "国办发明电〔2026〕1号")
    assert [str(day)[5:] for day, special in found.days.items() if special.kind is OFF] == [
        *("01-01", "02-05", "02-08", "02-09", "02-10", "02-11", "02-12"),
        *("05-03", "05-04", "05-05", "10-01", "10-04", "10-05", "10-06", "10-07"),
    ]
    assert [day for day, special in found.days.items() if special.kind is WORK] == [date(2027, 2, 28)]
    assert {special.label for special in found.days.values()} == {"示例"}


@pytest.mark.parametrize("year", sorted(announced().years))
def test_every_notice_there_was_would_be_taken(year: int) -> None:
    known = notice(year)
    said = [
        DayLine(row, day, day, x.kind, x.label) for row, (day, x) in enumerate(known.days.items(), start=2)
    ]
    assert problems(said) == idle(said) == []
    assert year_notice(said, known.source) == known


@pytest.mark.parametrize(
    ("left_out", "said"),
    [(0, "2027-01-01是法定节假日"), (3, "2027-05-01前后没有一个平日放假"), (4, "2027-10-01是法定节假日")],
)
def test_a_notice_without_a_fixed_holiday_is_refused(left_out: int, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        of(*(line for at, line in enumerate(WHOLE) if at != left_out))


def test_a_fixed_holiday_on_a_weekend_is_not_worked() -> None:
    of(*WHOLE[:3], ("2027-05-03", "2027-05-05", OFF), WHOLE[4])
    with pytest.raises(BadInput, match="2027-05-02是法定节假日"):
        of(*WHOLE[:3], ("2027-05-02", "2027-05-02", WORK), WHOLE[4])


def test_a_notice_without_a_spring_festival_is_refused() -> None:
    with pytest.raises(BadInput, match="春节"):
        of(*WHOLE[:1], *WHOLE[2:])


def test_more_days_than_any_year_had_are_refused() -> None:
    with pytest.raises(BadInput, match="最多60天"):
        of(*WHOLE, ("2027-06-01", "2027-07-01", OFF), ("2027-07-05", "2027-08-04", OFF))


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(BadInput, match="没有一天"):
        of()


def test_a_day_said_twice_of_another_year_or_in_an_endless_span_is_told_by_its_row() -> None:
    found = problems(
        lines(
            ("2027-02-05", "2027-02-11", OFF),
            ("2027-02-11", "2027-02-11", WORK),
            ("2026-12-31", "2026-12-31", OFF),
            ("2027-12-30", "2028-01-02", OFF),
            ("2027-05-05", "2027-05-01", OFF),
            ("2027-06-01", "2027-08-01", OFF),
        )
    )
    assert [(x.row, x.value) for x in found] == [
        (3, "2027-02-11"),
        (4, "2026-12-31"),
        (5, "2027-12-30..2028-01-02"),
        (6, "2027-05-05..2027-05-01"),
        (7, "2027-06-01..2027-08-01"),
    ]


def test_a_line_that_changes_nothing_is_told_and_a_weekend_within_a_holiday_is_not() -> None:
    said = lines(("2027-02-13", "2027-02-14", OFF), ("2027-02-15", "2027-02-15", WORK), *WHOLE)
    assert [x.row for x in idle(said)] == [2, 3]


@pytest.mark.parametrize("year", [2026, 2020, 2027])
def test_a_known_year_may_be_corrected_and_the_next_one_announced(year: int) -> None:
    next_in_line(year, CALENDAR.years)


@pytest.mark.parametrize("year", [2028, 2003, 2100])
def test_no_year_is_left_out(year: int) -> None:
    with pytest.raises(BadInput, match="下一个应是2027年"):
        next_in_line(year, CALENDAR.years)


def test_the_example_of_a_year_has_as_many_workdays_as_counted_by_hand() -> None:
    """365 days less 104 on weekends, 15 weekdays off, one Sunday worked."""
    days = of(*WHOLE).days
    worked = sum(
        days[day].kind is WORK if day in days else day.weekday() < 5
        for day in (date(2027, 1, 1) + timedelta(days=n) for n in range(365))
    )
    assert worked == 365 - 104 - 15 + 1


def test_next_years_notice_is_awaited_from_november_on() -> None:
    known = {2025, 2026}
    assert awaited(date(2026, 10, 31), known) is None
    assert awaited(date(2026, 11, 1), known) == 2027
    assert awaited(date(2027, 1, 5), known) == 2027
    assert awaited(date(2026, 11, 1), {*known, 2027}) is None
