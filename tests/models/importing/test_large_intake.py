"""A large ledger takes no more statements than a small one: rows travel together."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from itertools import cycle, islice

import pytest

from models.bulk import BATCH
from models.database import Database
from models.importing.desk import Taken
from policy.ledger_rows import LedgerRow
from tests.models.conftest import House
from tests.models.sample import csv, staff, take, with_rows
from tests.models.statements import counted
from tests.models.township import asked

FEW, MANY = 26, 260
Rows = Callable[[LedgerRow], LedgerRow]


def again(number: int, *, changed: Rows = lambda row: row) -> list[LedgerRow]:
    """The sample's rows so often, each time as other findings."""
    return [
        changed(replace(row, row=at, number=f"{row.number}-{at}", condition=f"{row.condition}{at}"))
        for at, row in enumerate(islice(cycle(csv().rows), number), start=5)
    ]


def without_numbers(row: LedgerRow) -> LedgerRow:
    return replace(row, number="")


def elsewhere(row: LedgerRow) -> LedgerRow:
    """Other texts, another deadline, further measures and evidence, and a figure for everything."""
    return replace(
        row,
        title=f"{row.title}（改）",
        progress="又查了一次",
        deadline=row.deadline and row.deadline.replace(year=2027),
        measures=(*row.measures, "再查一次"),
        evidence=(*row.evidence, "再查.pdf"),
        round_name="另一批",
        owner_post="乡纪委书记",
    )


async def imported(db: Database, rows: Iterable[LedgerRow], **how: bool) -> Taken:
    taken = await take(db, with_rows(*rows), create_units=True, **how)
    assert taken.errors == []
    return taken


async def statements(house: House, number: int, work: Callable[[Database, int], Awaitable[Taken]]) -> int:
    """How many the second half of `work` takes; the names are known by then."""
    await house.restore("empty")
    await staff(house.db)
    await imported(house.db, csv().rows)
    with counted(house.db) as sent:
        taken = await work(house.db, number)
    assert taken.imported + taken.updated + taken.unchanged == number
    return len(sent)


async def arrival(db: Database, number: int) -> Taken:
    return await imported(db, again(number))


async def arrival_without_numbers(db: Database, number: int) -> Taken:
    return await imported(db, again(number, changed=without_numbers))


@pytest.mark.parametrize("work", [arrival, arrival_without_numbers])
async def test_new_rows_take_as_many_statements_be_they_few_or_many(
    house: House, work: Callable[[Database, int], Awaitable[Taken]]
) -> None:
    assert FEW < MANY < BATCH
    few = await statements(house, FEW, work)
    assert few < 60
    assert await statements(house, MANY, work) == few


async def of_a_second_import(house: House, number: int, changed: Rows, **how: bool) -> int:
    await house.restore("empty")
    await staff(house.db)
    await imported(house.db, again(number))
    with counted(house.db) as sent:
        taken = await imported(house.db, again(number, changed=changed), **how)
    assert taken.imported == 0
    assert (taken.updated if how else taken.unchanged) == number
    return len(sent)


async def test_the_same_rows_again_take_as_many_statements_be_they_few_or_many(house: House) -> None:
    few = await of_a_second_import(house, FEW, lambda row: row)
    assert few < 30
    assert await of_a_second_import(house, MANY, lambda row: row) == few


async def test_changed_rows_take_as_many_statements_be_they_few_or_many(house: House) -> None:
    few = await of_a_second_import(house, FEW, elsewhere, update=True)
    assert few < 60
    assert await of_a_second_import(house, MANY, elsewhere, update=True) == few


async def test_more_rows_than_fit_one_batch_are_all_stored_and_known_again(db: Database) -> None:
    rows = again(BATCH + 20, changed=without_numbers)
    assert (await imported(db, rows)).imported == BATCH + 20
    assert await asked(db, "SELECT count(*) FROM finding") == [BATCH + 20]
    assert await asked(
        db,
        "SELECT count(*) FROM finding WHERE version <> (SELECT max(seq) FROM event"
        " WHERE event.finding = finding.number)",
    ) == [0]
    second = await imported(db, rows)
    assert (second.imported, second.updated, second.unchanged) == (0, 0, BATCH + 20)
