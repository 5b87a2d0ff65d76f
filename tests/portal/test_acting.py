"""Acting on a finding from its page: a whole life by its forms, and what becomes of late ones."""

import asyncio
import re
from collections.abc import Mapping
from datetime import timedelta
from html import unescape
from typing import Any

import httpx
import pytest
from sqlmodel import select

from models import ledger
from models.database import database
from models.findings import Finding
from models.history import Event
from models.opening import open_finding
from models.orders import ActWords, Attached, OpenWords, Order, words_of
from models.rules.trade import trade
from models.settings import Settings
from models.staff.people import Post
from policy.stages import Act, Stage
from portal.pages.act_fields import FIELDS
from portal.pages.paper import cookie_name
from tasks import clock
from tests.models.statements import counted
from tests.portal.conftest import Visit
from tests.portal.lives import FILE
from tests.portal.visiting import BASE, Files, Visitor, form_of, forms_of, key_for, sentence_of
from tests.tasks.test_evidence import JPG, PDF

RED = "SJ2026-001"
"""In progress, with the secretary of 丙村."""
CANARY = "<svg onload=alert(1)>\"'</textarea>"


async def opened(config: Settings, **said: Any) -> str:
    words = words_of(OpenWords, {"source": "督查", "condition": "公益林补贴发放表缺少农户签字", **said})
    db = database(config)
    return (await open_finding(db, "ganshi", words, clock.now(), await trade(db))).number


async def assigned(config: Settings, **said: Any) -> str:
    posts = {"unit": "丙村党支部", "post": "丙村党支部书记", "verifier": "乡纪委书记"}
    return await opened(config, **posts, **said)


async def act(
    config: Settings, number: str, act: Act, by: str, files: tuple[Attached, ...] = (), **said: Any
) -> None:
    db = database(config)
    order = Order(number, act, by, words_of(ActWords, said), files)
    await ledger.record(db, order, clock.now(), await trade(db))


async def events(config: Settings, number: str) -> list[Event]:
    async with database(config).reading() as session:
        return list(await session.exec(select(Event).where(Event.finding == number).order_by("seq")))


async def changed(config: Settings, number: str, **values: object) -> None:
    async with database(config).writing("test") as session:
        finding = await session.get_one(Finding, number)
        for name, value in values.items():
            setattr(finding, name, value)


async def post(config: Settings, name: str) -> str:
    async with database(config).reading() as session:
        return str((await session.exec(select(Post.id).where(Post.name == name))).one())


def form(number: str, act: Act) -> str:
    return f"/findings/{number}/acts/{act.value}"


async def does(
    who: Visitor, number: str, act: Act, said: Mapping[str, str | list[str]] | None = None, files: Files = ()
) -> httpx.Response:
    """Fill in an act's own page and go where it leads."""
    return await who.done(form(number, act), form(number, act), said, files)


def offered(page: httpx.Response) -> list[str]:
    """The acts that the box on top offers, the foremost first."""
    box = re.search(r'<section class="now.*?</section>', page.text, re.S)
    return re.findall(r"/acts/(\w+)", box[0].partition("<details")[0]) if box else []


def files(*named: tuple[str, bytes]) -> Files:
    return [("files", (name, content, "application/octet-stream")) for name, content in named]


