"""Each test of the memory runs on SQLite and on PostgreSQL, each time in a fresh database."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from models.database import Database
from models.upgrade import upgrade
from tests.models import sample, township
from tests.models.postgres import Cluster, installed

KINDS = ("sqlite", "postgresql")


TEMPLATES: dict[str, Callable[[Database], Awaitable[object]]] = {
    "empty": upgrade,
    "staffed": township.staff,
    "sample": sample.imported,
}


async def _made(url: str, name: str) -> None:
    db = Database(url)
    await upgrade(db)
    await TEMPLATES[name](db)
    await db.close()


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `template0.db` and the templates, to be copied."""
    folder = tmp_path_factory.mktemp("templates")
    (folder / "template0.db").touch()
    for name in TEMPLATES:
        asyncio.run(_made(f"sqlite+aiosqlite:///{folder / name}.db", name))
    return folder


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A server with the template databases."""
    programs = installed()
    if programs is None:
        pytest.skip("PostgreSQL is not installed (apt-get install postgresql)")
    cluster = Cluster(programs)
    cluster.start()
    for name in TEMPLATES:
        cluster.sql(f"CREATE DATABASE {name} TEMPLATE template0")
        asyncio.run(_made(cluster.url(name), name))
    yield cluster
    cluster.stop()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


Copies = Callable[[str], str]


@pytest.fixture
def copied(request: pytest.FixtureRequest, kind: str, tmp_path: Path) -> Copies:
    """Template name → the URL of a fresh copy."""
    if kind == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres")
        return cluster.create
    files: Path = request.getfixturevalue("sqlite_files")
    return lambda template: f"sqlite+aiosqlite:///{shutil.copy(files / f'{template}.db', tmp_path)}"


@pytest.fixture
async def db(copied: Copies) -> AsyncIterator[Database]:
    """An empty database with the schema of today."""
    found = Database(copied("empty"))
    yield found
    await found.close()


@pytest.fixture
async def town(copied: Copies) -> AsyncIterator[Database]:
    """A database with the people of `tests.models.township`."""
    found = Database(copied("staffed"))
    yield found
    await found.close()


@pytest.fixture
async def book(copied: Copies) -> AsyncIterator[Database]:
    """A database with the sample's people and its ledger, taken in from csv."""
    found = Database(copied("sample"))
    yield found
    await found.close()


@pytest.fixture
async def bare(copied: Copies) -> AsyncIterator[Database]:
    """A database without any table."""
    found = Database(copied("template0"))
    yield found
    await found.close()


@pytest.fixture
async def pg_town(postgres: Cluster) -> AsyncIterator[Database]:
    """As `town`, for what only happens where several write at the same time."""
    found = Database(postgres.create("staffed"))
    yield found
    await found.close()
