"""A disk that is full and a database that somebody else holds: the act is refused, what was stored stays."""

import asyncio
import resource
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection

from models.database import Database
from models.keeping import files
from models.upgrade import upgrade
from policy.refusals import Unavailable
from policy.stages import Act
from tests.models.township import act, asked, assigned, events, staff

PATIENCE = 300  # milliseconds that this database waits for another writer


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[Database]:
    """A database of our own, with people in it, that waits only for a moment."""
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'own.db'}")

    def hasty(connection: DBAPIConnection, _entry: object) -> None:
        connection.cursor().execute(f"PRAGMA busy_timeout = {PATIENCE}")

    event.listen(db.engine.sync_engine, "connect", hasty)
    await upgrade(db)
    await staff(db)
    yield db
    await db.close()


async def until_full(db: Database) -> None:
    for _ in range(200):  # pages have room for a few more
        await assigned(db)


async def test_a_full_disk_refuses_an_act_and_keeps_what_was_stored(own: Database, tmp_path: Path) -> None:
    number = await assigned(own)
    before = [one.hash for one in await events(own, number)]
    limits: list[int] = []

    def full(connection: DBAPIConnection, _entry: object, _proxy: object) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA page_count")
        row = cursor.fetchone()
        assert row is not None
        limits.append(row[0])
        cursor.execute(f"PRAGMA max_page_count = {row[0]}")

    event.listen(own.engine.sync_engine, "checkout", full)
    with pytest.raises(Unavailable, match="没有保存"):
        await until_full(own)
    event.remove(own.engine.sync_engine, "checkout", full)
    assert limits, "the disk was full"
    stored = [one.hash for one in await events(own, number)]
    assert stored[: len(before)] == before
    with closing(sqlite3.connect(tmp_path / "own.db")) as other:
        assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)


async def test_a_database_that_is_locked_for_long_is_said_and_works_again(
    own: Database, tmp_path: Path
) -> None:
    number = await assigned(own)
    with closing(sqlite3.connect(tmp_path / "own.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="没有保存"):
            await act(own, number, Act.ACCEPT, "owner")
        other.execute("ROLLBACK")
    await act(own, number, Act.ACCEPT, "owner")
    assert [one.act for one in await events(own, number)][-1] is Act.ACCEPT


async def test_a_database_that_is_locked_for_a_moment_is_waited_for(own: Database, tmp_path: Path) -> None:
    number = await assigned(own)
    with closing(sqlite3.connect(tmp_path / "own.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        acting = asyncio.create_task(act(own, number, Act.ACCEPT, "owner"))
        await asyncio.wait({acting}, timeout=PATIENCE / 3000)
        assert not acting.done()
        other.execute("COMMIT")
        await acting
    assert await asked(own, "SELECT count(*) FROM event WHERE act = 'accept'") == [1]


@contextmanager
def no_room(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_evidence_that_does_not_fit_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    file = tmp_path / "照片.pdf"
    file.write_bytes(b"%PDF-1.4" + b"x" * 100_000)
    store = tmp_path / "store"
    with no_room(10_000), pytest.raises(Unavailable, match="佐证文件不能保存"):
        files.keep(file, store)
    assert not [path for path in store.rglob("*") if path.is_file()]
    assert files.keep(file, store).size == 100_008
