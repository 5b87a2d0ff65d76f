"""A confidential finding is counted; no page tells those who may not open it what it is or whom about."""

from html import unescape

import pytest
from sqlmodel import col, select

from models.access import trail
from models.access.sight import EVERYTHING
from models.access.trail import Noted
from models.database import database
from models.findings import Finding, InspectionRound
from models.mailing import calls
from models.mailing.mail import Letter
from models.settings import Settings
from models.staff.people import Account, Appointment, PostRole, Unit
from policy.roles import Role
from tasks import clock, telephone
from tasks.post import write_mails
from tests.portal.calling import calling
from tests.portal.conftest import Visit
from tests.portal.security.walking import crawled
from tests.portal.test_supervision import look_round
from tests.portal.visiting import Visitor, form_of, sentence_of

NUMBERS = ("DC2026-002", "SJ2026-001", "XC2026-003")
CANARY = "金丝雀"
UNTRUSTED = "zuzhi"
"""Watches every unit, and is not trusted with what is confidential."""


@pytest.fixture
async def veiled(town: Settings) -> Settings:
    """The letters of some findings are written, with their mails, and then they become confidential."""
    await look_round(town)
    await write_mails(database(town), town, clock.now())
    await veil(town)
    return town


async def veil(town: Settings) -> None:
    async with database(town).writing() as session:
        for one in await session.exec(select(Finding).where(col(Finding.number).in_(NUMBERS))):
            one.confidential = True
            for name in ("title", "condition", "category", "item", "source"):
                setattr(one, name, f"{CANARY}{one.number}")
            session.add(one)


async def test_no_page_nor_export_says_what_it_is(veiled: Settings, visit: Visit) -> None:
    reader = await visit(UNTRUSTED)
    read = 0
    async for path, page in crawled(reader, per_kind=8):
        read += 1
        assert CANARY not in unescape(page.text), path
    assert read > 20
    assert CANARY in (await (await visit("shuji")).get(f"/findings/{NUMBERS[0]}")).text


async def test_no_answer_of_the_api_says_what_it_is(veiled: Settings) -> None:
    program = await calling(veiled, UNTRUSTED)
    for path in ("/findings", "/letters", "/plan", "/overview", "/rounds"):
        answer = await program.get(path)
        assert answer.status_code == 200, path
        assert CANARY not in answer.text, path
    assert CANARY in (await (await calling(veiled, "shuji")).get("/findings")).text


async def test_a_letter_tells_nobody_who_may_not_open_its_finding_to_whom_it_went(
    veiled: Settings, visit: Visit
) -> None:
    reader = await visit(UNTRUSTED)
    async with database(veiled).reading() as session:
        found = await session.exec(
            select(Letter.id, Unit.name)
            .join(Finding, col(Finding.number) == col(Letter.finding))
            .join(Unit, col(Unit.id) == col(Finding.lead_unit_id))
            .where(col(Finding.number).in_(NUMBERS))
        )
        letters = found.all()
    assert len(letters) > 2
    for letter, unit in letters:
        page = await reader.get(f"/letters/{letter}")
        assert page.status_code == 200
        assert unit.removesuffix("党支部") not in unescape(page.text), letter


async def unit_of(config: Settings, number: str) -> str:
    async with database(config).reading() as session:
        finding = await session.get_one(Finding, number)
        return (await session.get_one(Unit, finding.lead_unit_id)).name


@pytest.mark.parametrize("path", ["/letters/to-come", "/letters/to-come/export.csv", "/letters"])
async def test_letters_of_a_unit_do_not_tell_that_it_is_concerned(
    veiled: Settings, visit: Visit, path: str
) -> None:
    reader, trusted, told = await visit(UNTRUSTED), await visit("shuji"), 0
    for number in NUMBERS:
        query = {"unit": await unit_of(veiled, number)} | ({"days": "365"} if "to-come" in path else {})
        assert number not in (await reader.get(path, **query)).text
        told += number in (await trusted.get(path, **query)).text
    assert told


