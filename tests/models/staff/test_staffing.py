"""The people file, taken in again and again."""

import asyncio
from datetime import date, timedelta
from typing import Any

import pytest

from models.database import Database
from models.staff import book, staffing
from models.staff.people import Post
from models.staff.staffing import COLUMNS, Staffed
from policy.ledger_rows import Remark
from policy.refusals import NotAllowed
from policy.roles import Role
from policy.stages import Act
from tests.models.township import PEOPLE, TODAY, act, asked, assigned, change, holders

HEADER = ("unit", "post", "roles", "person", "account", "from", "to", "substitute")
NEXT_DAY = TODAY + timedelta(days=1)


def numbers(done: Staffed) -> tuple[int, int, int]:
    assert not done.errors, done.errors
    return done.added, done.changed, done.unchanged


async def take(db: Database, text: str, today: date | None = None) -> Staffed:
    return await staffing.take_in(db, holders(text, HEADER), today)


async def post_id(db: Database, name: str = "甲村党支部书记") -> int:
    return int((await asked(db, "SELECT id FROM post WHERE name = :name", name=name))[0])


async def holder(db: Database, day: date, post: str = "甲村党支部书记") -> str | None:
    async with db.reading() as session:
        account = await book.incumbent(session, await post_id(db, post), day)
    return account.name if account else None


async def posts(db: Database, account: str, day: date = TODAY) -> set[str]:
    async with db.reading() as session:
        person = (await book.account_named(session, account)).person_id
        held = await book.posts_of(session, person, day)
    async with db.reading() as session:
        found = [await session.get(Post, post) for post in held]
    return {post.name for post in found if post}


async def roles(db: Database, post: str) -> list[str]:
    sql = "SELECT role FROM post_role WHERE post_id = :post ORDER BY role"
    return await asked(db, sql, post=await post_id(db, post))


async def test_a_first_import_adds_everybody(db: Database) -> None:
    assert numbers(await staffing.take_in(db, holders(PEOPLE))) == (7, 0, 0)
    for table, count in (("unit", 5), ("post", 7), ("person", 7), ("account", 7), ("appointment", 7)):
        assert await asked(db, f"SELECT count(*) FROM {table}") == [count]


async def test_the_same_file_again_changes_nothing(town: Database) -> None:
    assert numbers(await staffing.take_in(town, holders(PEOPLE))) == (0, 0, 7)
    assert await asked(town, "SELECT count(*) FROM appointment") == [7]


async def test_two_imports_at_once_make_one_township(db: Database) -> None:
    done = await asyncio.gather(*(staffing.take_in(db, holders(PEOPLE)) for _ in range(3)))
    assert sorted(numbers(one) for one in done) == [(0, 0, 7), (0, 0, 7), (7, 0, 0)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("owner@village.example", "new@village.example"),
        (",甲书记,", ",甲村新书记,"),
        ("owner;party_head,甲书记", "owner;party_head;unit_head,甲书记"),
    ],
)
async def test_only_what_changed_is_changed(town: Database, old: str, new: str) -> None:
    changed = PEOPLE.replace(old, new)
    assert numbers(await staffing.take_in(town, holders(changed))) == (0, 1, 6)
    assert numbers(await staffing.take_in(town, holders(changed))) == (0, 0, 7)


async def test_mailbox_and_roles_changed_in_one_line_are_both_changed(town: Database) -> None:
    changed = PEOPLE.replace("liaison,甲报账员", "owner,甲报账员").replace("clerk@village", "new@village")
    assert numbers(await staffing.take_in(town, holders(changed))) == (0, 1, 6)
    assert await roles(town, "甲村报账员") == ["owner"]
    assert await asked(town, "SELECT mailbox FROM account WHERE name = 'clerk'") == ["new@village.example"]


async def test_roles_that_are_gone_are_removed(town: Database) -> None:
    await staffing.take_in(town, holders(PEOPLE.replace("first_responsible;lead_leader", "lead_leader")))
    assert await asked(town, "SELECT role FROM post_role WHERE role = 'first_responsible'") == []


TWO_HOLDERS = """\
乡纪委,乡纪委书记,verifier,纪委书记,verifier
乡纪委,乡纪委书记,supervisor,纪委副书记,deputy"""


async def test_a_posts_roles_are_those_of_all_its_lines(town: Database) -> None:
    await take(town, TWO_HOLDERS)
    assert numbers(await take(town, TWO_HOLDERS)) == (0, 0, 2)
    assert await roles(town, "乡纪委书记") == ["supervisor", "verifier"]


async def test_a_line_without_a_person_keeps_what_is_known_of_the_post(town: Database) -> None:
    assert numbers(await take(town, "甲村党支部,甲村党支部书记,,,")) == (0, 0, 1)
    assert await holder(town, TODAY) == "owner"


