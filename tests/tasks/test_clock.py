"""The one clock: real, moved to a day, or stopped at a moment."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from models.settings import settings
from policy.refusals import BadInput
from tasks import clock


@pytest.fixture
def set_to(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    settings.cache_clear()
    yield monkeypatch
    settings.cache_clear()


def test_a_clock_moved_to_a_day_keeps_the_time_of_day_and_goes_on(set_to: pytest.MonkeyPatch) -> None:
    set_to.setenv("RECTIFY_AS_OF", "2026-11-20")
    first = clock.now()
    assert clock.today() in {date(2026, 11, 20), date(2026, 11, 21)}
    assert (clock.real() - first) % timedelta(days=1) < timedelta(seconds=60)
    assert clock.now() > first


def test_a_clock_set_to_a_moment_stands_still(set_to: pytest.MonkeyPatch) -> None:
    set_to.setenv("RECTIFY_AS_OF", "2026-11-20T09:00:00+08:00")
    assert clock.now() == clock.now() == datetime(2026, 11, 20, 1, tzinfo=UTC)


def test_midnight_at_the_office_belongs_to_the_next_day() -> None:
    evening = datetime(2026, 11, 21, 15, 59, tzinfo=UTC)
    assert clock.moved(evening, "2026-11-20") == datetime(2026, 11, 20, 15, 59, tzinfo=UTC)
    night = datetime(2026, 11, 21, 16, 1, tzinfo=UTC)
    assert clock.moved(night, "2026-11-20") == datetime(2026, 11, 19, 16, 1, tzinfo=UTC)


@pytest.mark.parametrize("as_of", ["2026-02-30", "yesterday", "2026-11-20T09:00:00", "20.11.2026"])
def test_what_is_no_date_is_refused(as_of: str) -> None:
    with pytest.raises(BadInput, match="不是日期"):
        clock.moved(datetime(2026, 11, 20, tzinfo=UTC), as_of)
