"""The portal's pages over the sample ledger: what they show, what they hide, whom they let in."""

import asyncio
import os
import re
import shutil
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import date
from html import unescape
from pathlib import Path
from signal import SIGINT, SIGTERM
from subprocess import PIPE, Popen, run

import httpx
import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.database import database
from models.findings import Finding
from models.importing.desk import Wanted
from models.importing.intake import take_in
from models.mailing.letters import climb
from models.mailing.mail import Addressee, Letter, Mail, MailState
from models.rules import calendars
from models.rules.announcing import announce
from models.rules.shipped import shipped
from models.rules.trade import trade
from models.running import Run
from models.settings import Settings, settings
from models.staff.book import incumbent
from models.staff.people import Account, Appointment, Person, Post, PostRole, Unit
from models.upgrade import upgrade
from policy.lights import Light
from policy.refusals import BadInput, Language, Unavailable
from policy.roles import Role
from portal.door import HEADERS
from portal.web import app, listening, only_safely, serve
from tasks import clock
from tasks.ledgers.reading import read_ledger
from tasks.letters.words import KINDS
from tests.portal.conftest import live_in
from tests.portal.visiting import visiting

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "portal" / "demo" / "sample_findings.csv"
RED = "SJ2026-001"
CONFIDENTIAL = "XF2026-001"
OUR_SCRIPT = '<script src="/static/rectify.js" defer></script>'
CANARY = "<svg onload=alert(1)>\"'></title><script>alert(1)</script>"
ADDRESSES = (
    *(
        "/findings",
        "/findings?lang=en",
        "/findings?light=red",
        f"/findings/{RED}",
        f"/findings/{CONFIDENTIAL}",
        "/letters",
    ),
    *("/phone-list", "/phone-list?lang=en"),
    *("/mailbox", "/mailbox/20261120T040000000000Z-000001.eml", "/health", "/ready", "/static/rectify.css"),
    *(
        "/findings/nobody",
        "/nowhere",
        "/docs",
        "/openapi.json",
        "/findings?stage=odd",
        "/findings?after=x",
        "/findings?unit=%00",
    ),
)

Get = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with the sample ledger taken in and the day's letters written."""
    home = tmp_path_factory.mktemp("sample")
    with pytest.MonkeyPatch.context() as patch:
        live_in(patch, home)
        asyncio.run(_filled())
    yield home
    settings.cache_clear()


