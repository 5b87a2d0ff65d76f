"""Who stands in: set for a span, chained, noted with what they do, and never a way around separate duties."""

import asyncio
import json
from contextlib import suppress
from datetime import date, timedelta
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import select

from models.database import Database
from models.findings import Finding
from models.opening import open_finding
from models.orders import OpenWords, words_of
from models.questions import shown
from models.settings import Settings
from models.staff import book, staffing, standing_in
from models.staff.people import Account, Post
from models.staff.standing_in import Span, Standing, Wanted
from models.upgrade import upgrade
from policy.refusals import BadInput, NotAllowed, NotFound, Refusal
from policy.stages import Act, Stage
from tasks.post import write_mails
from tests.models.staff.test_succession import ADMIN, NEWCOMER, POST, holder
from tests.models.statements import counted
from tests.models.township import (
    LIFE,
    NOW,
    OPENING,
    TODAY,
    TRADE,
    act,
    asked,
    assigned,
    brought_to,
    change,
    events,
    holders,
    staff,
)

DAY = timedelta(days=1)
OTHER = "乙村党支部书记"
CLERK = "甲村报账员"


async def staffed(town: Database) -> None:
    assert not (await staffing.take_in(town, holders(f"{ADMIN}\n{NEWCOMER}"), TODAY)).errors


async def lend(db: Database, post: str, account: str, first: int = 0, last: int = 9, **said: Any) -> None:
    span = Span(TODAY + first * DAY, TODAY + last * DAY)
    await standing_in.stand_in(db, Wanted(post, account, span, **{"by": "admin"} | said), TODAY, NOW)


async def listed(db: Database, *, past: bool = False) -> list[Standing]:
    async with db.reading() as session:
        return await standing_in.listed(session, TODAY, past=past)


async def may(db: Database, day: date, post: str = POST) -> set[str]:
    """Whoever may act for the post that day."""
    async with db.reading() as session:
        post_id = (await book.post_named(session, post)).id
        accounts = list(await session.exec(select(Account)))
        actors = [await book.actor(session, x.name, None, day) for x in accounts if x.active]
    return {one.account for one in actors if post_id in one.posts}


async def test_on_the_days_of_the_span_the_stand_in_is_written_to_and_may_act(town: Database) -> None:
    await staffed(town)
    await lend(town, POST, "other", 1, 2)
    days = [TODAY + n * DAY for n in range(4)]
    assert [await holder(town, day) for day in days] == ["owner", "other", "other", "owner"]
    assert ["other" in await may(town, day) for day in days] == [False, True, True, False]


async def test_a_stand_in_who_is_replaced_gives_way_to_whoever_replaces_them(town: Database) -> None:
    await staffed(town)
    await lend(town, POST, "other", 0, 3)
    await lend(town, OTHER, "bing", 1, 2)
    days = [TODAY + n * DAY for n in range(5)]
    assert [await holder(town, day) for day in days] == ["other", "bing", "bing", "other", "owner"]
    assert ["bing" in await may(town, day) for day in days] == [False, True, True, False, False]
    number = await assigned(town)
    await act(town, number, Act.ACCEPT, "bing", now=NOW + DAY)
    last = (await events(town, number))[-1]
    assert json.loads(last.said)["stands_in"] == {"post": POST, "for": "甲书记"}


async def test_a_stand_in_for_a_vacant_post_gives_way_too(town: Database) -> None:
    await staffed(town)
    line = holders(
        f"甲村党支部,{POST},甲书记,owner,2026-11-20,other",
        ("unit", "post", "person", "account", "to", "substitute"),
    )
    assert not (await staffing.take_in(town, line, TODAY)).errors
    await lend(town, OTHER, "bing", 2, 2)
    assert [await holder(town, TODAY + n * DAY) for n in range(4)] == ["owner", "other", "bing", "other"]
    assert await may(town, TODAY + 2 * DAY) == {"other", "bing"}


