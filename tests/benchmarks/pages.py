"""Pages of the portal among a thousand findings and among a hundred thousand, signed in, over HTTP."""

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import httpx

from models import guidance
from models.database import Database, database_url
from models.findings import Finding
from models.settings import Settings
from policy.stages import Stage
from portal.pages.paper import cookie_name
from tasks import clock
from tests.benchmarks.houses import bare_environment, postgresql, prepared
from tests.benchmarks.many import Copies, copy, unit_of, units
from tests.benchmarks.measured import Fact, Figure, Measured, median, percentile
from tests.flows.prefect_house import Child, free_port, wait_for
from tests.models import township
from tests.portal.visiting import key_for

READER = "verifier"
"""Sees and opens everything; a village's secretary sees no more findings in a larger ledger."""
IN_A_UNIT = 20
PAGES = {
    "the list": "/findings",
    "its second page": "/findings?after=0.{day}.L",
    "the list of the red ones": "/findings?light=red",
    "the list of one unit": "/findings?unit=%E6%9D%911001",
    "the list of one source": "/findings?source=%E5%AE%A1%E8%AE%A1",
    "the list of one stage": "/findings?stage=closed",
    "a search": "/findings?q=%E7%9F%B8%E7%9F%B3",
    "a finding": "/findings/L-0000001",
    "the overview": "/overview",
}
"""The page of each name; a search is for two characters that two findings have."""
COUNTING = ("the list", "the overview")
"""Pages whose figures are at hand until somebody acts."""
AFTER_ACTS = 20
LIVE, ENDED = 0.4, 0.6
DAYS = 400


def measure(quick: bool) -> Iterator[Figure]:
    """p95 of each page in a ledger of many, against one of few, by database."""
    few, many, visits = (60, 600, 3) if quick else (1_000, 100_000, 200)
    for kind in ("SQLite", "PostgreSQL"):
        took, after = asyncio.run(_both(kind, few, many, visits))
        for page, first in after.items():
            what = f"{page}, the first visit after an act, median, among {many:,} findings, {kind}"
            yield Fact(what, first, "ms", f"of {AFTER_ACTS}; totals and sums are counted anew")
        for page, (small, large) in took.items():
            yield Measured(
                f"{page}, p95, among {many:,} findings, {kind}",
                large,
                f"among {few:,}",
                small,
                2,
                "ms",
                "less",
                f"{visits} visits of a supervisor, one at a time, to a portal of its own; nobody acts.",
            )


Both = Mapping[str, tuple[float, float]]


async def _both(kind: str, few: int, many: int, visits: int) -> tuple[Both, Mapping[str, float]]:
    """The same portal, while its database grows; at last with an act before each visit."""
    async with _portal(kind) as (db, client):
        models = await _models(db)
        took = []
        first = 1
        for size in (few, many):
            await _fill(db, models, first, size)
            took.append({page: await _p95(client, path, visits) for page, path in PAGES.items()})
            first = size + 1
        after = {page: await _after_acts(db, client, PAGES[page]) for page in COUNTING}
    return {page: (took[0][page], took[1][page]) for page in PAGES}, after


async def _models(db: Database) -> tuple[str, str]:
    return await township.brought_to(db, Stage.IN_PROGRESS), await township.brought_to(db, Stage.CLOSED)


async def _fill(db: Database, models: tuple[str, str], first: int, last: int) -> None:
    """Two in five still open, over many units and days; no two say the same."""
    live, done = models
    await units(db, last // IN_A_UNIT)
    days = f"c.i % {DAYS} - 40"
    day = f"date('now', ({days}) || ' days')" if db.is_sqlite else f"current_date + ({days})"
    past = f"date('now', -(c.i % {DAYS}) || ' days')" if db.is_sqlite else f"current_date - c.i % {DAYS}"
    number = "CAST(c.i AS varchar)"
    rare = "CASE WHEN c.i = 7 THEN '沟渠旁倾倒煤矸石' ELSE '报销票据不全' END"
    said = {
        "lead_unit_id": unit_of(IN_A_UNIT),
        "deadline": day,
        "source": "CASE c.i % 5 WHEN 0 THEN '审计' WHEN 1 THEN '巡察' ELSE '自查' END",
        "condition": f"'第' || {number} || '笔支出缺少村民代表会议记录，' || {rare}",
    }
    ended = said | {"closed_on": past, "stage_since": past}
    for model, prefix, part, different in ((live, "L-", LIVE, said), (done, "E-", ENDED, ended)):
        copies = Copies(model, prefix, int(last * part), int((first - 1) * part) + 1, different)
        await copy(db, copies)


async def _p95(client: httpx.AsyncClient, path: str, visits: int) -> float:
    """In milliseconds; the first visits only warm up."""
    path = path.format(day=clock.real().date())
    took: list[float] = []
    for visit in range(visits + 3):
        began = perf_counter()
        page = await client.get(path)
        if visit >= 3:
            took.append(1000 * (perf_counter() - began))
        assert page.status_code == 200, (path, page.status_code, page.text[:300])
    return percentile(took, 0.95)


async def _after_acts(db: Database, client: httpx.AsyncClient, path: str) -> float:
    """The median, in milliseconds."""
    took = []
    for _ in range(AFTER_ACTS):
        async with db.writing() as session:
            finding = await session.get_one(Finding, "L-0000001")
            finding.version += 1
            session.add(finding)
            await guidance.requeue(session, finding, clock.now())
        began = perf_counter()
        assert (await client.get(path)).status_code == 200
        took.append(1000 * (perf_counter() - began))
    return median(took)


@asynccontextmanager
async def _portal(kind: str) -> AsyncIterator[tuple[Database, httpx.AsyncClient]]:
    """A portal of its own process, and a reader who is signed in."""
    with TemporaryDirectory(prefix="rectify-bench-") as folder:
        if kind == "SQLite":
            async with _served(Path(folder), "") as served:
                yield served
            return
        with postgresql() as cluster:
            async with _served(Path(folder), cluster.create()) as served:
                yield served


@asynccontextmanager
async def _served(home: Path, url: str) -> AsyncIterator[tuple[Database, httpx.AsyncClient]]:
    config = Settings(_env_file=None, home=home, database_url=url, portal_port=free_port())
    told = {"RECTIFY_HOME": str(home), "RECTIFY_PORTAL_PORT": str(config.portal_port)}
    told |= {"RECTIFY_DATABASE_URL": url} if url else {}
    command = [sys.executable, "-m", "portal.cli", "portal"]
    portal = Child(command, bare_environment() | told, home / "portal.log")
    base = f"http://127.0.0.1:{config.portal_port}"
    async with prepared(database_url(config)) as db:
        portal.start()
        try:
            wait_for(lambda: _answers(base), 60, "the portal answers")
            cookies = {cookie_name(config): await key_for(config, READER)}
            async with httpx.AsyncClient(base_url=base, cookies=cookies, timeout=60) as client:
                yield db, client
        finally:
            portal.end()


def _answers(base: str) -> bool:
    try:
        return httpx.get(f"{base}/health", timeout=1).is_success
    except httpx.HTTPError:
        return False
