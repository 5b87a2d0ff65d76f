"""The plan: the letters of the pure plan, to whoever holds the posts on each letter's day."""

from datetime import UTC, date, datetime

import pytest
from sqlmodel import col, select

from models.database import Database
from models.findings import Finding
from models.mailing import letters, planning
from models.mailing.letters import case_of, climb
from models.mailing.planning import Asked
from models.questions import Row
from models.staff.people import Post
from policy.escalation import LetterState, plan
from policy.refusals import BadInput, NotFound
from policy.stages import Act, Stage
from tests.models.conftest import House
from tests.models.importing.test_large_intake import FEW, MANY, again, imported
from tests.models.mailing.test_letters_and_outbox import STRIPPED, employ
from tests.models.sample import staff
from tests.models.statements import counted
from tests.models.township import NOW, TODAY, TRADE, act, assigned, brought_to, change

HORIZON = 3000


async def planned(db: Database, now: datetime = NOW, **asked: object) -> list[Row]:
    async with db.reading() as session:
        return await planning.plans(session, TRADE, now, Asked(**asked))  # type: ignore[arg-type]  # as given


def people(row: Row) -> dict[str, str]:
    """post → whoever is written to there."""
    return {x["post"]: x["person"] for x in row["people"]}


def of(rows: list[Row], rung: str) -> Row:
    (row,) = [row for row in rows if row["rung"] == rung]
    return row


async def test_the_plan_of_all_is_the_pure_plan_of_each(book: Database) -> None:
    expected = []
    async with book.reading() as session:
        names = {post.id: post.name for post in await session.exec(select(Post))}
        for finding in await session.exec(select(Finding).order_by(col(Finding.number))):
            case = await case_of(session, finding, TODAY)
            for x in plan(case, TRADE.rules, TRADE.calendar, TODAY):
                if x.state is LetterState.SKIPPED:
                    continue
                to, cc = await letters.addressees(session, finding, x.to, x.cc)
                named = [names[post] for post in to], [names[post] for post in cc]
                expected.append((x.day.isoformat(), finding.number, x.rung, *named))
    found = await planned(book, days=HORIZON)
    assert len(found) > 30
    assert [tuple(row[x] for x in ("date", "finding", "rung", "to", "cc")) for row in found] == sorted(
        expected
    )


async def test_the_first_letters_are_those_of_the_whole_plan_and_cost_no_more_than_they_need(
    book: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "AT_A_TIME", 2)
    with counted(book) as sent:
        whole = await planned(book, days=HORIZON)
    all_asked = len(sent)
    for most in (1, 4, 9):
        with counted(book) as sent:
            first = await planned(book, days=HORIZON, most=most)
        assert first[:most] == whole[:most]
        assert len(first) > most
        assert len(sent) < all_asked
    assert await planned(book, days=HORIZON, most=len(whole)) == whole
    greens = [row for row in whole if row["rung"] == "green_reminder"]
    assert (await planned(book, days=HORIZON, rung="green_reminder", most=2))[:2] == greens[:2]


async def test_the_plan_of_many_asks_no_more_than_that_of_few(house: House) -> None:
    asked = []
    for number in (FEW, MANY):
        await house.restore("empty")
        await staff(house.db)
        await imported(house.db, again(number))
        with counted(house.db) as sent:
            assert len(await planned(house.db)) > number
        asked.append(len(sent))
    few, many = asked
    assert few == many < 80


