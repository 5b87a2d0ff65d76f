"""Who is to do it: of several posts of one name the one that was chosen, and what stands is filled in."""

from dataclasses import replace

import pytest
from sqlmodel import select

from models import ledger
from models.database import database
from models.findings import Finding
from models.importing.naming import Names
from models.orders import ActWords, Order, words_of
from models.rules.trade import trade
from models.settings import Settings
from models.staff import book
from models.staff.people import Appointment, Person, Post, PostRole
from policy.ledger_rows import LedgerRow
from policy.refusals import NotAllowed
from policy.roles import Role
from policy.stages import Act
from tasks import clock
from tests.portal.conftest import Visit
from tests.portal.lives import act, opened
from tests.portal.test_opening import confirmed
from tests.portal.visiting import form_of

NAME = "书记"
HELD = {"甲村党支部": "演示甲村书记", "乙村党支部": "演示乙村书记"}


async def namesakes(config: Settings) -> dict[str, int]:
    """Two posts of one name, by unit; their holders are those of the villages."""
    made: dict[str, int] = {}
    async with database(config).writing("test") as session:
        for unit, person in HELD.items():
            post = Post(unit_id=(await book.unit_named(session, unit)).id or 0, name=NAME)
            session.add(post)
            await session.flush()
            holder = (await session.exec(select(Person).where(Person.name == person))).one()
            key = made[unit] = post.id or 0
            session.add(Appointment(post_id=key, person_id=holder.id or 0, from_day=clock.today()))
            session.add_all([PostRole(post_id=key, role=role) for role in (Role.OWNER, Role.VERIFIER)])
    return made


async def found(config: Settings, number: str) -> Finding:
    async with database(config).reading() as session:
        return await session.get_one(Finding, number)


async def test_of_two_posts_of_one_name_the_one_chosen_is_stored_through_every_form(
    town: Settings, visit: Visit
) -> None:
    posts, desk = await namesakes(town), await visit("ganshi")
    first, second = posts["甲村党支部"], posts["乙村党支部"]
    number = await confirmed(desk, {"unit": "甲村党支部", "post": str(first), "verifier": str(second)})
    finding = await found(town, number)
    assert (finding.owner_post_id, finding.verifier_post_id) == (first, second)

    disputed = await opened(town, "bingcun", verifier="")
    await act(town, disputed, Act.DISPUTE, "bingcun", reason="不属于本村职责范围")
    form = f"/findings/{disputed}/acts/{Act.REASSIGN.value}"
    await desk.done(form, form, {"owner": str(second), "verifier": str(first), "reason": "改由乙村办理"})
    finding = await found(town, disputed)
    assert (finding.owner_post_id, finding.verifier_post_id) == (second, first)


async def test_reassigning_starts_from_what_stands_and_changes_nothing_that_is_left_alone(
    town: Settings, visit: Visit
) -> None:
    number = await opened(town, "bingcun", supervisor="乡纪委书记")
    await act(town, number, Act.DISPUTE, "bingcun", reason="不属于本村职责范围")
    before = await found(town, number)
    desk, form = await visit("ganshi"), f"/findings/{number}/acts/{Act.REASSIGN.value}"
    filled = form_of(await desk.get(form), form)
    assert filled["owner"] == str(before.owner_post_id)
    assert filled["verifier"] == str(before.verifier_post_id)
    assert filled["supervisor"] == str(before.supervisor_post_id)
    await desk.done(form, form, {"reason": "经复核仍由该村办理"})
    after = await found(town, number)
    same = ("lead_unit_id", "owner_post_id", "verifier_post_id", "supervisor_post_id", "deadline")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]


async def test_a_name_that_several_units_have_is_refused_with_what_to_write(town: Settings) -> None:
    posts = await namesakes(town)
    number, db = await opened(town, "bingcun"), database(town)
    async with db.reading() as session:
        with pytest.raises(NotAllowed) as refused:
            await book.post_named(session, NAME)
        written = "乙村党支部/书记"
        assert written in str(refused.value)
        assert (await book.post_named(session, written)).id == posts["乙村党支部"]
    order = Order(number, Act.HAND_OVER, "zhenggaiban", words_of(ActWords, {"post": written}))
    await ledger.record(db, order, clock.now(), await trade(db))
    assert (await found(town, number)).owner_post_id == posts["乙村党支部"]


async def test_a_ledger_that_names_a_post_of_several_units_is_told_which_there_are(town: Settings) -> None:
    posts = await namesakes(town)
    async with database(town).reading() as session:
        names = Names(session, {}, create=False)
        await names.load()
        row = LedgerRow(row=3, lead_unit="丙村党支部", owner_post=NAME, condition="x", source="审计")
        [told] = names.problems(row)
        assert "甲村党支部/书记、乙村党支部/书记" in told.zh
        written = replace(row, owner_post="乙村党支部/书记")
        assert list(names.problems(written)) == []
        assert names.post_id(written, "owner_post") == posts["乙村党支部"]