async def test_what_a_stand_in_does_is_noted_in_the_chain_and_shown(town: Database) -> None:
    await staffed(town)
    number = await assigned(town)
    await lend(town, POST, "other")
    await act(town, number, Act.ACCEPT, "other")
    await act(town, number, Act.FILE_PLAN, "owner", measures="1.补记会议记录")
    accepted, filed = (await events(town, number))[-2:]
    assert json.loads(accepted.said)["stands_in"] == {"post": POST, "for": "甲书记"}
    assert "stands_in" not in json.loads(filed.said)
    async with town.reading() as session:
        row = await shown(session, await session.get_one(Finding, number), TODAY)
    assert [x["stands_in"] for x in row["events"][-2:]] == [{"post": POST, "for": "甲书记"}, None]


async def test_a_role_that_is_lent_is_noted_as_well(town: Database) -> None:
    await staffed(town)
    await lend(town, "巡察办专员", "bing")
    number = await assigned(town)
    async with town.reading() as session:
        assert (await book.actor(session, "bing", None, TODAY)).lent_roles
    await act(town, number, Act.WITHDRAW, "bing", reason="登记有误")
    assert json.loads((await events(town, number))[-1].said)["stands_in"]["for"] == "巡察员"


async def test_a_finding_opened_by_a_stand_in_says_so(town: Database) -> None:
    await staffed(town)
    await lend(town, "巡察办专员", "clerk")
    receipt = await open_finding(town, "clerk", words_of(OpenWords, OPENING), NOW, TRADE)
    (event,) = await events(town, receipt.number)
    assert json.loads(event.said)["stands_in"] == {"post": "巡察办专员", "for": "巡察员"}


async def test_a_letter_to_a_stand_in_says_whom_it_reached(town: Database) -> None:
    await staffed(town)
    number = await assigned(town)
    await lend(town, POST, "other")
    await write_mails(town, Settings(_env_file=None), NOW)
    async with town.reading() as session:
        row = await shown(session, await session.get_one(Finding, number), TODAY)
    (letter,) = row["letters"]
    reached = {(x["post"], x["person"], x["stands_in"]) for x in letter["reached"]}
    assert reached == {(POST, "乙书记", True), (CLERK, "甲报账员", False)}


@pytest.mark.parametrize("through", ["verifier", "bing"])
async def test_nobody_verifies_or_closes_work_they_stand_in_for(town: Database, through: str) -> None:
    """Neither the stand-in nor, where that one is away, whoever stands in for them."""
    await staffed(town)
    number = await brought_to(town, Stage.PENDING_VERIFICATION)
    if through == "verifier":
        await lend(town, POST, "verifier")
    else:
        await lend(town, POST, "other")
        await lend(town, OTHER, "bing")
        await lend(town, "乡纪委书记", "bing")
    with pytest.raises(NotAllowed, match="整改人不能"):
        await act(town, number, Act.PASS_VERIFICATION, through)
    await act(town, number, Act.PASS_VERIFICATION, "inspector")
    await lend(town, "乡长", through)
    with pytest.raises(NotAllowed, match="整改人不能"):
        await act(town, number, Act.APPROVE_CLOSURE, through)


async def test_whoever_submitted_as_a_stand_in_does_not_verify_later(town: Database) -> None:
    await staffed(town)
    number = await assigned(town)
    await lend(town, POST, "verifier", 0, 1)
    for what, by, said, _ in LIFE[:8]:
        await act(town, number, what, "verifier" if by == "owner" else by, **said)
    with pytest.raises(NotAllowed, match="整改人不能"):
        await act(town, number, Act.PASS_VERIFICATION, "verifier", now=NOW + 5 * DAY)


async def test_the_holder_names_somebody_for_their_own_absence(town: Database) -> None:
    await staffed(town)
    await lend(town, POST, "other", by="owner")
    assert await holder(town, TODAY) == "other"
    assert isinstance(await refused(town, OTHER, "clerk", by="owner"), NotAllowed)
    await standing_in.end(town, (await listed(town))[0].id, "owner", None, TODAY, NOW)
    assert await holder(town, TODAY) == "owner"


async def test_an_administrator_does_not_make_themselves_a_verifier_by_standing_in(town: Database) -> None:
    await staffed(town)
    assert isinstance(await refused(town, "乡纪委书记", "admin"), NotAllowed)


async def refused(db: Database, *said: Any, **more: Any) -> Refusal:
    before = await asked(db, "SELECT count(*) FROM substitution")
    with pytest.raises(Refusal) as found:
        await lend(db, *said, **more)
    assert await asked(db, "SELECT count(*) FROM substitution") == before
    return found.value


