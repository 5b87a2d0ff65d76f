"""What a worker does beside its runs: relays wakes, and looks every few seconds whether a round is due."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from math import inf
from time import monotonic

from flows.post import post, post_plainly
from flows.watch import watch, watch_plainly
from models import leases
from models.database import Database, database
from models.settings import Settings
from tasks import clock
from tasks.post import has_work
from tasks.prefect_runs import PrefectAway, answers, prefect_client
from tasks.prefect_server import api_url
from tasks.processes import holder, is_dead
from tasks.relay import relay
from tasks.watch import is_due, survey

log = logging.getLogger("rectify.rounds")

RELAY_EVERY = 0.3
ONCE_AWAY = 1.0
AGAIN_AFTER = 60.0
"""Seconds before a round that could do nothing is tried again: a mail server that is down, say."""
LEASE = 30.0
"""Seconds; a round that takes longer may meet another, and both stay right."""
Round = Callable[[], Awaitable[int]]
"""Does what there is to do, and returns how much it did."""


async def relaying(config: Settings, stop: asyncio.Event, nudge: asyncio.Event) -> None:
    """Take wakes to Prefect as they come; the nudge lets the worker look for the run at once."""
    db = database(config)
    async with prefect_client() as client:
        while not stop.is_set():
            try:
                if await relay(db, client):
                    nudge.set()
                await _pause(stop, RELAY_EVERY)
            except PrefectAway as away:
                log.info("wakes wait: %s", away)
                await _pause(stop, ONCE_AWAY)


@dataclass
class Keeper:
    """Runs a round when there is work: at once, or a minute later if the last one could do none of it."""

    has_work: Callable[[], Awaitable[bool]]
    run: Round
    tried_at: float = -inf

    async def look(self) -> None:
        if monotonic() - self.tried_at < AGAIN_AFTER or not await self.has_work():
            return
        is_stuck = not await self.run() and await self.has_work()
        self.tried_at = monotonic() if is_stuck else -inf


async def rounds(config: Settings, stop: asyncio.Event) -> None:
    """Under a lease, so that one of several workers does it: post and watch when there is something to do."""
    db, squared = database(config), -inf
    watching = partial(_go, config, watch, watch_plainly)
    keepers = (
        Keeper(lambda: has_work(db, clock.now()), partial(_go, config, post, post_plainly)),
        Keeper(lambda: is_due(db, clock.now()), watching),
    )
    while not stop.is_set():
        if await _is_ours(db):
            for keeper in keepers:
                await keeper.look()
            if monotonic() - squared >= config.square_every:
                squared = monotonic()
                if await _is_muddled(db):
                    await watching()
        await _pause(stop, config.round_every)
    await leases.release(db, "rounds", holder(), clock.real())


async def _is_ours(db: Database) -> bool:
    """Whether this worker keeps the rounds now; a dead one's lease is not waited for."""
    held_by = await leases.holder_of(db, "rounds")
    if held_by and is_dead(held_by):
        await leases.release(db, "rounds", held_by, clock.real())
    return await leases.take(db, "rounds", holder(), LEASE, clock.real())


async def _go(config: Settings, with_prefect: Round, plainly: Round) -> int:
    """As a flow run that a supervisor can see, or plainly while Prefect does not answer."""
    return await (with_prefect() if await answers(api_url(config)) else plainly())


async def _is_muddled(db: Database) -> bool:
    """Whether rows and runs do not fit together; unknown while Prefect does not answer."""
    try:
        async with prefect_client() as client:
            return not (await survey(db, client)).is_clean
    except PrefectAway:
        return False


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