async def test_four_people_bring_a_finding_to_its_end_by_their_forms(town: Settings, visit: Visit) -> None:
    office, village = await visit("ganshi"), await visit("bingcun")
    checker, secretary = await visit("jiwei"), await visit("shuji")
    number = await opened(town)
    page = f"/findings/{number}"

    assert offered(await office.get(page))[0] == "assign"
    posts: dict[str, str | list[str]] = {
        "owner": await post(town, "丙村党支部书记"),
        "verifier": await post(town, "乡纪委书记"),
        "responsible_leader": await post(town, "包村领导"),
    }
    done = await does(office, number, Act.ASSIGN, posts)
    assert "已办理：派发。现为“待认领”（第2号记录）" in sentence_of(done)
    assert "演示丙村书记" in done.text  # whose turn it is now

    assert offered(await village.get(page)) == ["accept", "dispute"]
    done = await village.done(page, form(number, Act.ACCEPT))
    assert offered(done)[0] == "file_plan"
    plan: dict[str, str | list[str]] = {
        "objective": "补签到位",
        "measure_0": "12月10日前逐户核对发放表并补签",
        "due_0": "2026-12-10",
    }
    await does(village, number, Act.FILE_PLAN, plan)
    assert offered(await office.get(page)) == ["approve_plan", "return_plan"]
    await does(office, number, Act.APPROVE_PLAN)

    done = await does(
        village,
        number,
        Act.REPORT_PROGRESS,
        {"text": "已补签35户", "percent": "100", "outcome_debt_resolved": "3.5"},
    )
    assert offered(done)[0] == "complete_measure"
    assert "还没有佐证材料" in done.text
    assert (
        offered(await does(village, number, Act.COMPLETE_MEASURE, {"measure": "1"}))[0] == "attach_evidence"
    )
    done = await does(village, number, Act.ATTACH_EVIDENCE, files=files(("发放表（补签）.pdf", PDF)))
    assert "发放表（补签）.pdf" in done.text
    assert offered(done)[0] == "submit"
    done = await does(village, number, Act.SUBMIT, {"result": "全部补签"})
    assert "演示纪委书记" in done.text
    assert offered(done) == []

    why = "补签表缺少经办人和日期，无法核对"
    back: dict[str, str | list[str]] = {"reason": why, "supplement": "经办人签字\n补签日期"}
    await does(checker, number, Act.RETURN_FOR_REWORK, back)
    came = await village.get(page)
    for words in (why, "<li>经办人签字</li>", "<li>补签日期</li>", "还没有补充"):
        assert words in came.text
    await does(village, number, Act.ATTACH_EVIDENCE, files=files(("补签照片.jpg", JPG)))
    await does(village, number, Act.SUBMIT)

    claim = await checker.get(form(number, Act.PASS_VERIFICATION))
    for words in (
        "已补签35户",
        "12月10日前逐户核对",
        "3.5万元",
        "补签照片.jpg",
        "退回后新增",
        why,
    ):
        assert words in claim.text
    assert claim.text.count("退回后新增") == 1
    await does(checker, number, Act.PASS_VERIFICATION, {"text": "已核对"})
    done = await does(
        secretary, number, Act.APPROVE_CLOSURE, {"meeting": "第12次党委会", "met_on": "2026-11-20"}
    )
    assert "现为“已销号”" in sentence_of(done)
    assert "第12次党委会" in done.text
    assert [event.by for event in await events(town, number)][-2:] == ["jiwei", "shuji"]


BEGUN: dict[Act, tuple[Stage, str]] = {
    Act.ASSIGN: (Stage.DRAFT, "ganshi"),
    Act.ACCEPT: (Stage.ASSIGNED, "bingcun"),
    Act.DISPUTE: (Stage.ASSIGNED, "bingcun"),
    Act.UPHOLD: (Stage.DISPUTED, "ganshi"),
    Act.REASSIGN: (Stage.DISPUTED, "ganshi"),
    Act.FILE_PLAN: (Stage.PLANNING, "bingcun"),
    Act.APPROVE_PLAN: (Stage.PLAN_REVIEW, "ganshi"),
    Act.RETURN_PLAN: (Stage.PLAN_REVIEW, "ganshi"),
    Act.REPORT_PROGRESS: (Stage.IN_PROGRESS, "bingcun"),
    Act.COMPLETE_MEASURE: (Stage.IN_PROGRESS, "bingcun"),
    Act.ATTACH_EVIDENCE: (Stage.IN_PROGRESS, "bingcun"),
    Act.WITHDRAW_EVIDENCE: (Stage.IN_PROGRESS, "bingcun"),
    Act.SUBMIT: (Stage.IN_PROGRESS, "bingcun"),
    Act.TAKE_BACK: (Stage.PENDING_VERIFICATION, "bingcun"),
    Act.PASS_VERIFICATION: (Stage.PENDING_VERIFICATION, "jiwei"),
    Act.RETURN_FOR_REWORK: (Stage.PENDING_VERIFICATION, "jiwei"),
    Act.APPROVE_CLOSURE: (Stage.PENDING_CLOSURE, "shuji"),
    Act.DEFER_CLOSURE: (Stage.PENDING_CLOSURE, "shuji"),
    Act.REOPEN: (Stage.CLOSED, "ganshi"),
    Act.LOOK_BACK: (Stage.CLOSED, "jiwei"),
    Act.WITHDRAW: (Stage.DRAFT, "ganshi"),
    Act.MERGE: (Stage.DRAFT, "ganshi"),
    Act.REQUEST_EXTENSION: (Stage.IN_PROGRESS, "bingcun"),
    Act.APPROVE_EXTENSION: (Stage.IN_PROGRESS, "jiwei"),
    Act.REFUSE_EXTENSION: (Stage.IN_PROGRESS, "jiwei"),
    Act.HAND_OVER: (Stage.IN_PROGRESS, "ganshi"),
}


