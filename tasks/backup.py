"""The daily backup as a job: when it is due, and its heartbeat, which says why there was none."""

from datetime import datetime, timedelta
from time import monotonic

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlmodel import select

from models import heartbeats
from models.database import Database, database
from models.findings import Finding
from models.heartbeats import Beat
from models.settings import Settings, settings
from policy.office import OFFICE
from policy.refusals import Refusal
from tasks import clock, safekeeping
from tasks.processes import holder

JOB = "backup"
AGAIN_AFTER = timedelta(hours=1)
"""How long a backup that failed is left alone."""


@task(name="copy", task_run_name="备份", cache_policy=NO_CACHE, persist_result=False)
async def copy() -> int:
    """Take today's backup and let go of those that need not be kept. Raises what kept it from being made."""
    return await daily(database(settings()), settings())


async def daily(db: Database, config: Settings) -> int:
    began, done, note = monotonic(), 0, ""
    try:
        kept = await safekeeping.keep(config, clock.real())
        done, note = 1, "; ".join(kept.backup.lacks)
    except Refusal as refusal:
        note = refusal.zh
        raise
    except Exception as error:
        note = repr(error)
        raise
    finally:
        beat = Beat(JOB, holder(), clock.real(), clock.now(), monotonic() - began, done, note)
        await heartbeats.beat(db, beat)
    return done


async def is_due(db: Database, now: datetime) -> bool:
    """Whether the last hour for a backup has passed without one; `now` is the machine's."""
    hour = settings().backup_hour
    if hour < 0:
        return False
    async with db.reading() as session:
        last = await heartbeats.last(session, JOB)
        if last is None:
            return (await session.exec(select(Finding.number).limit(1))).first() is not None
    if not last.done:
        return now - last.at >= AGAIN_AFTER
    return last.at < last_hour(now, hour)


def last_hour(now: datetime, hour: int) -> datetime:
    """The last time the office's clock struck this hour."""
    today = now.astimezone(OFFICE).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)
