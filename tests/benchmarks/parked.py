"""What waiting costs: server and worker with many thousand parked runs and nothing to do."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from uuid import uuid4

from models.settings import Settings
from policy.stages import Act, Stage
from policy.words import state_name
from tasks import clock
from tests.benchmarks import processes
from tests.benchmarks.houses import Ours, ours, plain, until
from tests.benchmarks.many import Copies, copy, run_id
from tests.benchmarks.measured import Fact, Figure, Measured
from tests.models import township

SETTLED = 20.0
"""Seconds after a start in which nothing is counted yet; the first survey of all runs may take longer."""
CALM = 25.0
"""Percent of a core below which server and worker together have settled."""


@dataclass(frozen=True)
class Idle:
    """Percent of one core, and the worker's memory in MiB afterwards."""

    server: float
    worker: float
    memory: float = 0.0
    start: float = 0.0
    """CPU seconds from the start until it was calm: both processes' own, and a survey of all runs."""


def measure(quick: bool) -> Iterator[Figure]:
    """Idle CPU and memory with few and many parked runs, beside default settings on the same database."""
    few, many, seconds = (5, 50, 2.0) if quick else (1_000, 20_000, 120.0)
    with_few, with_many, theirs = asyncio.run(_parked(few, many, 1.0 if quick else SETTLED, seconds))
    survey = max(0.0, with_many.start - with_few.start)
    surveying = 100 * survey / Settings.model_fields["survey_every"].default
    yield Measured(
        f"idle CPU of server + worker with {many:,} parked runs",
        with_many.server + with_many.worker + surveying,
        "default Prefect settings on the same database",
        theirs.server + theirs.worker,
        1 / 20,
        "% of a core",
        "less",
        f"Over {seconds:.0f} s, theirs over half of that. Ours: server {with_many.server:.1f} %, worker "
        f"{with_many.worker:.1f} %, and "
        f"{surveying:.2f} % for the surveys of all runs, {survey:.0f} CPU s every six hours; theirs: server "
        f"{theirs.server:.1f} %, worker {theirs.worker:.1f} %. "
        f"With {few:,} parked runs ours takes {with_few.server + with_few.worker:.1f} %.",
    )
    yield Measured(
        f"the worker's memory with {many:,} parked runs",
        with_many.memory,
        f"with {few:,}",
        with_few.memory,
        1.1,
        "MiB",
        "less",
        "Both after a survey of all runs, which reads them by pages of 200.",
    )
    yield Fact("a survey of so many runs", survey, "CPU s", f"{many:,} parked, server and worker")


async def _parked(few: int, many: int, settled: float, seconds: float) -> tuple[Idle, Idle, Idle]:
    async with ours("SQLite") as house:
        model, model_run = await _model(house)
        _stop(house)
        await _grow(house, model, model_run, 1, few)
        with_few = await _idle_again(house, settled, seconds / 2)
        await _grow(house, model, model_run, few + 1, many)
        with_many = await _idle_again(house, settled, seconds)
        assert await house.runs.count(state_name(Stage.IN_PROGRESS)) == many + 1, "every run is still parked"
        return with_few, with_many, await _idle_plainly(house, settled, seconds / 2)


async def _model(house: Ours) -> tuple[str, str]:
    """A finding in progress with its parked run, nothing due for long."""
    now = clock.real()
    number = await township.assigned(house.db, now, deadline=(now + timedelta(days=300)).date())
    await township.act(house.db, number, Act.ACCEPT, "owner", now=now)
    await township.act(house.db, number, Act.FILE_PLAN, "owner", now=now, measures="1.清理沟渠")
    await township.act(house.db, number, Act.APPROVE_PLAN, "inspector", now=now)
    run = await house.run_of(number)

    async def parked() -> bool:
        seen = await house.runs.one(run)
        return seen is not None and seen.state_name == state_name(Stage.IN_PROGRESS)

    await until(parked, what="the model is parked")
    return number, run


def _stop(house: Ours) -> None:
    house.worker.end()
    house.prefect.stop()


async def _grow(house: Ours, model: str, model_run: str, first: int, last: int) -> None:
    """Copies of the finding in our database, and of its run in Prefect's."""
    await copy(house.db, Copies(model, "P-", last, first))
    numbers = [(i, f"P-{i:07}") for i in range(first, last + 1)]
    with closing(sqlite3.connect(house.home / "prefect" / "prefect.db")) as prefect, prefect:
        prefect.execute("CREATE TEMP TABLE copies (i, number, run, state)")
        rows = [(i, number, str(run_id(number)), str(uuid4())) for i, number in numbers]
        prefect.executemany("INSERT INTO copies VALUES (?, ?, ?, ?)", rows)
        start = "strftime('%Y-%m-%d %H:%M:%f', o.expected_start_time, '-' || c.i || ' seconds') || '000'"
        _insert(
            prefect,
            "flow_run",
            f"o.id = '{model_run}'",
            {
                "id": "c.run",
                "state_id": "c.state",
                "name": "c.number",
                "idempotency_key": "c.number || '/1'",
                "parameters": "json_set(o.parameters, '$.number', c.number)",
                "expected_start_time": start,
            },
        )
        latest = f"o.id = (SELECT state_id FROM flow_run WHERE id = '{model_run}')"
        details = "json_set(o.state_details, '$.flow_run_id', c.run)"
        _insert(
            prefect,
            "flow_run_state",
            latest,
            {"id": "c.state", "flow_run_id": "c.run", "state_details": details},
        )


def _insert(prefect: sqlite3.Connection, table: str, model: str, instead: dict[str, str]) -> None:
    columns = [row[1] for row in prefect.execute(f"PRAGMA table_info({table})")]
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(instead.get(name, f'o."{name}"') for name in columns)
    prefect.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} o, copies c WHERE {model}")


async def _idle_again(house: Ours, settled: float, seconds: float) -> Idle:
    """Start both anew, let them settle, and see what they take for nothing."""
    house.prefect.start()
    house.worker.start()
    start = await _calm(house, settled)
    idle = await _watched(house.prefect.child.pid, house.worker.pid, seconds)
    memory = processes.memory(house.worker.pid)
    _stop(house)
    return Idle(idle.server, idle.worker, memory, start)


async def _calm(house: Ours, settled: float) -> float:
    """Wait for it, at most ten times as long. The CPU seconds it took."""
    server, worker, began = house.prefect.child.pid, house.worker.pid, monotonic()
    await asyncio.sleep(settled)
    while monotonic() - began < 10 * settled:
        last = await _watched(server, worker, settled / 4)
        if last.server + last.worker < CALM:
            break
    return processes.cpu(server, worker)


async def _idle_plainly(house: Ours, settled: float, seconds: float) -> Idle:
    async with plain(prefect_db=house.home / "prefect" / "prefect.db") as other:
        await asyncio.sleep(settled)
        return await _watched(other.server.pid, other.worker.pid, seconds)


async def _watched(server: int, worker: int, seconds: float) -> Idle:
    before, began = (processes.cpu(server), processes.cpu(worker)), monotonic()
    await asyncio.sleep(seconds)
    lasted = monotonic() - began
    return Idle(
        100 * (processes.cpu(server) - before[0]) / lasted,
        100 * (processes.cpu(worker) - before[1]) / lasted,
    )
