"""Lives recorded per second on PostgreSQL, by us and by DBOS, each as it does best, in one run."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec

import uvloop
from sqlalchemy.engine import make_url

from models.database import Database
from tests.benchmarks.five_acts import life
from tests.benchmarks.measured import Fact, Figure, Measured, median
from tests.benchmarks.places import cluster, staffed
from tests.benchmarks.starting import Team, serve, team
from tests.models.postgres import Cluster

AT_LEAST = 3
RUNS = 5
OURS, THEIRS = "tests.benchmarks.recorded", "tests.benchmarks.dbos_life"


@dataclass(frozen=True)
class Way:
    """How many processes, and how many lives each has under way at once."""

    processes: int
    at_once: int

    def __str__(self) -> str:
        return f"{self.processes} processes × {self.at_once} at once"


WAYS = (Way(1, 8), Way(1, 32), Way(2, 4), Way(2, 16))


def measure(quick: bool) -> list[Figure]:
    ways = WAYS[2:3] if quick else WAYS
    lives, runs = (4, 1) if quick else (120, RUNS)
    with cluster() as server:
        if find_spec("dbos") is None:
            rate, way = _best([{way: _ours(server, way, lives) for way in ways} for _ in range(runs)])
            return [Fact("lives recorded, PostgreSQL", rate, "/s", f"{way}; DBOS is not installed")]
        ours: list[dict[Way, float]] = []
        theirs: list[dict[Way, float]] = []
        for _ in range(runs):  # in turn, so that both meet the same machine
            ours.append({way: _ours(server, way, lives) for way in ways})
            theirs.append({way: _theirs(server, way, lives) for way in ways})
    (our_rate, our_way), (their_rate, their_way) = _best(ours), _best(theirs)
    return [
        Measured(
            "lives recorded (opened, five acts), PostgreSQL",
            our_rate,
            "DBOS, the same life by recv and send",
            their_rate,
            AT_LEAST,
            "/s",
            "more",
            f"median of {runs} runs of the best of {len(ways)} ways for each: "
            f"ours {our_way}, DBOS {their_way}; {lives} lives a process, fsync on, same server",
        )
    ]


def _best(runs: list[dict[Way, float]]) -> tuple[float, Way]:
    """The way with the highest median rate."""
    return max(((median([run[way] for run in runs]), way) for way in runs[0]), key=lambda found: found[0])


def _ours(server: Cluster, way: Way, lives: int) -> float:
    url = server.create()
    asyncio.run(_made(url))
    with team(OURS, url, way.processes) as ready:
        return _rate(ready, way, lives)


async def _made(url: str) -> None:
    async with staffed(url):
        """With its tables and people."""


def _theirs(server: Cluster, way: Way, lives: int) -> float:
    from tests.benchmarks.dbos_life import make_tables

    url = make_url(server.create()).set(drivername="postgresql+psycopg").render_as_string()
    make_tables(url)
    with team(THEIRS, url, way.processes) as ready:
        return _rate(ready, way, lives)


def _rate(ready: Team, way: Way, lives: int) -> float:
    """Lives per second, after a few that fill pools and caches."""
    ready.timed(way.at_once, way.at_once)
    return way.processes * lives / ready.timed(lives, way.at_once)


@contextmanager
def _loop() -> Iterator[asyncio.AbstractEventLoop]:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as uvicorn runs the portal
        yield runner.get_loop()


def main(url: str) -> None:
    """One of our processes: an office's portal without the pages."""
    with _loop() as loop:
        db = Database(url)
        serve(lambda number, at_once: loop.run_until_complete(_lives(db, number, at_once)))
        loop.run_until_complete(db.close())


async def _lives(db: Database, number: int, at_once: int) -> None:
    turns = iter(range(number))

    async def live() -> None:
        for _ in turns:
            await life(db)

    await asyncio.gather(*(live() for _ in range(at_once)))


if __name__ == "__main__":
    main(sys.argv[1])