async def planned(config: Settings) -> str:
    """In progress, with a measure to do and an extension asked for."""
    number = await assigned(config)
    await act(config, number, Act.ACCEPT, "bingcun")
    await act(config, number, Act.FILE_PLAN, "bingcun", measures=[("逐户核对发放表并补签", None)])
    await act(config, number, Act.APPROVE_PLAN, "ganshi")
    until = (clock.today() + timedelta(days=120)).isoformat()
    await act(config, number, Act.REQUEST_EXTENSION, "bingcun", deadline=until, reason="雨季不能施工")
    await act(config, number, Act.ATTACH_EVIDENCE, "bingcun", (FILE,))
    return number


async def test_the_form_of_every_act_is_drawn_in_both_languages(town: Settings, visit: Visit) -> None:
    assert set(BEGUN) == set(FIELDS)
    number = await planned(town)
    await act(town, RED, Act.ATTACH_EVIDENCE, "bingcun", (FILE,))
    people = {account: await visit(account) for account in {by for _, by in BEGUN.values()}}
    for wanted, (stage, by) in BEGUN.items():
        where = RED if wanted in {Act.REQUEST_EXTENSION, Act.SUBMIT} else number
        await changed(town, where, stage=stage, closed_on=clock.today() if stage is Stage.CLOSED else None)
        for language, words in (("zh", "不办，返回"), ("en", "Back, do nothing")):
            page = await people[by].get(form(where, wanted), lang=language)
            assert page.status_code == 200, (wanted, sentence_of(page))
            assert words in page.text or wanted is Act.COMPLETE_MEASURE
            assert any(name.startswith(form(where, wanted)) for name in forms_of(page)), wanted


async def test_a_measure_ticked_by_mistake_is_opened_again_from_its_receipt(
    town: Settings, visit: Visit
) -> None:
    village, number = await visit("bingcun"), await planned(town)
    where = form(number, Act.COMPLETE_MEASURE)
    assert 'data-ask="第1条确已办结？"' in (await village.get(where)).text
    done = await does(village, number, Act.COMPLETE_MEASURE, {"measure": "1"})
    assert "完成措施（办结措施：1）" in sentence_of(done)
    assert "点错了？可以改回" in done.text
    assert "complete_measure" not in offered(done)
    undone = await does(village, number, Act.COMPLETE_MEASURE, {"undo": "1"})
    assert "完成措施（撤销办结措施：1）" in sentence_of(undone)
    assert "complete_measure" in offered(undone)


async def test_a_refused_form_comes_back_with_all_that_was_typed(town: Settings, visit: Visit) -> None:
    village = await visit("bingcun")
    page = await village.get(form(RED, Act.REPORT_PROGRESS))
    typed = {"text": CANARY, "percent": "30", "outcome_contracts": "3份"}
    refused = await village.send(page, form(RED, Act.REPORT_PROGRESS), typed)
    assert refused.status_code == 400
    assert sentence_of(refused) == "进度由45%降为30%，请说明理由。"
    again = form_of(refused, form(RED, Act.REPORT_PROGRESS))
    assert {name: again[name] for name in typed} == typed
    assert "<svg" not in refused.text
    assert again["nonce"] == form_of(page, form(RED, Act.REPORT_PROGRESS))["nonce"]
    sent = await village.send(refused, form(RED, Act.REPORT_PROGRESS), {"reason": "重新核定"})
    assert sent.status_code == 303
    shown = (await village.get(f"/findings/{RED}")).text
    assert "重新核定" in shown
    assert "<svg" not in shown


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"text": "x", "percent": "九成"}, "“进度”不能是“九成”。请填写整数。"),
        ({"text": "x", "outcome_debt_resolved": "约5万"}, "“约5万”不是带单位的数额。请写成 346万元、16份。"),
        ({"text": "长" * 1001}, "进展情况不能超过1000字，现有1001字。"),
        ({"text": " \u3000"}, "请填写进展情况。"),
    ],
)
async def test_each_mistake_is_said_in_a_sentence(
    visit: Visit, said: dict[str, str | list[str]], sentence: str
) -> None:
    village = await visit("bingcun")
    page = await village.get(form(RED, Act.REPORT_PROGRESS))
    assert sentence_of(await village.send(page, form(RED, Act.REPORT_PROGRESS), said)) == sentence


