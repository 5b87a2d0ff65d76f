"""The sign of life: an address elsewhere is called while all goes well; silence tells of trouble."""

import asyncio
import logging

import httpx

from models import checks, leases
from models.database import Database
from models.settings import Settings
from tasks import clock
from tasks.logs import kinds
from tasks.processes import holder

log = logging.getLogger("rectify.lifesign")

JOB = "sign of life"
EVERY = 60.0
"""Seconds for which, of all workers, one has given or kept back the sign."""
PATIENCE = 8.0
"""Seconds for the whole call."""


async def give(db: Database, config: Settings) -> bool:
    """Call the address if it is this process's turn and all is well. True if somebody there heard it."""
    if not await leases.take(db, JOB, holder(), EVERY, clock.real()):
        return False
    async with db.reading() as session:
        sight = checks.Sight(session, config.home, clock.now(), clock.real())
        is_well = await checks.is_well(sight)
    return is_well and await call(config.heartbeat_url)


async def call(address: str, patience: float = PATIENCE) -> bool:
    """Redirects are not followed. Whatever goes wrong is one line in the log, and nobody else's trouble."""
    try:
        async with asyncio.timeout(patience), httpx.AsyncClient(timeout=patience) as client:
            answer = await client.get(address)
    except Exception as error:
        log.warning("no sign of life to %s: %s", place(address), kinds(error))
        return False
    if not answer.is_success:
        log.warning("no sign of life to %s: it answered %d", place(address), answer.status_code)
    return answer.is_success


def place(address: str) -> str:
    """Where it is, without its path and all else that lets others call it."""
    found = httpx.URL(address)
    return str(httpx.URL(scheme=found.scheme, host=found.host, port=found.port))
