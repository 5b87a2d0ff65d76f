"""Whether the rounds may trust the clock: its latest time is kept, and a leap waits for a supervisor."""

import time
from datetime import datetime, timedelta

from models import heartbeats
from models.database import Database
from models.heartbeats import Beat
from models.mailing import letters
from models.running import Heartbeat
from models.settings import settings
from models.staff import book
from policy import timekeeping
from policy.office import office_day
from policy.refusals import NotAllowed, Unavailable
from policy.roles import SIGNERS
from policy.timekeeping import Mark
from tasks.processes import holder

JOB = "clock"
EVERY = timedelta(seconds=30)
"""Between two marks of the time that was reached."""


def steady() -> timedelta:
    """What the machine has counted since it was started, sleep included; nobody can set it."""
    return timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME))


class Timekeeper:
    """One for each process: knows how far the steady clock has counted since the office's was trusted."""

    def __init__(self) -> None:
        self._trusted: tuple[datetime, timedelta] | None = None

    async def check(self, db: Database, now: datetime, count: timedelta) -> None:
        """Raises Unavailable, saying why, while nobody may be told anything by this clock.

        A leap is kept until a supervisor confirms it or the clock is set back.
        """
        async with db.reading() as session:
            row = await heartbeats.last(session, JOB)
            long_away = row is not None and now - row.office_at > timekeeping.OUTAGE
            due, live = await letters.due_of_live(session, office_day(now)) if long_away else (0, 0)
        if row and row.note and now > row.at - timekeeping.BACK:
            raise Unavailable(row.note, row.note)
        why = timekeeping.hold(self._mark(row, count), now, due, live)
        if why is None:
            await self._trust(db, row, now, count)
            return
        if row and now > row.office_at:
            await heartbeats.beat(db, Beat(JOB, holder(), now, row.office_at, note=why[0]))
        raise Unavailable(*why)

    def _mark(self, row: Heartbeat | None, count: timedelta) -> Mark | None:
        """Unknown is how far the steady clock counted if another process, or a supervisor, marked since."""
        if row is None:
            return None
        if self._trusted is None or row.office_at > self._trusted[0] + EVERY:
            return Mark(row.office_at, None)
        reached, counted = self._trusted
        return Mark(max(reached, row.office_at), count - counted)

    async def _trust(self, db: Database, row: Heartbeat | None, now: datetime, count: timedelta) -> None:
        self._trusted = (now, count)
        if row is None or row.note or now - row.office_at > EVERY:
            await heartbeats.beat(db, Beat(JOB, holder(), now, now))


_KEEPER = Timekeeper()


async def trust(db: Database, now: datetime) -> None:
    """Raises Unavailable while this process must not act by the clock. A demo's clock is moved on purpose."""
    if not settings().as_of:
        await _KEEPER.check(db, now, steady())


async def why_held(db: Database) -> str:
    """Why the rounds wait for a supervisor; nothing if they do not."""
    async with db.reading() as session:
        row = await heartbeats.last(session, JOB)
    return row.note if row else ""


async def confirm(db: Database, account: str, now: datetime) -> None:
    """A supervisor says that the clock is right as it stands. Raises NotAllowed for anybody else."""
    async with db.reading() as session:
        actor = await book.actor(session, account, None, office_day(now))
    if not SIGNERS & actor.roles:
        raise NotAllowed(
            f"“{account}”无权确认时钟，请由督办人或巡察办确认。",
            f"“{account}” may not confirm the clock; a supervisor or the inspection office may.",
        )
    await heartbeats.beat(db, Beat(JOB, holder(), now, now))
