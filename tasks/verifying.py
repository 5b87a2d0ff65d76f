"""The invariants, looked at by the rounds themselves: the quick ones every hour, all of them once a day."""

import logging
from datetime import datetime, timedelta

from models import checks, heartbeats
from models.checks import Invariant
from models.database import Database, database
from models.heartbeats import Beat
from models.keeping import files
from models.settings import settings
from tasks import clock
from tasks.processes import holder

log = logging.getLogger("rectify.check")
QUICK, WHOLE = checks.CHECK, "check all"
HALF_WRITTEN = timedelta(days=1)
"""After which a file that nobody finished is taken away."""
EVERY = {QUICK: checks.CHECK_EVERY, WHOLE: timedelta(days=1)}


async def is_due(db: Database) -> bool:
    return await _wanted(db, clock.real()) is not None


async def _wanted(db: Database, now: datetime) -> str | None:
    """The check that is due, the whole one first: it takes in the other."""
    async with db.reading() as session:
        for job in (WHOLE, QUICK):
            last = await heartbeats.last(session, job)
            if last is None or now - last.at >= EVERY[job]:
                return job
    return None


async def verify() -> int:
    """Check what is due to be checked, and keep what was found. Returns 1, or 0 if nothing was due."""
    db = database(settings())
    job = await _wanted(db, clock.real())
    if job is None:
        return 0
    await look(db, job)
    return 1


async def look(db: Database, job: str) -> list[Invariant]:
    """Check now, the whole or what is quick, and keep what was found."""
    began = clock.real()
    if job == WHOLE:
        files.clear(settings().home, (began - HALF_WRITTEN).timestamp())
    found = await checks.check(db, settings().home, clock.now(), began, whole=job == WHOLE)
    broken = {one.name: len(one.broken) for one in found if not one.ok}
    if broken:
        log.error("invariants broken: %s", broken)
    note = ", ".join(f"{name}={count}" for name, count in broken.items())
    took = (clock.real() - began).total_seconds()
    for covered in {job, QUICK}:
        await heartbeats.beat(db, Beat(covered, holder(), clock.real(), clock.now(), took, len(found), note))
    return found
