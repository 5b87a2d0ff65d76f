"""Whole lives day by day over holidays, outages and acts: what was foretold comes, each letter once."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from models.database import Database
from models.mailing.mail import Mail
from models.staff import staffing, succession
from models.staff.succession import Change
from policy.stages import Act
from tests.models.township import FILE, TRADE, assigned, finding, holders
from tests.models.traveller import Traveller, at

BEGIN = date(2026, 7, 20)
PLAN = {"measures": "1.补记会议记录；2.公示两项支出"}


async def begun(db: Database, **words: Any) -> Traveller:
    """An audit's finding: sixty working days, across two holidays, to 16 October."""
    said = {"source": "审计", "discovered_on": BEGIN.isoformat()} | words
    number = await assigned(db, at(BEGIN), **said)
    traveller = Traveller(db, number, BEGIN)
    await traveller.foresee()
    await traveller.look()
    return traveller


async def at_work(db: Database, **words: Any) -> Traveller:
    traveller = await begun(db, **words)
    await traveller.act(Act.ACCEPT, "owner")
    await traveller.act(Act.FILE_PLAN, "owner", **PLAN)
    await traveller.act(Act.APPROVE_PLAN, "inspector")
    return traveller


async def handed_in(traveller: Traveller) -> None:
    for measure in (1, 2):
        await traveller.act(Act.COMPLETE_MEASURE, "owner", measure=measure)
    await traveller.act(Act.ATTACH_EVIDENCE, "owner", files=(FILE,))
    await traveller.act(Act.SUBMIT, "owner")


SENT_BACK = {"reason": "缺少村民代表会议的记录，请补充"}


async def test_nobody_does_anything_for_half_a_year(town: Database) -> None:
    traveller = await at_work(town)
    await traveller.travel(190)
    assert await traveller.recorded() | {} == {
        "assignment": [BEGIN],
        "plan_filed": [BEGIN],
        "plan_approved": [BEGIN],
        "green_reminder": [date(2026, 9, 26)],
        "yellow_reminder": [date(2026, 10, 6)],
        "red_order": [date(2026, 10, 17)],
        "second_order": [date(2026, 10, 23)],
        "interview": [date(2026, 10, 30)],
        "circular": [date(2026, 11, 13)],
    }
    assert await traveller.sent_only_in_office_hours()


async def test_nobody_even_accepts(town: Database) -> None:
    traveller = await begun(town)
    await traveller.travel(30)
    days = await traveller.recorded()
    assert days["acceptance_reminder"] == [date(2026, 7, 23)]
    assert days["acceptance_overdue"] == [date(2026, 7, 28)]  # a Monday was the fifth working day


@pytest.mark.parametrize("first", range(60, 96, 3))
async def test_the_server_is_off_for_five_days(town: Database, first: int) -> None:
    traveller = await at_work(town)
    await traveller.travel(150, [range(first, first + 5)])
    days = await traveller.recorded()
    assert all(len(found) == 1 for found in days.values())
    assert {"green_reminder", "yellow_reminder", "red_order", "circular"} <= days.keys()


async def test_the_server_is_off_for_half_a_year(town: Database) -> None:
    traveller = await at_work(town)
    await traveller.travel(190, [range(1, 190)])
    assert all(len(found) == 1 for found in (await traveller.recorded()).values())


async def test_handed_in_before_and_sent_back_after_the_deadline(town: Database) -> None:
    traveller = await at_work(town)
    await traveller.travel(85)  # 13 October
    await handed_in(traveller)
    await traveller.travel(9)
    await traveller.act(Act.RETURN_FOR_REWORK, "verifier", **SENT_BACK)
    await traveller.travel(60)
    days = await traveller.recorded()
    assert days["verification_overdue"] == [date(2026, 10, 21)]
    assert days["red_order"] == [date(2026, 10, 22)]
    assert days["second_order"] == [date(2026, 10, 29)]
    assert days["interview"] == [date(2026, 11, 5)]


async def test_returned_three_times(town: Database) -> None:
    traveller = await at_work(town)
    await handed_in(traveller)
    for _ in range(3):
        await traveller.travel(3)
        await traveller.act(Act.RETURN_FOR_REWORK, "verifier", **SENT_BACK)
        await traveller.travel(4)
        await traveller.act(Act.SUBMIT, "owner")
    days = await traveller.recorded()
    assert days["quality_order"] == [date(2026, 7, 30)]
    assert days["third_return"] == [date(2026, 8, 6)]
    assert len(days["returned"]) == 3


