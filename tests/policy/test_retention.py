"""Which backups are kept."""

from datetime import date, timedelta

import pytest

from policy.retention import superfluous

TODAY = date(2026, 11, 22)


def days_back(count: int) -> list[date]:
    return [TODAY - timedelta(days=back) for back in range(count)]


def test_every_day_of_a_fortnight_and_the_first_of_each_month_of_a_year_is_kept() -> None:
    taken = days_back(800)
    kept = set(taken) - superfluous(taken, TODAY, days=14, months=12)
    months = {(2025, 12)} | {(2026, month) for month in range(1, 12)}
    assert kept == set(days_back(14)) | {date(year, month, 1) for year, month in months}


@pytest.mark.parametrize("age", [1, 400, 4000])
def test_the_newest_is_kept_however_old(age: int) -> None:
    assert superfluous([TODAY - timedelta(days=age)], TODAY, days=1, months=1) == set()


def test_one_from_a_clock_gone_wrong_is_kept() -> None:
    ahead = TODAY + timedelta(days=900)
    assert superfluous([TODAY, ahead], TODAY, days=14, months=12) == set()


def test_the_first_backup_of_a_month_need_not_be_of_its_first_day() -> None:
    taken = [date(2026, 6, 9), date(2026, 6, 10), TODAY]
    assert superfluous(taken, TODAY, days=14, months=12) == {date(2026, 6, 10)}
