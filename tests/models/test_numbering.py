"""Numbers: a series goes on behind the highest number it ever had, whoever gave that."""

import asyncio
from dataclasses import replace

import pytest
from alembic import command
from sqlalchemy import Connection

from models.database import Database
from models.importing.desk import Taken
from models.ledger import Receipt
from models.upgrade import config
from policy.ledger_rows import LedgerRow
from policy.refusals import BadInput
from tests.models.sample import csv, take, with_rows
from tests.models.test_migrations import to
from tests.models.township import NOW, asked, change, opened

UNNUMBERED = replace(csv().rows[0], number="")


def unnumbered(*texts: str) -> list[LedgerRow]:
    return [replace(UNNUMBERED, row=20 + at, condition=text) for at, text in enumerate(texts)]


def numbered(*numbers: str) -> list[LedgerRow]:
    return [
        replace(UNNUMBERED, row=50 + at, number=number, condition=f"{number} 的事")
        for at, number in enumerate(numbers)
    ]


async def taken_in(db: Database, *rows: LedgerRow) -> Taken:
    taken = await take(db, with_rows(*rows), create_units=True)
    assert taken.errors == []
    return taken


async def numbers(db: Database) -> list[object]:
    return await asked(db, "SELECT number FROM finding ORDER BY number")


async def test_rows_without_a_number_get_the_next_in_their_order(db: Database) -> None:
    await taken_in(db, *unnumbered("甲", "乙"))
    by_text = "SELECT condition FROM finding ORDER BY number"
    assert await numbers(db) == ["ZC2026-001", "ZC2026-002"]
    assert await asked(db, by_text) == ["甲", "乙"]


async def test_a_series_does_not_go_back_to_fill_a_gap(db: Database) -> None:
    await taken_in(db, *numbered("ZC2026-001", "ZC2026-007"))
    await taken_in(db, *unnumbered("甲", "乙"))
    assert await numbers(db) == ["ZC2026-001", "ZC2026-007", "ZC2026-008", "ZC2026-009"]


async def test_a_number_stated_further_down_the_file_is_not_given_away_before(db: Database) -> None:
    await taken_in(db, *unnumbered("甲", "乙", "丙"), *numbered("ZC2026-002"))
    assert await numbers(db) == [f"ZC2026-00{n}" for n in (1, 2, 3, 4)]
    sql = "SELECT condition FROM finding WHERE number = 'ZC2026-002'"
    assert await asked(db, sql) == ["ZC2026-002 的事"]


async def test_numbers_of_another_form_move_no_series(db: Database) -> None:
    await taken_in(db, *numbered("ZC2026-001-7", "ZC2026-9999999999", "台账-5"), *unnumbered("甲"))
    assert "ZC2026-001" in await numbers(db)


async def test_what_is_opened_by_hand_above_the_series_moves_it(town: Database) -> None:
    await opened(town, number="ZC2026-040")
    assert (await opened(town, condition="另一件事")).number == "ZC2026-041"
    await taken_in(town, *unnumbered("甲"))
    assert (await opened(town, condition="又一件事")).number == "ZC2026-043"


async def test_a_number_that_is_taken_is_refused_and_a_series_steps_over_it(town: Database) -> None:
    await opened(town, number="ZC2026-001")
    with pytest.raises(BadInput, match="ZC2026-001"):
        await opened(town, number="ZC2026-001")
    await change(town, "DELETE FROM number_series")
    assert (await opened(town)).number == "ZC2026-002"


async def test_a_number_given_out_is_not_given_again_after_a_refused_import(db: Database) -> None:
    dry = await take(db, with_rows(*unnumbered("甲")), create_units=True, dry_run=True)
    assert [x.zh for x in dry.warnings if "编为" in x.zh] == ["未填编号，编为 ZC2026-001"]
    assert await asked(db, "SELECT prefix FROM number_series") == []


async def test_an_import_and_openings_at_once_share_one_series(town: Database) -> None:
    await asyncio.gather(
        taken_in(town, *unnumbered("甲", "乙", "丙")),
        taken_in(town, *unnumbered("丁", "戊", "己")),
        *(opened(town, NOW, condition=f"第{n}件") for n in range(3)),
    )
    assert await numbers(town) == [f"ZC2026-{n:03}" for n in range(1, 10)]
    assert await asked(town, "SELECT last FROM number_series") == [9]


def back_to_0002(connection: Connection) -> None:
    made = config()
    made.attributes["connection"] = connection
    command.downgrade(made, "0002")


async def test_an_upgrade_lets_series_catch_up_with_numbers_given_by_hand(nowhere: str) -> None:
    db = Database(nowhere)
    try:
        await to(db, "head")
        await taken_in(db, *numbered("ZC2026-003", "ZC2026-017", "XC2025-002", "另编-5"))
        await change(db, "DELETE FROM number_series WHERE prefix = 'XC2025-'")
        await change(db, "UPDATE number_series SET last = 3 WHERE prefix = 'ZC2026-'")
        async with db.engine.execution_options(rectify_writes=True).begin() as connection:
            await connection.run_sync(back_to_0002)
        await to(db, "head")
        found = await asked(db, "SELECT prefix || last FROM number_series ORDER BY prefix")
        assert found == ["XC2025-2", "ZC2026-17"]
    finally:
        await db.close()


async def test_numbers_taken_at_one_moment_are_all_different(town: Database) -> None:
    by_hand = [opened(town, number=f"ZC2026-00{n}") for n in (3, 7)]
    given = await asyncio.gather(*(opened(town) for _ in range(6)), *by_hand, return_exceptions=True)
    numbers = [receipt.number for receipt in given if isinstance(receipt, Receipt)]
    assert len(set(numbers)) == len(numbers) >= 6
    refused = [what for what in given if not isinstance(what, Receipt)]
    assert all(isinstance(what, BadInput) for what in refused), "a number that was given away is refused"


async def test_rounds_first_named_at_one_moment_are_one(town: Database) -> None:
    await asyncio.gather(*(opened(town, round_name="2026年第一轮") for _ in range(5)))
    assert await asked(town, "SELECT count(*) FROM inspection_round WHERE name = '2026年第一轮'") == [1]
