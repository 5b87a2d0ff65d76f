"""A township's database for tests of what is done with it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from models.database import Database, database
from models.settings import settings
from models.upgrade import upgrade
from tests.models.township import staff


@pytest.fixture
async def db(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """The database of this process's settings."""
    monkeypatch.setenv("RECTIFY_HOME", str(tmp_path))
    settings.cache_clear()
    found = database(settings())
    await upgrade(found)
    await staff(found)
    yield found
    await found.close()
    settings.cache_clear()
