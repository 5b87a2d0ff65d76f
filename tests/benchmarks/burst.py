"""A burst: many findings and three acts on each, all recorded before the runs catch up."""

import asyncio
from collections.abc import Iterator
from time import monotonic

from policy.stages import Act, Stage
from policy.words import state_name
from tasks import clock
from tests.benchmarks.houses import Ours, ours, until
from tests.benchmarks.measured import Fact, Figure, Measured
from tests.models import township

ACTS = (Act.ACCEPT, Act.ATTACH_EVIDENCE, Act.SUBMIT)
FILES = {Act.ATTACH_EVIDENCE: (township.FILE,)}
ONE_EACH = 1 + len(ACTS)
"""Runs of the flow for each finding if each wake, the opening's too, ran it once."""
AT_ONCE = 4


def measure(quick: bool) -> Iterator[Figure]:
    """How often the flow ran for each finding, and how long it took to catch up."""
    findings = 5 if quick else 1_000
    passes, wakes, seconds = asyncio.run(_burst(findings))
    yield Measured(
        f"burst: {findings:,} findings, three acts each, recorded before the runs catch up: runs of the flow "
        "for each finding",
        passes / findings,
        "one wake per act",
        ONE_EACH,
        1.3 / ONE_EACH,
        "",
        "less",
        f"At most 1.3 are wanted. {wakes:,} wakes became {passes:,} runs of the flow.",
    )
    yield Fact("catching up with the burst", findings / seconds, "findings/s", "SQLite, one worker")


async def _burst(findings: int) -> tuple[int, int, float]:
    async with ours("SQLite", works=False) as house:
        await _record(house, findings)
        wakes = (await township.asked(house.db, "SELECT count(*) FROM wake"))[0]
        house.worker.start()
        began = monotonic()
        await until(lambda: _caught_up(house, findings), 1800, "all runs caught up", every=1.0)
        seconds = monotonic() - began
        return await _passes(house), wakes, seconds


async def _record(house: Ours, findings: int) -> None:
    left = iter(range(findings))

    async def one_after_the_other() -> None:
        for _ in left:
            number = await township.assigned(house.db, clock.real(), deadline_type="立行立改")
            for act in ACTS:
                files = FILES.get(act, ())
                await township.act(house.db, number, act, "owner", now=clock.real(), files=files)

    await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))


async def _caught_up(house: Ours, findings: int) -> bool:
    """All wakes done and all runs parked where their findings stand."""
    waiting = await township.asked(house.db, "SELECT count(*) FROM wake WHERE done_at IS NULL")
    if waiting[0]:
        return False
    return await house.runs.count(state_name(Stage.PENDING_VERIFICATION)) == findings


async def _passes(house: Ours) -> int:
    """How often a flow of a finding began to run, as Prefect counts it."""
    ids = await township.asked(house.db, "SELECT flow_run_id FROM run WHERE flow_run_id <> ''")
    return sum(seen.run_count for seen in (await house.runs.look(ids)).values())
