"""What is due is one question, answered from an index however many findings there are."""

from datetime import date, timedelta
from typing import Any

import pytest

from models.bulk import store, whole
from models.database import Database
from models.findings import Finding
from models.mailing import letters
from policy.stages import Stage
from tasks.watch import climb_due
from tests.models.statements import counted
from tests.models.test_indexes import WHOLE, questions
from tests.models.township import NOW, TODAY, brought_to, change

MANY = 20_000
INDEX = "ix_finding_next_look_on"


async def filled(db: Database, due: int) -> None:
    """Very many findings, `due` of them due, every fourth with nothing to come, the others within months."""
    model = await brought_to(db, Stage.IN_PROGRESS, deadline="2026-12-31")
    async with db.writing() as session:
        row = (await session.get_one(Finding, model)).model_dump()
        given = ({"number": f"N{at:06}", "next_look_on": look(at, due)} for at in range(MANY))
        await store(session, Finding, [whole(Finding, **row | x) for x in given])
    await change(db, "ANALYZE")


def look(at: int, due: int) -> date | None:
    if at < due:
        return TODAY - timedelta(days=at % 3)
    return None if at % 4 == 0 else TODAY + timedelta(days=1 + at % 90)


async def explained(db: Database, sql: str, parameters: Any) -> list[str]:
    async with db.engine.connect() as connection:
        words = "EXPLAIN QUERY PLAN" if db.is_sqlite else "EXPLAIN"
        plan = await connection.exec_driver_sql(f"{words} {sql}", parameters)
        return [str(row[-1]).strip() for row in plan]


@pytest.mark.parametrize("due", [0, 40, MANY // 2])
async def test_what_is_due_is_answered_from_the_index_of_days(town: Database, due: int) -> None:
    await filled(town, due)
    for limit in (1, 200):
        with questions(town) as asked:
            async with town.reading() as session:
                assert len(await letters.due(session, TODAY, limit=limit)) == min(due, limit)
        [(sql, said)] = asked.items()
        plan = "\n".join(await explained(town, sql, said))
        assert INDEX in plan
        assert "finding_pkey" not in plan
        assert not WHOLE.search(plan)
        until = "next_look_on<?" if town.is_sqlite else "Index Cond: ((next_look_on <= "
        assert until in plan


async def test_a_round_with_nothing_due_asks_that_one_question(town: Database) -> None:
    await brought_to(town, Stage.IN_PROGRESS, deadline="2026-12-31")
    with counted(town) as sent:
        assert await climb_due(town, NOW) == 0
    assert len([sql for sql in sent if "FROM finding" in sql]) == len(sent) == 1


async def test_all_that_is_due_is_met_once_the_longest_due_first(town: Database) -> None:
    await filled(town, 40)
    met, after = [], letters.BEGINNING
    async with town.reading() as session:
        while page := await letters.due(session, TODAY, after, 7):
            met += page
            after = page[-1]
    assert len(met) == len(set(met)) == 40
    assert met == sorted(met)
    assert all(day <= TODAY for day, _ in met)