async def test_what_is_about_money_says_beforehand_what_it_lacks(town: Settings, visit: Visit) -> None:
    number = await assigned(town, deadline_type="immediate")
    office, village = await visit("ganshi"), await visit("bingcun")
    placed: dict[str, Any] = {"amount_involved": "3.5", "unit": "丙村党支部", "post": "丙村党支部书记"}
    await act(town, number, Act.REASSIGN, "ganshi", **placed)
    assert "3.5万元" in (await office.get(f"/findings/{number}")).text
    await act(town, number, Act.ACCEPT, "bingcun")
    done = await does(village, number, Act.ATTACH_EVIDENCE, files=files(("收据.pdf", PDF)))
    assert "提交验收：" in done.text
    assert "涉及金额，请在“成效数据”中填报" in done.text
    short = await village.send(await village.get(form(number, Act.SUBMIT)), form(number, Act.SUBMIT))
    assert short.status_code == 400
    assert "已收回或调整的金额" in sentence_of(short)
    done = await does(village, number, Act.SUBMIT, {"outcome_receivables_collected": "3.5"})
    assert "现为“待验收”" in sentence_of(done)


async def test_a_unit_that_assists_reports_its_share_from_my_items(town: Settings, visit: Visit) -> None:
    number = await assigned(town, deadline_type="immediate", assisting="甲村党支部")
    await act(town, number, Act.ACCEPT, "bingcun")
    neighbour, village = await visit("jiacun"), await visit("bingcun")
    assert form(number, Act.REPORT_PROGRESS) in (await neighbour.get("/mine")).text
    page = await neighbour.get(form(number, Act.REPORT_PROGRESS))
    assert 'name="percent"' not in page.text
    assert 'name="outcome_debt_resolved"' not in page.text
    done = await does(neighbour, number, Act.REPORT_PROGRESS, {"text": "本村已补签12户"})
    assert offered(done) == ["report_progress", "attach_evidence"]
    assert "您的单位协办" in done.text
    assert (await village.get(f"/findings/{number}")).text.count("协办：甲村党支部") == 2
    assert (await neighbour.get(form(number, Act.SUBMIT))).status_code == 409


async def test_a_plan_takes_more_rows_and_a_vague_measure_is_doubted_once(
    town: Settings, visit: Visit
) -> None:
    village, number = await visit("bingcun"), await assigned(town)
    await act(town, number, Act.ACCEPT, "bingcun")
    where = form(number, Act.FILE_PLAN)
    rows = await village.send(await village.get(where), where, {"measure_0": "加强管理", "more": "yes"})
    assert (form_of(rows, where)["measure_0"], "measure_9" in form_of(rows, where)) == ("加强管理", True)
    doubted = await village.send(rows, where, {"measure_9": "逐户补签发放表并公示", "due_9": "2026-12-01"})
    assert doubted.status_code == 409
    assert "<li>加强管理</li>" in doubted.text
    assert form_of(doubted, where)["due_9"] == "2026-12-01"
    assert (await village.send(doubted, where, {"sure": "yes"})).status_code == 303
    assert (await events(town, number))[-1].act is Act.FILE_PLAN


async def test_a_double_click_acts_once(town: Settings, visit: Visit) -> None:
    village, number = await visit("bingcun"), await assigned(town)
    page = await village.get(f"/findings/{number}")
    sent = await asyncio.gather(*(village.send(page, form(number, Act.ACCEPT)) for _ in range(5)))
    assert {one.status_code for one in sent} == {303}
    assert len({one.headers["location"] for one in sent}) == 1
    assert [event.act for event in await events(town, number)] == [Act.OPEN, Act.ASSIGN, Act.ACCEPT]


