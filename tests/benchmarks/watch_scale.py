"""The ladder at scale: a thousand findings due, among ten thousand open and among a hundred thousand."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

from models.database import Database
from policy.stages import Act, Stage
from tasks import clock
from tasks.watch import climb_due
from tests.benchmarks.houses import postgresql, prepared
from tests.benchmarks.many import Copies, copy, unit_of, units
from tests.benchmarks.measured import Figure, Measured, median
from tests.models import township

NEVER = "9999-12-31"
IN_A_UNIT = 20
"""Open findings of one unit: a larger ledger is one of more units."""


def measure(quick: bool) -> Iterator[Figure]:
    """Seconds to climb those due, by database: among many open, against among few."""
    few, many, due = (200, 2_000, 20) if quick else (10_000, 100_000, 1_000)
    for kind in ("SQLite", "PostgreSQL"):
        few_took, many_took = asyncio.run(_both(kind, few, many, due, 1 if quick else 3))
        yield Measured(
            f"`watch` with {due:,} due among {many:,} open, {kind}",
            many_took,
            f"among {few:,} open",
            few_took,
            1.5,
            "s",
            "less",
            f"Climbing alone, one transaction for each finding: {due / many_took:.0f} findings/s.",
        )


async def _both(kind: str, few: int, many: int, due: int, runs: int) -> tuple[float, float]:
    """The same database grows in between. Medians of several rounds, each with others that are due."""
    async with _database(kind) as db:
        resting, late = await _models(db)
        took = []
        first = 1
        for seq, size in enumerate((few, many)):
            await _open(db, resting, first, size)
            took.append([await _round(db, late, f"D{seq}{run}-", due) for run in range(runs)])
            first = size + 1
        return median(took[0]), median(took[1])


async def _models(db: Database) -> tuple[str, str]:
    """A finding that rests, and one whose deadline has passed unnoticed."""
    now = clock.real()
    resting = await township.brought_to(db, Stage.IN_PROGRESS, now)
    before = now - timedelta(days=30)
    late = await township.assigned(
        db, before, discovered_on=before.date(), deadline=(now - timedelta(days=1)).date()
    )
    await township.act(db, late, Act.ACCEPT, "owner", now=before)
    await township.change(db, f"UPDATE finding SET next_look_on = '{NEVER}'")  # the models stay as they are
    return resting, late


async def _open(db: Database, model: str, first: int, last: int) -> None:
    """So many open findings of many units, with nothing due."""
    await units(db, last // IN_A_UNIT)
    await copy(db, Copies(model, "M-", last, first, {"lead_unit_id": unit_of(IN_A_UNIT)}))


async def _round(db: Database, model: str, prefix: str, due: int) -> float:
    today = "date('now')" if db.is_sqlite else "current_date"
    await copy(
        db, Copies(model, prefix, due, different={"lead_unit_id": unit_of(IN_A_UNIT), "next_look_on": today})
    )
    began = monotonic()
    written = await climb_due(db, clock.real())
    took = monotonic() - began
    assert written >= due, f"{written} letters of {due} due"
    return took


@asynccontextmanager
async def _database(kind: str) -> AsyncIterator[Database]:
    with TemporaryDirectory(prefix="rectify-bench-") as folder:
        if kind == "SQLite":
            async with prepared(f"sqlite+aiosqlite:///{Path(folder) / 'rectify.db'}") as db:
                yield db
            return
        with postgresql() as cluster:
            async with prepared(cluster.create()) as db:
                yield db