async def test_rounds_count_only_what_is_opened(veiled: Settings, visit: Visit) -> None:
    async with database(veiled).writing() as session:
        one = InspectionRound(source="信访", name="匿名举报")
        session.add(one)
        await session.flush()
        finding = await session.get_one(Finding, NUMBERS[0])
        finding.inspection_round_id = one.id
        session.add(finding)
    reader, trusted = [await visit(who) for who in (UNTRUSTED, "shuji")]
    told = [await line(visitor) for visitor in (reader, trusted)]
    assert [row.split(",")[4] for row in told] == ["0", "1"]


async def line(visitor: Visitor) -> str:
    rows = (await visitor.get("/rounds/export.csv")).text.splitlines()
    return next(row for row in rows if "匿名举报" in row)


async def test_a_guess_at_whom_to_call_is_answered_as_if_there_were_no_call(
    town: Settings, visit: Visit
) -> None:
    async with database(town).writing() as session:
        for account in await session.exec(select(Account)):
            account.mailbox = ""
            session.add(account)
    await look_round(town)
    await veil(town)
    reader = await visit(UNTRUSTED)
    lines = await telephone.calls(database(town), clock.now(), sight=EVERYTHING)
    number, whom = next((x["finding"], calls.whom(x)) for x in lines if x["finding"] in NUMBERS)
    page = await reader.get("/account")
    said = {"finding": number, "letters": "", "reached": "no", "said": "x"}
    token = {"csrf": form_of(page, "/sign-out")["csrf"]}
    answers = [
        await reader.client.post("/supervision/calls", data=said | token | {"whom": name})
        for name in (whom, "没有的人")
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert len({sentence_of(answer) for answer in answers}) == 1


async def test_a_letter_to_come_is_looked_for_among_what_is_in_sight_alone(
    town: Settings, visit: Visit
) -> None:
    """Whoever watches one village learns neither that another's finding exists nor what numbers are near."""
    async with database(town).writing() as session:
        account = await session.get_one(Account, "jiacun")
        post = await session.exec(
            select(Appointment.post_id).where(Appointment.person_id == account.person_id)
        )
        session.add(PostRole(post_id=post.one(), role=Role.LEAD_LEADER))
    watcher = await visit("jiacun")
    sentences = []
    for number in ("SJ2026-001", "SJ2026-999"):
        page = await watcher.get(f"/letters/to-come/red_order/2026-11-20/{number}")
        assert page.status_code == 404
        sentences.append(sentence_of(page).replace(number, ""))
    assert len(set(sentences)) == 1


async def test_nobody_merges_into_what_they_do_not_see(town: Settings) -> None:
    """By the API, which takes any number: as if it did not exist."""
    async with database(town).writing() as session:
        account = await session.get_one(Account, "bingcun")
        post = await session.exec(
            select(Appointment.post_id).where(Appointment.person_id == account.person_id)
        )
        session.add(PostRole(post_id=post.one(), role=Role.INSPECTOR))
        own = (await session.get_one(Finding, "SJ2026-001")).lead_unit_id
        others = await session.exec(select(Finding.number).where(col(Finding.lead_unit_id) != own))
        foreign = others.first()
    program = await calling(town, "bingcun")
    version = (await program.read("/findings/SJ2026-001"))["version"]
    said = {"act": "merge", "version": version, "reason": "重复登记的问题，并入另一条"}
    answers = []
    for number in (foreign, "SJ2026-999"):
        answer = await program.post("/findings/SJ2026-001/acts", {**said, "into": number})
        answers.append((answer.status_code, answer.json()["detail"].replace(number, "")))
    assert answers[0] == answers[1]
    assert answers[0][0] >= 400


async def test_whoever_asks_for_what_is_not_theirs_is_noted_and_floods_nothing(
    town: Settings, visit: Visit
) -> None:
    secretary = await visit("bingcun")
    await secretary.get("/admin/accounts")
    for _ in range(30):
        await secretary.get("/findings/XC2026-001")
    async with database(town).reading() as session:
        found = await trail.read(session, account="bingcun", kind=Noted.ACCESS_REFUSED, limit=100)
    assert found[-1].note == "GET /admin/accounts → 404"
    assert found[0].note == "GET /findings/XC2026-001 → 404"
    assert len(found) == 20