async def test_a_kind_that_is_not_given_is_not_changed(town: Database) -> None:
    await take(town, "甲村党支部,甲村监委会主任,liaison,甲监委,jian")
    assert await asked(town, "SELECT kind FROM unit WHERE name = '甲村党支部'") == ["village"]
    await take(town, "丙村,丙村书记,owner,丙书记,bing")
    assert await asked(town, "SELECT kind FROM unit WHERE name = '丙村'") == ["office"]


SWAPPED = """\
甲村党支部,甲村党支部书记,owner;party_head,乙书记,other,2026-11-21
乙村党支部,乙村党支部书记,owner;party_head,甲书记,owner,2026-11-21"""


async def test_posts_are_exchanged_on_the_day_that_is_given(town: Database) -> None:
    await take(town, SWAPPED)
    assert [await holder(town, day) for day in (TODAY, NEXT_DAY)] == ["owner", "other"]
    assert await posts(town, "owner", TODAY) == {"甲村党支部书记"}
    assert await posts(town, "owner", NEXT_DAY) == {"乙村党支部书记"}
    assert numbers(await take(town, SWAPPED)) == (0, 0, 2)


async def test_whoever_leaves_loses_their_rights_that_day_and_the_successor_has_them(town: Database) -> None:
    number = await assigned(town)
    await take(town, SWAPPED.replace("2026-11-21", "2026-11-20"))
    with pytest.raises(NotAllowed):
        await act(town, number, Act.ACCEPT, "owner")
    await act(town, number, Act.ACCEPT, "other")


async def test_an_appointment_ends_after_the_day_in_the_file(town: Database) -> None:
    ended = """\
甲村党支部,甲村党支部书记,owner,甲书记,owner,,2026-11-20
甲村党支部,甲村党支部书记,owner,丙书记,bing,2026-11-21,"""
    assert numbers(await take(town, ended)) == (1, 1, 0)
    assert [await holder(town, day) for day in (TODAY, NEXT_DAY)] == ["owner", "bing"]


NEW_HOLDER = "甲村党支部,甲村党支部书记,owner;party_head,丙书记,bing"


async def test_a_successor_without_a_first_day_begins_today(town: Database) -> None:
    assert numbers(await take(town, NEW_HOLDER, TODAY)) == (1, 0, 0)
    assert [await holder(town, day) for day in (TODAY - timedelta(days=1), TODAY)] == ["owner", "bing"]
    assert await posts(town, "owner") == set()
    assert numbers(await take(town, NEW_HOLDER, NEXT_DAY)) == (0, 0, 1)


async def test_a_successor_without_any_day_is_asked_for_it(town: Database) -> None:
    (error,) = (await take(town, NEW_HOLDER)).errors
    assert (error.column, error.zh) == ("from", "换人请填写“丙书记”的任职日期")
    assert await holder(town, TODAY) == "owner"
    assert await asked(town, "SELECT count(*) FROM account WHERE name = 'bing'") == [0]


async def test_two_holders_in_one_file_both_hold_the_post(town: Database) -> None:
    await take(town, TWO_HOLDERS)
    assert await posts(town, "verifier") == await posts(town, "deputy") == {"乡纪委书记"}


SUBSTITUTE = "甲村党支部,甲村党支部书记,owner;party_head,甲书记,owner,,,other"


async def test_a_substitute_named_for_some_days_acts_on_them_beside_the_holder(town: Database) -> None:
    await take(town, SUBSTITUTE + ":2026-11-20..2026-11-21")
    after = NEXT_DAY + timedelta(days=1)
    assert [await holder(town, day) for day in (TODAY, NEXT_DAY, after)] == ["other", "other", "owner"]
    assert "甲村党支部书记" in await posts(town, "other", NEXT_DAY)
    assert "甲村党支部书记" in await posts(town, "owner", NEXT_DAY)
    assert "甲村党支部书记" not in await posts(town, "other", after)


async def test_a_standing_substitute_acts_only_while_the_post_is_vacant(town: Database) -> None:
    await take(town, SUBSTITUTE)
    assert await holder(town, TODAY) == "owner"
    assert "甲村党支部书记" not in await posts(town, "other")
    post = await post_id(town)
    await change(town, "UPDATE appointment SET to_day = :day WHERE post_id = :post", day=TODAY, post=post)
    assert await holder(town, NEXT_DAY) == "other"
    assert "甲村党支部书记" in await posts(town, "other", NEXT_DAY)


async def test_a_substitute_may_be_named_by_name_and_again_without_being_doubled(town: Database) -> None:
    for _ in range(2):
        await take(town, SUBSTITUTE.replace(",other", ",乙书记"))
    assert await asked(town, "SELECT count(*) FROM substitution") == [1]


