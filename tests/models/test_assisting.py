"""A unit that assists: it reports its own share of somebody else's finding, and nothing more."""

import json
from typing import Any

import pytest

from models.access.sight import sight_of
from models.database import Database
from models.mine import mine
from models.staff import staffing
from policy.refusals import BadInput, NotAllowed
from policy.stages import Act, Stage
from tests.models.township import FILE, TODAY, TRADE, act, asked, brought_to, events, finding, holders

BOTH = "乙村党支部,village,和平乡,乙村验收员,verifier;liaison,乙书记,other,other@village.example"


async def shared(db: Database, **words: Any) -> str:
    return await brought_to(db, Stage.PLAN_REVIEW, assisting="乙村党支部、各村", **words)


async def begun(db: Database, **words: Any) -> str:
    number = await shared(db, **words)
    await act(db, number, Act.APPROVE_PLAN, "inspector")
    return number


async def test_it_reports_its_share_and_the_whole_stays_the_owners(town: Database) -> None:
    number = await begun(town)
    await act(town, number, Act.REPORT_PROGRESS, "owner", text="已补记", percent=60)
    await act(town, number, Act.REPORT_PROGRESS, "other", text="本村已公示")
    await act(town, number, Act.ATTACH_EVIDENCE, "other", files=(FILE,))
    stands = await finding(town, number)
    assert (stands.percent, stands.progress) == (60, "已补记")
    units = "SELECT assisting_unit FROM {} WHERE finding = :n ORDER BY id"
    assert await asked(town, units.format("progress_entry"), n=number) == ["", "乙村党支部"]
    assert await asked(town, units.format("evidence"), n=number) == ["乙村党支部"]
    assert json.loads((await events(town, number))[-1].said)["assists"] == "乙村党支部"


@pytest.mark.parametrize("what", [Act.SUBMIT, Act.COMPLETE_MEASURE, Act.REQUEST_EXTENSION])
async def test_it_does_nothing_for_the_whole(town: Database, what: Act) -> None:
    number = await begun(town)
    with pytest.raises(NotAllowed, match="协办单位"):
        await act(town, number, what, "other", measure=1, reason="还差公示")


async def test_it_neither_sets_the_percentage_nor_touches_what_it_does_not_assist_in(town: Database) -> None:
    number = await begun(town)
    with pytest.raises(BadInput, match="责任单位"):
        await act(town, number, Act.REPORT_PROGRESS, "other", text="本村已公示", percent=90)
    with pytest.raises(NotAllowed):  # the clerk's post does not report for the village
        await act(town, number, Act.REPORT_PROGRESS, "clerk", text="本村已公示")
    secret = await begun(town, confidential="是")
    with pytest.raises(NotAllowed):
        await act(town, secret, Act.REPORT_PROGRESS, "other", text="本村已公示")


async def test_who_reported_a_share_does_not_verify_the_whole(town: Database) -> None:
    assert not (await staffing.take_in(town, holders(BOTH), TODAY)).errors
    number = await begun(town, verifier="乙村验收员")
    await act(town, number, Act.REPORT_PROGRESS, "other", text="本村已公示")
    for measure in (1, 2):
        await act(town, number, Act.COMPLETE_MEASURE, "owner", measure=measure)
    await act(town, number, Act.ATTACH_EVIDENCE, "owner", files=(FILE,))
    await act(town, number, Act.SUBMIT, "owner")
    with pytest.raises(NotAllowed, match="自己事项"):
        await act(town, number, Act.PASS_VERIFICATION, "other")


async def test_my_items_say_where_a_share_can_be_reported(town: Database) -> None:
    waiting, begun_one, secret = await shared(town), await begun(town), await begun(town, confidential="是")
    [person] = await asked(town, "SELECT person_id FROM account WHERE name = 'other'")
    async with town.reading() as session:
        found = await mine(session, await sight_of(session, person, TODAY), person, TRADE.rules, TODAY)
    assert {row["number"] for row in found.assisting} == {waiting, begun_one, secret}
    assert found.to_report == {begun_one}
