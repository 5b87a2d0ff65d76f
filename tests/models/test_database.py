"""What the database itself promises, whoever writes to it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import SQLModel, select

from models import ledger
from models.database import Database, database, database_url
from models.findings import ClosedCycle, Finding, Measure, OutcomeFigure
from models.mailing.mail import Letter
from models.seals import seal_day
from models.settings import Settings
from models.staff.people import Appointment, Person, Post, PostRole, Substitution, Unit
from models.upgrade import upgrade
from policy.deadlines import DayCount, DeadlineType
from policy.escalation import LetterState
from policy.ledger_rows import Metric
from policy.refusals import Unavailable
from policy.roles import Role
from policy.stages import Act, Stage
from tests.models.postgres import Cluster
from tests.models.township import NOW, TODAY, act, asked, assigned, brought_to, change


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[Database]:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'new folder' / 'rectify.db'}")
    yield db
    await db.close()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [
        ("journal_mode", "wal"),
        ("synchronous", 2),
        ("foreign_keys", 1),
        ("busy_timeout", 30000),
        ("trusted_schema", 0),
    ],
)
async def test_every_connection_to_sqlite_has_its_pragmas(file: Database, pragma: str, value: object) -> None:
    async with file.engine.connect(), file.engine.connect() as second:
        assert (await second.exec_driver_sql(f"PRAGMA {pragma}")).scalar() == value


async def add_one(db: Database) -> None:
    """Read, then write: what a deferred transaction could not do beside another writer."""
    async with db.writing() as session:
        unit = (await session.exec(select(Unit))).one()
        await asyncio.sleep(0)
        unit.kind = str(int(unit.kind) + 1)
        session.add(unit)


async def test_writers_wait_for_each_other_and_none_fails_or_is_lost(file: Database) -> None:
    async with file.engine.begin() as connection:
        await connection.run_sync(SQLModel.metadata.create_all)
    async with file.writing() as session:
        session.add(Unit(name="甲村党支部", kind="0"))
    await asyncio.gather(*(add_one(file) for _ in range(12)))
    assert await asked(file, "SELECT kind FROM unit") == ["12"]


async def test_a_reader_sees_the_state_before_a_write_that_is_not_finished(town: Database) -> None:
    async with town.writing() as session:
        session.add(Unit(name="丙村党支部"))
        await session.flush()
        assert await asked(town, "SELECT name FROM unit WHERE name = '丙村党支部'") == []
    assert await asked(town, "SELECT name FROM unit WHERE name = '丙村党支部'") == ["丙村党支部"]


class Slip(Exception):
    pass


async def test_what_fails_leaves_nothing(town: Database) -> None:
    async def slip() -> None:
        async with town.writing() as session:
            session.add(Unit(name="丙村党支部"))
            await session.flush()
            raise Slip

    with pytest.raises(Slip):
        await slip()
    assert await asked(town, "SELECT name FROM unit WHERE name = '丙村党支部'") == []


async def test_a_database_that_does_not_answer_is_said_in_a_sentence(tmp_path: Path) -> None:
    db = Database(f"postgresql+asyncpg://rectify@/nobody?host={tmp_path}")
    with pytest.raises(Unavailable, match="数据库暂时不可用"):
        async with db.reading() as session:
            await session.exec(select(Unit))
    await db.close()


async def test_a_connection_that_breaks_is_said_in_a_sentence_too(cluster: Cluster) -> None:
    db = Database(cluster.create())
    await upgrade(db)

    async def broken() -> None:
        async with db.writing() as session:
            session.add(Unit(name="丙村党支部"))
            await session.flush()
            connection = await session.connection()
            pid = (await connection.exec_driver_sql("SELECT pg_backend_pid()")).scalar()
            cluster.sql(f"SELECT pg_terminate_backend({pid})")
            await session.exec(select(Unit))

    with pytest.raises(Unavailable, match="没有保存任何内容"):
        await broken()
    assert await asked(db, "SELECT name FROM unit WHERE name = '丙村党支部'") == []
    await db.close()


async def test_a_connection_that_closed_while_it_lay_idle_is_replaced(cluster: Cluster) -> None:
    db, other = Database(cluster.create()), Database(cluster.create())
    [gone] = await asked(db, "SELECT pg_backend_pid()")
    cluster.sql(f"SELECT pg_terminate_backend({gone}, 10000)")
    await asked(other, "SELECT 1")  # meanwhile the event loop hears of it
    assert await asked(db, "SELECT pg_backend_pid()") != [gone]
    for each in (db, other):
        await each.close()


HISTORY = {
    "event": "reason = 'nothing happened'",
    "seal": "hash = ''",
    "closed_cycle": "closed_on = '2026-01-01'",
}


async def test_history_is_only_added_to(town: Database) -> None:
    await brought_to(town, Stage.CLOSED)
    await seal_day(town, NOW)
    for table, changes in HISTORY.items():
        before = await asked(town, f"SELECT count(*) FROM {table}")
        assert before[0] > 0
        for statement in (f"UPDATE {table} SET {changes}", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="history is only added to"):
                await change(town, statement)
        assert await asked(town, f"SELECT count(*) FROM {table}") == before


BAD = (
    "stage = 'finished'",
    "deadline_type = 'soon'",
    "day_count = 'weeks'",
    "percent = 101",
    "percent = -1",
    "round = 0",
    "cycle = 0",
    "version = 0",
    "stage = 'closed'",
    "closed_on = '2026-11-20'",
    "title = '  '",
    "lead_unit_id = 4711",
    "owner_post_id = 4711",
    "merged_into = 'nowhere'",
)


async def test_a_bad_finding_is_refused_by_the_database(town: Database) -> None:
    await assigned(town)
    for changes in BAD:
        with pytest.raises(IntegrityError):
            await change(town, f"UPDATE finding SET {changes}")
    await change(town, "UPDATE finding SET percent = 100")


def own(row: SQLModel, number: str) -> dict[str, str]:
    return {"finding": number} if getattr(row, "finding", "") == "its own" else {}


async def store(db: Database, rows: list[SQLModel]) -> None:
    async with db.writing() as session:
        session.add_all(rows)


@pytest.mark.parametrize(
    "rows",
    [
        [Measure(finding="nowhere", seq=1, text="逐笔核实")],
        [Measure(finding="its own", seq=7, text="甲"), Measure(finding="its own", seq=7, text="乙")],
        [OutcomeFigure(finding="its own", metric=Metric.CONTRACTS, amount=Decimal(1), unit=" ")],
        [Appointment(post_id=1, person_id=1, from_day=TODAY, to_day=TODAY - timedelta(days=1))],
        [Substitution(post_id=1, person_id=1, from_day=TODAY)],
        [PostRole(post_id=4711, role=Role.OWNER)],
        [Unit(name="甲村党支部")],
        [Post(unit_id=4711, name="某岗位")],
        [Post(unit_id=1, name="乡长")],
        [ClosedCycle(finding="nowhere", cycle=1, rounds=1, closed_on=TODAY)],
    ],
    ids=lambda rows: "+".join(type(row).__name__ for row in rows),
)
async def test_bad_rows_are_refused_by_the_database(town: Database, rows: list[SQLModel]) -> None:
    number = await assigned(town)
    with pytest.raises(IntegrityError):
        await store(town, [type(row)(**row.model_dump() | own(row, number)) for row in rows])


async def test_a_letter_is_written_once_whoever_writes_it(town: Database) -> None:
    number = await assigned(town)

    def letter() -> Letter:
        return Letter(
            finding=number,
            cycle=1,
            round=1,
            deadline_version=1,
            rung="red_order",
            kind="supervision_order",
            due_on=TODAY,
            state=LetterState.QUEUED,
            created_at=NOW,
        )

    await store(town, [letter()])
    with pytest.raises(IntegrityError):
        await store(town, [letter()])


async def test_times_come_back_as_they_were_in_utc_and_naive_ones_are_refused(town: Database) -> None:
    number = await assigned(town, datetime(2026, 11, 20, 10, 0, tzinfo=timezone(timedelta(hours=8))))
    async with town.reading() as session:
        assert (await ledger.find(session, number)).created_at == datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
    with pytest.raises(StatementError, match="a time without a zone"):
        async with town.writing() as session:
            (await ledger.find(session, number)).created_at = datetime(2026, 11, 20)  # noqa: DTZ001


@pytest.mark.parametrize("amount", ["5.16", "0.10", "346.00", "9999999999999999.99"])
async def test_amounts_are_exact(town: Database, amount: str) -> None:
    number = await assigned(town)
    async with town.writing() as session:
        figure = OutcomeFigure(
            finding=number, metric=Metric.RESOURCE_FEES, amount=Decimal(amount), unit="万元"
        )
        session.add(figure)
    async with town.reading() as session:
        stored = (await session.exec(select(OutcomeFigure))).one().amount
    assert stored == Decimal(amount)


async def test_words_come_back_as_what_they_are(town: Database) -> None:
    number = await assigned(town)
    async with town.reading() as session:
        found = await ledger.find(session, number)
    assert found.stage is Stage.ASSIGNED
    assert found.deadline_type is DeadlineType.TIME_LIMITED
    assert found.day_count is DayCount.MONTHS


async def test_a_day_is_sealed_once(town: Database) -> None:
    number = await assigned(town)
    await asyncio.gather(seal_day(town, NOW), seal_day(town, NOW), seal_day(town, NOW + timedelta(hours=3)))
    sealed = await asked(town, "SELECT hash FROM seal")
    await act(town, number, Act.ACCEPT, "owner")
    await seal_day(town, NOW)
    assert await asked(town, "SELECT hash FROM seal") == sealed
    await seal_day(town, NOW + timedelta(days=1))
    assert len(set(await asked(town, "SELECT hash FROM seal"))) == 2


@pytest.mark.parametrize(
    ("set_url", "url"),
    [
        ("postgresql://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("postgres://u:p@h/d", "postgresql+asyncpg://u:p@h/d"),
        ("sqlite:////data/r.db", "sqlite+aiosqlite:////data/r.db"),
    ],
)
def test_the_driver_is_ours_to_name(set_url: str, url: str) -> None:
    assert database_url(Settings(_env_file=None, database_url=set_url)) == url


async def test_one_event_loop_has_one_database_for_each_data_folder(tmp_path: Path) -> None:
    here, there = (Settings(_env_file=None, home=tmp_path / name) for name in ("here", "there"))
    assert database_url(here) == f"sqlite+aiosqlite:///{tmp_path / 'here' / 'rectify.db'}"
    first = database(here)
    assert database(here) is first
    assert database(there) is not first


async def test_a_commit_shows_in_the_stamp_and_a_look_does_not(town: Database) -> None:
    before = town.stamp()
    await asked(town, "SELECT count(*) FROM unit")
    assert town.stamp() == before
    await assigned(town)
    assert town.stamp() != before if town.is_sqlite else town.stamp() == ()


async def test_persons_are_told_apart_by_more_than_their_name(town: Database) -> None:
    async with town.writing() as session:
        session.add_all([Person(name="张三"), Person(name="张三")])
    assert await asked(town, "SELECT count(*) FROM person WHERE name = '张三'") == [2]


def test_a_day_is_a_date_not_a_moment() -> None:
    assert Finding.__table__.c.deadline.type.python_type is date  # type: ignore[attr-defined]  # a table has one
