"""Databases as durable as an office's, made for one benchmark and gone after it."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from models.database import Database
from models.upgrade import upgrade
from tests.models import township
from tests.models.postgres import DURABLE, Cluster, installed

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL that waits for the disk."""
    programs = installed()
    if programs is None:
        raise SystemExit("PostgreSQL is not installed (apt-get install postgresql)")
    server = Cluster(programs, DURABLE)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def urls(kind: str) -> Iterator[Iterator[str]]:
    """URLs of new databases, as many as are asked for."""
    if kind == POSTGRESQL:
        with cluster() as server:
            yield iter(server.create, "")
    else:
        with tempfile.TemporaryDirectory(prefix="rectify-bench-") as folder:
            yield (f"sqlite+aiosqlite:///{Path(folder) / f'{n}.db'}" for n in range(100))


@asynccontextmanager
async def staffed(url: str) -> AsyncIterator[Database]:
    """The test township's database, with its people."""
    db = Database(url)
    try:
        await upgrade(db)
        await township.staff(db)
        yield db
    finally:
        await db.close()
