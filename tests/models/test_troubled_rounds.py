"""Rounds by a clock that turns midnight, goes back or leaps, and several rounds at once."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.database import Database
from models.seals import seal_day
from policy.refusals import Unavailable
from tasks import watch
from tasks.timekeeping import Timekeeper
from tests.models.township import NOW, asked, assigned, change

DAY = timedelta(days=1)
DEADLINE = date(2027, 3, 1)
OVERDUE = datetime(2027, 3, 2, 2, 0, tzinfo=UTC)
MIDNIGHT = datetime(2027, 3, 1, 16, 0, tzinfo=UTC)  # at the office


async def fifty(db: Database) -> None:
    """Fifty findings, in progress, due on the same day."""
    for _ in range(50):
        await assigned(db, deadline=DEADLINE.isoformat())
    await change(db, "UPDATE finding SET stage = 'in_progress', next_look_on = deadline")
    await change(db, "UPDATE letter SET state = 'sent'")


async def told(db: Database) -> dict[str, int]:
    """rung → how many findings got it; that no finding got one twice is the database's promise."""
    rungs: dict[str, int] = {}
    for rung in await asked(db, "SELECT rung FROM letter WHERE rung <> 'assignment' ORDER BY rung"):
        rungs[rung] = rungs.get(rung, 0) + 1
    return rungs


async def test_several_rounds_at_once_tell_everybody_once(town: Database) -> None:
    await fifty(town)
    await asyncio.gather(*(watch.climb_due(town, OVERDUE) for _ in range(4)))
    found = await told(town)
    assert set(found.values()) == {50}
    assert "red_order" in found


async def test_a_round_that_midnight_overtakes_is_taken_up_by_the_next(town: Database) -> None:
    await fifty(town)
    before = watch.climb_due(town, MIDNIGHT - timedelta(seconds=1))
    after = watch.climb_due(town, MIDNIGHT + timedelta(seconds=1))
    await asyncio.gather(before, after)
    await watch.climb_due(town, MIDNIGHT + timedelta(minutes=1))
    found = await told(town)
    assert found["red_order"] == 50
    assert await watch.climb_due(town, MIDNIGHT + timedelta(minutes=2)) == 0


async def test_a_clock_that_goes_back_and_forth_tells_nobody_twice(town: Database) -> None:
    await fifty(town)
    await watch.climb_due(town, OVERDUE)
    once = await told(town)
    for now in (OVERDUE - 2 * DAY, OVERDUE - timedelta(hours=1), OVERDUE):
        await watch.climb_due(town, now)
        await seal_day(town, now)
    assert await told(town) == once


async def test_a_leaping_clock_tells_nobody_at_all(town: Database) -> None:
    await fifty(town)
    keeper = Timekeeper()
    await keeper.check(town, NOW, timedelta(0))
    for leap in (DAY, 3650 * DAY):
        with pytest.raises(Unavailable, match="突然"):
            await keeper.check(town, NOW + leap, timedelta(seconds=5))
    assert await told(town) == {}


@pytest.mark.parametrize(
    ("deadline", "first_red"),
    [
        ("2028-02-28", "2028-02-29"),  # a leap day is a day
        ("2028-02-29", "2028-03-01"),
        ("2026-12-31", "2027-01-01"),
    ],
)
async def test_the_first_day_late_is_the_next_of_the_calendar(
    town: Database, deadline: str, first_red: str
) -> None:
    number = await assigned(town, deadline=deadline)
    await change(town, "UPDATE finding SET stage = 'in_progress', next_look_on = deadline")
    red = datetime.fromisoformat(f"{first_red}T00:00:01+08:00")
    await watch.climb_due(town, red - timedelta(seconds=2))
    assert "red_order" not in await told(town)
    await watch.climb_due(town, red)
    days: list[Any] = await asked(town, "SELECT due_on FROM letter WHERE rung = 'red_order'")
    assert [str(day) for day in days] == [first_red], number


async def test_after_forty_days_without_a_round_one_letter_goes_and_the_rest_is_noted(town: Database) -> None:
    await fifty(town)
    await watch.climb_due(town, OVERDUE + 40 * DAY)
    states = await asked(town, "SELECT DISTINCT state FROM letter WHERE rung = 'red_order'")
    found = await told(town)
    assert states == ["queued"]
    assert found["red_order"] == 50
    skipped = "SELECT DISTINCT rung FROM letter WHERE state = 'skipped' ORDER BY rung"
    assert "green" in " ".join(await asked(town, skipped))
