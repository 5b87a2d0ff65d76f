"""What waits for a supervisor: seen by whom, decided once, and gone from the list when it is done."""

import re

import pytest
from sqlmodel import col, select

from models.database import database
from models.findings import Finding
from models.ledger import record
from models.mailing.calls import PhoneCall
from models.mailing.letters import climb
from models.mailing.mail import Addressee, Letter, Mail, MailState
from models.orders import ActWords, Order, words_of
from models.rules.trade import trade
from models.settings import Settings
from models.staff.people import Account
from policy.escalation import LetterState
from policy.stages import Act
from tasks import clock
from tests.portal.conftest import Visit
from tests.portal.test_ledger import change
from tests.portal.visiting import forms_of, sentence_of

RED = "SJ2026-001"
Town = Settings


async def look_round(town: Settings) -> int:
    """The letters of the day are written. Returns how many."""
    db = database(town)
    held = await trade(db)
    async with db.writing() as session:
        findings = await session.exec(select(Finding))
        return sum([await climb(session, x, held, clock.now(), clock.today()) for x in findings.all()])


async def draft(town: Settings) -> Letter:
    async with database(town).reading() as session:
        found = await session.exec(
            select(Letter).where(Letter.state == LetterState.DRAFTED).order_by(col(Letter.id))
        )
        letter = found.first()
        assert letter is not None
        return letter


async def stored(town: Settings, letter: Letter) -> Letter:
    async with database(town).reading() as session:
        return await session.get_one(Letter, letter.id)


async def in_doubt(town: Settings, number: str, state: MailState = MailState.IN_DOUBT) -> int:
    """The finding's first letter is in a mail that may not have arrived. Returns the mail's id."""
    async with database(town).writing() as session:
        letter = (await session.exec(select(Letter).where(Letter.finding == number))).first()
        assert letter is not None
        letter.state = LetterState(state.value)
        mail = Mail(
            message_id="<in.doubt@test>",
            recipient="bingcun@xx.example",
            person_id=1,
            language="zh-CN",
            subject="【红色督办】",
            content=b"Content-Type: text/plain; charset=utf-8\n\n\xe5\xb7\xb2\xe5\xaf\x84\xe5\x87\xba\n",
            state=state,
            next_at=clock.now(),
            created_at=clock.now(),
            note="连接中断",
        )
        session.add_all([mail, letter])
        await session.flush()
        for one in await session.exec(select(Addressee).where(Addressee.letter_id == letter.id)):
            one.mail_id = mail.id
            session.add(one)
        return mail.id or 0


async def test_an_extension_waits_with_its_reason_and_leads_to_its_form(town: Town, visit: Visit) -> None:
    said = words_of(ActWords, {"reason": "承租方在外地，下月返乡签约", "deadline": "2026-12-25"})
    order = Order(RED, Act.REQUEST_EXTENSION, "bingcun", said)
    await record(database(town), order, clock.now(), await trade(database(town)))
    page = (await (await visit("shuji")).get("/supervision")).text
    assert "承租方在外地，下月返乡签约" in page
    assert f'href="/findings/{RED}/acts/approve_extension"' in page


async def test_a_draft_is_read_and_then_signed_once(town: Town, visit: Visit) -> None:
    await look_round(town)
    letter = await draft(town)
    watcher = await visit("jiwei")
    assert f"/letters/{letter.id}" in (await watcher.get("/supervision")).text
    page = await watcher.get(f"/letters/{letter.id}")
    assert "丙村厂房租金两年未收取" in page.text
    done = await watcher.send(page, f"/letters/{letter.id}/sign")
    assert done.headers["location"] == "/supervision?said=letter_signed"
    again = await watcher.send(page, f"/letters/{letter.id}/sign")
    assert again.status_code == 303
    assert (await stored(town, letter)).state is LetterState.QUEUED
    assert (await stored(town, letter)).signed_by == "jiwei"
    late = await (await visit("shuji")).send(page, f"/letters/{letter.id}/sign")
    assert late.status_code == 403  # the token of another session


async def test_a_draft_that_somebody_decided_on_is_not_decided_again(town: Town, visit: Visit) -> None:
    await look_round(town)
    letter = await draft(town)
    one, other = await visit("jiwei"), await visit("fujiwei")
    pages = [await visitor.get(f"/letters/{letter.id}") for visitor in (one, other)]
    empty = await one.send(pages[0], f"/letters/{letter.id}/decline", {"reason": " "})
    assert (empty.status_code, sentence_of(empty)) == (400, "请填写理由。")
    reason = {"reason": "已当面约谈，不再发函"}
    assert (await one.send(pages[0], f"/letters/{letter.id}/decline", reason)).status_code == 303
    late = await other.send(pages[1], f"/letters/{letter.id}/sign")
    assert late.status_code == 403
    assert "不是待签的拟稿" in sentence_of(late)
    assert (await stored(town, letter)).note == "不签发：已当面约谈，不再发函"
    assert await look_round(town) == 0


async def test_who_may_not_sign_reads_and_is_told_who_may(town: Town, visit: Visit) -> None:
    await look_round(town)
    letter = await draft(town)
    page = await (await visit("zuzhi")).get(f"/letters/{letter.id}")
    assert "由其一签发" in page.text
    assert f"/letters/{letter.id}/sign" not in forms_of(page)


@pytest.mark.parametrize(("decision", "state"), [("arrived", "sent"), ("again", "queued")])
async def test_a_mail_in_doubt_is_decided(town: Town, visit: Visit, decision: str, state: str) -> None:
    await look_round(town)
    mail = await in_doubt(town, RED)
    watcher = await visit("jiwei")
    page = await watcher.get("/supervision")
    assert "连接中断" in page.text
    action = f"/supervision/mails/{mail}"
    assert (await watcher.send(page, action, {"decision": decision})).status_code == 303
    late = await watcher.send(page, action, {"decision": decision})
    assert f"邮件{mail}已不在存疑状态" in sentence_of(late)
    async with database(town).reading() as session:
        assert (await session.get_one(Mail, mail)).state == state


