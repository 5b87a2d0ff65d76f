"""The overview's figures add up, and each is as long as the list it opens, whatever the ledger."""

import random
from dataclasses import fields
from datetime import timedelta

import pytest
from sqlmodel import func, select

from models.access.sight import EVERYTHING, Sight
from models.database import Database
from models.findings import Finding
from models.watching import memory
from models.watching.survey import Survey, surveyed
from policy.stages import Stage
from tests.models.township import NOW, TODAY, TRADE, change

STAGES = [*Stage, *[Stage.CLOSED] * 8]
MINUTE = timedelta(minutes=1)


async def scattered(db: Database, chance: random.Random) -> None:
    """Every finding of the ledger somewhere else: stage, days, unit, source, item, veil."""
    async with db.writing() as session:
        units = [*(await session.exec(select(Finding.lead_unit_id).distinct())), None]
        for one in await session.exec(select(Finding)):
            one.stage = chance.choice(STAGES)
            one.discovered_on = TODAY - timedelta(days=chance.randrange(400))
            one.deadline = chance.choice([None, one.discovered_on + timedelta(days=chance.randrange(1, 400))])
            closed = one.discovered_on + timedelta(days=chance.randrange(400))
            closed = max(closed, one.reopened_on or closed)
            one.closed_on = min(closed, TODAY) if one.stage is Stage.CLOSED else None
            sent = TODAY - timedelta(days=chance.randrange(400))
            one.submitted_on = chance.choice([None, one.closed_on or sent])
            one.lead_unit_id, one.confidential = chance.choice(units), chance.random() < 0.2
            one.source = chance.choice(["巡察", "审计", "自查"])
            one.category = chance.choice(["", "三资管理", "作风"])
            one.item = chance.choice(["", "议事程序", "台账"])
            session.add(one)


async def survey(db: Database, sight: Sight, now: timedelta) -> Survey:
    return await memory.survey(db, sight, TRADE, TODAY, NOW + now)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("trusted", [True, False])
async def test_every_table_adds_up_to_the_ledger(book: Database, seed: int, trusted: bool) -> None:
    await scattered(book, random.Random(seed))
    sight = EVERYTHING if trusted else Sight(units=None, trusted=frozenset())
    async with book.reading() as session:
        told = await surveyed(session, sight, TRADE, TODAY)
        size = (await session.exec(select(func.count()).select_from(Finding))).one()
    figures = told.all
    assert figures.all == size == figures.open + figures.closed + figures.gone
    lights = figures.red + figures.yellow + figures.green + figures.submitted + figures.none
    assert figures.open == lights
    assert bool(told.veiled.all) is not trusted
    for table in (told.by_place, told.by_source):
        for name in (field.name for field in fields(figures)):
            assert sum(getattr(x, name) for x in table.values()) == getattr(told.shown, name)
            assert getattr(told.shown, name) + getattr(told.veiled, name) == getattr(figures, name)
    for name in ("all", "open", "closed", "gone"):
        assert sum(getattr(x, name) for x in told.by_topic.values()) == getattr(told.shown, name)
    assert sum(told.by_stage.values()) == figures.all
    assert sum(told.by_age) == told.shown.open
    assert sum(told.by_delay) == figures.red
    now = next(week for week in reversed(told.course) if week.closed is not None)
    assert (now.discovered, now.closed) == (told.shown.open + told.shown.closed, told.shown.closed)
    assert sum(map(sum, told.heat.values())) <= told.shown.closed


async def test_an_act_is_seen_at_once_and_nothing_is_asked_twice(book: Database) -> None:
    before = await survey(book, EVERYTHING, timedelta())
    assert await survey(book, EVERYTHING, MINUTE / 2) is before
    assert await survey(book, Sight(units=None, trusted=None, posts=frozenset({1})), MINUTE / 2) is before
    number = "SJ2026-001"
    await change(
        book,
        "INSERT INTO wake (finding, version, queued_at, next_at, attempts, note) "
        "VALUES (:n, 99, :now, :now, 0, '')",
        n=number,
        now=NOW,
    )
    after = await survey(book, EVERYTHING, MINUTE / 2)
    assert after is not before
    assert after.all == before.all
    assert await survey(book, EVERYTHING, 2 * MINUTE) is not after
