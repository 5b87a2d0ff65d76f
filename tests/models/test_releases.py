"""Each released schema, with data in it, is brought to today's: nothing is lost, and people go on with it."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection

from models.checks import check
from models.database import Database
from models.upgrade import scripts, upgrade
from policy.refusals import Unavailable
from policy.stages import Act
from tests.models.test_migrations import differences
from tests.models.township import NOW, act, asked

RELEASES = Path(__file__).parent / "releases"
RELEASED = ("0002",)
APART = {"evidence is there", "heartbeats are fresh", "wakes get through"}
"""What lies beside the database, or happens only while something runs."""


async def laid(db: Database, release: str) -> None:
    """Put the release's dump into an empty database."""
    if db.is_sqlite:
        assert db.engine.url.database
        with closing(sqlite3.connect(db.engine.url.database)) as file:
            file.executescript((RELEASES / f"{release}.sqlite.sql").read_text(encoding="utf-8"))
        return
    async with db.engine.connect() as connection:
        raw = await connection.get_raw_connection()
        assert raw.driver_connection is not None
        await raw.driver_connection.execute(
            (RELEASES / f"{release}.postgresql.sql").read_text(encoding="utf-8")
        )


async def broken(db: Database, folder: Path) -> dict[str, list[str]]:
    return {
        one.name: one.broken
        for one in await check(db, folder, NOW, NOW)
        if not one.ok and one.name not in APART
    }


def test_every_migration_but_the_newest_line_is_a_release_with_a_dump() -> None:
    known = {script.revision for script in scripts().walk_revisions()}
    assert set(RELEASED) <= known
    dumps = {file.name.partition(".")[0] for file in RELEASES.glob("*.sql")}
    assert dumps == set(RELEASED)


@pytest.mark.parametrize("release", RELEASED)
async def test_a_release_is_brought_to_todays_schema_whole(
    bare: Database, release: str, tmp_path: Path
) -> None:
    await laid(bare, release)
    rows = {
        table: await asked(bare, f"SELECT count(*) FROM {table}") for table in ("finding", "event", "mail")
    }
    heads = await asked(bare, "SELECT hash FROM event ORDER BY finding, seq")
    await upgrade(bare)
    async with bare.engine.connect() as connection:
        assert await connection.run_sync(differences) == []
    for table, count in rows.items():
        assert await asked(bare, f"SELECT count(*) FROM {table}") == count
    assert await asked(bare, "SELECT hash FROM event ORDER BY finding, seq") == heads
    assert await broken(bare, tmp_path) == {}


@pytest.mark.parametrize("release", RELEASED)
async def test_acts_go_on_after_an_upgrade(bare: Database, release: str) -> None:
    await laid(bare, release)
    await upgrade(bare)
    [number] = await asked(bare, "SELECT min(number) FROM finding WHERE stage = 'pending_closure'")
    assert (await act(bare, number, Act.APPROVE_CLOSURE, "mayor", meeting="党委会第13次")).number == number
    assert await asked(bare, "SELECT stage FROM finding WHERE number = :n", n=number) == ["closed"]


@pytest.mark.parametrize("release", RELEASED)
async def test_the_backup_comes_first_and_without_it_nothing_changes(bare: Database, release: str) -> None:
    await laid(bare, release)
    left: list[str] = []

    async def fails(revision: str) -> None:
        left.append(revision)
        raise Unavailable("没有备份", "no backup")

    with pytest.raises(Unavailable, match="没有备份"):
        await upgrade(bare, fails)
    assert left == [release]
    assert await asked(bare, "SELECT version_num FROM alembic_version") == [release]


async def test_an_empty_database_needs_no_backup_first(bare: Database) -> None:
    async def never(revision: str) -> None:
        raise AssertionError(revision)

    async with bare.engine.execution_options(rectify_writes=True).begin() as connection:
        await connection.run_sync(_first)
    await upgrade(bare, never)


def _first(connection: Connection) -> None:
    from models.upgrade import run

    run(connection, "0001")


@dataclass(frozen=True)
class Killed:
    """A start of the command line, killed at a fault point."""

    home: Path

    def run(self, faults: str = "") -> int:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("RECTIFY_", "PREFECT_"))}
        ours = {"RECTIFY_HOME": str(self.home), "RECTIFY_FAULTS": faults}
        command = [sys.executable, "-m", "portal.cli", "list", "--json"]
        cwd = Path(__file__).parents[2]
        return subprocess.run(command, env=kept | ours, cwd=cwd, capture_output=True, check=False).returncode

    def revision(self) -> str:
        with closing(sqlite3.connect(self.home / "rectify.db")) as db:
            return str(db.execute("SELECT version_num FROM alembic_version").fetchone()[0])


NEW = [script.revision for script in scripts().walk_revisions() if script.revision > RELEASED[-1]]
POINTS = ["upgrade.before", *(f"upgrade.{revision}" for revision in NEW), "upgrade.before_commit"]
POINTS += ["upgrade.after_commit", "backup.after_database", "backup.before_rename", "backup.after_rename"]


@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_any_step_it_is_old_or_new_and_the_next_start_completes_it(
    tmp_path: Path, point: str
) -> None:
    place = Killed(tmp_path)
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'rectify.db'}")
    await laid(db, RELEASED[-1])
    await db.close()
    assert place.run(point) == -signal.SIGKILL
    assert place.revision() == (NEW[0] if point == "upgrade.after_commit" else RELEASED[-1])
    assert place.run() == 0
    assert place.revision() == scripts().get_current_head()
    kept = [folder.name for folder in (tmp_path / "backups").iterdir() if not folder.name.startswith(".")]
    assert all(re.search(r"-revision-0002(-\d)?$", name) for name in kept if name != "evidence")
    assert kept
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'rectify.db'}")
    try:
        assert await broken(db, tmp_path) == {}
    finally:
        await db.close()
