"""The migrations: they make what the tables say, go back down, and know when they are too old."""

import asyncio
import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, inspect

from models.database import Database
from models.tables import BESIDE, metadata
from models.upgrade import is_current, run, scripts, upgrade
from policy.refusals import Unavailable
from tests.models.township import asked, assigned, change


def differences(connection: Connection) -> list[object]:
    opts = {"compare_type": True, "include_name": known}
    context = MigrationContext.configure(connection, opts=opts)
    return list(compare_metadata(context, metadata))


def known(name: str | None, _kind: object, _parents: object) -> bool:
    return not (name or "").startswith(BESIDE)


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


Checks = dict[tuple[str, str], frozenset[str]]


def quoted(sql: object) -> frozenset[str]:
    return frozenset(re.findall(r"'([^']*)'", str(sql)))


def checks(connection: Connection) -> Checks:
    """(table, name) → the words that its CHECK names."""
    seen = inspect(connection)
    named = {table: seen.get_check_constraints(table) for table in tables(connection)}
    return {(table, str(c["name"])): quoted(c["sqltext"]) for table, found in named.items() for c in found}


async def to(db: Database, target: str) -> None:
    async with db.engine.execution_options(rectify_writes=True).begin() as connection:
        await connection.run_sync(run, target)


async def test_an_upgrade_makes_what_the_tables_say(db: Database) -> None:
    async with db.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_every_check_of_the_tables_is_in_the_database_word_for_word(db: Database) -> None:
    wanted = {
        (table.name, str(rule.name)): quoted(rule.sqltext)
        for table in metadata.tables.values()
        for rule in table.constraints
        if isinstance(rule, CheckConstraint)
    }
    assert len(wanted) > 15
    async with db.engine.connect() as connection:
        assert await connection.run_sync(checks) == wanted


async def test_migrations_go_down_to_nothing_and_up_again(bare: Database) -> None:
    await upgrade(bare)
    await to(bare, "base")
    async with bare.engine.connect() as connection:
        assert await connection.run_sync(tables) == set()
    await upgrade(bare)
    async with bare.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_an_upgrade_of_what_is_up_to_date_changes_nothing(town: Database) -> None:
    number = await assigned(town)
    await upgrade(town)
    assert await asked(town, "SELECT number FROM finding") == [number]


async def test_two_programs_may_upgrade_at_once(bare: Database) -> None:
    await asyncio.gather(upgrade(bare), upgrade(bare), upgrade(bare))
    async with bare.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_a_database_of_a_newer_program_is_refused_and_left_alone(db: Database) -> None:
    await change(db, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(Unavailable, match="9999"):
        await upgrade(db)
    assert await asked(db, "SELECT version_num FROM alembic_version") == ["9999"]


async def test_a_schema_is_current_only_at_this_code_s_own_version(db: Database) -> None:
    found = {}
    for version in (*(script.revision for script in scripts().walk_revisions()), "9999"):
        await change(db, "UPDATE alembic_version SET version_num = :version", version=version)
        async with db.reading() as session:
            found[version] = await is_current(session)
    assert [version for version, so in found.items() if so] == [scripts().get_current_head()]
    assert len(found) >= 4


async def test_a_database_without_tables_is_not_current(bare: Database) -> None:
    async with bare.reading() as session:
        assert not await is_current(session)


def test_the_migrations_are_one_line_of_history() -> None:
    assert len(scripts().get_heads()) == 1
    assert len(scripts().get_bases()) == 1