@pytest.mark.parametrize(("first", "last"), [(0, 0), (3, 5), (9, 20), (0, 20)])
async def test_one_post_has_one_stand_in_on_a_day(town: Database, first: int, last: int) -> None:
    await staffed(town)
    await lend(town, POST, "other", 0, 9)
    found = await refused(town, POST, "bing", first, last)
    assert isinstance(found, BadInput)
    assert found.zh == "该岗位 2026-11-20 至 2026-11-29 已由“乙书记”代班，时间重叠。"
    await lend(town, POST, "bing", 10, 20)


@pytest.mark.parametrize(
    ("post", "account", "more", "kind"),
    [
        (POST, "owner", {}, BadInput),
        (POST, "nobody", {}, NotFound),
        (POST, "other", {"by": "inspector"}, NotAllowed),
        (POST, "other", {"first": -9, "last": -1}, BadInput),
        (POST, "other", {"first": 3, "last": 2}, BadInput),
        ("无此岗位", "other", {}, NotFound),
        (POST, "other", {"unit": "乙村党支部"}, BadInput),
    ],
)
async def test_what_cannot_be_is_refused(
    town: Database, post: str, account: str, more: dict[str, Any], kind: type[Refusal]
) -> None:
    await staffed(town)
    assert isinstance(await refused(town, post, account, **more), kind)


async def test_a_stand_in_needs_an_account_in_use(town: Database) -> None:
    await staffed(town)
    await change(town, "UPDATE account SET active = false WHERE name = 'other'")
    assert isinstance(await refused(town, POST, "other"), NotFound)


async def test_a_circle_is_refused_only_on_days_that_it_would_close(town: Database) -> None:
    await staffed(town)
    await lend(town, POST, "other", 0, 3)
    await lend(town, OTHER, "clerk", 2, 5)
    found = await refused(town, CLERK, "owner", 3, 9)
    assert "代班成环：2026-11-23 至 2026-11-23" in found.zh
    await lend(town, CLERK, "owner", 4, 9)


async def test_a_circle_that_exists_is_survived(town: Database) -> None:
    await staffed(town)
    sql = """INSERT INTO substitution (post_id, person_id, from_day, to_day, by, reason)
             SELECT post.id, person_id, :day, :day, '', '' FROM post, account
             WHERE post.name = :post AND account.name = :account"""
    for post, account in ((POST, "other"), (OTHER, "clerk"), (CLERK, "other")):
        await change(town, sql, post=post, account=account, day=TODAY)
    assert await holder(town, TODAY) in await may(town, TODAY) == {"owner", "other", "clerk"}


async def test_a_substitution_ends_early_and_then_the_holder_is_written_to(town: Database) -> None:
    await staffed(town)
    await lend(town, POST, "other", 0, 9)
    (one,) = await listed(town)
    with pytest.raises(NotAllowed):
        await standing_in.end(town, one.id, "inspector", None, TODAY, NOW)
    await standing_in.end(town, one.id, "admin", TODAY + 4 * DAY, TODAY, NOW)
    assert [await holder(town, TODAY + n * DAY) for n in (4, 5)] == ["other", "owner"]
    await standing_in.end(town, one.id, "admin", None, TODAY + 2 * DAY, NOW)
    assert [await holder(town, TODAY + n * DAY) for n in (1, 2)] == ["other", "owner"]
    with pytest.raises(BadInput):
        await standing_in.end(town, one.id, "admin", TODAY + 9 * DAY, TODAY + 2 * DAY, NOW)


async def test_a_substitution_that_never_was_is_struck_off(town: Database) -> None:
    await staffed(town)
    await lend(town, POST, "other", 0, 9)
    await standing_in.end(town, (await listed(town))[0].id, "admin", None, TODAY, NOW)
    assert await listed(town, past=True) == []
    with pytest.raises(NotFound):
        await standing_in.end(town, 1, "admin", None, TODAY, NOW)


