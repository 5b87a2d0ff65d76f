"""Bring a database to this code's schema, under one lock; refuse one that is newer."""

from collections.abc import Awaitable, Callable
from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, literal, select, table, text
from sqlmodel.ext.asyncio.session import AsyncSession

from models.database import Database
from models.faults import reach
from policy.refusals import Unavailable

UPGRADE = 7102
"""The advisory lock under which the schema changes."""
FILLED = ("unit", "person", "finding")


@lru_cache
def scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return made


Before = Callable[[str], Awaitable[None]]
"""Is given the revision that a database with data is about to leave."""


async def upgrade(db: Database, before: Before | None = None) -> None:
    """Create or migrate the tables. Raises Unavailable if the database was written by newer code.

    `before` runs first, under the same lock; if it raises, nothing is changed.
    """
    async with db.engine.connect() as connection:
        version = await connection.run_sync(_version)
    if version == scripts().get_current_head():
        return
    async with db.engine.execution_options(rectify_writes=True).begin() as connection:
        if not db.is_sqlite:
            await connection.execute(text("SELECT pg_advisory_xact_lock(:what)"), {"what": UPGRADE})
        version = await connection.run_sync(_version)
        _refuse_newer(version)
        if version == scripts().get_current_head():
            return
        is_filled = version is not None and await connection.run_sync(_holds_data)
        if before and version and is_filled:
            await before(version)
        reach("upgrade.before")
        await connection.run_sync(run, "head")
        reach("upgrade.before_commit")
    reach("upgrade.after_commit")


async def is_current(session: AsyncSession) -> bool:
    """Whether the schema is this code's own: no migration is pending, and none is unknown."""
    connection = await session.connection()
    return await connection.run_sync(_version) == scripts().get_current_head()


def _version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _refuse_newer(version: str | None) -> None:
    known = {script.revision for script in scripts().walk_revisions()}
    if version is not None and version not in known:
        raise Unavailable(
            f"数据库是更新版本的程序建立的（{version}），请升级本程序，数据未改动。",
            f"The database was written by a newer Rectify ({version}). Upgrade first; nothing was changed.",
        )


def _holds_data(connection: Connection) -> bool:
    """In the tables that every release has."""
    return any(connection.execute(select(literal(1)).select_from(table(name))).first() for name in FILLED)


def run(connection: Connection, target: str) -> None:
    made = config()
    made.attributes["connection"] = connection
    if target == "base":
        command.downgrade(made, "base")
    else:
        command.upgrade(made, target)
