"""What is measured, as real processes: our server and worker, and plain Prefect with its own."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import httpx
from sqlalchemy import bindparam, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from models.database import Database, database_url
from models.settings import Settings
from models.upgrade import upgrade
from tests.benchmarks import processes
from tests.flows.prefect_house import ROOT, Child, PrefectHouse, free_port, wait_for
from tests.models import township
from tests.models.postgres import DURABLE, Cluster, installed

LOOK = 0.04
"""Seconds between two looks into Prefect's database: the resolution of what is measured."""
POOL = "plain"
QUIET = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}


def bare_environment() -> dict[str, str]:
    """Nobody's own settings of Prefect or of ours."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PREFECT_", "RECTIFY_"))}


@contextmanager
def postgresql() -> Iterator[Cluster]:
    """A PostgreSQL as an office runs it: durable."""
    programs = installed()
    if programs is None:
        raise RuntimeError("PostgreSQL is not installed; `make postgresql` does it.")
    cluster = Cluster(programs, DURABLE)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


@dataclass(frozen=True)
class RunSeen:
    """A run as it stands in Prefect's database."""

    state_type: str
    state_name: str
    state_id: str
    run_count: int


class RunsSeen:
    """Runs watched in Prefect's own database, so that looking costs its server nothing."""

    def __init__(self, url: str) -> None:
        self.engine: AsyncEngine = create_async_engine(url)

    async def look(self, ids: Sequence[str]) -> dict[str, RunSeen]:
        asked = text(
            "SELECT CAST(id AS varchar) AS id, state_type, state_name, CAST(state_id AS varchar) AS state_id,"
            " run_count FROM flow_run WHERE CAST(id AS varchar) IN :ids"
        ).bindparams(bindparam("ids", expanding=True))
        async with self.engine.connect() as connection:
            rows = (await connection.execute(asked, {"ids": list(ids)})).mappings().all()
        return {
            row["id"]: RunSeen(
                str(row["state_type"]), row["state_name"] or "", row["state_id"] or "", row["run_count"]
            )
            for row in rows
        }

    async def one(self, run_id: str) -> RunSeen | None:
        return (await self.look([run_id])).get(run_id)

    async def count(self, state_name: str) -> int:
        """How many runs stand in a state of this name."""
        asked = text("SELECT count(*) FROM flow_run WHERE state_name = :name")
        async with self.engine.connect() as connection:
            return int((await connection.execute(asked, {"name": state_name})).scalar_one())

    async def close(self) -> None:
        await self.engine.dispose()


@dataclass
class Ours:
    """A township of ours at work: its database, a Prefect server and a worker."""

    home: Path
    cluster: Cluster | None = None
    prefect: PrefectHouse = field(init=False)
    worker: Child = field(init=False)
    db: Database = field(init=False)
    runs: RunsSeen = field(init=False)

    def __post_init__(self) -> None:
        urls = _urls(self.cluster)
        config = Settings(_env_file=None, home=self.home, flow_ui_port=free_port(), **urls)
        self.prefect = PrefectHouse(config)
        told = {f"RECTIFY_{name.upper()}": url for name, url in urls.items()} | {
            "RECTIFY_HOME": str(self.home),
            "RECTIFY_FLOW_UI_PORT": str(config.flow_ui_port),
        }
        command = [sys.executable, "-m", "portal.cli", "worker"]
        self.worker = Child(command, bare_environment() | told, self.home / "worker.log")
        self.db = Database(database_url(config))
        prefect_at = config.prefect_database_url or f"sqlite+aiosqlite:///{self.home}/prefect/prefect.db"
        self.runs = RunsSeen(prefect_at)

    def cpu(self) -> float:
        """Of server and worker."""
        return processes.cpu(self.prefect.child.pid, self.worker.pid)

    def database_cpu(self) -> float:
        """PostgreSQL's own, where it is used."""
        return processes.cpu(postmaster(self.cluster)) if self.cluster else 0.0

    async def run_of(self, number: str) -> str:
        """The id of the finding's run, once it is known."""
        while True:
            asked = "SELECT flow_run_id FROM run WHERE finding = :number ORDER BY generation DESC LIMIT 1"
            ids = await township.asked(self.db, asked, number=number)
            if ids and ids[0]:
                return str(ids[0])
            await asyncio.sleep(LOOK)

    async def end(self) -> None:
        await self.db.close()
        await self.runs.close()
        if self.worker.process:
            self.worker.end()
        self.prefect.kill()


