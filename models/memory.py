"""What a process has counted and still knows, for as long as nothing was done to any finding."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Boolean, Select, column, func, select, text, true
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import EVERYTHING, Sight
from models.bulk import plain
from models.database import Database
from models.running import Restore, Wake

LONGEST = timedelta(minutes=1)
"""A unit may get another name, which leaves no wake: so nothing is believed for long."""
UNSETTLED = timedelta(seconds=2)
"""As long as anything is believed that was counted while somebody was writing."""
Counted = TypeVar("Counted")


class Memory(Generic[Counted]):
    """The last `most` things counted, by what they are of."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: WeakKeyDictionary[Database, OrderedDict[Hashable, tuple[datetime, Counted]]]
        self._held = WeakKeyDictionary()

    async def recall(
        self,
        db: Database,
        session: AsyncSession,
        what: Hashable,
        now: datetime,
        count: Callable[[], Awaitable[Counted]],
    ) -> Counted:
        """What `count` gave last time, or gives now; `now` is the machine's clock."""
        held = self._held.setdefault(db, OrderedDict())
        ((*state, settled),) = await plain(session, last(is_sqlite=db.is_sqlite), {})
        key = (what, *state)
        until, known = held.get(key) or (now, None)
        if known is not None and now < until <= now + LONGEST:
            held.move_to_end(key)
            return known
        found = await count()
        held[key] = (now + (LONGEST if settled else UNSETTLED), found)
        held.move_to_end(key)
        while len(held) > self._most:
            held.popitem(last=False)
        return found


def last(*, is_sqlite: bool) -> Select[Any]:
    """The newest wake, as every act leaves one with the next number, and the newest restore.

    Also whether nobody is writing: of two who write side by side on PostgreSQL the later number may be seen
    first. Who has written by the time this is asked is counted: the count is of a later moment.
    """
    return select(
        select(func.max(col(Wake.id))).scalar_subquery(),
        select(func.max(col(Restore.id))).scalar_subquery(),
        true() if is_sqlite else text(NOBODY_WRITES).columns(column("it", Boolean)).scalar_subquery(),
    )


NOBODY_WRITES = """
SELECT NOT EXISTS
    (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL)
"""
"""https://www.postgresql.org/docs/15/monitoring-stats.html#MONITORING-PG-STAT-ACTIVITY-VIEW"""


def kind(sight: Sight) -> Sight:
    """All who see everything see the same, whatever posts they hold."""
    return EVERYTHING if sight.units is None and sight.trusted is None else sight
