"""Closing in bulk: one meeting, one form; what may not be closed is skipped and said why; nothing twice."""

import httpx
import pytest
from sqlmodel import func, select

from models.access import sessions
from models.database import database
from models.findings import Finding
from models.history import Event
from models.settings import Settings
from policy.stages import Act, Stage
from portal.demonstration import PASSWORD
from tasks import clock, jobs
from tests.models.statements import counted
from tests.portal.conftest import Visit
from tests.portal.lives import act, submitted, verified
from tests.portal.visiting import Visitor, form_of, sentence_of

MEETING = {"meeting": "2026年第12次党委会", "met_on": "2026-11-20"}


async def stage_of(config: Settings, number: str) -> Stage:
    async with database(config).reading() as session:
        return (await session.get_one(Finding, number)).stage


async def closed(desk: Visitor, *picks: str, **said: str) -> httpx.Response:
    page = await desk.get("/closure")
    sent = await desk.send(page, "/closure", {**MEETING, "pick": list(picks), **said})
    assert sent.status_code == 303, sentence_of(sent)
    await jobs.finished()
    return await desk.get(sent.headers["location"])


async def pick(config: Settings, number: str) -> str:
    async with database(config).reading() as session:
        return f"{number} {(await session.get_one(Finding, number)).version}"


async def test_what_is_ticked_is_closed_with_the_meeting_and_what_may_not_be_is_skipped_with_the_reason(
    town: Settings, visit: Visit
) -> None:
    good, other = await verified(town, "jiacun"), await verified(town, "yicun", condition="欠租未收。")
    not_yet = await submitted(town, "bingcun", condition="道路工程未公示。")
    picks = [await pick(town, number) for number in (good, other, not_yet)]
    await act(town, other, Act.DEFER_CLOSURE, "shuji", reason="材料还要补充说明")
    page = await closed(await visit("shuji"), *picks, "ZC1999-001 1")
    assert "已销号1项，跳过3项" in sentence_of(page)
    assert f"{other} 已由“shuji”更新" in page.text
    assert "现为“待验收”，不能同意销号" in page.text
    assert "没有编号为“ZC1999-001”" in page.text
    assert [await stage_of(town, x) for x in (good, other, not_yet)] == [
        Stage.CLOSED,
        Stage.PENDING_CLOSURE,
        Stage.PENDING_VERIFICATION,
    ]
    async with database(town).reading() as session:
        said = (
            await session.exec(
                select(Event.said).where(Event.finding == good, Event.act == Act.APPROVE_CLOSURE)
            )
        ).one()
    assert "2026年第12次党委会" in said
    assert "2026-11-20" in said


async def test_the_same_form_sent_twice_closes_once_and_leads_to_the_same_outcome(
    town: Settings, visit: Visit
) -> None:
    number = await verified(town, "jiacun")
    desk = await visit("shuji")
    page = await desk.get("/closure")
    said = {**MEETING, "pick": await pick(town, number)}
    one, other = [await desk.send(page, "/closure", said) for _ in range(2)]
    assert one.headers["location"] == other.headers["location"]
    await jobs.finished()
    async with database(town).reading() as session:
        events = select(func.count()).select_from(Event)
        closures = events.where(Event.finding == number, Event.act == Act.APPROVE_CLOSURE)
        assert (await session.exec(closures)).one() == 1


async def test_whoever_was_signed_out_meanwhile_has_all_ticks_kept(town: Settings, visit: Visit) -> None:
    numbers = [await verified(town, "jiacun"), await verified(town, "yicun", condition="欠租未收。")]
    desk = await visit("shuji")
    page = await desk.get("/closure")
    async with database(town).writing() as session:
        await sessions.end(session, sessions.hashed(desk.client.cookies["rectify"]), clock.real())
    picks = [await pick(town, number) for number in numbers]
    asked = await desk.send(page, "/closure", {**MEETING, "pick": picks})
    back = await desk.send(asked, "/sign-in", {"account": "shuji", "password": PASSWORD})
    assert (await desk.send(back, "/closure")).status_code == 303
    await jobs.finished()
    assert [await stage_of(town, number) for number in numbers] == [Stage.CLOSED] * 2


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"pick": ""}, "请勾选"),
        ({"met_on": "2026-11-21"}, "今天之后"),
        ({"met_on": "明天"}, "会议日期"),
    ],
)
async def test_without_findings_or_a_meeting_nothing_happens_and_what_was_ticked_stays(
    town: Settings, visit: Visit, said: dict[str, str], sentence: str
) -> None:
    number = await verified(town, "jiacun")
    desk = await visit("shuji")
    ticked = {**MEETING, "pick": await pick(town, number), **said}
    refused = await desk.send(await desk.get("/closure"), "/closure", ticked)
    assert refused.status_code == 400
    assert sentence in sentence_of(refused)
    assert form_of(refused, "/closure").get("pick", "") == ticked["pick"]
    assert await stage_of(town, number) is Stage.PENDING_CLOSURE


async def test_a_meeting_before_the_verification_closes_nothing(town: Settings, visit: Visit) -> None:
    number = await verified(town, "jiacun")
    page = await closed(await visit("shuji"), await pick(town, number), met_on="2026-11-19")
    assert "早于" in page.text
    assert await stage_of(town, number) is Stage.PENDING_CLOSURE


async def test_all_can_be_ticked_without_a_script_and_only_approvers_come_here(
    town: Settings, visit: Visit
) -> None:
    number = await verified(town, "jiacun")
    desk = await visit("shuji")
    assert "pick" not in form_of(await desk.get("/closure"), "/closure")
    ticked = await desk.send(await desk.get("/closure"), "/closure", {"meeting": "第12次", "do": "all"})
    form = form_of(ticked, "/closure")
    assert (form["pick"].split()[0], form["meeting"]) == (number, "第12次")
    assert (await (await visit("ganshi")).get("/closure")).status_code == 404
    page = await closed(desk, await pick(town, number))
    other = await visit("jiwei")
    assert (await other.get(page.url.path)).status_code == 404
    assert "没有待销号的问题" in (await desk.get("/closure")).text


async def test_the_page_asks_as_much_for_many_as_for_one(town: Settings, visit: Visit) -> None:
    desk, asked = await visit("shuji"), []
    for condition in ("欠租未收。", "道路工程未公示。"):
        await verified(town, "jiacun", condition=condition)
        with counted(database(town)) as sent:
            await desk.get("/closure")
        asked.append(len(sent))
    assert asked[0] == asked[1]


async def test_whether_a_meeting_is_named_the_rules_decide_for_one_as_for_many(
    town: Settings, visit: Visit
) -> None:
    number = await verified(town, "jiacun")
    desk = await visit("shuji")
    for page in ("/closure", f"/findings/{number}/acts/approve_closure"):
        assert "不须集体审议" in (await desk.get(page)).text
    await closed(desk, await pick(town, number), meeting="", met_on="")
    assert await stage_of(town, number) is Stage.CLOSED
