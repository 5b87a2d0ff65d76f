"""Where the time of one life goes, and what this machine's Prefect server can do at all."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from prefect.client.orchestration import PrefectClient
from prefect.states import Paused, Scheduled

from tests.benchmarks import probes, processes
from tests.benchmarks.houses import Ours, ours
from tests.benchmarks.lives import life
from tests.benchmarks.measured import Fact, Figure

KIND = "SQLite"


@dataclass(frozen=True)
class Profile:
    """Of so many lives, one at a time: seconds, CPU of server and worker, what worker and actor asked for."""

    lives: int
    seconds: float
    server: float
    worker: float
    theirs: probes.Seen
    mine: probes.Seen


def measure(quick: bool) -> Iterator[Figure]:
    """Calls and transactions of a life, with their milliseconds, and Prefect's calls a second."""
    seen, limits = asyncio.run(_profile(1 if quick else 10, 5 if quick else 200))
    lives = seen.lives
    yield Fact("a life, one at a time", 1000 * seen.seconds / lives, "ms", "three sittings, five acts")
    yield Fact("… CPU of Prefect's server", 1000 * seen.server / lives, "ms")
    yield Fact("… CPU of the worker", 1000 * seen.worker / lives, "ms")
    for who, what in (("worker", seen.theirs["calls"]), ("worker", seen.theirs["transactions"])):
        yield from _spent(who, what, lives)
    yield from _spent("whoever acts", seen.mine["transactions"], lives)
    yield from limits


def _spent(who: str, what: dict[str, dict[str, float]], lives: int) -> Iterator[Fact]:
    for name, one in sorted(what.items(), key=lambda item: -item[1]["seconds"]):
        times = one["times"] or 1
        if not one["times"] and not one["statements"]:
            continue
        each = f"{1000 * one['seconds'] / times:.1f} ms each, {1000 * one['seconds'] / lives:.0f} ms a life"
        if one["statements"]:
            each += f", {one['statements'] / lives:.1f} statements a life"
        yield Fact(f"{who}: {name}", one["times"] / lives, "a life", each)


async def _profile(lives: int, calls: int) -> tuple[Profile, list[Fact]]:
    async with ours(KIND, works=False) as house:
        into = house.home / "profile.json"
        house.worker.command = [sys.executable, "-m", "tests.benchmarks.probes", str(into)]
        house.worker.start()
        await life(house)  # everything is warm after it
        return await _lives(house, lives, into), await _limits(house, calls)


async def _lives(house: Ours, lives: int, into: Path) -> Profile:
    server, worker = house.prefect.child.pid, house.worker.pid
    before, cpu, began = (
        probes.told(worker, into),
        (processes.cpu(server), processes.cpu(worker)),
        monotonic(),
    )
    mine = probes.attach()
    for _ in range(lives):
        await life(house)
    seconds = monotonic() - began
    after = (processes.cpu(server) - cpu[0], processes.cpu(worker) - cpu[1])
    return Profile(lives, seconds, *after, probes.since(before, probes.told(worker, into)), mine.to_plain())


async def _limits(house: Ours, calls: int) -> list[Fact]:
    """Prefect calls a second of this server with nothing else going on: one at a time, and eight."""
    async with PrefectClient(api=house.prefect.url, auth_string=house.prefect.auth) as client:
        runs = await client.read_flow_runs(limit=1)
        run = runs[0].id

        async def read() -> None:
            await client.read_flow_run(run)

        async def write() -> None:
            await client.set_flow_run_state(run, Scheduled(), force=True)
            await client.set_flow_run_state(run, Paused(), force=True)

        return [
            Fact("Prefect: read a run, one at a time", await _rate(read, calls, 1), "/s"),
            Fact("Prefect: read a run, eight at a time", await _rate(read, calls, 8), "/s"),
            Fact("Prefect: set a run's state, one at a time", 2 * await _rate(write, calls // 2, 1), "/s"),
        ]


async def _rate(call: Callable[[], Awaitable[None]], times: int, at_once: int) -> float:
    left, began = iter(range(times)), monotonic()

    async def one_after_the_other() -> None:
        for _ in left:
            await call()

    await asyncio.gather(*(one_after_the_other() for _ in range(at_once)))
    return times / (monotonic() - began)
