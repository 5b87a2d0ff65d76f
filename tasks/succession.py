"""What follows from a change of people: work is handed over on its day, and vacancies are told."""

import logging
from datetime import datetime

from models.database import Database
from models.rules.trade import trade
from models.staff import succession, vacancies
from policy.office import office_day
from policy.trade import Trade

log = logging.getLogger("rectify.succession")


async def follow(db: Database, now: datetime) -> int:
    """One transaction for each post, and one for all vacancies. Returns how many findings it was about."""
    today = office_day(now)
    async with db.writing("take_stock") as session:
        await succession.take_stock(session, today)
        posts = await succession.turned(session, today)
    passed = 0
    for post in posts:
        passed += await _hand_on(db, post, now, await trade(db))
    return passed + await _tell(db, now)


async def _hand_on(db: Database, post: int, now: datetime, trade: Trade) -> int:
    try:
        async with db.writing("hand_on") as session:
            return len(await succession.hand_on(session, post, now, trade))
    except Exception as error:  # one post keeps no other from being handed over
        log.error("post %s: not handed over: %r", post, error)
        return 0


async def _tell(db: Database, now: datetime) -> int:
    async with db.reading() as session:
        untold = await vacancies.to_tell(session, office_day(now))
    if not untold:
        return 0
    async with db.writing("vacancies") as session:
        return await vacancies.tell(session, untold, now)