async def test_a_stale_form_tells_what_happened_and_is_sent_again_by_one_click(
    town: Settings, visit: Visit
) -> None:
    village = await visit("bingcun")
    where = form(RED, Act.REPORT_PROGRESS)
    page = await village.get(where)
    until: dict[str, Any] = {"deadline": "2026-12-30", "reason": "承租方年底回款"}
    await act(town, RED, Act.REQUEST_EXTENSION, "bingcun", **until)
    late = await village.send(page, where, {"text": "已收回一年租金", "percent": "60"})
    assert late.status_code == 409
    assert sentence_of(late) == "您已先办理了“申请延期”，这次的没有办理。"
    for words in ("承租方年底回款", "再按一次"):
        assert words in late.text
    again = form_of(late, where)
    assert (again["text"], again["percent"]) == ("已收回一年租金", "60")
    assert (await village.send(late, where)).status_code == 303
    assert (await events(town, RED))[-1].act is Act.REPORT_PROGRESS


async def test_of_two_at_once_one_wins_and_the_other_is_told_by_whom(town: Settings, visit: Visit) -> None:
    number = await assigned(town)
    await act(town, number, Act.ACCEPT, "bingcun")
    await act(town, number, Act.FILE_PLAN, "bingcun", measures=[("逐户核对发放表并补签", None)])
    one, other = await visit("ganshi"), await visit("zhenggaiban")
    passes, returns = form(number, Act.APPROVE_PLAN), form(number, Act.RETURN_PLAN)
    first, second = await one.get(passes), await other.get(returns)
    sent = await asyncio.gather(
        one.send(first, passes), other.send(second, returns, {"reason": "措施没有写明完成的标准"})
    )
    assert sorted(x.status_code for x in sent) == [303, 409]
    loser = next(x for x in sent if x.status_code == 409)
    winner = "演示整改办主任" if loser is sent[0] else "演示整改办干事"
    assert winner in loser.text
    assert loser is sent[0] or "措施没有写明完成的标准" in unescape(loser.text)
    assert "现在由" in loser.text or "您现在可以" in loser.text
    assert len(await events(town, number)) == 5


async def test_what_is_out_of_sight_is_not_there_for_any_form(town: Settings, visit: Visit) -> None:
    stranger, village = await visit("jiacun"), await visit("bingcun")
    page = await village.get(form(RED, Act.REPORT_PROGRESS))
    csrf = form_of(await stranger.get("/findings"), "/sign-out")["csrf"]
    said = form_of(page, form(RED, Act.REPORT_PROGRESS)) | {"text": "x", "csrf": csrf}
    before = len(await events(town, RED))
    here = await stranger.get(f"/findings/{RED}")
    nowhere = await stranger.get("/findings/SJ2026-999")
    assert sentence_of(here) == sentence_of(nowhere).replace("SJ2026-999", RED)
    for answer in (
        here,
        await stranger.get(form(RED, Act.REPORT_PROGRESS)),
        await stranger.client.post(form(RED, Act.REPORT_PROGRESS), data=said),
        await village.get(f"/findings/{RED}/acts/recompute"),
        await village.get(f"/findings/{RED}/acts/nothing"),
    ):
        assert answer.status_code == 404
    assert len(await events(town, RED)) == before


async def test_a_form_of_somebody_elses_does_nothing_for_me(town: Settings, visit: Visit) -> None:
    checker = await visit("shenji")
    page = await checker.get(form(RED, Act.REPORT_PROGRESS))
    assert page.status_code == 409
    assert "此事项由责任人岗位的任职人" in sentence_of(page)
    csrf = form_of(await checker.get("/findings"), "/sign-out")["csrf"]
    said = {"csrf": csrf, "nonce": "n", "text": "代填", "role": "owner", "by": "bingcun"}
    refused = await checker.client.post(form(RED, Act.REPORT_PROGRESS), data=said)
    assert refused.status_code == 403
    assert "代填" in refused.text


async def test_a_confidential_finding_offers_nothing_to_whoever_may_not_open_it(
    town: Settings, visit: Visit
) -> None:
    await changed(town, RED, confidential=True)
    leader = await visit("fushuji")
    page = await leader.get(f"/findings/{RED}")
    assert "涉密，仅显示编号" in page.text
    assert "<form" not in page.text.partition("<main")[2]
    assert (await leader.get(form(RED, Act.APPROVE_EXTENSION))).status_code == 403
    assert "丙村厂房租金两年未收取" in (await (await visit("bingcun")).get(f"/findings/{RED}")).text


