"""My items: what I have to do now, the worst first, and nothing of what others have to do."""

import re
from datetime import date
from typing import Any

from models.access.sight import Sight, sight_of
from models.database import database
from models.findings import Finding
from models.mine import Mine, mine
from models.rules.shipped import shipped
from models.settings import Settings
from models.staff.book import account_named
from policy.stages import Act, Stage
from tasks import clock
from tests.models.statements import counted
from tests.portal.conftest import Visit
from tests.portal.lives import act, opened, submitted


async def seen_by(config: Settings, account: str) -> tuple[Sight, int]:
    async with database(config).reading() as session:
        person = (await account_named(session, account)).person_id
        return await sight_of(session, person, clock.today()), person


async def mine_of(config: Settings, account: str) -> Mine:
    sight, person = await seen_by(config, account)
    async with database(config).reading() as session:
        return await mine(session, sight, person, shipped(), clock.today())


def order_of(page: str) -> list[str]:
    return re.findall(r"<h2>(\S+)", page)


async def test_the_worst_is_on_top_with_its_days_in_words_and_one_link_to_what_is_next(visit: Visit) -> None:
    secretary = await visit("bingcun")
    page = (await secretary.get("/mine")).text
    assert order_of(page)[0] == "已逾期"
    first = page[page.index('class="task') :]
    assert "SJ2026-001" in first[: first.index("</li>")]
    assert "已逾期35日" in first
    assert 'href="/findings/SJ2026-001/acts/report_progress"' in first
    assert (await secretary.get("/findings/SJ2026-001/acts/report_progress")).status_code == 200


async def test_everybody_but_those_who_watch_begins_there(visit: Visit) -> None:
    assert (await (await visit("bingcun")).get("/")).headers["location"] == "/mine"
    assert (await (await visit("ganshi")).get("/")).headers["location"] == "/mine"
    assert (await (await visit("jiwei")).get("/")).headers["location"] != "/mine"


async def test_a_finding_is_on_the_list_of_whoever_has_the_next_act_and_on_no_other(
    town: Settings, visit: Visit
) -> None:
    number = await opened(town, "jiacun")
    turns: dict[Stage, str] = {}
    for stage, what, by, words in LIFE:
        for account in ("jiacun", "ganshi", "fujiwei", "shuji"):
            found = await mine_of(town, account)
            if number in [row["number"] for row in (*found.to_do, *found.to_check)]:
                assert turns.setdefault(stage, account) == account
        found = await mine_of(town, "jiacun")
        waits = number in [row["number"] for row in found.waiting]
        assert waits is (by != "jiacun")
        await act(town, number, what, by, **words)
    assert turns == {stage: by for stage, _, by, _ in LIFE}


LIFE: tuple[tuple[Stage, Act, str, dict[str, Any]], ...] = (
    (Stage.ASSIGNED, Act.ACCEPT, "jiacun", {}),
    (Stage.PLANNING, Act.FILE_PLAN, "jiacun", {"measures": "1.逐户上门催缴并登记台账"}),
    (Stage.PLAN_REVIEW, Act.APPROVE_PLAN, "ganshi", {}),
    (Stage.IN_PROGRESS, Act.COMPLETE_MEASURE, "jiacun", {"measure": 1}),
    (Stage.IN_PROGRESS, Act.SUBMIT, "jiacun", {"evidence": True}),
    (Stage.PENDING_VERIFICATION, Act.PASS_VERIFICATION, "fujiwei", {}),
    (Stage.PENDING_CLOSURE, Act.APPROVE_CLOSURE, "shuji", {"meeting": "第12次党委会"}),
)


async def test_a_unit_sees_what_it_assists_in_and_only_as_that(town: Settings, visit: Visit) -> None:
    number = await opened(town, "jiacun", assisting="乙村党支部、各站所")
    found = await mine_of(town, "yicun")
    assert number in [row["number"] for row in found.assisting]
    assert number not in [row["number"] for row in found.to_do]
    assert number not in [row["number"] for row in (await mine_of(town, "bingcun")).assisting]
    page = (await (await visit("yicun")).get("/mine")).text
    assert "我单位协办" in page


async def test_my_items_cost_few_questions_however_many_there_are(town: Settings) -> None:
    await opened(town, "jiacun", assisting="乙村党支部")
    costs = set()
    for account in ("jiacun", "yicun", "zhenggaiban", "shuji", "fujiwei"):
        sight, person = await seen_by(town, account)
        async with database(town).reading() as session:
            with counted(database(town)) as sent:
                await mine(session, sight, person, shipped(), clock.today())
        costs.add(len([x for x in sent if x.startswith("SELECT")]))
    assert max(costs) <= 8


async def test_nothing_to_do_says_what_comes_next(town: Settings, visit: Visit) -> None:
    page = (await (await visit("baocun")).get("/mine")).text
    assert "没有要办的事项" in page or "现在没有要您办的事项" in page


async def test_a_slow_verifier_is_not_blamed_on_the_unit(town: Settings, visit: Visit) -> None:
    number = await submitted(town, "bingcun")
    async with database(town).writing() as session:
        one = await session.get_one(Finding, number)
        one.deadline, one.submitted_on = date(2026, 11, 19), date(2026, 11, 18)
        session.add(one)
    village, watcher = await visit("bingcun"), await visit("jiwei")
    mine = (await village.get("/mine")).text
    card = mine[: mine.index("</li>", mine.index(number))].rpartition("<li")[2]
    assert "已按时提交，待验收" in card
    assert "逾期" not in card
    assert number not in (await watcher.get("/findings?overdue=1")).text
    assert number in (await watcher.get("/findings?light=submitted")).text
    assert "过了时限，但已按时提交" in (await watcher.get("/overview")).text
    await act(town, number, Act.PASS_VERIFICATION, "fujiwei")
    assert "已按时提交，待销号" in (await village.get(f"/findings/{number}")).text
    await act(town, number, Act.APPROVE_CLOSURE, "shuji", meeting="党委会第12次")
    assert number in (await watcher.get("/findings?in_time=1")).text
    assert number not in (await watcher.get("/findings?late=1")).text
    assert "已结，逾期销号" in (await watcher.get("/findings/ZC2026-008")).text
