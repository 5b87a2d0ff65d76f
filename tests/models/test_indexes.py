"""No question of an act reads a whole table, so that it costs the same among five million findings."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, text
from sqlmodel import SQLModel

from models.database import Database
from policy.stages import Act, Stage
from tests.models.township import act, assigned, brought_to

WHOLE = re.compile(r"(?:Seq Scan on|^SCAN) (\w+)")
TABLES = frozenset(SQLModel.metadata.tables)


@contextmanager
def questions(db: Database) -> Iterator[dict[str, Any]]:
    """What is asked while this is open, with the parameters of the last time."""
    asked: dict[str, Any] = {}

    def note(_1: object, _2: object, sql: str, parameters: Any, *_rest: object) -> None:
        if sql.startswith(("SELECT", "WITH")) and "FROM" in sql:
            asked[sql] = parameters

    event.listen(db.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(db.engine.sync_engine, "before_cursor_execute", note)


async def read_whole(db: Database, sql: str, parameters: Any) -> set[str]:
    """Tables that the database reads from end to end to answer, if it can't help it."""
    async with db.engine.connect() as connection:
        if not db.is_sqlite:
            await connection.execute(text("SET LOCAL enable_seqscan = off"))
        words = "EXPLAIN QUERY PLAN" if db.is_sqlite else "EXPLAIN"
        plan = await connection.exec_driver_sql(f"{words} {sql}", parameters)
        found = {match[1] for row in plan if (match := WHOLE.search(str(row[-1]).strip()))}
    return {name for name in found if re.sub(r"_\d+$", "", name) in TABLES}


async def test_every_question_of_an_act_is_answered_from_an_index(town: Database) -> None:
    with questions(town) as asked:
        await brought_to(town, Stage.CLOSED)
        other = await assigned(town)
        await act(town, other, Act.DISPUTE, "owner", reason="不属于本村事项，请另行派发")
        await act(town, other, Act.REASSIGN, "inspector", unit="乙村党支部", post="乙村党支部书记")
    assert len(asked) > 10
    wide = {sql: tables for sql, said in asked.items() if (tables := await read_whole(town, sql, said))}
    assert not wide


async def test_a_question_without_an_index_is_seen(town: Database) -> None:
    with questions(town) as asked:
        async with town.engine.connect() as connection:
            await connection.execute(text("SELECT number FROM finding WHERE remarks = 'x'"))
    [(sql, said)] = asked.items()
    assert await read_whole(town, sql, said) == {"finding"}