@pytest.fixture
def config(sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    """The settings of a copy of the sample of this test's own."""
    home = tmp_path / "home"
    shutil.copytree(sample, home)
    live_in(monkeypatch, home)
    yield settings()
    settings.cache_clear()


@pytest.fixture
async def get(config: Settings) -> AsyncIterator[Get]:
    auditor = await visiting(config, AUDITOR)
    yield auditor.client.get
    await auditor.close()
    await database(config).close()


async def _filled() -> None:
    db = database(settings())
    await upgrade(db)
    ledger = read_ledger(SAMPLE, today=clock.today())
    await take_in(db, ledger, Wanted(by="导入", create_units=True), clock.now(), await trade(db))
    async with db.writing() as session:
        for finding in (await session.exec(select(Finding))).all():
            await climb(session, finding, await trade(db), clock.now(), clock.today())
    async with db.writing() as session:
        await an_auditor(session)
    await db.close()


AUDITOR = "auditor"


async def an_auditor(session: AsyncSession) -> None:
    """Sees everything, but no confidential finding."""
    unit, person = Unit(name="市审计局", kind="superior"), Person(name="某审计员")
    session.add_all([unit, person])
    await session.flush()
    post = Post(unit_id=unit.id or 0, name="审计员")
    session.add_all([post, Account(name=AUDITOR, person_id=person.id or 0)])
    await session.flush()
    session.add(PostRole(post_id=post.id or 0, role=Role.AUDITOR))
    session.add(Appointment(post_id=post.id or 0, person_id=person.id or 0, from_day=date(2026, 1, 1)))


async def change(config: Settings, number: str, **values: object) -> None:
    async with database(config).writing() as session:
        finding = await session.get(Finding, number)
        assert finding is not None
        for name, value in values.items():
            setattr(finding, name, value)
        session.add(finding)


async def mail_for(config: Settings, number: str, state: MailState, note: str) -> None:
    """A mail in this state that carries the finding's first letter."""
    async with database(config).writing() as session:
        letter = (await session.exec(select(Letter).where(Letter.finding == number))).first()
        person = Person(name="某某")
        session.add(person)
        await session.flush()
        assert letter is not None
        assert person.id is not None
        mail = Mail(
            message_id=f"<{number}.{state}@test>",
            recipient=f"{number.lower()}@example.org",
            person_id=person.id,
            language="zh-CN",
            subject=f"【红色督办】{number}",
            content=b"",
            state=state,
            next_at=clock.now(),
            created_at=clock.now(),
            note=note,
        )
        session.add(mail)
        await session.flush()
        for addressee in (await session.exec(select(Addressee))).all():
            if addressee.letter_id == letter.id:
                addressee.mail_id = mail.id
                session.add(addressee)


def put_mail(config: Settings, content: bytes) -> str:
    name = "20261120T040000000000Z-000001.eml"
    folder = config.home / "mailbox"
    folder.mkdir()
    (folder / name).write_bytes(content)
    return name


def rows(page: httpx.Response) -> list[str]:
    """The light of each row of the ledger, in order."""
    return re.findall(r'<tr class="(\w+)">', page.text)


def numbers(page: httpx.Response) -> list[str]:
    return re.findall(r'data-label="编号"><a[^>]*>([^<]+)</a>', page.text)


async def test_the_ledger_shows_every_finding_with_its_light(get: Get) -> None:
    page = await get("/findings")
    assert page.status_code == 200
    assert Counter(rows(page)) == {"red": 1, "yellow": 5, "green": 2, "closed": 18}
    assert len(set(numbers(page))) == 26


async def test_a_light_is_a_word_and_a_number_of_days(get: Get) -> None:
    page = await get("/findings")
    assert "红 已逾期35日" in page.text
    assert "黄 剩10日" in page.text
    assert "2026年10月16日" in page.text


async def test_the_worst_stands_first_and_closed_ones_last(get: Get) -> None:
    shown = rows(await get("/findings"))
    assert shown == sorted(shown, key=["red", "yellow", "green", "closed"].index)
    assert numbers(await get("/findings"))[:3] == [RED, "DC2026-002", "DC2026-001"]


async def test_every_total_opens_a_list_of_as_many(get: Get) -> None:
    page = await get("/findings")
    totals = re.findall(r'href="(/findings\?(light|stage)=\w+)"[^>]*>[^<]*<b>(\d+)</b>', page.text)
    assert len(totals) == 4 + 5
    for kind in ("light", "stage"):
        assert sum(int(count) for _, each, count in totals if each == kind) == 26
    for link, _, count in totals:
        assert len(rows(await get(link))) == int(count), link


async def test_totals_within_a_unit_and_a_source_add_up_too(get: Get) -> None:
    page = await get("/findings", params={"unit": "乡三资代理服务中心", "source": "自查"})
    links = re.findall(r'href="(/findings\?[^"]*light=\w+)"[^>]*>[^<]*<b>(\d+)</b>', page.text)
    assert sum(int(count) for _, count in links) == len(rows(page)) > 0
    for link, count in links:
        assert len(rows(await get(link.replace("&amp;", "&")))) == int(count)


@pytest.mark.parametrize("query", ["light=purple", "stage=asleep", "due_from=x", "after=x", "unit=%00"])
async def test_an_unknown_condition_is_said_and_not_ignored(get: Get, query: str) -> None:
    page = await get(f"/findings?{query}")
    assert page.status_code == 400
    assert "<h1>" in page.text


async def test_an_unknown_unit_is_answered_with_the_nearest_name(get: Get) -> None:
    page = await get("/findings", params={"unit": "丙村支部"})
    assert page.status_code == 404
    assert "丙村党支部" in page.text


async def test_a_long_ledger_comes_in_pages(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.pages.ledger.ROWS", 10)
    shown = [await get("/findings")]
    while following := re.search(r'rel="next" href="([^"]+)"', shown[-1].text):
        shown.append(await get(unescape(following[1])))
    assert [len(rows(page)) for page in shown] == [10, 10, 6]
    assert len({number for page in shown for number in numbers(page)}) == 26
    back = re.search(r'rel="prev" href="([^"]+)"', shown[2].text)
    assert back is not None
    assert numbers(await get(unescape(back[1]))) == numbers(shown[1])


async def test_one_finding_is_shown_as_on_its_form(get: Get) -> None:
    page = (await get(f"/findings/{RED}")).text
    for words in (
        "丙村厂房租金两年未收取",
        "乡审计监督专员",
        "书面催告",
        "催告函.pdf",
        "45%",
        "现行完成时限",
    ):
        assert words in page
    assert '登记 <span class="again">导入</span>' in page
    assert "红色督办函" in page


async def test_the_four_steps_say_how_far_a_finding_is(get: Get) -> None:
    page = (await get("/findings/XC2026-002")).text
    steps = re.findall(r'<li class="(past|now|ahead)"', page)
    assert steps == ["past", "past", "now", "ahead"]


@pytest.mark.parametrize("number", ["ZC2026-004", "DC2026-001", "ZC2026-011", "XC2026-003"])
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_closed_reopened_and_returned_findings_open(get: Get, number: str, language: str) -> None:
    assert (await get(f"/findings/{number}?lang={language}")).status_code == 200


async def test_figures_are_printed_without_idle_zeros(get: Get) -> None:
    assert "10份" in (await get("/findings/ZC2026-004")).text


async def test_a_finding_links_to_its_run(config: Settings, get: Get) -> None:
    async with database(config).writing() as session:
        session.add(
            Run(finding=RED, generation=1, cycle=1, flow_run_id="0c9ae7c1-0000-4000-8000-000000000001")
        )
    page = (await get(f"/findings/{RED}")).text
    assert "/flow-ui/v2/runs/flow-run/0c9ae7c1-0000-4000-8000-000000000001" in page
    assert "在流程界面查看" in page


async def test_an_unknown_number_is_said_with_the_nearest(get: Get) -> None:
    page = await get("/findings/SJ2026-0001")
    assert page.status_code == 404
    assert RED in page.text


async def test_letters_lists_those_decided_and_those_to_come(get: Get) -> None:
    page = (await get("/letters")).text
    for words in ("红色督办函", "拟稿待签", "待发"):
        assert words in page
    page = (await get("/letters/to-come?days=90")).text
    for words in ("计划", "今后90日将发"):
        assert words in page


async def test_stuck_mails_wait_for_a_supervisor(config: Settings, get: Get) -> None:
    await mail_for(config, RED, MailState.FAILED, "550 User unknown")
    await mail_for(config, "XC2026-001", MailState.IN_DOUBT, "连接中断")
    page = (await get("/supervision")).text
    for words in ("550 User unknown", "在途存疑", "发送结果不明"):
        assert words in page


async def silent(config: Settings, number: str) -> str:
    """The owner of the finding loses their mailbox and has a telephone. Returns their name."""
    async with database(config).writing() as session:
        finding = await session.get_one(Finding, number)
        assert finding.owner_post_id is not None
        told = await incumbent(session, finding.owner_post_id, clock.today())
        if told is None:
            person = Person(name="丙村老书记")
            session.add(person)
            await session.flush()
            told = Account(name="bing", person_id=person.id or 0)
            since = date(2026, 1, 1)
            session.add(Appointment(post_id=finding.owner_post_id, person_id=person.id or 0, from_day=since))
        told.mailbox, told.phone = "", "138-0000-0001"
        session.add(told)
        return (await session.get_one(Person, told.person_id)).name


async def test_whoever_got_no_letter_is_on_the_telephone_list(config: Settings, get: Get) -> None:
    name = await silent(config, RED)
    page = (await get("/phone-list")).text
    for words in (
        "电话通知清单",
        RED,
        name,
        'href="tel:138-0000-0001"',
        "红色督办函",
        "无邮箱",
        "丙村党支部",
    ):
        assert words in page
    english = (await get("/phone-list?lang=en")).text
    for words in ("Telephone list", "no mailbox", "138-0000-0001"):
        assert words in english


async def test_the_telephone_list_does_not_tell_whom_a_confidential_finding_is_about(
    config: Settings, get: Get
) -> None:
    name = await silent(config, RED)
    await change(config, RED, confidential=True)
    (row,) = re.findall(
        rf"<tr>(?:(?!</tr>).)*/findings/{RED}\b.*?</tr>", (await get("/phone-list")).text, re.S
    )[:1]
    assert "涉密，仅显示编号" in row
    for secret in (name, "138-0000-0001", "丙村"):
        assert secret not in row


async def test_the_letters_that_wait_lead_to_the_telephone_list(config: Settings, get: Get) -> None:
    await mail_for(config, RED, MailState.FAILED, "550 User unknown")
    assert 'href="/phone-list"' in (await get("/letters")).text
    assert "邮件被退回" in (await get("/phone-list")).text


def test_every_letter_of_the_rules_has_its_name() -> None:
    assert {rung.name for ladder in shipped().ladders for rung in ladder.rungs} <= set(KINDS)


async def test_a_confidential_finding_shows_number_and_stage_only(config: Settings, get: Get) -> None:
    await change(config, RED, confidential=True)
    async with database(config).reading() as session:
        finding = await session.get(Finding, RED)
    assert finding is not None
    for page in (await get("/findings"), await get(f"/findings/{RED}")):
        assert RED in page.text
        assert "涉密，仅显示编号" in page.text
        for secret in (finding.title, finding.condition, finding.progress, "催告函.pdf", "书面催告"):
            assert secret not in page.text


async def test_a_confidential_finding_is_not_found_under_its_unit(config: Settings, get: Get) -> None:
    unit = {"unit": "丙村党支部"}
    assert RED in numbers(await get("/findings", params=unit))
    await change(config, RED, confidential=True)
    assert RED not in numbers(await get("/findings", params=unit))
    assert RED not in numbers(await get("/findings", params={"source": "审计"}))
    assert RED in numbers(await get("/findings", params={"light": "red"}))


async def test_letters_do_not_tell_whom_a_confidential_finding_is_about(config: Settings, get: Get) -> None:
    await mail_for(config, RED, MailState.FAILED, "550 User unknown")
    assert "丙村党支部书记" in (await get("/letters")).text
    for number in (RED, "ZC2026-003"):
        await change(config, number, confidential=True)
    for address in ("/letters", "/letters/to-come?days=365", "/supervision"):
        page = (await get(address)).text
        assert "丙村党支部书记" not in page
        assert f"{RED.lower()}@example.org" not in page


async def test_what_people_wrote_is_never_markup(config: Settings, get: Get) -> None:
    texts = ("title", "condition", "root_cause", "objective", "progress", "result", "remarks", "category")
    await change(config, RED, **dict.fromkeys(texts, CANARY))
    await mail_for(config, RED, MailState.IN_DOUBT, CANARY)
    name = put_mail(config, f"Subject: {CANARY}\r\n\r\n{CANARY}".encode())
    for address in ("/findings", f"/findings/{RED}", "/supervision", "/mailbox", f"/mailbox/{name}"):
        page = (await get(address)).text.replace(OUR_SCRIPT, "")
        assert "&lt;svg onload" in page, address
        assert "<svg" not in page, address
        assert "<script" not in page, address


async def test_what_is_asked_is_never_markup(get: Get) -> None:
    for address in (
        *("/findings/{}", "/findings?unit={}", "/findings?light={}", "/findings?source={}"),
        *("/findings?lang=en&x={}", "/{}", "/sign-in?next={}"),
    ):
        page = (await get(address.format("%3Csvg%20onload%3Dalert(1)%3E%22%27"))).text
        assert "<svg" not in page, address


async def test_every_answer_carries_the_headers(get: Get) -> None:
    for address in ADDRESSES:
        answer = await get(address)
        is_static = address.startswith("/static")
        own = {"Cross-Origin-Resource-Policy", "Cache-Control"} if is_static else set()
        for name, value in HEADERS.items():
            assert name in own or answer.headers[name] == value, (address, name)
        assert "access-control-allow-origin" not in answer.headers
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("address", ["/nowhere", "/docs", "/redoc", "/openapi.json", "/static/../web.py"])
async def test_what_is_not_there_is_404(get: Get, address: str) -> None:
    assert (await get(address)).status_code == 404


@pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "CONNECT", "MKCOL"])
async def test_methods_of_no_use_are_refused(config: Settings, method: str) -> None:
    transport = httpx.ASGITransport(app=app(config))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.request(method, "/findings")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, POST"


