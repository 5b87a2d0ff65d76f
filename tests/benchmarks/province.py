"""A province's ledger on PostgreSQL, millions of findings: what still answers at once, and what breaks first.

Not among the default rows, for filling it takes many minutes. RECTIFY_BENCH_FINDINGS says how many.
"""

import asyncio
import os
import resource
from collections.abc import Awaitable, Callable, Iterator
from time import monotonic

from sqlmodel.ext.asyncio.session import AsyncSession

from models import figures, guidance, questions, seals
from models.database import Database
from models.mailing import letters
from policy.office import office_day
from policy.stages import Act, Stage
from tasks import clock
from tests.benchmarks.houses import postgresql, prepared
from tests.benchmarks.lives import SITTINGS
from tests.benchmarks.many import Copies, copy, unit_of, units
from tests.benchmarks.measured import Fact, Figure, median
from tests.models import township

FINDINGS = int(os.environ.get("RECTIFY_BENCH_FINDINGS", "1000000"))
OPEN_PART = 20
"""One in so many is open: those closed stay in the ledger."""
IN_A_UNIT = 50
Ask = Callable[[], Awaitable[None]]


def measure(quick: bool) -> Iterator[Figure]:
    """Milliseconds of what people and processes ask most, in a ledger of that size."""
    yield from asyncio.run(_measured(500 if quick else FINDINGS, 3 if quick else 20))


async def _measured(findings: int, times: int) -> list[Figure]:
    with postgresql() as cluster:
        async with prepared(cluster.create()) as db:
            began = monotonic()
            await _fill(db, findings)
            filled = monotonic() - began
            size = (await township.asked(db, "SELECT pg_database_size(current_database())"))[0]
            found: list[Figure] = [
                Fact("findings", findings, "", f"one in {OPEN_PART} open; {filled:.0f} s to fill"),
                Fact("… on disk", size / findings / 1024, "KiB each", f"{size / 2**30:.1f} GiB in all"),
            ]
            for what, (ask, often) in (_acts(db) | _questions(db)).items():
                found.append(await _timed(what, ask, times if often else 1))
            return found


async def _fill(db: Database, findings: int) -> None:
    """Closed and open findings of many villages, each with its events, letters, wakes and run."""
    closed, working = await _models(db)
    still_open = findings // OPEN_PART
    await units(db, findings // IN_A_UNIT)
    of_unit = {"lead_unit_id": unit_of(IN_A_UNIT)}
    await copy(db, Copies(closed, "C-", findings - still_open, different=of_unit))
    in_order = {"lead_unit_id": unit_of(max(1, IN_A_UNIT // OPEN_PART))}
    await copy(db, Copies(working, "M-", still_open, different=in_order))


async def _models(db: Database) -> tuple[str, str]:
    """One finding that was closed, and one that its owner works on."""
    now, found = clock.real(), []
    for lived in (SITTINGS, ACCEPTED):
        number = await township.assigned(db, now, deadline_type="立行立改")
        for person, acts, _stage in lived:
            for act, words in acts:
                await township.act(db, number, act, person, now=now, **words)
        await township.change(db, RUN, number=number, at=now)
        found.append(number)
    return found[0], found[1]


ACCEPTED = (("owner", SITTINGS[0][1][:1], Stage.IN_PROGRESS),)
RUN = """INSERT INTO run (finding, generation, cycle, flow_run_id, holder, version_seen, version_made,
    touched_at, ended_at) SELECT number, 1, 1, 'model', 'worker:1', version, 1, CAST(:at AS timestamptz),
    CASE WHEN closed_on IS NULL THEN NULL ELSE CAST(:at AS timestamptz) END
    FROM finding WHERE number = :number"""


def _acts(db: Database) -> dict[str, tuple[Ask, bool]]:
    """What people do, each time to another finding."""
    numbers = iter(range(1, 1_000_000))

    async def progress() -> None:
        number, now = f"M-{next(numbers):07}", clock.real()
        await township.act(db, number, Act.REPORT_PROGRESS, "owner", now=now, text="已清理", percent=50)

    async def opened() -> None:
        await township.assigned(db, clock.real())

    return {"an act (progress reported)": (progress, True), "opening a finding": (opened, True)}


def _questions(db: Database) -> dict[str, tuple[Ask, bool]]:
    """What processes and pages ask, and whether they ask it often."""
    now = clock.real()
    today = office_day(now)

    def asking(question: Callable[[AsyncSession], Awaitable[object]]) -> Ask:
        async def ask() -> None:
            async with db.reading() as session:
                await question(session)

        return ask

    return {
        "watch: is anything due": (asking(lambda s: letters.due(s, today)), True),
        "relay: are there wakes": (asking(lambda s: guidance.has_wakes(s, now)), True),
        "metrics: figures": (asking(lambda s: figures.figures(s, now, now)), True),
        "portal: one unit's findings": (asking(lambda s: questions.listed(s, today, unit="村1001")), True),
        "squaring: a page of 200 live findings": (asking(lambda s: guidance.with_runs(s, "", 200)), True),
        "the daily seal's heads": (asking(seals.heads_of), False),
    }


async def _timed(what: str, ask: Ask, times: int) -> Fact:
    took = []
    for _ in range(times):
        began = monotonic()
        await ask()
        took.append(1000 * (monotonic() - began))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    note = f"median of {times}" if times > 1 else f"once; the process has used {peak:.0f} MiB at most"
    return Fact(what, median(took), "ms", note)
