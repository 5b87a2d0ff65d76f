"""Rounds: how far each is; its feedback date moves deadlines only after they were shown."""

from datetime import date

from sqlmodel import select

from models.access.sight import EVERYTHING
from models.database import database
from models.findings import Finding, InspectionRound
from models.history import Event
from models.rounds import standings
from models.settings import Settings
from policy.stages import Act
from tests.models.test_indexes import questions
from tests.portal.conftest import Visit
from tests.portal.lives import opened
from tests.portal.visiting import form_of, sentence_of

NAME = "2026年集体资金专项审计"


async def round_of(config: Settings, name: str = NAME) -> InspectionRound:
    async with database(config).reading() as session:
        return (await session.exec(select(InspectionRound).where(InspectionRound.name == name))).one()


async def deadline_of(config: Settings, number: str) -> date | None:
    async with database(config).reading() as session:
        return (await session.get_one(Finding, number)).deadline


async def test_a_round_is_listed_with_its_findings_open_and_closed_and_each_number_opens_its_list(
    visit: Visit,
) -> None:
    page = await (await visit("ganshi")).get("/rounds")
    name = "2026年乡村两级共性问题自查"
    row = page.text[page.text.index(name) :]
    row = row[: row.index("</tr>")]
    assert ">13</a>" in row
    listed = await (await visit("ganshi")).get("/findings", round=name, source="自查")
    assert listed.status_code == 200
    assert (await (await visit("jiacun")).get("/rounds")).status_code == 404


async def test_two_rounds_of_one_source_and_name_are_refused_and_what_was_typed_is_kept(
    town: Settings, visit: Visit
) -> None:
    desk = await visit("ganshi")
    said = {"source": "审计", "name": NAME, "document": "审〔2026〕7号", "feedback_on": "2026-07-20"}
    await desk.done("/rounds", "/rounds", said)
    again = await desk.send(await desk.get("/rounds"), "/rounds", said)
    assert again.status_code == 400
    assert "已有名为" in sentence_of(again)
    assert form_of(again, "/rounds")["document"] == "审〔2026〕7号"
    other = await desk.send(again, "/rounds", {"source": "督查"})
    assert other.status_code == 303


async def test_a_finding_of_a_round_counts_from_its_feedback_and_moves_with_it_after_a_preview(
    town: Settings, visit: Visit
) -> None:
    desk = await visit("ganshi")
    said = {"source": "审计", "name": NAME, "feedback_on": "2026-07-20"}
    await desk.done("/rounds", "/rounds", said)
    number = await opened(town, "jiacun", round_name=NAME, discovered_on="")
    own_day = await opened(town, "bingcun", round_name=NAME, discovered_on="2026-07-01")
    assert await deadline_of(town, own_day) == date(2026, 10, 16)
    by_hand = await opened(town, "yicun", round_name=NAME, deadline="2026-12-25", reason="年底决算")
    assert await deadline_of(town, number) == date(2026, 10, 16)
    path = f"/rounds/{(await round_of(town)).id}"
    shown = await desk.send(await desk.get(path), path, {"feedback_on": "2026-07-21"})
    assert shown.status_code == 200
    assert "2026年10月19日" in shown.text
    assert by_hand not in shown.text
    assert await deadline_of(town, number) == date(2026, 10, 16)
    assert (await desk.send(shown, path)).status_code == 303
    assert await deadline_of(town, number) == date(2026, 10, 19)
    assert await deadline_of(town, own_day) == date(2026, 10, 19)
    assert await deadline_of(town, by_hand) == date(2026, 12, 25)
    async with database(town).reading() as session:
        events = select(Event).where(Event.finding == number, Event.act == Act.RECOMPUTE)
        event = (await session.exec(events)).one()
    assert "反馈日期为 2026-07-21" in event.reason
    assert event.by == "ganshi"


async def test_who_saves_second_is_told_that_the_round_is_another_one_by_now(
    town: Settings, visit: Visit
) -> None:
    desk, other = await visit("ganshi"), await visit("zhenggaiban")
    await desk.done("/rounds", "/rounds", {"source": "审计", "name": NAME})
    path = f"/rounds/{(await round_of(town)).id}"
    mine, theirs = await desk.get(path), await other.get(path)
    assert (await other.send(theirs, path, {"document": "审〔2026〕8号"})).status_code == 303
    late = await desk.send(mine, path, {"document": "审〔2026〕9号"})
    assert late.status_code == 409
    assert form_of(late, path)["document"] == "审〔2026〕9号"
    assert (await round_of(town)).document == "审〔2026〕8号"


async def test_how_far_rounds_are_is_read_from_an_index(town: Settings) -> None:
    db = database(town)
    async with db.reading() as session:
        with questions(db) as asked:
            found = await standings(session, EVERYTHING)
    assert sum(one.total for one in found) == sum(one.open + one.closed for one in found)
    [(sql, said)] = [(sql, said) for sql, said in asked.items() if "count" in sql]
    async with db.engine.connect() as connection:
        plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", said)
        assert "USING COVERING INDEX findings_by_round" in str(list(plan))
