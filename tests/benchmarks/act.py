"""An act's transaction beside the very same rows written by bare SQL on one connection, as durably."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from time import perf_counter
from typing import Any, Protocol

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import make_url

from models.database import PRAGMAS, Database
from tests.benchmarks.five_acts import ACTS, done, opened
from tests.benchmarks.measured import Figure, Measured, median
from tests.benchmarks.places import POSTGRESQL, SQLITE, staffed, urls

AT_MOST = 10
Written = list[tuple[str, Any, bool]]
"""Statements that write, with their parameters, and whether these are of several rows."""


def measure(quick: bool) -> list[Figure]:
    lives = 3 if quick else 120
    return [asyncio.run(_compared(kind, lives)) for kind in (SQLITE, POSTGRESQL)]


async def _compared(kind: str, lives: int) -> Measured:
    """Two databases of one history: each act is recorded in one, then its rows are written to the other."""
    ours: list[float] = []
    theirs: list[float] = []
    with urls(kind) as new:
        async with staffed(next(new)) as db, staffed(next(new)) as other, _bare(kind, other.url) as bare:
            for turn in range(lives + 1):
                spent = await _life(db, bare)
                if turn:  # the first fills caches on both sides
                    ours += [one for one, _ in spent]
                    theirs += [two for _, two in spent]
    return Measured(
        f"an act's transaction, {kind}",
        median(ours) * 1000,
        "the same rows by bare SQL",
        median(theirs) * 1000,
        AT_MOST,
        "ms",
        "less",
        f"median of {len(ours)} acts of a five-act life, one after the other, each with WAL and fsync; "
        "rules, hash chain, letters and wake included in ours, only its INSERTs and UPDATEs in theirs",
    )


async def _life(db: Database, bare: "Bare") -> list[tuple[float, float]]:
    spent: list[tuple[float, float]] = []
    with _overheard(db) as written:
        number = await opened(db)
        await bare.write(written)
        for step in range(len(ACTS)):
            written.clear()
            began = perf_counter()
            await done(db, number, step)
            between = perf_counter()
            await bare.write(written)
            spent.append((between - began, perf_counter() - between))
    return spent


@contextmanager
def _overheard(db: Database) -> Iterator[Written]:
    """The writing statements just as the driver gets them."""
    written: Written = []

    def note(_1: object, _2: object, sql: str, parameters: Any, _3: object, many: bool) -> None:
        if sql.startswith(("INSERT", "UPDATE")):
            written.append((sql, parameters, many))

    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield written
    finally:
        event.remove(db.engine.sync_engine, "before_cursor_execute", note)


class Bare(Protocol):
    async def write(self, written: Written) -> None:
        """All of it in one transaction."""


class BareSqlite:
    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        for pragma, value in PRAGMAS.items():
            self.connection.execute(f"PRAGMA {pragma} = {value}")

    async def write(self, written: Written) -> None:
        self.connection.execute("BEGIN IMMEDIATE")
        for sql, parameters, many in written:
            (self.connection.executemany if many else self.connection.execute)(sql, parameters)
        self.connection.execute("COMMIT")

    async def close(self) -> None:
        self.connection.close()


class BarePostgres:
    def __init__(self, connection: Any) -> None:
        self.connection = connection

    async def write(self, written: Written) -> None:
        async with self.connection.transaction():
            for sql, parameters, many in written:
                if many:
                    await self.connection.executemany(sql, parameters)
                else:
                    await self.connection.execute(sql, *parameters)

    async def close(self) -> None:
        await self.connection.close()


@asynccontextmanager
async def _bare(kind: str, url: str) -> AsyncIterator[Bare]:
    where = make_url(url)
    if kind == SQLITE:
        bare: BareSqlite | BarePostgres = BareSqlite(str(where.database))
    else:
        bare = BarePostgres(
            await asyncpg.connect(user=where.username, database=where.database, host=where.query["host"])
        )
    try:
        yield bare
    finally:
        await bare.close()
