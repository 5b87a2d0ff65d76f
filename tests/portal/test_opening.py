"""A new finding by the form: its deadline with the reason, doubles, vacant posts, nothing stored twice."""

from datetime import timedelta

import httpx
import pytest
from sqlmodel import col, func, select

from models.access.sight import EVERYTHING, NOTHING
from models.alike import alike
from models.database import database
from models.findings import Finding, InspectionRound
from models.history import Event
from models.settings import Settings
from models.staff import book
from models.staff.people import Appointment
from policy.stages import Act, Stage
from tasks import clock
from tests.models.test_indexes import questions, read_whole
from tests.portal.conftest import Visit
from tests.portal.lives import act, opened
from tests.portal.visiting import Visitor, form_of, sentence_of

FORM = "/findings/new"


def form(number: str, act: Act) -> str:
    return f"/findings/{number}/acts/{act.value}"


SAID = {
    "source": "审计",
    "category": "资金管理",
    "item": "采购不规范",
    "condition": "村委会采购办公设备三笔，均未按规定比价。",
    "unit": "甲村党支部",
    "discovered_on": "2026-07-20",
    "severity": "较重",
}


async def post_id(config: Settings, name: str) -> str:
    async with database(config).reading() as session:
        return str((await book.post_named(session, name)).id)


async def count(config: Settings) -> int:
    async with database(config).reading() as session:
        return (await session.exec(select(func.count()).select_from(Finding))).one()


async def found(config: Settings, number: str) -> Finding:
    async with database(config).reading() as session:
        return await session.get_one(Finding, number)


async def inspector(visit: Visit) -> Visitor:
    return await visit("ganshi")


async def confirmed(desk: Visitor, said: dict[str, str] | None = None) -> str:
    """The number of a finding that is looked over, and stored by the second press."""
    page = await desk.send(await desk.get(FORM), FORM, {**SAID, **(said or {})})
    assert page.status_code == 200, sentence_of(page)
    return number_of(await desk.send(page, FORM))


def number_of(stored: httpx.Response) -> str:
    assert stored.status_code == 303, sentence_of(stored)
    return stored.headers["location"].split("?")[0].rsplit("/", 1)[-1]


async def test_the_deadline_is_proposed_with_its_reason_before_anything_is_stored(
    town: Settings, visit: Visit
) -> None:
    desk, before = await inspector(visit), await count(town)
    page = await desk.send(await desk.get(FORM), FORM, SAID)
    assert page.status_code == 200
    assert "审计，60个工作日，自2026年7月20日起（当日不计） → 2026年10月16日" in page.text
    assert await count(town) == before
    late = await desk.send(page, FORM, {"discovered_on": "2026-11-20"})
    assert "（暂定）" in late.text  # into a year whose holidays are not announced
    assert await count(town) == before
    typed = form_of(page, FORM)
    assert (typed["condition"], typed["unit"], typed["severity"]) == (SAID["condition"], "甲村党支部", "较重")


async def test_a_finding_with_unit_and_post_is_stored_and_assigned_at_once(
    town: Settings, visit: Visit
) -> None:
    desk = await inspector(visit)
    post = await post_id(town, "甲村党支部书记")
    stored = await found(town, await confirmed(desk, {"post": post, "amount_involved": "12.5"}))
    assert (stored.stage, str(stored.deadline), stored.severity) == (Stage.ASSIGNED, "2026-10-16", "较重")
    assert "已登记" in sentence_of(await desk.get(f"/findings/{stored.number}", said="opened"))
    assert stored.involves_money


async def test_a_form_sent_twice_stores_one_finding(town: Settings, visit: Visit) -> None:
    desk, before = await inspector(visit), await count(town)
    page = await desk.send(await desk.get(FORM), FORM, SAID)
    one, other = await desk.send(page, FORM), await desk.send(page, FORM)
    assert one.headers["location"] == other.headers["location"]
    assert await count(town) == before + 1


async def test_a_near_double_is_shown_first_and_stored_only_by_another_press(
    town: Settings, visit: Visit
) -> None:
    number = await opened(town, "jiacun", condition="采购办公设备3笔，没有按规定比价。")
    desk, before = await inspector(visit), await count(town)
    by_hand = {**SAID, "deadline": "2026-12-31", "reason": "上级要求"}
    warned = await desk.send(await desk.get(FORM), FORM, by_hand)
    assert "已有相近的问题" in warned.text
    assert number in warned.text
    assert await count(town) == before
    assert (await desk.send(warned, FORM)).status_code == 303
    elsewhere = await desk.send(await desk.get(FORM), FORM, {**by_hand, "unit": "乙村党支部"})
    assert elsewhere.status_code == 303  # nothing to look over: one press


