"""The clock's latest time in the database: who holds, who lets go, and what is told meanwhile."""

from datetime import timedelta

import pytest

from models.database import Database
from policy.refusals import NotAllowed, Unavailable
from tasks.timekeeping import Timekeeper, confirm, why_held
from tests.models.township import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = timedelta(hours=100)
"""What the steady clock said when the test began."""


async def test_a_clock_that_goes_on_is_trusted(town: Database) -> None:
    keeper = Timekeeper()
    for hours in (0, 1, 30):
        await keeper.check(town, NOW + hours * HOUR, START + hours * HOUR)
    assert await why_held(town) == ""


async def test_a_clock_that_went_back_is_held_until_it_has_caught_up(town: Database) -> None:
    keeper = Timekeeper()
    await keeper.check(town, NOW, START)
    for one in (keeper, Timekeeper()):  # and by a process that has just begun
        with pytest.raises(Unavailable, match="倒退"):
            await one.check(town, NOW - 2 * DAY, START + HOUR)
    await keeper.check(town, NOW + HOUR, START + 2 * HOUR)


async def test_a_leap_is_held_by_every_process_until_a_supervisor_confirms(town: Database) -> None:
    keeper = Timekeeper()
    await keeper.check(town, NOW, START)
    later = NOW + DAY
    for one in (keeper, keeper, Timekeeper()):
        with pytest.raises(Unavailable, match="突然"):
            await one.check(town, later, START + HOUR)
    assert "2026-11-21" in await why_held(town)
    with pytest.raises(NotAllowed):
        await confirm(town, "owner", later)
    await confirm(town, "verifier", later)
    assert await why_held(town) == ""
    for one in (keeper, Timekeeper()):
        await one.check(town, later + HOUR, START + 2 * HOUR)


async def test_a_leap_that_is_set_back_is_forgotten(town: Database) -> None:
    keeper = Timekeeper()
    await keeper.check(town, NOW, START)
    with pytest.raises(Unavailable):
        await keeper.check(town, NOW + 3650 * DAY, START + HOUR)
    await keeper.check(town, NOW + HOUR, START + HOUR)
    assert await why_held(town) == ""
    await keeper.check(town, NOW + 2 * HOUR, START + 2 * HOUR)


async def test_after_an_outage_of_forty_days_the_rounds_go_on(town: Database) -> None:
    await Timekeeper().check(town, NOW, START)
    await Timekeeper().check(town, NOW + 40 * DAY, HOUR)
