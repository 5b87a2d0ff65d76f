"""The rounds: wakes go to Prefect as they come, letters and mails when they are due."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from math import inf
from time import monotonic

from flows.backup import backup, backup_plainly
from flows.post import PostFirst
from flows.watch import watch, watch_plainly
from models import heartbeats, leases
from models.database import Database, database
from models.heartbeats import Beat
from models.settings import Settings
from policy.refusals import Unavailable
from tasks import backup as backups
from tasks import clock, lifesign, timekeeping, verifying, webhooks
from tasks.post import has_work
from tasks.prefect_runs import PrefectAway, answers, prefect_client
from tasks.prefect_server import api_url
from tasks.processes import holder, is_dead
from tasks.relay import Relay
from tasks.squaring import Glances
from tasks.watch import is_due

log = logging.getLogger("rectify.rounds")

RELAY_EVERY = 0.2
ONCE_AWAY = 1.0
LOOK_ANYWAY = 1.0
"""Seconds after which the relay looks even if nothing was written: a wake may be due again."""
SELDOM = 60.0
"""Seconds between two looks at what is due once an hour or a day."""
LEASE = 30.0
"""Seconds for which a job is one process's; prolonged while its round lasts."""
BEAT_EVERY = 30.0
"""Seconds between two heartbeats of a job with nothing to do."""
Round = Callable[[], Awaitable[int]]
"""Does what there is to do, and returns how much it did."""
Loop = Callable[[], Awaitable[None]]


async def relaying(config: Settings, stop: asyncio.Event) -> None:
    """Take wakes to Prefect as they come."""
    db, pulse = database(config), Pulse(database(config), "relay")
    news = News(db)
    async with prefect_client() as client:
        relay = Relay(db, client)
        while not stop.is_set():
            try:
                was_busy = relay.is_busy
                done = await relay.take_up() if was_busy or news.may_be() else 0
                await pulse.beat(done)
                await (relay.a_hand(RELAY_EVERY) if relay.is_busy else _pause(stop, RELAY_EVERY))
            except PrefectAway as away:
                log.info("wakes wait: %s", away)
                await pulse.beat(note="Prefect 没有应答，唤醒等待")
                await _pause(stop, ONCE_AWAY)
        await relay.rest()


@dataclass
class News:
    """Whether the database may have something new: its files tell, without a question, if it has any."""

    db: Database
    seen: tuple[int, ...] = ()
    at: float = -inf

    def may_be(self) -> bool:
        stamp = self.db.stamp()
        if stamp and stamp == self.seen and monotonic() - self.at < LOOK_ANYWAY:
            return False
        self.seen, self.at = stamp, monotonic()
        return True


@dataclass
class Keeper:
    """Runs a round when there is work: at once, or `again` seconds later if the last could do none of it.

    A mail server that is down, say, is not asked for every mail at every look.
    """

    has_work: Callable[[], Awaitable[bool]]
    run: Round
    again: float
    tried_at: float = -inf

    async def look(self) -> int:
        """How much was done."""
        if monotonic() - self.tried_at < self.again or not await self.has_work():
            return 0
        done = await self.run()
        is_stuck = not done and await self.has_work()
        self.tried_at = monotonic() if is_stuck else -inf
        return done


def jobs(config: Settings, stop: asyncio.Event) -> Sequence[Loop]:
    """The jobs that must never stop. One of all workers keeps each, and the next one if it dies."""
    db = database(config)
    glances = Glances()
    rounds: Mapping[str, tuple[Callable[[], Awaitable[bool]], Round]] = {
        "post": (lambda: has_work(db, clock.now()), PostFirst()),
        "watch": (partial(_to_watch, db, glances), partial(_go, config, watch, watch_plainly)),
        "webhooks": (partial(webhooks.has_work, db), partial(webhooks.tell, db)),
        "verifying": (partial(verifying.is_due, db), verifying.verify),
        "backing up": (
            lambda: backups.is_due(db, clock.real()),
            partial(_go, config, backup, backup_plainly),
        ),
    }
    seldom = {"verifying", "backing up"}
    keepers = [
        partial(
            keeping,
            config,
            stop,
            job,
            Keeper(has_any, run, config.round_again),
            SELDOM if job in seldom else config.round_every,
        )
        for job, (has_any, run) in rounds.items()
    ]
    return [*keepers, partial(living, config, stop)] if config.heartbeat_url else keepers


async def living(config: Settings, stop: asyncio.Event) -> None:
    """Give the sign of life, one of all workers; beside the rounds, so that it holds up none of them."""
    while not stop.is_set():
        with suppress(Unavailable):
            await lifesign.give(database(config), config)
        await _pause(stop, lifesign.EVERY)


async def _to_watch(db: Database, glances: Glances) -> bool:
    """Whether letters are due and the clock is trusted, or runs and rows do not fit together."""
    if await glances.muddled(db):
        return True
    await timekeeping.trust(db, clock.now())
    return await is_due(db, clock.now())


async def keeping(config: Settings, stop: asyncio.Event, job: str, keeper: Keeper, every: float) -> None:
    """Look after one job while it is ours, and say so by a heartbeat."""
    db = database(config)
    tenure, pulse = Tenure(db, job), Pulse(db, job)
    while not stop.is_set():
        if await tenure.is_ours():
            began = monotonic()
            async with tenure.prolonged():
                try:
                    done = await keeper.look()
                except Unavailable as why:
                    log.warning("%s waits: %s", job, why.en)
                    await pulse.beat(note=why.zh)
                else:
                    await pulse.beat(done, monotonic() - began)
        await _pause(stop, every)
    await tenure.end()


@dataclass
class Tenure:
    """One process's hold on a job; a dead holder is not waited for."""

    db: Database
    job: str
    until: float = -inf

    async def is_ours(self) -> bool:
        if monotonic() < self.until - LEASE / 2:
            return True
        held_by = await leases.holder_of(self.db, self.job)
        if held_by and is_dead(held_by):
            await leases.release(self.db, self.job, held_by, clock.real())
        return await self._take()

    async def _take(self) -> bool:
        began = monotonic()
        is_taken = await leases.take(self.db, self.job, holder(), LEASE, clock.real())
        self.until = began + LEASE if is_taken else -inf
        return is_taken

    @asynccontextmanager
    async def prolonged(self) -> AsyncIterator[None]:
        """Keep it while a round lasts, however long."""
        prolonging = asyncio.create_task(self._prolong())
        try:
            yield
        finally:
            prolonging.cancel()

    async def _prolong(self) -> None:
        while True:
            await asyncio.sleep(LEASE / 3)
            with suppress(Unavailable):
                await self._take()

    async def end(self) -> None:
        await leases.release(self.db, self.job, holder(), clock.real())


@dataclass
class Pulse:
    """The heartbeat of a job: at once when something was done or went wrong, else twice a minute."""

    db: Database
    job: str
    said: str = ""
    done: int = 0
    at: float = -inf

    async def beat(self, done: int = 0, seconds: float = 0.0, note: str = "") -> None:
        self.done += done
        since = monotonic() - self.at
        if since < BEAT_EVERY and note == self.said and (not self.done or since < 1):
            return
        now = Beat(self.job, holder(), clock.real(), clock.now(), seconds, self.done, note)
        await heartbeats.beat(self.db, now)
        self.said, self.done, self.at = note, 0, monotonic()


async def _go(config: Settings, with_prefect: Round, plainly: Round) -> int:
    """As a flow run that a supervisor can see, or plainly while Prefect does not answer."""
    return await (with_prefect() if await answers(api_url(config)) else plainly())


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
