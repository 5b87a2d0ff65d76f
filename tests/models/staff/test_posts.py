"""Units and posts are changed by whoever administers them, who gains nothing by it."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from models.access.keys import AccessEvent
from models.database import Database
from models.staff import book, posts, staffing, succession, units
from models.staff.rights import Doer
from models.staff.succession import Change
from models.staff.units import UnitWords
from policy.refusals import BadInput, NotAllowed, NotFound
from policy.roles import Role
from tests.models.staff.test_succession import ADMIN, NEWCOMER, POST
from tests.models.township import NOW, TODAY, TRADE, assigned, holders

BY = Doer("admin", TODAY, NOW)
DAY = timedelta(days=1)


async def staffed(town: Database) -> None:
    assert not (await staffing.take_in(town, holders(f"{ADMIN}\n{NEWCOMER}"), TODAY)).errors


async def unit(db: Database, name: str) -> int:
    async with db.reading() as session:
        return (await book.unit_named(session, name)).id or 0


async def post(db: Database, name: str = POST) -> int:
    async with db.reading() as session:
        return (await book.post_named(session, name)).id or 0


async def roles(db: Database, account: str) -> frozenset[Role]:
    async with db.reading() as session:
        return (await book.actor(session, account, None, TODAY)).roles


async def noted(db: Database) -> list[str]:
    async with db.reading() as session:
        return list(await session.exec(select(AccessEvent.kind).order_by(col(AccessEvent.id))))


async def test_a_unit_is_added_renamed_and_moved_in_the_tree(town: Database) -> None:
    await staffed(town)
    top = await unit(town, "和平乡")
    made = await units.add(town, UnitWords("庚村党支部", "village", top), BY)
    await units.change(town, made, UnitWords("庚村党总支", "village", top), BY)
    async with town.reading() as session:
        tree = await units.tree(session, None, TODAY)
    assert [(twig.unit.name, twig.depth) for twig in tree if twig.unit.id == made] == [("庚村党总支", 1)]
    assert await noted(town) == ["unit_added", "unit_changed"]


@pytest.mark.parametrize("name", ["", "  ", "甲村党支部", "两行\n名称", "长" * 201])
async def test_a_name_that_is_no_name_or_taken_is_refused(town: Database, name: str) -> None:
    await staffed(town)
    with pytest.raises(BadInput):
        await units.add(town, UnitWords(name, "village", await unit(town, "和平乡")), BY)


async def test_a_unit_does_not_hang_below_itself(town: Database) -> None:
    await staffed(town)
    top, village = await unit(town, "和平乡"), await unit(town, "甲村党支部")
    with pytest.raises(BadInput):
        await units.change(town, top, UnitWords("和平乡", "township", village), BY)


async def test_a_unit_that_findings_name_as_assisting_keeps_its_name(town: Database) -> None:
    await staffed(town)
    number = await assigned(town, assisting=["乡整改办"])
    where, top = await unit(town, "乡整改办"), await unit(town, "和平乡")
    with pytest.raises(BadInput, match=number):
        await units.change(town, where, UnitWords("乡整改办公室", "office", top), BY)


async def test_who_is_no_administrator_changes_nothing(town: Database) -> None:
    await staffed(town)
    inspector = Doer("inspector", TODAY, NOW)
    village = await unit(town, "甲村党支部")
    with pytest.raises(NotAllowed):
        await posts.add(town, village, "甲村会计", [], inspector)
    with pytest.raises(NotAllowed):
        await posts.change(town, await post(town), POST, [Role.OWNER], inspector)


async def test_roles_of_a_post_hold_at_once_and_are_noted(town: Database) -> None:
    await staffed(town)
    assert Role.OWNER in await roles(town, "owner")
    await posts.change(town, await post(town), POST, [Role.LIAISON], BY)
    assert await roles(town, "owner") == {Role.LIAISON}
    assert await noted(town) == ["roles_changed"]


async def test_an_administrator_gives_themselves_nothing_to_decide(town: Database) -> None:
    await staffed(town)
    own = await post(town, "管理员")
    with pytest.raises(NotAllowed, match="验收人"):
        await posts.change(town, own, "管理员", [Role.ADMINISTRATOR, Role.VERIFIER], BY)
    with pytest.raises(NotAllowed):
        await posts.join(town, await post(town, "乡纪委书记"), "admin", TODAY + 9 * DAY, "", BY)
    with pytest.raises(NotAllowed):
        await succession.change_hands(town, Change("乡纪委书记", "admin", "admin"), NOW, TRADE)
    assert await roles(town, "admin") == {Role.ADMINISTRATOR}
    assert await noted(town) == []


async def test_one_administrator_always_stays(town: Database) -> None:
    await staffed(town)
    with pytest.raises(BadInput):
        await posts.change(town, await post(town, "管理员"), "管理员", [], BY)


async def test_a_post_has_a_second_holder_until_their_last_day(town: Database) -> None:
    await staffed(town)
    where = await post(town)
    await posts.join(town, where, "bing", TODAY, "两人分工", BY)
    with pytest.raises(BadInput):
        await posts.join(town, where, "bing", TODAY, "", BY)
    async with town.reading() as session:
        placed = await posts.find(session, where, None, TODAY)
    latest = placed.holders[0]
    assert {one.account for one in placed.holders} == {"bing", "owner"}
    await posts.end(town, latest.id, TODAY - DAY, BY)
    async with town.reading() as session:
        placed = await posts.find(session, where, None, TODAY)
        past = await posts.history(session, where)
    assert [one.account for one in placed.holders] == ["owner"]
    assert {one.account for one in past if one.is_over(TODAY)} == {"bing"}
    assert await noted(town) == ["appointed", "appointment_ended"]


async def test_a_post_out_of_the_branch_is_not_there(town: Database) -> None:
    await staffed(town)
    async with town.reading() as session:
        with pytest.raises(NotFound):
            await posts.find(session, await post(town), frozenset({-1}), TODAY)


LOCAL = "甲村办公室,office,甲村党支部,甲村管理员,administrator,甲管理员,local,"


async def test_a_village_administrator_makes_the_village_no_office_of_the_township(town: Database) -> None:
    await staffed(town)
    assert not (await staffing.take_in(town, holders(LOCAL), TODAY)).errors
    village, top = await unit(town, "甲村党支部"), await unit(town, "和平乡")
    local = Doer("local", TODAY, NOW)
    await units.change(town, village, UnitWords("甲村党总支", "village", top), local)
    with pytest.raises(NotAllowed):
        await units.change(town, village, UnitWords("甲村党总支", "office", top), local)
    await units.change(town, village, UnitWords("甲村党总支", "office", top), BY)
