"""The demo's township, taken in once; each test has a copy of its own, at the sample's date."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from models.database import database
from models.settings import Settings, settings
from models.upgrade import upgrade
from portal import demonstration
from tests.portal.visiting import Visitor, visiting

NOW = "2026-11-20T12:00:00+08:00"
Visit = Callable[[str], Awaitable[Visitor]]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo's people, ledger and passwords."""
    home = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        live_in(patch, home)
        asyncio.run(_filled())
    settings.cache_clear()
    return home


async def _filled() -> None:
    db = database(settings())
    await upgrade(db)
    await demonstration.fill(db)
    await db.close()


def live_in(patch: pytest.MonkeyPatch, home: Path) -> None:
    patch.setenv("RECTIFY_HOME", str(home))
    patch.setenv("RECTIFY_AS_OF", NOW)
    patch.delenv("RECTIFY_DATABASE_URL", raising=False)
    settings.cache_clear()


@pytest.fixture
def town(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The settings of a copy of the demo of this test's own."""
    home = tmp_path / "town"
    shutil.copytree(demo, home)
    live_in(monkeypatch, home)
    yield settings()
    settings.cache_clear()


@pytest.fixture
async def visit(town: Settings) -> AsyncIterator[Visit]:
    """`await visit("jiwei")`: that person at a browser, signed in; nobody with an empty name."""
    here: list[Visitor] = []

    async def come(account: str = "") -> Visitor:
        here.append(await visiting(town, account))
        return here[-1]

    yield come
    for visitor in here:
        await visitor.close()
    await database(town).close()