async def test_a_letter_goes_to_whoever_holds_the_post_on_its_day(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-12-31")
    await employ(town, "甲村党支部,甲村党支部书记,owner,甲书记,owner,,,other:2026-12-10..2026-12-12")
    await employ(town, "甲村党支部,甲村党支部书记,owner,丙书记,bing,bing@village.example,2026-12-20,")
    found = await planned(town, number=number)
    green, yellow = of(found, "green_reminder"), of(found, "yellow_reminder")
    assert (green["date"], people(green)) == ("2026-12-11", {"甲村党支部书记": "乙书记"})
    assert (yellow["date"], people(yellow)["甲村党支部书记"]) == ("2026-12-21", "丙书记")


async def test_a_letter_overdue_and_not_yet_recorded_goes_to_who_holds_the_post_today(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-12-01")
    later = datetime(2026, 12, 8, 2, 0, tzinfo=UTC)
    await employ(town, "甲村党支部,甲村党支部书记,owner;party_head,丙书记,bing,bing@v.example,2026-12-07,")
    found = await planned(town, later, number=number)
    red = of(found, "red_order")
    assert (red["date"], people(red)["甲村党支部书记"]) == ("2026-12-02", "丙书记")
    assert not {"green_reminder", "yellow_reminder"} & {row["rung"] for row in found}, "they would be skipped"


async def test_what_was_recorded_is_not_to_come(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-12-01")
    later = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
    async with town.writing() as session:
        finding = await session.get_one(Finding, number)
        assert await climb(session, finding, TRADE, later, date(2026, 12, 2)) == 2
    assert [row["rung"] for row in await planned(town, later, number=number)] == [
        "second_order",
        "interview",
        "circular",
    ]


async def test_nothing_is_planned_for_what_is_closed(town: Database) -> None:
    number = await brought_to(town, Stage.CLOSED)
    assert await planned(town, number=number, days=HORIZON) == []


async def test_the_plan_of_a_person_a_post_a_unit_and_a_day(town: Database) -> None:
    mine = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-12-31")
    theirs = await assigned(town, unit="乙村党支部", post="乙村党支部书记")
    everything = await planned(town)
    assert {row["finding"] for row in everything} == {mine, theirs}
    by_name, by_account = await planned(town, person="甲书记"), await planned(town, person="owner")
    assert by_name == by_account == [row for row in everything if "甲书记" in people(row).values()]
    assert by_name
    at_post = await planned(town, post="乙村党支部书记")
    assert {row["finding"] for row in at_post} == {theirs}
    assert await planned(town, unit="甲村党支部") == [row for row in everything if row["finding"] == mine]
    assert await planned(town, unit="和平乡") == everything
    day = everything[-1]["date"]
    assert await planned(town, on=date.fromisoformat(day), days=0) == [
        row for row in everything if row["date"] == day
    ]


async def test_an_office_sees_the_letters_to_its_posts(town: Database) -> None:
    await brought_to(town, Stage.IN_PROGRESS, deadline="2026-12-31")
    found = await planned(town, unit="乡纪委")
    assert found
    assert all("乡纪委书记" in people(row) for row in found)


async def test_a_substitute_is_asked_for_by_their_own_name(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-12-31")
    await employ(town, "甲村党支部,甲村党支部书记,owner,甲书记,owner,,,other:2026-12-10..2026-12-12")
    assert [(row["finding"], row["rung"]) for row in await planned(town, person="乙书记")] == [
        (number, "green_reminder")
    ]
    assert "green_reminder" not in {row["rung"] for row in await planned(town, person="甲书记")}


@pytest.mark.parametrize(
    ("asked", "near"),
    [
        ({"number": "ZC2026-01"}, "ZC2026-001"),
        ({"person": "甲书"}, "甲书记"),
        ({"person": "ownr"}, "owner"),
        ({"post": "甲村书记"}, "甲村党支部书记"),
        ({"unit": "甲村支部"}, "甲村党支部"),
    ],
)
async def test_an_unknown_name_is_answered_with_the_nearest(
    town: Database, asked: dict[str, str], near: str
) -> None:
    await assigned(town)
    with pytest.raises(NotFound, match=f"没有名为“{next(iter(asked.values()))}”.*您是否要填“{near}”"):
        await planned(town, NOW, **asked)


async def test_a_person_without_account_gets_no_mail_and_that_is_said(town: Database) -> None:
    await employ(town, "甲村党支部,甲村会计,,甲会计,,,,")
    with pytest.raises(BadInput, match="“甲会计”没有帐号"):
        await planned(town, person="甲会计")


async def test_who_would_get_nothing_is_said(town: Database) -> None:
    await change(town, "UPDATE account SET mailbox = '' WHERE name = 'verifier'")
    await brought_to_vacancy(town)
    yellow = of(await planned(town), "yellow_reminder")
    assert {x["post"]: (x["person"], x["why_not"], x["copy"]) for x in yellow["people"]} == {
        "甲村党支部书记": ("", "vacant", False),
        "乡纪委书记": ("纪委书记", "no_mailbox", True),
    }


async def brought_to_vacancy(db: Database) -> None:
    """A finding under way whose owner has left."""
    number = await brought_to(db, Stage.PENDING_VERIFICATION, deadline="2026-12-31")
    await act(db, number, Act.RETURN_FOR_REWORK, "verifier", reason="佐证材料不全，请补充")
    await change(db, STRIPPED)


async def test_the_language_is_that_of_whoever_is_written_to(town: Database) -> None:
    await change(town, "UPDATE account SET language = 'en' WHERE name = 'owner'")
    number = await brought_to(town, Stage.IN_PROGRESS, deadline="2026-12-31")
    assert of(await planned(town, number=number), "green_reminder")["language"] == "en"
    assert of(await planned(town, number=number), "circular")["language"] == "zh-CN"


async def test_a_letter_says_whether_its_day_may_still_move(town: Database) -> None:
    """The year 2027 is not announced: a red letter of a date by hand may fall on a day off, a yellow not."""
    await assigned(town, deadline="2027-01-08")
    by_hand = {row["rung"]: row["provisional"] for row in await planned(town, days=HORIZON)}
    assert (by_hand["acceptance_reminder"], by_hand["yellow_reminder"]) == (False, False)
    assert (by_hand["red_order"], by_hand["interview"]) == (True, True)
    await change(town, "UPDATE finding SET deadline_by_hand = :no, provisional = :yes", no=False, yes=True)
    computed = {row["rung"]: row["provisional"] for row in await planned(town, days=HORIZON)}
    assert (computed["acceptance_reminder"], computed["yellow_reminder"]) == (False, True)
