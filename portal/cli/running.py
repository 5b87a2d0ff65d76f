"""How a command runs: the folder and the database made ready, one event loop, and everything closed again."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from models import home
from models.database import Database, database
from models.settings import settings
from models.upgrade import upgrade
from tasks import clock

Result = TypeVar("Result")


def with_database(work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Run `work` on the database of the settings, at this code's schema."""

    async def run() -> Result:
        db = await ready()
        try:
            return await work(db)
        finally:
            await db.close()

    return asyncio.run(run())


async def ready() -> Database:
    """Folder, clock and schema checked. Raises a Refusal that says what is wrong."""
    clock.now()
    home.prepare(settings())
    db = database(settings())
    await upgrade(db)
    return db


def override(**given: object) -> None:
    """Settings from options of the command line, for this process and its children."""
    for name, value in given.items():
        if value not in (None, ""):
            os.environ[f"RECTIFY_{name.upper()}"] = str(value)
    settings.cache_clear()


def folder() -> Path:
    return settings().home
