"""The power goes: what was acknowledged is on the disk, and half of what was not is nowhere."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

from models import database
from models.database import Database
from models.upgrade import upgrade
from policy.stages import Act, Stage
from tests.models.powercut import Disk, watched
from tests.models.township import act, brought_to, staff

FRAME_HEADER = 24
NONCES = ("first", "second", "third", "fourth")


async def founded(folder: Path) -> str:
    """A database of this schema with its people, closed and on the disk."""
    db = Database(f"sqlite+aiosqlite:///{folder / 'rectify.db'}")
    await upgrade(db)
    await staff(db)
    await db.close()
    return db.url


async def lived(db: Database, disk: Disk, wal: Path) -> list[int]:
    """Four acts, each acknowledged before the next; how much of the log was on the disk after each."""
    number = await brought_to(db, Stage.IN_PROGRESS)
    lengths = []
    for nonce in NONCES:
        await act(db, number, Act.REPORT_PROGRESS, "owner", nonce=nonce, text="已补记")
        lengths.append(len(disk.durable(wal)))
    return lengths


def stored(image: Path) -> list[str]:
    """The acts in a database as somebody finds it after the power cut; it has to be whole."""
    with closing(sqlite3.connect(image)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not db.execute("PRAGMA foreign_key_check").fetchall()
        rows = db.execute("SELECT nonce FROM event WHERE nonce IS NOT NULL ORDER BY seq")
        return [nonce for (nonce,) in rows]


def left(folder: Path, main: bytes, wal: bytes) -> Path:
    """What the power cut leaves, put where it can be opened; the shared memory is gone."""
    folder.mkdir(exist_ok=True)
    image = folder / "left.db"
    for name in ("left.db-shm", "left.db-wal"):
        (folder / name).unlink(missing_ok=True)
    image.write_bytes(main)
    image.with_name("left.db-wal").write_bytes(wal)
    return image


@pytest.mark.parametrize(("synchronous", "survives"), [(2, True), (1, False)], ids=["full", "normal"])
async def test_what_was_acknowledged_survives_a_power_cut_with_full_syncs_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, synchronous: int, survives: bool
) -> None:
    assert database.PRAGMAS["synchronous"] == 2
    monkeypatch.setitem(database.PRAGMAS, "synchronous", synchronous)
    url, main, wal = await founded(tmp_path), tmp_path / "rectify.db", tmp_path / "rectify.db-wal"
    with watched() as disk:
        db = Database(url)
        await lived(db, disk, wal)
        found = stored(left(tmp_path / "image", disk.durable(main), disk.durable(wal)))
        await db.close()
    assert (found == list(NONCES)) is survives


async def test_a_log_cut_within_an_act_has_the_acts_before_it_and_nothing_of_that_one(tmp_path: Path) -> None:
    url, main, wal = await founded(tmp_path), tmp_path / "rectify.db", tmp_path / "rectify.db-wal"
    with watched() as disk:
        db = Database(url)
        lengths = await lived(db, disk, wal)
        base, log = disk.durable(main), disk.durable(wal)
        await db.close()
    for done, cut in cuts(lengths, log):
        assert stored(left(tmp_path / "image", base, log[:cut])) == list(NONCES[:done]), cut


def cuts(lengths: Sequence[int], log: bytes) -> Iterator[tuple[int, int]]:
    """After each frame of the log that belongs to one of the acts: how many acts are whole by then."""
    frame = FRAME_HEADER + int.from_bytes(log[8:12], "big")
    for done, (begin, end) in enumerate(pairwise(lengths), start=1):
        assert (end - begin) % frame == 0
        assert end > begin, "the log was begun anew"
        yield from ((done, cut) for cut in range(begin, end, frame))
    yield len(lengths), lengths[-1]