async def test_the_list_says_who_set_it_and_why(town: Database) -> None:
    await staffed(town)
    await lend(town, POST, "other", 1, 2, reason="党校学习")
    (one,) = await listed(town)
    assert (one.post, one.unit, one.person, one.by, one.reason) == (
        POST,
        "甲村党支部",
        "乙书记",
        "admin",
        "党校学习",
    )
    assert one.span == Span(TODAY + DAY, TODAY + 2 * DAY)


LINES = ("unit", "post", "roles", "person", "account", "substitute")


async def test_the_people_file_is_held_to_the_same(town: Database) -> None:
    twice = f"""\
甲村党支部,{POST},owner,甲书记,owner,other:2026-11-20..2026-11-25
甲村党支部,{POST},owner,丁书记,ding,clerk:2026-11-25..2026-11-26"""
    (error,) = (await staffing.take_in(town, holders(twice, LINES), TODAY)).errors
    assert (error.row, error.column) == (3, "substitute")
    assert "时间重叠" in error.zh
    own = f"甲村党支部,{POST},owner,甲书记,owner,owner:2026-11-20..2026-11-25"
    (error,) = (await staffing.take_in(town, holders(own, LINES), TODAY)).errors
    assert error.zh == "任职人不能给自己代班"


async def test_the_people_file_moves_the_days_of_a_substitution(town: Database) -> None:
    line = f"甲村党支部,{POST},owner,甲书记,owner,other:"
    for days in ("2026-11-20..2026-11-25", "2026-11-22..2026-11-30", "2026-11-22..2026-11-30"):
        assert not (await staffing.take_in(town, holders(line + days, LINES), TODAY)).errors
    assert [one.span for one in await listed(town)] == [Span(date(2026, 11, 22), date(2026, 11, 30))]


async def test_who_acts_and_who_is_written_to_are_one_question_each(town: Database) -> None:
    await staffed(town)
    await lend(town, POST, "other")
    await lend(town, OTHER, "bing")
    async with town.reading() as session:
        post = (await book.post_named(session, POST)).id or 0
        with counted(town) as sent:
            await book.actor(session, "bing", None, TODAY)
            await book.incumbents(session, [post], TODAY)
    assert len([x for x in sent if x.startswith(("SELECT", "WITH"))]) == 2


POSTS = (POST, OTHER, CLERK, "乡长", "乡纪委书记")
WHO = ("owner", "other", "clerk", "mayor", "verifier", "bing")
LENT = st.tuples(st.sampled_from(POSTS), st.sampled_from(WHO), st.integers(0, 5), st.integers(0, 5))
LEFT = st.tuples(st.sampled_from(POSTS), st.integers(0, 5))
GONE = "UPDATE appointment SET to_day = :day WHERE post_id = (SELECT id FROM post WHERE name = :post)"


async def arranged(db: Database, lent: list[tuple[str, str, int, int]], left: list[tuple[str, int]]) -> None:
    await staffed(db)
    for post, day in left:
        await change(db, GONE, post=post, day=TODAY + day * DAY)
    for post, account, first, last in lent:
        with suppress(BadInput):
            await lend(db, post, account, min(first, last), max(first, last))


async def written_to_without_power(db: Database, day: date) -> list[int]:
    """Posts whose letters go to somebody who may not act for them."""
    async with db.reading() as session:
        posts = list(await session.exec(select(Post.id)))
        told = await book.written_to(session, [post or 0 for post in posts], day)
        power = {x.account.person_id: set[int]() for x in told.values()}
        for person in power:
            power[person] = await book.posts_of(session, person, day)
    assert told
    return [post for post, x in told.items() if post not in power[x.account.person_id]]


@settings(max_examples=12)
@given(lent=st.lists(LENT, max_size=8), left=st.lists(LEFT, max_size=3))
def test_whoever_is_written_to_for_a_post_on_a_day_may_act_for_it(
    lent: list[tuple[str, str, int, int]], left: list[tuple[str, int]]
) -> None:
    async def holds(folder: str) -> None:
        db = Database(f"sqlite+aiosqlite:///{folder}/own.db")
        await upgrade(db)
        await staff(db)
        await arranged(db, lent, left)
        for day in range(7):
            assert await written_to_without_power(db, TODAY + day * DAY) == []
        await db.close()

    with TemporaryDirectory() as folder:
        asyncio.run(holds(folder))