async def test_the_deadline_is_proposed_by_the_rules_with_its_reason(town: Settings, visit: Visit) -> None:
    office = await visit("ganshi")
    number = await opened(town, source="审计", discovered_on="2026-07-20")
    page = (await office.get(form(number, Act.ASSIGN))).text
    assert "限期整改：2026年10月16日" in page
    assert "自发现之日2026年7月20日起60个工作日" in re.sub(r"\s+", "", page)
    english = await office.get(form(number, Act.ASSIGN), lang="en")
    assert "60 working days" in english.text
    said = {"owner": await post(town, "丙村党支部书记"), "deadline": "2026-12-31"}
    refused = await office.send(await office.get(form(number, Act.ASSIGN)), form(number, Act.ASSIGN), said)
    assert "请写明另定时限的理由" in sentence_of(refused)
    why: dict[str, str | list[str]] = {"reason": "须待年底决算"}
    assert (await office.send(refused, form(number, Act.ASSIGN), why)).status_code == 303


async def test_a_page_asks_the_same_few_questions_however_much_there_is(town: Settings, visit: Visit) -> None:
    village = await visit("bingcun")
    await village.get(f"/findings/{RED}")
    with counted(database(town)) as few:
        await village.get(f"/findings/{RED}")
    for n in range(10):
        await act(town, RED, Act.REPORT_PROGRESS, "bingcun", text=f"第{n}户已缴")
    with counted(database(town)) as many:
        await village.get(f"/findings/{RED}")
    assert len(many) <= len(few) + 3 < 45  # now and then rules and sessions are looked up anew
    with counted(database(town)) as asked:
        await village.get(form(RED, Act.REPORT_PROGRESS))
    assert len(asked) < 45


OURS = {"Origin": BASE}


async def signed_in_anew(who: Visitor, account: str) -> None:
    """As in another tab of the same browser."""
    who.client.cookies.clear()
    who.client.cookies.set(cookie_name(who.config), await key_for(who.config, account))


async def test_a_form_of_an_earlier_session_comes_back_filled_in_and_is_sent_by_one_click(
    town: Settings, visit: Visit
) -> None:
    village = await visit("bingcun")
    where, said = form(RED, Act.REPORT_PROGRESS), {"text": "已收回一年租金", "outcome_debt_resolved": "3.5"}
    stale = form_of(await village.get(where), where) | said
    await signed_in_anew(village, "bingcun")
    before = len(await events(town, RED))
    foreign: tuple[dict[str, str], ...] = (
        {},
        {"Origin": "https://evil.example"},
        OURS | {"Sec-Fetch-Site": "cross-site"},
    )
    for headers in foreign:
        no = await village.client.post(where, data=stale, headers=headers)
        assert (no.status_code, "已收回" in no.text) == (403, False)
    again = await village.client.post(where, data=stale, headers=OURS)
    assert "您在别处重新登录过，这次没有办理" in sentence_of(again)
    assert len(await events(town, RED)) == before
    assert form_of(again, where) | said == form_of(again, where)
    assert form_of(again, where)["csrf"] != stale["csrf"]
    assert (await village.send(again, where)).status_code == 303


async def test_a_sign_in_left_over_leads_to_what_was_kept_in_it(visit: Visit) -> None:
    village = await visit("bingcun")
    where = form(RED, Act.REPORT_PROGRESS)
    said = form_of(await village.get(where), where) | {"text": "已收回一年租金"}
    village.client.cookies.clear()
    asked = await village.client.post(where, data=said, headers=OURS)
    await signed_in_anew(village, "bingcun")
    said = form_of(asked, "/sign-in") | {"account": "bingcun", "password": "secret"}
    back = await village.client.post("/sign-in", data=said, headers=OURS)
    assert form_of(back, where)["text"] == "已收回一年租金"
    assert "secret" not in back.text


