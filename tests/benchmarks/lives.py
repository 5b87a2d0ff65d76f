"""Whole lives through the work pool: how many a second, at what cost, and how soon a run follows an act."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import count
from time import monotonic
from typing import Any

import httpx

from policy.stages import Act, Stage
from policy.words import state_name
from tasks import clock
from tests.benchmarks.houses import Ours, Plain, RunSeen, ours, plain, until
from tests.benchmarks.measured import Measured, median, percentile
from tests.models import township

AT_ONCE = 8
KINDS = ("SQLite", "PostgreSQL")

OWNER: tuple[tuple[Act, dict[str, Any]], ...] = (
    (Act.ACCEPT, {}),
    (Act.ATTACH_EVIDENCE, {"files": (township.FILE,)}),
    (Act.SUBMIT, {"result": "已清理"}),
)
SITTINGS: tuple[tuple[str, tuple[tuple[Act, dict[str, Any]], ...], Stage], ...] = (
    ("owner", OWNER, Stage.PENDING_VERIFICATION),
    ("verifier", ((Act.PASS_VERIFICATION, {}),), Stage.PENDING_CLOSURE),
    ("mayor", ((Act.APPROVE_CLOSURE, {}),), Stage.CLOSED),
)
"""Three people, one after the other: who acts, what they do at one sitting, where the run stands then."""


@dataclass(frozen=True)
class Figures:
    """Of one kind of house: lives a second and CPU seconds a life, and the seconds from act to parked."""

    rate: float
    cost: float
    waits: list[float]
    database: float = 0.0
    """PostgreSQL's own CPU seconds a life."""


def measure(quick: bool) -> Iterator[Measured]:
    """Lives a second, CPU a life, and act to parked, on both databases against plain Prefect."""
    theirs = asyncio.run(_plain(*((1, 1, 1) if quick else (8, AT_ONCE, 2))))
    for kind in KINDS:
        mine = asyncio.run(_ours(kind, *((2, 2, 1, 1) if quick else (24, AT_ONCE, 3, 10))))
        yield Measured(
            f"lives (open → closed, three people act) through the work pool, {kind}, eight at a time",
            mine.rate,
            "plain Prefect: process worker, `suspend_flow_run`, default settings",
            theirs.rate,
            10,
            "/s",
            "more",
            "A life of ours is five acts of three people at three sittings, with letters, chain and card; "
            "one of theirs three resumes. Ours: median of three runs; theirs: one run of eight lives.",
        )
        yield Measured(
            f"server + worker CPU of a life, {kind}",
            mine.cost,
            "the same",
            theirs.cost,
            0.1,
            "s",
            "less",
            f"PostgreSQL's own is {mine.database:.2f} s more." if mine.database else "",
        )
        yield Measured(
            f"act → run parked at its next stage, one at a time, p95, {kind}",
            percentile(mine.waits, 0.95),
            "the same",
            percentile(theirs.waits, 0.95),
            1 / 6,
            "s",
            "less",
            f"Of {len(mine.waits)} and {len(theirs.waits)} acts; medians {median(mine.waits):.2f} s and "
            f"{median(theirs.waits):.2f} s.",
        )


async def _ours(kind: str, lives: int, at_once: int, runs: int, alone: int) -> Figures:
    async with ours(kind) as house:
        await life(house)  # the first one finds everything cold
        waits = [wait for _ in range(alone) for wait in await life(house)]
        before = house.database_cpu()
        found = [await _many(lambda: life(house), lives, at_once, house.cpu) for _ in range(runs)]
        database = (house.database_cpu() - before) / (runs * lives)
    return Figures(median(rate for rate, _ in found), median(cost for _, cost in found), waits, database)


async def _many(
    life: Callable[[], Awaitable[object]], lives: int, at_once: int, cpu: Callable[[], float]
) -> tuple[float, float]:
    """Lives a second and CPU seconds a life, so many at a time."""
    left, before, began = iter(range(lives)), cpu(), monotonic()

    async def one_after_the_other() -> None:
        for _ in left:
            await life()

    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
    return lives / (monotonic() - began), (cpu() - before) / lives


async def life(house: Ours) -> list[float]:
    """A life of ours; the seconds from each sitting's last act to the run parked, or ended, after it."""
    number = await township.assigned(house.db, clock.real(), deadline_type="立行立改")
    run_id = await house.run_of(number)
    await _stands(house, run_id, Stage.ASSIGNED)
    waits = []
    for person, acts, stage in SITTINGS:
        for act, words in acts:
            began = monotonic()
            await township.act(house.db, number, act, person, now=clock.real(), **words)
        await _stands(house, run_id, stage)
        waits.append(monotonic() - began)
    return waits


async def _stands(house: Ours, run_id: str, stage: Stage) -> None:
    async def there() -> bool:
        seen = await house.runs.one(run_id)
        return seen is not None and seen.state_name == state_name(stage)

    await until(there, what=f"{run_id} at {stage}")


async def _plain(lives: int, at_once: int, alone: int) -> Figures:
    async with plain() as house, httpx.AsyncClient(base_url=house.url, timeout=60) as client:
        found = await client.get("/deployments/name/plain/plain")
        deployment, numbers = str(found.raise_for_status().json()["id"]), count(1)

        async def life() -> list[float]:
            return await _plain_life(house, client, deployment, f"P{next(numbers):03}")

        waits = [wait for _ in range(alone) for wait in await life()]
        rate, cost = await _many(life, lives, at_once, house.cpu)
    return Figures(rate, cost, waits)


async def _plain_life(house: Plain, client: httpx.AsyncClient, deployment: str, number: str) -> list[float]:
    body = {"parameters": {"number": number}, "state": {"type": "SCHEDULED"}}
    started = await _posted(client, f"/deployments/{deployment}/create_flow_run", body)
    run_id, seen, waits = str(started["id"]), "", []
    for person in ("", "owner", "verifier", "mayor"):
        began = monotonic()
        if person:
            await _resumed(client, run_id, person)
        seen = await _next_stop(house, run_id, seen)
        waits.append(monotonic() - began)
    return waits[1:]


async def _next_stop(house: Plain, run_id: str, before: str) -> str:
    """The state in which the run stands anew: suspended again, or completed."""
    stopped = {"PAUSED", "COMPLETED"}

    async def look() -> RunSeen | None:
        seen = await house.runs.one(run_id)
        if seen and seen.state_type in {"FAILED", "CRASHED"}:
            raise RuntimeError(f"{run_id} is {seen.state_name}: {house.worker.said()[-2000:]}")
        return seen if seen and seen.state_type in stopped and seen.state_id != before else None

    found: RunSeen = await until(look, 600, f"plain run {run_id} stops")
    return found.state_id


async def _resumed(client: httpx.AsyncClient, run_id: str, by: str) -> None:
    """As a person does it in the flow UI: again, if the server does not take it."""
    while True:
        answer = await _posted(client, f"/flow_runs/{run_id}/resume", {"run_input": {"by": by}})
        if answer["status"] == "ACCEPT":
            return
        await asyncio.sleep(0.5)


async def _posted(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    while (answer := await client.post(path, json=body)).status_code == 503:
        await asyncio.sleep(0.2)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found
