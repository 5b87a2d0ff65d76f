"""A clock that jumps reminds nobody; one that is merely late, after an outage, does."""

from datetime import UTC, datetime, timedelta

import pytest

from policy.timekeeping import Mark, hold

THEN = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LIVE = 200


def held(ahead: timedelta, steady: timedelta | None, due: int = 0) -> str:
    why = hold(Mark(THEN, steady), THEN + ahead, due, LIVE)
    return "" if why is None else why[1].partition(" ")[2].split()[1]


@pytest.mark.parametrize(
    ("ahead", "steady", "due", "said"),
    [
        (timedelta(seconds=3), timedelta(seconds=3), 0, ""),
        (timedelta(minutes=-1), timedelta(seconds=3), 0, ""),  # a small correction
        (timedelta(minutes=-3), timedelta(seconds=3), 0, "went"),
        (timedelta(days=-2), None, 0, "went"),
        (timedelta(hours=5), timedelta(seconds=3), 0, ""),
        (timedelta(hours=7), timedelta(seconds=3), 0, "leapt"),
        (timedelta(days=1), timedelta(seconds=3), 0, "leapt"),
        (timedelta(days=3650), timedelta(seconds=3), 0, "leapt"),
        (timedelta(days=3), timedelta(days=3), 199, ""),  # the machine slept through a weekend
        (timedelta(days=40), None, 199, ""),  # nothing ran for forty days
        (timedelta(days=46), None, 40, ""),
        (timedelta(days=46), None, 41, "leapt"),  # and half the township would be told at once
    ],
)
def test_a_jump_of_the_clock_is_told_from_an_outage(
    ahead: timedelta, steady: timedelta | None, due: int, said: str
) -> None:
    assert held(ahead, steady, due) in ("", said)
    assert bool(held(ahead, steady, due)) == bool(said)


def test_the_first_time_is_believed() -> None:
    assert hold(None, THEN, 999, 999) is None
