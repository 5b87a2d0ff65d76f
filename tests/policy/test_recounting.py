"""Which computed dates are other ones under another calendar."""

from datetime import date

import pytest

from policy.deadlines import Calendar, DayCount, Due, Period
from policy.recounting import Counted, recount, starts_a_ladder
from tests.policy.cases import CALENDAR

HALF_A_YEAR = Period(6, DayCount.MONTHS, roll=True)
KNOWN = Calendar(CALENDAR.years | {2027}, CALENDAR.off, CALENDAR.work)


def test_nothing_is_new_while_nothing_new_is_known() -> None:
    stands = Counted(date(2026, 8, 31), date(2027, 3, 1), provisional=True)
    assert recount(stands, HALF_A_YEAR, CALENDAR) is None


def test_a_date_becomes_certain_on_the_same_day_or_on_another() -> None:
    stands = Counted(date(2026, 8, 31), date(2027, 3, 1), provisional=True)
    nominal = date(2027, 2, 28)
    assert recount(stands, HALF_A_YEAR, KNOWN) == Due(nominal, date(2027, 3, 1), provisional=False)
    worked = Calendar(KNOWN.years, KNOWN.off, KNOWN.work | {nominal})
    assert recount(stands, HALF_A_YEAR, worked) == Due(nominal, nominal, provisional=False)


@pytest.mark.parametrize(
    ("old", "new", "begins"),
    [(25, 26, True), (19, 26, True), (26, 19, True), (18, 19, False), (20, 19, True)],
)
def test_reminders_begin_anew_unless_the_date_is_past_either_way(old: int, new: int, begins: bool) -> None:
    assert starts_a_ladder(date(2026, 11, old), date(2026, 11, new), date(2026, 11, 20)) is begins
