"""A ledger of 3,000 rows taken in, beside openpyxl reading the same file.

Ours is the whole import in a process that runs already, as the portal's or a second import's: the child that
opens the workbook under its limits, the rows understood, everything stored and committed on the disk. Theirs
is the same file opened read-only in this process, every row of its values looked at and thrown away.
"""

import asyncio
import tempfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter

import openpyxl

from models.database import Database
from models.importing import intake
from models.importing.desk import Wanted
from models.rules.trade import trade
from models.upgrade import upgrade
from policy.office import office_day
from tasks.ledgers.reading import read_ledger
from tests.benchmarks.ledger_file import write_ledger
from tests.benchmarks.measured import Fact, Figure, Measured, median

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ROWS = 3_000
AGAINST = "openpyxl reading the same file, read-only, values only"


def measure(quick: bool = False) -> list[Figure]:
    rows, times = (30, 1) if quick else (ROWS, 7)
    with tempfile.TemporaryDirectory(prefix="rectify-bench-ledger-") as folder:
        path = write_ledger(Path(folder) / "ledger.xlsx", rows)
        _read_by_openpyxl(path)
        asyncio.run(_imported(path, Path(folder) / "warm", rows))
        reading: list[float] = []
        first: list[float] = []
        again: list[float] = []
        theirs: list[float] = []
        for turn in range(times):
            theirs.append(_read_by_openpyxl(path))
            seconds = asyncio.run(_imported(path, Path(folder) / str(turn), rows))
            for found, one in zip((reading, first, again), seconds, strict=True):
                found.append(one)
    line = partial(Measured, against=AGAINST, theirs=median(theirs), wanted=4, unit="s", better="less")
    note = f"SQLite, durable; in a running process; the child and its limits included; median of {times}"
    return [
        line(what=f"import of {rows:,} rows", ours=median(first), note=note),
        line(what=f"import of the same {rows:,} rows again", ours=median(again), note=note),
        Fact(
            f"of the import of {rows:,} rows: reading", median(reading), "s", "child, limits, understanding"
        ),
    ]


def _read_by_openpyxl(path: Path) -> float:
    began = perf_counter()
    book = openpyxl.load_workbook(path, read_only=True)
    for sheet in book.worksheets:
        for _row in sheet.iter_rows(values_only=True):
            pass
    book.close()
    return perf_counter() - began


async def _imported(path: Path, folder: Path, rows: int) -> tuple[float, float, float]:
    """Seconds for reading, for the whole first import, and for a second one."""
    db = Database(f"sqlite+aiosqlite:///{folder / 'rectify.db'}")
    try:
        await upgrade(db)
        began = perf_counter()
        read = read_ledger(path, today=office_day(NOW))
        reading = perf_counter() - began
        wanted = Wanted(by="import", create_units=True)
        first = await intake.take_in(db, read, wanted, NOW, await trade(db))
        took = perf_counter() - began
        assert (first.imported, first.errors) == (rows, [])
        began = perf_counter()
        held, again_read = await trade(db), read_ledger(path, today=office_day(NOW))
        second = await intake.take_in(db, again_read, wanted, NOW, held)
        again = perf_counter() - began
        assert (second.imported, second.updated, second.unchanged) == (0, 0, rows)
    finally:
        await db.close()
    return reading, took, again
