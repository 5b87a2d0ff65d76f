"""The daily backup, and the end of old rounds."""

import asyncio

from prefect import flow

from models import leases
from models.database import Database, database
from models.settings import Settings
from tasks import clock
from tasks.backup import JOB, copy, is_due
from tasks.housekeeping import tidy
from tasks.prefect_runs import answers
from tasks.prefect_server import api_url
from tasks.processes import holder, is_dead

LOOK_EVERY = 60.0
LEASE = 6 * 3600.0
"""Seconds; longer than a backup takes."""


@flow(name="backup", flow_run_name="备份", persist_result=False)
async def backup() -> int:
    """Copy both databases and the evidence, let go of old backups and old rounds.

    Returns one for the backup, and one for each round taken away.
    """
    return await copy() + await tidy()


async def backup_plainly() -> int:
    """The same without Prefect."""
    return await copy.fn() + await tidy.fn()


async def backing_up(config: Settings, stop: asyncio.Event) -> None:
    """Beside the other rounds, which a long backup must not hold up; one of several workers does it."""
    db = database(config)
    while not stop.is_set():
        if await is_due(db, clock.real()) and await _is_ours(db):
            try:
                await (backup() if await answers(api_url(config)) else backup_plainly())
            finally:
                await leases.release(db, JOB, holder(), clock.real())
        await _pause(stop, LOOK_EVERY)


async def _is_ours(db: Database) -> bool:
    held_by = await leases.holder_of(db, JOB)
    if held_by and is_dead(held_by):
        await leases.release(db, JOB, held_by, clock.real())
    return await leases.take(db, JOB, holder(), LEASE, clock.real())


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