async def test_a_call_is_noted_and_the_line_goes_until_there_is_something_new(
    town: Town, visit: Visit
) -> None:
    await look_round(town)
    async with database(town).writing() as session:
        account = await session.get_one(Account, "bingcun")
        account.mailbox, account.phone = "", "138-0000-0001"
        session.add(account)
    watcher = await visit("jiwei")
    page = await watcher.get("/supervision")
    assert 'href="tel:138-0000-0001"' in page.text
    line = {"finding": RED, "whom": "演示丙村书记", "letters": telling(page.text, "演示丙村书记")}
    empty = await watcher.send(page, "/supervision/calls", line | {"reached": "yes", "said": ""})
    assert (empty.status_code, sentence_of(empty)) == (400, "请填写通话情况：对方怎么说。")
    missed = await watcher.send(page, "/supervision/calls", line | {"reached": "no", "said": "无人接听"})
    assert missed.status_code == 303
    page = await watcher.get("/supervision")
    assert "未接通：无人接听" in re.sub(r"\s+", "", page.text)
    told = {"reached": "yes", "said": "答应本周交"}
    for _ in range(2):
        assert (await watcher.send(page, "/supervision/calls", line | told)).status_code in {303, 400}
    page = await watcher.get("/supervision")
    assert "已电话告知 1 条" in page.text
    assert "演示丙村书记" not in (await watcher.get("/phone-list")).text
    async with database(town).writing() as session:
        calls = (await session.exec(select(PhoneCall).order_by(col(PhoneCall.id)))).all()
        assert [(one.reached, one.by) for one in calls] == [(False, "jiwei"), (True, "jiwei")]
        calls[-1].letters = ""
        session.add(calls[-1])
    assert "此后又有新函件" in (await watcher.get("/supervision")).text


def telling(page: str, whom: str) -> str:
    found = re.search(
        rf'name="whom" value="{whom}"><input type="hidden" name="letters" value="([^"]*)"', page
    )
    assert found
    return found[1]


async def test_nobody_is_told_whom_a_confidential_finding_is_about(town: Town, visit: Visit) -> None:
    await look_round(town)
    await in_doubt(town, RED)
    letter = await draft(town)
    async with database(town).writing() as session:
        finding = await session.get_one(Finding, RED)
        finding.confidential, finding.stage_since = True, finding.opened_on
        account = await session.get_one(Account, "bingcun")
        account.mailbox, account.phone = "", "138-0000-0001"
        session.add_all([finding, account])
    watcher = await visit("zuzhi")
    for path in ("/supervision", "/phone-list", "/letters", "/letters/to-come", f"/letters/{letter.id}"):
        page = await watcher.get(path)
        assert page.status_code == 200
        for secret in ("丙村", "138-0000-0001", "bingcun@", "厂房租金"):
            assert secret not in page.text.partition("<form")[0] + page.text.rpartition("</form>")[2], path


async def test_each_letter_is_read_as_it_was_sent_or_will_be(town: Town, visit: Visit) -> None:
    await look_round(town)
    watcher = await visit("jiwei")
    to_come = (await watcher.get("/letters/to-come?days=90&unit=甲村党支部")).text
    address = re.search(r'href="(/letters/to-come/[^"?]+)"', to_come)
    assert address
    assert "甲村重大事项议事程序不完整" in (await watcher.get(address[1])).text
    assert (await watcher.get(f"/letters/to-come/red_order/2031-01-01/{RED}")).status_code == 404
    await in_doubt(town, RED)
    async with database(town).reading() as session:
        first = (await session.exec(select(Letter.id).where(Letter.finding == RED))).first()
    assert "已寄出" in (await watcher.get(f"/letters/{first}")).text
    assert (await watcher.get("/letters?kind=nothing")).status_code == 400
    assert "没有符合条件的函件" in (await watcher.get("/letters?unit=甲村党支部&kind=interview")).text


async def test_a_late_verification_is_listed_against_its_verifier_and_nothing_else_is(
    town: Town, visit: Visit
) -> None:
    """A step that is late with somebody else is on the page of supervision, and in no verifier's list."""
    late = "UPDATE finding SET stage = :stage, stage_since = '2026-11-02' WHERE number = :n"
    await change(town, late, n="XC2026-002", stage="pending_verification")
    await change(town, late, n=RED, stage="pending_closure")
    watcher = await visit("jiwei")
    page = re.sub(r"<[^>]+>|\s+", " ", (await watcher.get("/supervision/verifiers")).text)
    assert "验收超期 1" in re.sub(" +", " ", page)
    for words in ("XC2026-002", "演示县级督导员", "2026年11月2日", "2026年11月9日", " 9 "):
        assert words in page, words
    assert RED not in page
    assert "其中验收超期 <b>1</b>" in (await watcher.get("/supervision")).text


async def test_these_pages_are_for_those_who_watch(town: Town, visit: Visit) -> None:
    await look_round(town)
    letter = await draft(town)
    cadre = await visit("bingcun")
    pages = ("/supervision", "/supervision/verifiers", "/letters", "/letters/to-come", "/phone-list")
    for path in (*pages, f"/letters/{letter.id}"):
        assert (await cadre.get(path)).status_code == 404
    page = await cadre.get("/mine")
    token = next(iter(forms_of(page).values()))
    for action in (f"/letters/{letter.id}/sign", "/supervision/calls", "/supervision/mails/1"):
        assert (await cadre.client.post(action, data=token)).status_code == 404
