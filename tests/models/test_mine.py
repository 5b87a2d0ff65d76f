"""What waits for whom, as both databases answer it; and what else the portal's pages ask of them."""

from datetime import date

from models import alike, closing, mine, opening, rounds
from models.access.sight import EVERYTHING, Sight, sight_of
from models.database import Database
from models.mine import Mine
from models.orders import OpenWords, words_of
from models.rounds import RoundWords
from models.staff import book, choices
from models.staff.book import account_named
from models.staff.people import Substitution
from policy.stages import Act, Stage
from tests.models.test_indexes import questions, read_whole
from tests.models.township import NOW, OPENING, PLACED, TODAY, TRADE, act, assigned, brought_to, finding


async def seen_by(db: Database, account: str) -> tuple[Sight, int]:
    async with db.reading() as session:
        person = (await account_named(session, account)).person_id
        return await sight_of(session, person, TODAY), person


async def mine_of(db: Database, account: str) -> Mine:
    sight, person = await seen_by(db, account)
    async with db.reading() as session:
        return await mine.mine(session, sight, person, TRADE.rules, TODAY)


def numbers(rows: list[dict[str, object]]) -> list[object]:
    return [row["number"] for row in rows]


async def test_work_waits_for_its_owner_its_verifier_and_its_approver_in_turn(town: Database) -> None:
    number = await assigned(town, assisting="乙村党支部")
    assert numbers((await mine_of(town, "owner")).to_do) == [number]
    assert numbers((await mine_of(town, "other")).assisting) == [number]
    verified = await brought_to(town, Stage.PENDING_VERIFICATION)
    assert numbers((await mine_of(town, "verifier")).to_check) == [verified]
    assert numbers((await mine_of(town, "inspector")).to_check) == []
    closed = await brought_to(town, Stage.PENDING_CLOSURE)
    assert numbers((await mine_of(town, "mayor")).to_check) == [closed]
    assert set(numbers((await mine_of(town, "owner")).waiting)) == {verified, closed}


async def test_a_stand_in_has_the_work_of_whoever_is_away_and_sees_whose_it_is(town: Database) -> None:
    number = await assigned(town)
    async with town.writing() as session:
        away = await book.post_named(session, "甲村党支部书记")
        other = await account_named(session, "other")
        session.add(
            Substitution(post_id=away.id or 0, person_id=other.person_id, from_day=TODAY, to_day=TODAY)
        )
    found = await mine_of(town, "other")
    assert numbers(found.to_do) == [number]
    assert found.lent == {"甲村党支部书记": "甲书记"}
    assert (await mine_of(town, "owner")).lent == {}


async def test_an_extension_waits_for_whoever_may_still_agree(town: Database) -> None:
    number = await brought_to(town, Stage.IN_PROGRESS)
    await act(town, number, Act.REQUEST_EXTENSION, "owner", reason="汛期道路中断", deadline="2027-03-31")
    waits = {a for a in ("owner", "other", "verifier", "secretary") if (await mine_of(town, a)).to_decide}
    assert "owner" not in waits
    assert "other" not in waits
    assert "secretary" in waits


async def test_no_question_of_these_pages_reads_the_whole_ledger(town: Database) -> None:
    number = await brought_to(town, Stage.PENDING_CLOSURE, round_name="第一轮")
    unit = (await finding(town, number)).lead_unit_id or 0
    people = [await seen_by(town, account) for account in ("owner", "inspector", "mayor", "secretary")]
    async with town.reading() as session:
        with questions(town) as asked:
            for sight, person in people:
                await mine.mine(session, sight, person, TRADE.rules, TODAY)
            near = await alike.alike(session, EVERYTHING, unit, OPENING["condition"])
            waiting = await closing.pending(session, EVERYTHING, TODAY, TRADE)
    assert numbers(waiting) == [number] == [one.number for one in near]
    for sql, said in asked.items():
        assert "finding" not in await read_whole(town, sql, said), sql


async def test_posts_are_offered_with_who_holds_them(town: Database) -> None:
    async with town.reading() as session:
        offered = {post.name: post for post in await choices.posts(session, TODAY)}
        units = [unit.name for unit in await choices.units(session, EVERYTHING)]
        assert (await book.post_named(session, "甲村报账员")).id == offered["甲村报账员"].id
    assert offered["甲村党支部书记"].holder == "甲书记"
    assert "甲村党支部" in units


async def test_trying_out_a_finding_stores_nothing_and_gives_out_no_number(town: Database) -> None:
    words = words_of(OpenWords, OPENING | PLACED | {"round_name": "第一轮"})
    await opening.try_out(town, "inspector", words, NOW, TRADE)
    async with town.reading() as session:
        assert await rounds.names(session) == []
    receipt = await opening.open_finding(town, "inspector", words, NOW, TRADE)
    assert receipt.number.endswith("-001")


async def test_a_round_is_entered_once_and_counts_what_is_in_sight(town: Database) -> None:
    words = words_of(RoundWords, {"source": "自查", "name": "第一轮", "feedback_on": "2026-11-03"})
    await rounds.enter(town, "inspector", words, NOW)
    number = await assigned(town, round_name="第一轮", discovered_on=None)
    sight, _ = await seen_by(town, "other")
    async with town.reading() as session:
        [whole] = await rounds.standings(session, EVERYTHING)
        [theirs] = await rounds.standings(session, sight)
    assert (whole.total, whole.open, theirs.total) == (1, 1, 0)
    assert str((await finding(town, number)).discovered_on) == "2026-11-03"
    later = words.model_copy(update={"feedback_on": date(2026, 11, 5)})
    one = whole.round
    moves = await rounds.change(town, "inspector", one.id or 0, later, rounds.state(one), NOW, TRADE)
    assert [move.number for move in moves] == [number]
    assert (await finding(town, number)).deadline == moves[0].new
