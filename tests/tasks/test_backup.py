"""When the daily backup is due, and what its heartbeat says."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from models import heartbeats
from models.database import Database
from models.heartbeats import Beat
from models.keeping import backups
from models.running import Heartbeat
from models.settings import Settings
from models.upgrade import upgrade
from policy.refusals import Unavailable
from tasks.backup import JOB, daily, is_due, last_hour
from tasks.safekeeping import store
from tests.models import township

NOW = datetime(2026, 11, 21, 18, 30, tzinfo=UTC)  # half past two at night, at the office


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    found = Database(f"sqlite+aiosqlite:///{tmp_path / 'rectify.db'}")
    await upgrade(found)
    yield found
    await found.close()


@pytest.fixture
def config(tmp_path: Path) -> Settings:
    return Settings(_env_file=None, home=tmp_path)


async def beaten(db: Database, at: datetime, *, done: int) -> None:
    await heartbeats.beat(db, Beat(JOB, "here:1", at, at, done=done, note="" if done else "磁盘已满"))


async def last(db: Database) -> Heartbeat:
    async with db.reading() as session:
        found = await heartbeats.last(session, JOB)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("moment", "hour", "struck"),
    [
        (NOW, 2, "2026-11-21T18:00"),
        (NOW, 3, "2026-11-20T19:00"),
        (NOW, 0, "2026-11-21T16:00"),
    ],
)
def test_the_hour_is_the_offices(moment: datetime, hour: int, struck: str) -> None:
    assert last_hour(moment, hour).astimezone(UTC).isoformat()[:16] == struck


async def test_nothing_is_backed_up_before_there_is_a_finding(db: Database) -> None:
    assert not await is_due(db, NOW)
    await township.staff(db)
    await township.assigned(db)
    assert await is_due(db, NOW)


@pytest.mark.parametrize(
    ("hours_ago", "done", "due"),
    [
        (0.25, 1, False),  # done at its hour
        (1, 1, True),  # done before the hour struck
        (24, 1, True),
        (0.25, 0, False),  # failed a moment ago
        (1.5, 0, True),
    ],
)
async def test_it_is_due_once_a_day_and_an_hour_after_a_failure(
    db: Database, hours_ago: float, done: int, due: bool
) -> None:
    await beaten(db, NOW - timedelta(hours=hours_ago), done=done)
    assert await is_due(db, NOW) is due


async def test_a_backup_beats_and_one_that_fails_says_why(db: Database, config: Settings) -> None:
    await township.staff(db)
    await township.assigned(db)
    assert await daily(db, config) == 1
    beat = await last(db)
    assert (beat.done, beat.note) == (1, "")
    with backups._held(store(config)), pytest.raises(Unavailable):
        await daily(db, config)
    beat = await last(db)
    assert beat.done == 0
    assert "另一次备份" in beat.note
    assert len(backups.backups(store(config))) == 1


async def test_what_a_backup_lacks_is_in_its_heartbeat(db: Database, config: Settings) -> None:
    (config.home / "prefect").mkdir()
    (config.home / "prefect" / "prefect.db").write_bytes(b"no database at all, and long enough to be read")
    assert await daily(db, config) == 1
    assert (await last(db)).note.startswith("Prefect: ")