async def test_the_same_text_without_a_unit_is_found_when_it_is_opened_and_when_it_is_assigned(
    town: Settings, visit: Visit
) -> None:
    draft = {"unit": "", "post": "", "verifier": "", "condition": SAID["condition"]}
    first, second = [await opened(town, "jiacun", **draft) for _ in range(2)]
    desk = await inspector(visit)
    assert first in (await desk.send(await desk.get(FORM), FORM, SAID)).text
    owner = await post_id(town, "乙村党支部书记")
    await act(town, first, Act.ASSIGN, "ganshi", unit="乙村党支部", post="乙村党支部书记")
    page = await desk.get(form(second, Act.ASSIGN))
    assert (first in page.text, "已有相近的问题" in page.text) == (True, True)
    await desk.done(form(second, Act.ASSIGN), form(second, Act.ASSIGN), {"owner": owner})


async def test_a_round_that_nobody_knows_is_made_only_when_it_is_said_to_be_meant(
    town: Settings, visit: Visit
) -> None:
    desk, name = await inspector(visit), "2026年集体资金专项审计"
    await desk.done("/rounds", "/rounds", {"source": "审计", "name": name, "feedback_on": "2026-07-21"})
    slip = {**SAID, "round_name": "2026年集体资金专项审记", "discovered_on": ""}
    asked = await desk.send(await desk.get(FORM), FORM, slip)
    assert f"应为“{name}”" in asked.text
    meant = await desk.send(asked, FORM, {"round_meant": name})
    assert "2026年10月19日" in meant.text  # another deadline, by that round's feedback: looked over anew
    number = number_of(await desk.send(meant, FORM))
    async with database(town).reading() as session:
        assert [one for one in await session.exec(select(InspectionRound.name)) if "集体资金" in one] == [
            name
        ]
    assert (await found(town, number)).inspection_round_id is not None


async def test_another_deadline_than_the_rules_say_needs_its_reason_which_is_kept(
    town: Settings, visit: Visit
) -> None:
    desk = await inspector(visit)
    page = await desk.get(FORM)
    refused = await desk.send(page, FORM, {**SAID, "deadline": "2026-12-31"})
    assert refused.status_code == 400
    assert "理由" in sentence_of(refused)
    assert form_of(refused, FORM)["deadline"] == "2026-12-31"
    number = number_of(await desk.send(refused, FORM, {"reason": "上级要求年底前办结"}))
    async with database(town).reading() as session:
        first = await session.get_one(Event, (number, 1))
    assert first.reason == "上级要求年底前办结"


async def test_a_vacant_post_is_refused_with_what_to_do(town: Settings, visit: Visit) -> None:
    post = await post_id(town, "甲村党支部书记")
    async with database(town).writing() as session:
        held = await session.exec(select(Appointment).where(Appointment.post_id == int(post)))
        for one in held:
            one.to_day = clock.today() - timedelta(days=1)
    desk, before = await inspector(visit), await count(town)
    page = await desk.get(FORM)
    assert "甲村党支部书记（空缺）" in page.text
    refused = await desk.send(page, FORM, {**SAID, "post": post})
    assert refused.status_code == 403
    assert "岗位空缺" in sentence_of(refused)
    assert await count(town) == before


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"condition": "  ", "severity": "", "item": ""}, "请填写：条目（条）、具体表现、严重程度。"),
        ({"unit": ""}, "请填写：责任单位。"),
        ({"discovered_on": "2026-11-21"}, "在今天之后"),
        ({"unit": "子虚村"}, "子虚村"),
        ({"deadline": "2026-07-01", "reason": "试", "post": "{owner}"}, "早于发现日期"),
    ],
)
async def test_what_cannot_be_is_refused_in_one_sentence(
    town: Settings, visit: Visit, said: dict[str, str], sentence: str
) -> None:
    desk, owner = await inspector(visit), await post_id(town, "甲村党支部书记")
    typed = {name: value.format(owner=owner) for name, value in (SAID | said).items()}
    refused = await desk.send(await desk.get(FORM), FORM, typed)
    assert refused.status_code == 400
    assert sentence in sentence_of(refused)


@pytest.mark.parametrize("account", ["jiacun", "jiwei"])
async def test_only_inspectors_open_findings(visit: Visit, account: str) -> None:
    assert (await (await visit(account)).get(FORM)).status_code == 404


async def test_what_is_alike_is_found_by_unit_and_words_not_by_reading_all(town: Settings) -> None:
    db = database(town)
    async with db.reading() as session:
        unit = await book.unit_named(session, "甲村党支部")
        with questions(db) as asked:
            await alike(session, EVERYTHING, unit.id or 0, "采购办公设备")
            await alike(session, EVERYTHING, None, "采购办公设备")
    for sql, said in asked.items():
        assert not await read_whole(db, sql, said)


async def test_of_a_confidential_finding_nobody_learns_by_writing_the_same(town: Settings) -> None:
    db = database(town)
    async with db.reading() as session:
        secret = (await session.exec(select(Finding).where(col(Finding.confidential)))).first()
        assert secret
        assert secret.lead_unit_id
        assert await alike(session, EVERYTHING, secret.lead_unit_id, secret.condition)
        assert not await alike(session, NOTHING, secret.lead_unit_id, secret.condition)
