"""Each test of the memory runs on SQLite and on PostgreSQL, each time with fresh contents.

One engine for each serves all tests, on one event loop: what is slow about a database is to begin with it.
"""

import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
import pytest_asyncio

from models.database import Database
from models.upgrade import upgrade
from tests.models import sample, township
from tests.models.postgres import KEEP, RESTORE, Cluster, installed
from tests.models.township import change

KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.server))
FILLED: dict[str, Callable[[Database], Awaitable[object]]] = {
    "empty": upgrade,
    "staffed": township.staff,
    "sample": sample.imported,
}
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


class House:
    """A live database, and the contents it can be given."""

    def __init__(self, db: Database) -> None:
        self.db = db

    async def keep(self, name: str) -> None:
        raise NotImplementedError

    async def restore(self, name: str) -> None:
        raise NotImplementedError

    async def fill(self) -> None:
        for name, filled in FILLED.items():
            if name != "empty":
                await self.restore("empty")
            await filled(self.db)
            await self.keep(name)


class SqliteHouse(House):
    """Contents are files, copied over the live one page by page while it stays open."""

    def __init__(self, folder: Path) -> None:
        super().__init__(Database(f"sqlite+aiosqlite:///{folder / 'live.db'}"))
        self.folder = folder

    async def keep(self, name: str) -> None:
        self._copy("live", name)

    async def restore(self, name: str) -> None:
        self._copy(name, "live")

    def _copy(self, old: str, new: str) -> None:
        with (
            closing(sqlite3.connect(self.folder / f"{old}.db")) as source,
            closing(sqlite3.connect(self.folder / f"{new}.db")) as target,
        ):
            target.execute("PRAGMA synchronous = OFF")
            source.backup(target)


class PostgresHouse(House):
    async def fill(self) -> None:
        for statement in (KEEP, RESTORE):
            await change(self.db, statement)
        await super().fill()

    async def keep(self, name: str) -> None:
        await change(self.db, "SELECT keep(:name)", name=name)

    async def restore(self, name: str) -> None:
        await change(self.db, "SELECT restore(:name)", name=name)


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of our own."""
    programs = installed()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    server = Cluster(programs)
    server.start()
    yield server
    server.stop()


@asynccontextmanager
async def _filled(house: House) -> AsyncIterator[House]:
    await house.fill()
    yield house
    await house.db.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def sqlite(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with _filled(SqliteHouse(tmp_path_factory.mktemp("sqlite"))) as house:
        yield house


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgresql(cluster: Cluster) -> AsyncIterator[House]:
    async with _filled(PostgresHouse(Database(cluster.create()))) as house:
        yield house


@pytest.fixture(params=KINDS)
def house(request: pytest.FixtureRequest) -> House:
    found: House = request.getfixturevalue(request.param)
    return found


@pytest_asyncio.fixture(loop_scope="session")
async def db(house: House) -> Database:
    """An empty database with the schema of today."""
    await house.restore("empty")
    return house.db


@pytest_asyncio.fixture(loop_scope="session")
async def town(house: House) -> Database:
    """A database with the people of `tests.models.township`."""
    await house.restore("staffed")
    return house.db


@pytest_asyncio.fixture(loop_scope="session")
async def book(house: House) -> Database:
    """A database with the sample's people and its ledger, taken in from csv."""
    await house.restore("sample")
    return house.db


@pytest_asyncio.fixture(loop_scope="session")
async def sqlite_town(sqlite: House) -> Database:
    """As `town`, for what only SQLite tells."""
    await sqlite.restore("staffed")
    return sqlite.db


@pytest_asyncio.fixture(loop_scope="session")
async def pg_town(postgresql: House) -> Database:
    """As `town`, for what only happens where several write at the same time."""
    await postgresql.restore("staffed")
    return postgresql.db


@pytest.fixture(params=KINDS)
def nowhere(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of one's own, without any table."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'own.db'}"
    server: Cluster = request.getfixturevalue("cluster")
    return server.create()


@pytest_asyncio.fixture(loop_scope="session")
async def bare(nowhere: str) -> AsyncIterator[Database]:
    """A database of the test's own, without any table."""
    found = Database(nowhere)
    yield found
    await found.close()
