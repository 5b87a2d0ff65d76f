"""What is kept for a while goes when that is over; nothing is told again to a webhook, and nothing missed."""

from datetime import timedelta

from sqlmodel import func, select

from models.access.keys import Throttle
from models.database import Database
from models.hooks import delivering, queueing
from models.hooks.subscriptions import Delivery
from models.keeping import forgetting
from policy.stages import Act
from tests.models.hooks.test_queueing import REAL, queue, subscribed, told
from tests.models.township import NOW, act, assigned

LATER = forgetting.DELIVERIES + timedelta(days=1)


async def test_what_was_told_long_ago_goes_and_is_not_told_again(town: Database) -> None:
    await subscribed(town)
    number = await assigned(town)
    await queue(town, timedelta(hours=1))
    async with town.writing() as session:
        for one in await delivering.due(session, REAL + timedelta(hours=1), 10):
            await delivering.taken(session, one, REAL + timedelta(hours=1))
    assert await forgetting.forget(town, NOW + timedelta(days=1), REAL + timedelta(days=1)) == 0
    assert await forgetting.forget(town, NOW + LATER, REAL + LATER) == 2
    await act(town, number, Act.ACCEPT, "owner", now=NOW + LATER)
    assert await queue(town, LATER) == 1
    assert await told(town) == [(number, 3)]
    async with town.reading() as session:
        assert await queueing.lost(session, NOW + LATER + timedelta(hours=1)) == []


async def test_what_nobody_took_stays(town: Database) -> None:
    await subscribed(town)
    await assigned(town)
    await queue(town, timedelta(hours=1))
    assert await forgetting.forget(town, NOW + LATER, REAL + LATER) == 0
    async with town.reading() as session:
        assert (await session.exec(select(func.count()).select_from(Delivery))).one() == 2


async def test_tries_that_have_drained_are_not_kept(town: Database) -> None:
    async with town.writing() as session:
        session.add_all(
            [
                Throttle(key="account:old", level=5, at=REAL - timedelta(days=3)),
                Throttle(key="account:new", level=5, at=REAL),
            ]
        )
    assert await forgetting.forget(town, NOW, REAL) == 1
    async with town.reading() as session:
        assert list(await session.exec(select(Throttle.key))) == ["account:new"]