async def test_head_is_answered_like_get(config: Settings, get: Get) -> None:
    transport = httpx.ASGITransport(app=app(config))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        assert (await client.head("/sign-in")).status_code == 200
        assert (await client.head("/health")).status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        *(("127.0.0.1:8080", 200), ("localhost", 200), ("[::1]:8080", 200), ("zg.example.cn", 200)),
        *(("evil.test", 400), ("127.0.0.1.evil.test", 400), ("localhost@evil.test", 400), ("", 400)),
        *(("[::1", 400), ("10.0.0.1", 400)),
    ],
)
async def test_only_our_own_host_names_are_answered(config: Settings, host: str, status: int) -> None:
    ours = config.model_copy(update={"base_url": "https://zg.example.cn/"})
    transport = httpx.ASGITransport(app=app(ours))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/health", headers={"Host": host})
    assert answer.status_code == status
    assert answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]


async def test_the_pages_speak_english(get: Get) -> None:
    page = await get("/findings?lang=en")
    assert '<html lang="en">' in page.text
    assert "red 35 days overdue" in page.text
    assert "整改台账" not in page.text


@pytest.mark.parametrize("accepted", ["", "zh-CN,zh;q=0.9,en;q=0.8", "de-DE", "en;q=0.1,zh", "*", ";;q=,,"])
async def test_the_pages_speak_chinese_first(config: Settings, accepted: str) -> None:
    nobody = await visiting(config)
    page = await nobody.client.get("/sign-in", headers={"Accept-Language": accepted})
    assert '<html lang="zh-CN">' in page.text
    assert 'href="/sign-in?lang=en"' in page.text
    english = await nobody.client.get("/sign-in", headers={"Accept-Language": "en-GB,en;q=0.9,zh;q=0.5"})
    assert '<html lang="en">' in english.text
    await nobody.close()


