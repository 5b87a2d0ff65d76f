"""The sample ledger of the demo, read once, and how it is taken in."""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import portal
from models.database import Database
from models.importing import intake
from models.importing.desk import Taken, Wanted
from models.staff import staffing
from policy.ledger_rows import LedgerRow, ReadLedger
from tasks.ledgers.reading import read_ledger
from tasks.people_file import read_people
from tests.models.township import NOW, TODAY, TRADE

DEMO = Path(portal.__file__).parent / "demo"


@lru_cache
def csv() -> ReadLedger:
    return read_ledger(DEMO / "sample_findings.csv", today=TODAY)


@lru_cache
def xlsx() -> ReadLedger:
    return read_ledger(DEMO / "sample_ledger.xlsx", today=TODAY)


async def take(db: Database, read: ReadLedger, **how: bool) -> Taken:
    return await intake.take_in(db, read, Wanted(by="inspector", **how), NOW, TRADE)


async def staff(db: Database) -> None:
    people, errors = read_people(DEMO / "sample_people.csv")
    assert not errors
    assert not (await staffing.take_in(db, people)).errors


async def imported(db: Database) -> None:
    await staff(db)
    taken = await take(db, csv(), create_units=True)
    assert taken.imported == 26


def with_rows(*rows: LedgerRow) -> ReadLedger:
    """The sample's columns with other rows."""
    return replace(csv(), rows=rows, errors=(), warnings=())


def row(number: str, /, **changes: Any) -> LedgerRow:
    """A row of the sample, changed."""
    (found,) = [row for row in csv().rows if row.number == number]
    return replace(found, **changes)