async def test_parents_and_substitutes_may_stand_further_down(db: Database) -> None:
    upside_down = """\
丙组,village_group,甲村党支部,丙组长,owner,丙,c,c@x.example
甲村党支部,village,和平乡,甲村党支部书记,owner,甲,a,a@x.example
和平乡,township,,乡长,approver,乡长,m,m@x.example"""
    assert not (await staffing.take_in(db, holders(upside_down))).errors
    async with db.reading() as session:
        unit = await book.unit_named(session, "丙组")
        above = await book.ancestry(session, unit.id)
    names = [(await asked(db, "SELECT name FROM unit WHERE id = :id", id=unit_id))[0] for unit_id in above]
    assert names == ["丙组", "甲村党支部", "和平乡"]


async def untouched(db: Database, text: str, columns: tuple[str, ...]) -> list[Remark]:
    before = await asked(db, "SELECT count(*) FROM unit UNION ALL SELECT count(*) FROM person")
    done = await staffing.take_in(db, holders(text, columns))
    assert await asked(db, "SELECT count(*) FROM unit UNION ALL SELECT count(*) FROM person") == before
    assert (done.added, done.changed, done.unchanged) == (0, 0, 0)
    return done.errors


async def test_errors_are_listed_with_their_rows_and_nothing_is_stored(town: Database) -> None:
    bad = """\
丙村,无此单位,丙村书记,丙,c,
丁村,,丁村书记,丁,d,nobody
戊村,,戊村书记,戊,e,"""
    found = await untouched(town, bad, ("unit", "parent", "post", "person", "account", "substitute"))
    seen = [(x.row, x.column, x.value) for x in found]
    assert seen == [(2, "parent", "无此单位"), (3, "substitute", "nobody")]


@pytest.mark.parametrize("parent", ["甲村党支部", "和平乡"])
async def test_no_unit_stands_under_itself(town: Database, parent: str) -> None:
    loop = f"{parent},甲村党支部"
    (error,) = await untouched(town, loop, ("unit", "parent"))
    assert error.zh == "不能以自己或下级为上级单位"


async def test_one_account_is_one_person(town: Database) -> None:
    twice = "甲村党支部,甲村党支部书记,owner,甲书记,owner\n丙村,丙村书记,owner,丙书记,owner"
    (error,) = (await take(town, twice)).errors
    assert (error.row, error.column) == (3, "account")
    assert await asked(town, "SELECT name FROM unit WHERE name = '丙村'") == []


BASE = {"unit": "甲村", "post": "甲村书记", "roles": "owner", "person": "甲", "account": "a"}


@pytest.mark.parametrize(
    ("change_to", "column"),
    [
        ({"unit": " "}, "unit"),
        ({"person": ""}, "person"),
        ({"roles": "owner;king"}, "roles"),
        ({"mailbox": "not a mailbox"}, "mailbox"),
        ({"from": "2026-02-30"}, "from"),
        ({"from": "去年"}, "from"),
        ({"from": "2026-05-01", "to": "2026-04-30"}, "to"),
        ({"substitute": "b:2026-05-01"}, "substitute"),
        ({"substitute": "b:2026-05-01..2026-13-01"}, "substitute"),
    ],
)
def test_a_bad_line_names_its_column(change_to: dict[str, str], column: str) -> None:
    found = staffing.understand(9, BASE | change_to)
    assert isinstance(found, Remark)
    assert (found.row, found.column) == (9, column)
    assert found.zh
    assert found.en


def test_a_good_line_is_understood_in_every_column() -> None:
    line: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    line |= BASE | {"roles": "owner；party_head ; liaison", "from": "2026-05-01", "to": "2026-05-01"}
    line |= {"substitute": "b：2026-05-01..2026-05-02", "mailbox": "a@town.example", "kind": "village"}
    found = staffing.understand(2, line)
    assert not isinstance(found, Remark)
    assert found.roles == {Role.OWNER, Role.PARTY_HEAD, Role.LIAISON}
    assert found.from_day == found.to_day == date(2026, 5, 1)
    assert found.stand_in == ("b", date(2026, 5, 1), date(2026, 5, 2))


async def test_roles_reach_the_unit_below_and_an_office_what_its_parent_reaches(town: Database) -> None:
    async def reach(account: str, unit: str) -> frozenset[Role]:
        async with town.reading() as session:
            unit_id = (await book.unit_named(session, unit)).id
            return (await book.actor(session, account, unit_id, TODAY)).roles

    assert Role.INSPECTOR in await reach("inspector", "甲村党支部")
    assert Role.APPROVER in await reach("mayor", "甲村党支部")
    assert Role.PARTY_HEAD in await reach("owner", "甲村党支部")
    assert await reach("owner", "乙村党支部") == frozenset()
    assert await reach("owner", "和平乡") == frozenset()