async def test_an_account_is_spoken_to_in_its_own_language(config: Settings, get: Get) -> None:
    async with database(config).writing() as session:
        account = await session.get_one(Account, AUDITOR)
        account.language = Language.ENGLISH
        session.add(account)
    assert '<html lang="en">' in (await get("/findings")).text


async def test_a_language_once_chosen_is_kept(get: Get) -> None:
    page = (await get("/findings?lang=en&light=red")).text
    assert f'href="/findings/{RED}?lang=en"' in page


async def test_the_language_link_stays_on_this_host(config: Settings) -> None:
    nobody = await visiting(config)
    page = await nobody.get("http://127.0.0.1//sign-in/x%25")
    assert page.headers["location"] == "/sign-in?next=//sign-in/x%25"
    led = await nobody.get(page.headers["location"])
    assert 'name="next" value="/"' in led.text
    await nobody.close()


async def test_there_is_a_mailbox_in_the_demo_only(config: Settings, get: Get) -> None:
    assert (await get("/mailbox")).status_code == 404
    assert "演示邮箱" not in (await get("/findings")).text
    put_mail(config, "Subject: 【红色督办】\r\nTo: a@example.org\r\n\r\n请整改。".encode())
    assert "【红色督办】" in (await get("/mailbox")).text
    assert "演示邮箱" in (await get("/findings")).text


