"""A dry run says what the real round then does, and leaves no trace in the database."""

from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import text
from sqlmodel import SQLModel

from models import questions
from models.database import Database
from models.questions import Row
from models.settings import Settings
from policy.stages import Stage
from tasks.foresight import Foreseen, foresee
from tasks.post import write_mails
from tasks.watch import climb_due
from tests.models.township import NOW, assigned, brought_to, change

QUIET = Settings(_env_file=None)
Letters = set[tuple[str, str, str, str, tuple[str, ...], tuple[str, ...], str]]


async def stored(db: Database) -> dict[str, tuple[int, str]]:
    """Of each table how many rows it has, and a hash over all of them."""
    found = {}
    async with db.engine.connect() as connection:
        for name in SQLModel.metadata.tables:
            rows = sorted(map(repr, await connection.execute(text(f'SELECT * FROM "{name}"'))))
            found[name] = len(rows), sha256("\n".join(rows).encode()).hexdigest()
    return found


async def foreseen(db: Database, now: timedelta, *, climbing: bool = True) -> Foreseen:
    """What is foreseen, having seen that nothing was stored."""
    before = await stored(db)
    found = await foresee(db, QUIET, NOW + now, climbing=climbing)
    assert await stored(db) == before
    return found


async def letters(db: Database) -> list[Row]:
    async with db.reading() as session:
        return await questions.letters(session)


def in_short(rows: list[Row]) -> Letters:
    names = ("finding", "rung", "date", "state", "to", "cc", "note")
    return {tuple(tuple(x) if isinstance(x, list) else x for x in map(row.get, names)) for row in rows}  # type: ignore[misc]  # seven of them


async def mails(db: Database) -> list[Row]:
    async with db.reading() as session:
        return await questions.mails(session)


async def compared(db: Database, after: timedelta) -> Foreseen:
    """What is foreseen, having seen that the real rounds did just that."""
    found = await foreseen(db, after)
    letters_before, mails_before = in_short(await letters(db)), await mails(db)
    assert await climb_due(db, NOW + after) == len(found.letters)
    assert in_short(await letters(db)) - letters_before == in_short(found.letters)
    await write_mails(db, QUIET, NOW + after)
    now = (await mails(db))[len(mails_before) :]
    assert said(now) == said([x for x in found.mails if x["new"]])
    return found


def said(rows: list[Row]) -> list[tuple[str, str, str]]:
    return sorted((row["recipient"], row["subject"], row["language"]) for row in rows)


@pytest.mark.parametrize("days", [0, 3, 11, 12, 40])
async def test_what_is_foreseen_is_what_is_done(db: Database, days: int) -> None:
    await brought_to(db, Stage.IN_PROGRESS, deadline="2026-12-01")
    await brought_to(db, Stage.PENDING_VERIFICATION)
    await brought_to(db, Stage.CLOSED)
    await assigned(db, confidential=True)
    found = await compared(db, timedelta(days=days))
    assert found.letters or days == 0


async def test_letters_of_one_round_are_foreseen_as_they_bear_on_each_other(db: Database) -> None:
    """The second red order of a unit brings its interview forward, be the first of the same round."""
    first, second = [
        await brought_to(db, Stage.IN_PROGRESS, deadline=day) for day in ("2026-11-21", "2026-11-22")
    ]
    found = await compared(db, timedelta(days=3))
    interviews = {x["finding"] for x in found.letters if x["rung"] == "interview"}
    assert interviews == {second} != {first}


async def test_letters_that_reach_nobody_are_said_and_why(db: Database) -> None:
    number = await assigned(db)
    await change(db, "UPDATE account SET mailbox = '' WHERE name = 'owner'")
    found = await foreseen(db, timedelta(0))
    assert [(x["finding"], x["note"]) for x in found.waiting] == [(number, "无邮箱：甲村党支部书记")]
    assert [x["recipient"] for x in found.mails] == ["clerk@village.example"]
    assert found.mails[0]["findings"] == [number]


async def test_mails_that_wait_in_the_outbox_are_among_those_to_be_sent(db: Database) -> None:
    await assigned(db)
    await write_mails(db, QUIET, NOW)
    await assigned(db)
    found = await foreseen(db, timedelta(0), climbing=False)
    assert [(x["new"], x["id"] is None) for x in found.mails] == [(False, False)] * 2 + [(True, True)] * 2
    await change(db, "UPDATE mail SET next_at = :later", later="2026-11-23 00:00:00.000000")
    assert {x["new"] for x in (await foreseen(db, timedelta(0), climbing=False)).mails} == {True}


async def test_the_post_alone_foresees_no_letters(db: Database) -> None:
    await brought_to(db, Stage.IN_PROGRESS, deadline="2026-11-20")
    found = await foreseen(db, timedelta(days=3), climbing=False)
    assert found.letters == []
    assert not any("红色督办" in x["subject"] for x in found.mails)
    assert any("红色督办" in x["subject"] for x in (await foreseen(db, timedelta(days=3))).mails)


async def test_a_finding_that_fails_keeps_no_other_from_being_foreseen(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    bad, good = [await brought_to(db, Stage.IN_PROGRESS, deadline="2026-11-20") for _ in range(2)]
    await change(
        db,
        "UPDATE finding SET deadline = '9999-12-31', next_look_on = '2026-11-23' WHERE number = :bad",
        bad=bad,
    )
    found = await foreseen(db, timedelta(days=3))
    assert {x["finding"] for x in found.letters} == {good}
    assert f"{bad}: the ladder would fail" in caplog.text