async def test_extended_on_the_way(town: Database) -> None:
    traveller = await at_work(town)
    await traveller.travel(80)  # 8 October: green and yellow are out
    await traveller.act(Act.REQUEST_EXTENSION, "owner", reason="雨季", deadline="2026-12-31")
    await traveller.travel(6)
    await traveller.act(Act.APPROVE_EXTENSION, "verifier")
    await traveller.act(Act.APPROVE_EXTENSION, "mayor", deadline="2026-11-30")
    await traveller.travel(120)
    days = await traveller.recorded()
    assert days["green_reminder"] == [date(2026, 9, 26), date(2026, 11, 10)]
    assert days["yellow_reminder"] == [date(2026, 10, 6), date(2026, 11, 20)]
    assert days["red_order"] == [date(2026, 12, 1)]


async def test_an_extension_granted_too_late_for_its_own_green_reminder(town: Database) -> None:
    traveller = await at_work(town)
    await traveller.travel(86)
    await traveller.act(Act.REQUEST_EXTENSION, "owner", reason="雨季", deadline="2026-10-30")
    for by in ("verifier", "mayor"):
        await traveller.act(Act.APPROVE_EXTENSION, by)
    await traveller.travel(30)
    days = await traveller.recorded()
    assert days["green_reminder"] == [date(2026, 9, 26)]
    assert days["yellow_reminder"] == [date(2026, 10, 6), date(2026, 10, 20)]


NEW_PEOPLE = """\
乡整改办,office,和平乡,管理员,administrator,管理员,admin,admin@town.example
乡整改办,office,和平乡,干事,,丙书记,bing,bing@village.example
"""


async def test_handed_over_on_the_way(town: Database) -> None:
    assert not (await staffing.take_in(town, holders(NEW_PEOPLE), BEGIN)).errors
    traveller = await at_work(town)
    await traveller.travel(70)  # 28 September: green is out, yellow is not
    change = Change(post="甲村党支部书记", to="bing", by="admin")
    await succession.change_hands(town, change, at(traveller.today, 11), TRADE)
    await traveller.foresee()
    await traveller.look()
    await traveller.travel(60)
    days = await traveller.recorded()
    assert days["green_reminder"] == [date(2026, 9, 26)]
    assert days["yellow_reminder"] == [date(2026, 10, 6)]
    assert days["red_order"] == [date(2026, 10, 17)]
    to = {"green": await told(town, "绿色提醒"), "red": await told(town, "红色督办")}
    assert to == {"green": {"owner@village.example"}, "red": {"bing@village.example"}}


async def told(db: Database, label: str) -> set[str]:
    """Who was written to, copies apart."""
    async with db.reading() as session:
        mails = list(await session.exec(select(Mail)))
    return {x.recipient for x in mails if x.subject.startswith(f"【{label}】") and "抄送" not in x.subject}


async def test_closed_and_reopened(town: Database) -> None:
    traveller = await at_work(town)
    await traveller.travel(95)
    await handed_in(traveller)
    await traveller.act(Act.PASS_VERIFICATION, "verifier")
    await traveller.act(Act.APPROVE_CLOSURE, "mayor", meeting="第12次党委会")
    await traveller.travel(20)
    assert (await finding(town, traveller.number)).next_look_on is None
    await traveller.act(Act.REOPEN, "inspector", reason="问题反弹", basis="回头看记录")
    second = (await finding(town, traveller.number)).deadline
    assert second is not None
    await traveller.travel((second - traveller.today).days + 30)
    days = await traveller.recorded()
    assert len(days["red_order"]) == len(days["green_reminder"]) == 2


async def test_continuing_work_comes_back_by_itself(town: Database) -> None:
    traveller = await at_work(town)
    await traveller.act(
        Act.REQUEST_EXTENSION,
        "owner",
        reason="需长期坚持",
        sustained="是",
        objective="按季核对",
        next_review_on="2026-12-31",
    )
    for by in ("verifier", "mayor"):
        await traveller.act(Act.APPROVE_EXTENSION, by)
    await traveller.travel(180)
    days = await traveller.recorded()
    assert days["look_back_due"] == [date(2026, 12, 31)]
    assert days["red_order"] == [date(2027, 1, 1)]
