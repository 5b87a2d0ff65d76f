"""The round that misses nothing: it climbs the ladder, squares runs with rows, and seals the day."""

import logging
from collections.abc import AsyncIterator
from datetime import datetime

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy.exc import IntegrityError

from models import seals
from models.database import Database, database
from models.mailing import letters, outbox
from models.rules import announcing
from models.rules.trade import trade
from models.settings import settings
from policy.office import office_day
from policy.refusals import Unavailable
from tasks import clock, succession, timekeeping
from tasks.prefect_runs import PrefectAway, prefect_client
from tasks.squaring import repair

log = logging.getLogger("rectify.watch")
AT_A_TIME = 200


@task(name="climb", task_run_name="升级阶梯", cache_policy=NO_CACHE, persist_result=False)
async def climb() -> int:
    """Hand over what changed hands by today, and write every letter that is due.

    Returns how many there were of both; none while the clock is not trusted.
    """
    db, now = database(settings()), clock.now()
    try:
        await timekeeping.trust(db, now)
    except Unavailable as why:
        log.warning("nobody is reminded: %s", why.en)
        return 0
    return await succession.follow(db, now) + await climb_due(db, now)


@task(name="square", task_run_name="核对运行", cache_policy=NO_CACHE, persist_result=False)
async def square() -> int:
    """Repair what Prefect lost or muddled. Returns how many repairs; 0 if Prefect does not answer."""
    try:
        async with prefect_client() as client:
            return await repair(database(settings()), client, clock.now())
    except PrefectAway as away:
        log.warning("runs not squared: %s", away)
        return 0


@task(name="seal", task_run_name="日封存", cache_policy=NO_CACHE, persist_result=False)
async def seal() -> bool:
    """Seal the heads of all chains, once a day; letters to posts vacant yesterday are tried again.

    A deadline computed in the very moment a year was announced, still by the days before, is counted anew.
    """
    db = database(settings())
    try:
        await timekeeping.trust(db, clock.now())
    except Unavailable:
        return False
    is_new = await seals.seal_day(db, clock.now())
    if is_new:
        async with db.writing("new_day") as session:
            await outbox.try_again(session)
        await announcing.catch_up(db, clock.now())
    return is_new


async def climb_due(db: Database, now: datetime) -> int:
    """One transaction for each finding."""
    written = 0
    async for number in _due(db, now):
        try:
            written += await _climb(db, number, now)
        except IntegrityError:
            log.info("%s: another round was faster", number)
        except Exception as error:  # one bad row keeps no other from being told
            log.error("%s: the ladder failed: %r", number, error)
    return written


async def _due(db: Database, now: datetime) -> AsyncIterator[str]:
    after = letters.BEGINNING
    while True:
        async with db.reading() as session:
            found = await letters.due(session, office_day(now), after, AT_A_TIME)
        for _, number in found:
            yield number
        if len(found) < AT_A_TIME:
            return
        after = found[-1]


async def _climb(db: Database, number: str, now: datetime) -> int:
    held = await trade(db)
    async with db.writing("climb") as session:
        finding = await letters.to_climb(session, number)
        return await letters.climb(session, finding, held, now, office_day(now)) if finding else 0


async def is_due(db: Database, now: datetime) -> bool:
    """Whether the ladder has something to do, or the day is not yet sealed. Two indexed questions."""
    async with db.reading() as session:
        today = office_day(now)
        return bool(await letters.due(session, today)) or not await seals.is_sealed(session, today)
