"""What a finding costs on disk: a life of five acts, with a real Prefect server, worker and mail server.

SQLite; the pages of tables with their indexes, grown between the first closed finding and some more of them.
"""

import asyncio
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

from models.database import Database
from models.keeping.files import keep
from models.orders import Attached
from models.upgrade import upgrade
from policy.stages import Act
from tests.benchmarks.measured import Fact
from tests.flows.prefect_house import wait_for
from tests.flows.township import Township
from tests.models.township import act, assigned, staff

ACTS = (
    (Act.ACCEPT, "owner"),
    (Act.ATTACH_EVIDENCE, "owner"),
    (Act.SUBMIT, "owner"),
    (Act.PASS_VERIFICATION, "verifier"),
    (Act.APPROVE_CLOSURE, "mayor"),
)
LARGEST = 6
"""Tables named of each database."""
PURGED = ("events", "event_resources")
"""Prefect's own news, which its vacuum takes away after three days."""


def bytes_of(file: Path) -> Counter[str]:
    """Table, with its indexes → bytes, in a copy without free pages."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "copy.db"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db:
            db.execute("VACUUM INTO ?", (str(copy),))
        with closing(sqlite3.connect(copy)) as db:
            rows = db.execute(
                "SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize) FROM dbstat s"
                " LEFT JOIN sqlite_schema m ON m.name = s.name GROUP BY 1"
            )
            return Counter(dict(rows.fetchall()))


def folder_of(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


async def live(place: Township, db: Database, lives: int) -> None:
    numbers = [await assigned(db, deadline_type="立行立改") for _ in range(lives)]
    all_parked(place, lives)
    for what, by in ACTS:
        for number in numbers:
            files: tuple[Attached, ...] = ()
            if what is Act.ATTACH_EVIDENCE:
                path = place.home / "photo.pdf"
                path.write_bytes(b"%PDF " + number.encode())
                files = (keep(path, place.home),)
            await act(db, number, what, by, files=files)
        all_parked(place, 0 if what is Act.APPROVE_CLOSURE else lives)


def all_parked(place: Township, wanted: int) -> None:
    """Every run has seen the newest version, and stands still."""
    behind = "SELECT count(*) FROM finding f LEFT JOIN run r ON r.finding = f.number"
    behind += " WHERE coalesce(r.version_seen, 0) <> f.version"

    def still() -> bool:
        states = Counter(run["state_type"] for run in place.live_runs())
        return place.rows(behind)[0][0] == 0 and states == Counter(PAUSED=wanted)

    wait_for(still, 600, f"{wanted} runs parked")


def all_mailed(place: Township) -> None:
    waiting = "SELECT count(*) FROM letter WHERE state = 'queued'"
    wait_for(lambda: place.rows(waiting)[0][0] == 0, 300, "no letter waits")


def measure(quick: bool) -> list[Fact]:
    return asyncio.run(_measure(2 if quick else 30))


async def _measure(lives: int) -> list[Fact]:
    with tempfile.TemporaryDirectory() as folder:
        place = Township(Path(folder))
        # A day after the acts: their wakes are due whatever the hour.
        place.environment |= {"RECTIFY_BACKUP_HOUR": "-1", "RECTIFY_AS_OF": "2026-11-21"}
        place.prefect.start()
        db = Database(f"sqlite+aiosqlite:///{place.home / 'rectify.db'}")
        try:
            await upgrade(db)
            await staff(db)
            place.start("mailbox")
            place.start("worker")
            await live(place, db, 1)  # pays for what is there once
            all_mailed(place)
            files = {"rectify": place.home / "rectify.db", "prefect": place.home / "prefect" / "prefect.db"}
            before = {name: bytes_of(file) for name, file in files.items()}
            mails = folder_of(place.home / "mailbox")
            await live(place, db, lives)
            all_mailed(place)
            after = {name: bytes_of(file) for name, file in files.items()}
            sent = Fact(
                "mails of a finding, all recipients",
                _kib(folder_of(place.home / "mailbox") - mails, lives),
                "KiB",
            )
            return [*_facts(before, after, lives), sent]
        finally:
            await db.close()
            place.end()


def _facts(before: dict[str, Counter[str]], after: dict[str, Counter[str]], lives: int) -> list[Fact]:
    found: list[Fact] = []
    for name, tables in after.items():
        grown = {table: _kib(size - before[name][table], lives) for table, size in tables.items()}
        gone = sum(grown.get(table, 0) for table in PURGED)
        found.append(Fact(f"{name}.db, kept of a finding", sum(grown.values()) - gone, "KiB"))
        if gone:
            found.append(Fact(f"{name}.db, gone after three days", gone, "KiB", "Prefect's own events"))
        largest = sorted(grown.items(), key=lambda one: -one[1])[:LARGEST]
        found += [Fact(f"{name}.db, table {table}", size, "KiB") for table, size in largest]
    return found


def _kib(size: int, lives: int) -> float:
    return round(size / lives / 1024, 2)