async def test_a_mail_is_framed_where_it_can_do_nothing(config: Settings, get: Get) -> None:
    name = put_mail(config, b"Content-Type: text/html\r\n\r\n<script>alert(1)</script>hello")
    page = (await get(f"/mailbox/{name}")).text
    assert f'<iframe class="mail" sandbox src="/mailbox/{name}/html"' in page
    assert "<script" not in page.replace(OUR_SCRIPT, "")
    framed = await get(f"/mailbox/{name}/html")
    assert "hello" in framed.text
    policy = framed.headers.get_list("content-security-policy")
    assert policy == ["sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"]


@pytest.mark.parametrize("name", ["..%2Frectify.db", "nothing.eml", "20261120T040000000000Z-000009.eml"])
async def test_nothing_but_mails_is_opened(config: Settings, get: Get, name: str) -> None:
    put_mail(config, b"Subject: x\r\n\r\nx")
    assert (await get(f"/mailbox/{name}")).status_code == 404


async def test_health_and_readiness_are_told_apart(config: Settings, get: Get) -> None:
    assert (await get("/health")).text == "ok"
    assert (await get("/ready")).status_code == 200
    await database(config).close()
    for file in config.home.glob("rectify.db*"):
        file.unlink()
    assert (await get("/health")).status_code == 200
    assert (await get("/ready")).status_code == 503


