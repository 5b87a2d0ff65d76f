"""How a command runs: the folder and the database made ready, one event loop, and everything closed again."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError

from models.database import Database, database
from models.keeping import home
from models.rules.announcing import announce_known
from models.settings import settings
from models.upgrade import upgrade
from policy.refusals import BadInput, Unavailable
from tasks import clock
from tasks.safekeeping import before_upgrade

Result = TypeVar("Result")


def with_database(work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Run `work` on the database of the settings, at this code's schema."""

    async def run() -> Result:
        db = await ready()
        try:
            with _whole():
                return await work(db)
        finally:
            await db.close()

    return asyncio.run(run())


async def ready() -> Database:
    """Folder, clock and schema checked. Raises a Refusal that says what is wrong."""
    clock.now()
    home.prepare(settings())
    db = _named()
    try:
        _touch(db)
        with _whole():
            await upgrade(db, before_upgrade(settings()))
            await announce_known(db, clock.now())
    except Unavailable:
        await db.close()
        raise
    except (OperationalError, OSError) as error:
        await db.close()
        raise Unavailable(
            "数据库打不开（未启动、没有权限或磁盘有误），本次没有办理。",
            "The database cannot be opened (not started, no permission, or a disk fault). Nothing was done.",
        ) from error
    return db


def _touch(db: Database) -> None:
    """Open the file first: aiosqlite leaves a thread without a loop behind where it cannot."""
    file = db.engine.url.database
    if db.is_sqlite and file:
        with Path(file).open("ab"):
            pass


def _named() -> Database:
    """The database of the settings. Raises BadInput for an address that names none."""
    try:
        return database(settings())
    except (ArgumentError, NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        raise BadInput(
            "设置 RECTIFY_DATABASE_URL 不是可用的数据库地址。可以是 postgresql://…，或留空使用 SQLite。",
            "The setting RECTIFY_DATABASE_URL names no database that can be used. "
            "It may be postgresql://…, or empty for SQLite.",
        ) from error


@contextmanager
def _whole() -> Iterator[None]:
    """A database file that is damaged, or none at all, is said in one sentence."""
    try:
        yield
    except DatabaseError as error:
        if type(error) is not DatabaseError:  # its kinds are faults of the question, not of the file
            raise
        raise Unavailable(
            "数据库文件已损坏，或不是数据库。请勿继续使用，先从备份恢复。",
            "The database file is damaged, or no database. Stop using it and restore a backup.",
        ) from error


def override(**given: object) -> None:
    """Settings from options of the command line, for this process and its children."""
    for name, value in given.items():
        if value not in (None, ""):
            os.environ[f"RECTIFY_{name.upper()}"] = str(value)
    settings.cache_clear()


def folder() -> Path:
    return settings().home