async def test_what_was_filled_in_is_read_back_where_the_act_is_not_open_any_more(
    town: Settings, visit: Visit
) -> None:
    village, number = await visit("bingcun"), await planned(town)
    report, attach = form(number, Act.REPORT_PROGRESS), form(number, Act.ATTACH_EVIDENCE)
    pages = [await village.get(report), await village.get(attach)]
    await changed(town, number, stage=Stage.PENDING_VERIFICATION)
    said: dict[str, str | list[str]] = {"text": "已补签35户", "percent": "60", "outcome_debt_resolved": "3.5"}
    late = await village.send(pages[0], report, said)
    for words in ("已补签35户", "60%", "化解债务", "3.5 万元"):
        assert words in late.text
    late = await village.send(pages[1], attach, {"text": "发放表"}, files(("发放表.pdf", PDF)))
    for words in ("<dd>发放表.pdf</dd>", "<dd>发放表</dd>"):
        assert words in late.text


async def test_who_accepted_in_another_tab_is_told_that_it_is_done(town: Settings, visit: Visit) -> None:
    village, number = await visit("bingcun"), await assigned(town)
    tab = await village.get(f"/findings/{number}")
    await village.done(f"/findings/{number}", form(number, Act.ACCEPT))
    late = await village.send(tab, form(number, Act.ACCEPT))
    assert sentence_of(late) == "您已办理过“认领”，不用再办。"
    assert "您填写的内容" not in late.text


async def test_a_draft_is_kept_by_account_and_finding_and_never_of_what_is_confidential(
    town: Settings, visit: Visit
) -> None:
    village = await visit("bingcun")
    where = form(RED, Act.REPORT_PROGRESS)
    assert f'data-draft="bingcun|{RED}|report_progress" data-done="0"' in (await village.get(where)).text
    done = await does(village, RED, Act.REPORT_PROGRESS, {"text": "已收回一年租金"})
    assert f'data-sent="bingcun|{RED}|report_progress"' in done.text
    assert f'data-done="{(await events(town, RED))[-1].seq}"' in (await village.get(where)).text
    await changed(town, RED, confidential=True)
    assert "data-draft" not in (await village.get(where)).text


async def test_an_emptied_figure_is_taken_away_and_one_that_is_not_asked_for_stays(
    town: Settings, visit: Visit
) -> None:
    village, where = await visit("bingcun"), form(RED, Act.REPORT_PROGRESS)
    both: dict[str, str | list[str]] = {
        "text": "已收",
        "outcome_contracts": "3",
        "outcome_debt_resolved": "5",
    }
    await does(village, RED, Act.REPORT_PROGRESS, both)
    await act(town, RED, Act.REPORT_PROGRESS, "bingcun", text="又收一户")
    assert form_of(await village.get(where), where)["outcome_contracts"] == "3.00"
    done = await does(village, RED, Act.REPORT_PROGRESS, {"text": "更正", "outcome_contracts": " "})
    assert "撤去的成效数据：整改问题合同" in done.text
    again = form_of(await village.get(where), where)
    assert (again["outcome_contracts"], again["outcome_debt_resolved"]) == ("", "5.00")


async def test_a_reopening_is_confirmed_and_names_its_basis(town: Settings, visit: Visit) -> None:
    office, where = await visit("ganshi"), form("ZC2026-001", Act.REOPEN)
    page = await office.get(where)
    said: dict[str, str | list[str]] = {"reason": "问题反弹", "basis": "回头看第3号"}
    unsure = await office.send(page, where, said)
    assert "请勾选“确认重启" in sentence_of(unsure)
    sure: dict[str, str | list[str]] = {"confirmed": "yes"}
    assert "重启依据" in sentence_of(await office.send(unsure, where, {**sure, "basis": ""}))
    assert (await office.send(unsure, where, sure)).status_code == 303


async def test_what_a_ledger_only_names_is_said_to_be_missing(town: Settings, visit: Visit) -> None:
    submit = form(RED, Act.SUBMIT)
    assert "只列了名称的佐证还没有上传" in sentence_of(await (await visit("bingcun")).get(submit))
    checked = (await (await visit("jiwei")).get(form("XC2026-002", Act.PASS_VERIFICATION))).text
    assert "佐证材料没有上传，只在台账中列了名称" in checked


async def test_whoever_asks_late_is_told_before_they_ask(town: Settings, visit: Visit) -> None:
    page = await (await visit("bingcun")).get(form(RED, Act.REQUEST_EXTENSION))
    assert "会记为“逾期后申请”" in page.text