@pytest.mark.parametrize("content", [None, b"this is no database" * 1000])
async def test_without_a_database_a_page_says_so(config: Settings, get: Get, content: bytes | None) -> None:
    await database(config).close()
    for file in config.home.glob("rectify.db*"):
        file.unlink()
    if content:
        (config.home / "rectify.db").write_bytes(content)
    for address in ("/findings", f"/findings/{RED}", "/letters"):
        page = await get(address)
        assert page.status_code == 503
        assert "数据库暂时不可用" in page.text
        assert "sqlite" not in page.text.lower()


async def test_a_fault_of_ours_is_one_sentence_with_a_reference(
    get: Get, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> str:
        raise RuntimeError("secret-detail")

    monkeypatch.setattr("portal.pages.speech.Speech.light", broken)
    page = await get("/findings")
    assert page.status_code == 500
    assert "secret-detail" not in page.text
    assert page.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
    reference = re.search(r"编号 (\w{8})", page.text)
    assert reference is not None
    assert reference[1] in caplog.text


def test_passwords_go_over_no_wire_unsealed(config: Settings) -> None:
    with pytest.raises(BadInput, match="RECTIFY_BASE_URL"):
        serve(config.model_copy(update={"portal_host": "0.0.0.0"}))


@pytest.mark.parametrize("allowed", [{"base_url": "https://zg.example.cn"}, {"plain_http": True}])
def test_other_machines_come_in_over_tls_or_where_the_office_says_so(
    config: Settings, allowed: dict[str, object]
) -> None:
    only_safely(config.model_copy(update={"portal_host": "0.0.0.0"} | allowed))


def test_a_taken_port_is_said() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(Unavailable, match="RECTIFY_PORTAL_PORT"),
    ):
        listening("127.0.0.1", taken.getsockname()[1])


@pytest.mark.parametrize("how", [SIGINT, SIGTERM])
def test_the_portal_stops_without_a_word(config: Settings, how: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    code = "from models.settings import settings; from portal.web import serve; serve(settings())"
    here = {**os.environ, "RECTIFY_PORTAL_PORT": str(port)}
    with Popen([sys.executable, "-c", code], cwd=ROOT, env=here, stderr=PIPE) as portal:
        page = httpx.Client(transport=httpx.HTTPTransport(retries=8)).get(f"http://127.0.0.1:{port}/sign-in")
        portal.send_signal(how)
        _, said = portal.communicate(timeout=10)
    assert page.status_code == 200
    assert "登录整改跟踪" in page.text
    assert said == b""


def test_the_portal_does_not_load_prefect() -> None:
    code = "import sys, portal.web; sys.exit('prefect' in sys.modules)"
    assert run([sys.executable, "-c", code], check=False, cwd=ROOT).returncode == 0


def test_every_light_has_its_place_in_the_totals() -> None:
    from portal.pages.ledger import LIGHTS

    assert set(LIGHTS) == set(Light)


async def test_a_date_that_may_still_move_says_so_wherever_it_stands(config: Settings, get: Get) -> None:
    later = date(2027, 3, 15)
    await change(config, RED, deadline=later, provisional=True)
    await change(config, RED, next_review_on=later, review_provisional=True, next_look_on=later)
    assert '2027年3月15日 <span class="again">暂定</span>' in (await get("/findings")).text
    page = (await get(f"/findings/{RED}")).text
    assert page.count("2027年3月15日（暂定）") == 3  # above, in the form, and the look-back
    english = (await get(f"/findings/{RED}?lang=en")).text
    assert "(provisional)" in english
    to_come = (await get("/letters/to-come?days=365")).text
    assert "暂定" in to_come


async def test_a_date_counted_anew_shows_both_dates_in_the_history(config: Settings, get: Get) -> None:
    number = "DC2026-002"
    known = calendars.notice(2026)
    await change(config, number, deadline_by_hand=False, deadline_from=date(2026, 11, 6), provisional=True)
    done = await announce(database(config), known, "", clock.now())
    (move,) = done.moves
    page = (await get(f"/findings/{number}")).text
    assert "重算时限" in page
    assert f"时限：{move.old} → {move.new}" in page
