"""The counts a process has at hand, for as long as nothing was done to any finding."""

from collections import OrderedDict
from datetime import date, datetime, timedelta
from weakref import WeakKeyDictionary

from sqlalchemy import func, select
from sqlmodel import col

from models.access.sight import EVERYTHING, Sight
from models.database import Database
from models.running import Restore, Wake
from models.watching.survey import Survey, surveyed
from policy.trade import Trade

LONGEST = timedelta(minutes=1)
"""Of two acts side by side PostgreSQL may show the later one first, and a unit may get another name: so
nothing is believed for long."""
MOST = 32
"""Kinds of sight in one process."""

Key = tuple[Sight, date, int, int]
_HELD: WeakKeyDictionary[Database, "OrderedDict[Key, tuple[datetime, Survey]]"] = WeakKeyDictionary()

LAST = select(
    select(func.max(col(Wake.id))).scalar_subquery(), select(func.max(col(Restore.id))).scalar_subquery()
)
"""Every act leaves a wake, with the next number; a restored database a restore."""


async def survey(db: Database, sight: Sight, trade: Trade, today: date, now: datetime) -> Survey:
    """Everything in sight as it stands today; `now` is the machine's clock."""
    held = _HELD.setdefault(db, OrderedDict())
    async with db.reading() as session:
        wake, restore = (await (await session.connection()).execute(LAST)).one()
        key = (_kind(sight), today, wake or 0, restore or 0)
        known = held.get(key)
        if known is not None and timedelta() <= now - known[0] < LONGEST:
            return known[1]
        found = await surveyed(session, sight, trade, today)
    held[key] = (now, found)
    held.move_to_end(key)
    while len(held) > MOST:
        held.popitem(last=False)
    return found


def _kind(sight: Sight) -> Sight:
    """All who see everything see the same, whatever posts they hold."""
    return EVERYTHING if sight.units is None and sight.trusted is None else sight