def _urls(cluster: Cluster | None) -> dict[str, Any]:
    """Databases of their own in the cluster; none means files in the data folder."""
    if cluster is None:
        return {}
    return {"database_url": cluster.create(), "prefect_database_url": cluster.create()}


def postmaster(cluster: Cluster) -> int:
    return int((cluster.folder / "data" / "postmaster.pid").read_text().split()[0])


@asynccontextmanager
async def ours(kind: str, *, works: bool = True) -> AsyncIterator[Ours]:
    """Our own on "SQLite" or "PostgreSQL", its server started, and its worker if it `works`."""
    with TemporaryDirectory(prefix="rectify-bench-") as folder, _cluster(kind) as cluster:
        house = Ours(Path(folder), cluster)
        try:
            async with prepared(database_url(house.prefect.settings)):
                house.prefect.start()
            if works:
                house.worker.start()
            yield house
        finally:
            await house.end()


@asynccontextmanager
async def prepared(url: str) -> AsyncIterator[Database]:
    """A database with its tables and a small township's people."""
    db = Database(url)
    try:
        await upgrade(db)
        await township.staff(db)
        yield db
    finally:
        await db.close()


@contextmanager
def _cluster(kind: str) -> Iterator[Cluster | None]:
    if kind == "SQLite":
        yield None
        return
    with postgresql() as cluster:
        yield cluster


@dataclass
class Plain:
    """Plain Prefect: its own server and a stock process worker, all settings as they come."""

    home: Path
    port: int = field(default_factory=free_port)
    server: Child = field(init=False)
    worker: Child = field(init=False)
    runs: RunsSeen = field(init=False)

    def __post_init__(self) -> None:
        told = bare_environment() | QUIET
        told |= {"PREFECT_HOME": str(self.home), "PREFECT_API_URL": self.url}
        prefect = [sys.executable, "-m", "prefect"]
        where = ["--host", "127.0.0.1", "--port", str(self.port)]
        self.server = Child([*prefect, "server", "start", *where], told, self.home / "server.log")
        started = [*prefect, "worker", "start", "--pool", POOL, "--type", "process"]
        self.worker = Child(started, told, self.home / "worker.log")
        self.runs = RunsSeen(f"sqlite+aiosqlite:///{self.home}/prefect.db")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def start(self) -> None:
        self.server.start()
        wait_for(self._answers, 180, "plain Prefect's server answers")
        for words in (["-m", "prefect", "work-pool", "create", POOL, "--type", "process"], DEPLOY):
            said = subprocess.run(
                [sys.executable, *words],
                env=self.server.environment,
                cwd=ROOT,
                capture_output=True,
                check=False,
            )
            assert said.returncode == 0, said.stdout + said.stderr
        self.worker.start()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health", timeout=1).is_success
        except httpx.HTTPError:
            return False

    def cpu(self) -> float:
        return processes.cpu(self.server.pid, self.worker.pid)

    async def end(self) -> None:
        await self.runs.close()
        for child in (self.worker, self.server):
            if child.process:
                child.end(seconds=30)


DEPLOY = ["-m", "tests.benchmarks.plain_flow", POOL]


@asynccontextmanager
async def plain(prefect_db: Path | None = None) -> AsyncIterator[Plain]:
    """Plain Prefect, on a copy of this database where one is given."""
    with TemporaryDirectory(prefix="rectify-plain-", ignore_cleanup_errors=True) as folder:
        house = Plain(Path(folder))
        if prefect_db:
            shutil.copy(prefect_db, house.home / "prefect.db")
        try:
            house.start()
            yield house
        finally:
            await house.end()


async def until(
    look: Callable[[], Awaitable[Any]], seconds: float = 300, what: str = "", *, every: float = LOOK
) -> Any:
    """What `look()` gives once it gives something."""
    late = monotonic() + seconds
    while not (found := await look()):
        if monotonic() > late:
            raise TimeoutError(f"not within {seconds} s: {what}")
        await asyncio.sleep(every)
    return found
