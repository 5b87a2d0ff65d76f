"""Which schedules reveal which broken build, and by which check."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

from tests.crash.house import House
from tests.crash.play import play
from tests.crash.schedules import Schedule
from tests.crash.sweep import Rooms


def without_keys(house: House) -> None:
    """Take the unique key of forms out of the database, as its file has it."""
    with closing(sqlite3.connect(house.home / "rectify.db")) as db:
        (table,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'event'").fetchone()
        bare, found = KEY.subn("", table)
        assert found == 1, table
        kept = [sql for (sql,) in db.execute(ATTACHED) if sql]
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute(bare.replace("CREATE TABLE event", "CREATE TABLE kept"))
        db.execute("INSERT INTO kept SELECT * FROM event")
        db.execute("DROP TABLE event")
        db.execute("ALTER TABLE kept RENAME TO event")
        for sql in kept:
            db.execute(sql)
        db.commit()


KEY = re.compile(r',\s*CONSTRAINT "one act for one form" UNIQUE \([^)]*\)')
ATTACHED = "SELECT sql FROM sqlite_master WHERE tbl_name = 'event' AND type IN ('index', 'trigger')"


def _nothing(_house: House) -> None: ...


@dataclass(frozen=True)
class Trial:
    """A broken build, the schedule that shows it, and words of the check that catches it."""

    control: str
    schedule: Schedule
    caught_by: str
    prepare: Callable[[House], None] = _nothing


TRIALS = (
    Trial(
        "mark_before_send",
        Schedule("killed between mark and mail", armed={"worker": ["mail_data.after_commit"]}, calm=True),
        "is sent and arrived 0 times",
    ),
    Trial(
        "send_before_mark",
        Schedule("killed between mail and mark", armed={"worker": ["mail.answered"]}, calm=True),
        "arrived 2 times",
    ),
    Trial(
        "no_watch",
        Schedule("killed at work", ("open",), armed={"worker": ["look.after_commit"]}, calm=True),
        "its runs in Prefect are",
    ),
    Trial(
        "no_unique_keys",
        Schedule("killed with the evidence stored", armed={"driver": ["record.after_commit@2"]}),
        "is stored 2 times",
        without_keys,
    ),
    Trial(
        "effects_outside",
        Schedule("killed with the act stored", armed={"driver": ["record.after_commit@3"]}),
        "is written 0 times",
    ),
)


def tried(trial: Trial, rooms: Rooms, bound: float) -> str:
    """What the sweep says of the broken build; nothing if it is content with it."""
    with rooms() as house:
        trial.prepare(house)
        outcome = play(house, trial.schedule, bound)
    return next((line for line in outcome.wrong if trial.caught_by in line), "")
