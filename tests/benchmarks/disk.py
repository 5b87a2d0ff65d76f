"""The physical limit: how many small commits a second this disk confirms."""

import asyncio
import sqlite3
import tempfile
from pathlib import Path
from time import perf_counter

import asyncpg
from sqlalchemy.engine import make_url

from models.database import PRAGMAS
from tests.benchmarks.measured import Fact, Figure, median
from tests.benchmarks.places import cluster
from tests.models.postgres import installed

RUNS = 5


def measure(quick: bool) -> list[Figure]:
    commits = 20 if quick else 1000
    found = [_fact("SQLite, WAL and synchronous=FULL", [_sqlite(commits) for _ in range(RUNS)], commits)]
    if installed():
        found.append(_fact("PostgreSQL, fsync on", asyncio.run(_postgresql(commits)), commits))
    return [*found]


def _fact(what: str, rates: list[float], commits: int) -> Fact:
    note = f"one row each, one connection, one after the other; median of {RUNS} runs of {commits}"
    return Fact(f"durable commits, {what}", median(rates), "/s", note)


def _sqlite(commits: int) -> float:
    with tempfile.TemporaryDirectory(prefix="rectify-bench-") as folder:
        connection = sqlite3.connect(Path(folder) / "commits.db", isolation_level=None)
        for pragma, value in PRAGMAS.items():
            connection.execute(f"PRAGMA {pragma} = {value}")
        connection.execute("CREATE TABLE one (id INTEGER PRIMARY KEY, said TEXT)")
        began = perf_counter()
        for _ in range(commits):
            connection.execute("INSERT INTO one (said) VALUES ('已整改')")
        rate = commits / (perf_counter() - began)
        connection.close()
        return rate


async def _postgresql(commits: int) -> list[float]:
    with cluster() as server:
        where = make_url(server.create())
        connection = await asyncpg.connect(
            user=where.username, database=where.database, host=str(where.query["host"])
        )
        await connection.execute("CREATE TABLE one (id serial PRIMARY KEY, said text)")
        rates: list[float] = []
        for _ in range(RUNS):
            began = perf_counter()
            for _ in range(commits):
                await connection.execute("INSERT INTO one (said) VALUES ($1)", "已整改")
            rates.append(commits / (perf_counter() - began))
        await connection.close()
        return rates
