"""One portal over a copy of the demo and one browser for all tests here; pictures of what they saw."""

import re
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.browser.office import Office, Shots, chromium, opened
from tests.conftest import SHOTS
from tests.portal.conftest import demo

__all__ = ["demo"]


@pytest.fixture(scope="session")
def program() -> str:
    """Before anything else is made ready: without a browser there is nothing to do here."""
    return chromium()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def building(
    program: str, demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    home = tmp_path_factory.mktemp("browser") / "town"
    shutil.copytree(demo, home)
    async with opened(home) as made:
        yield made


@pytest.fixture
def office(building: Office) -> Iterator[Office]:
    """The office; nothing may have been fetched from elsewhere, and no browser have complained."""
    building.complaints.clear()
    yield building
    assert not building.complaints, "\n".join(building.complaints)


@pytest.fixture
def shot(request: pytest.FixtureRequest) -> Shots:
    """`await shot(page, "signed-in")`: a picture in build/screenshots, in a folder of the test's own."""
    folder = SHOTS / re.sub(r"[^\w-]+", "-", request.node.name).strip("-")
    shutil.rmtree(folder, ignore_errors=True)
    return Shots(folder)
