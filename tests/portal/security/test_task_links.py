"""One-time links with a PIN: one opening, one finding, four acts; dead when the work is done or moves on."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

import pytest
from sqlmodel import col, select

from models import ledger
from models.access import task_links
from models.access.keys import AccessEvent, SignIn, TaskLink
from models.database import database
from models.findings import Finding
from models.history import Event
from models.orders import ActWords, Attached, Order, words_of
from models.rules.trade import trade
from models.settings import Settings
from policy.refusals import NotAllowed, NotFound, NotSignedIn, Refusal
from policy.stages import Act
from policy.task_links import BY_LINK
from tasks import clock
from tests.portal.visiting import Visitor, sentence_of, visiting

NUMBER = "SJ2026-001"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
SHOWN = re.compile(r'<code class="key">([^<]+)</code>')


class Village(NamedTuple):
    """A township that hands out links, and somebody with a phone who never signs in."""

    config: Settings
    phone: Visitor

    async def handed_out(self, number: str = NUMBER) -> tuple[str, str]:
        """The path of a new link, and its PIN."""
        office = await visiting(self.config, "ganshi")
        made = await office.send(await office.get(f"/findings/{number}"), f"/findings/{number}/task-link")
        assert made.status_code == 200, sentence_of(made)
        assert made.headers["referrer-policy"] == "no-referrer"
        await office.close()
        address, pin = SHOWN.findall(made.text)
        return "/l/" + address.rpartition("/l/")[2], pin

    async def opened(self, number: str = NUMBER) -> int:
        """The phone follows a new link; the id of it."""
        path, pin = await self.handed_out(number)
        come = await self.phone.send(await self.phone.get(path), path, {"pin": pin})
        assert (come.status_code, come.headers["location"]) == (303, "/l/")
        async with database(self.config).reading() as session:
            return max(one for one in await session.exec(select(TaskLink.id)) if one)

    async def act(self, act: Act, link: int | None, number: str = NUMBER, **said: object) -> ledger.Receipt:
        db = database(self.config)
        files = (Attached("佐证.pdf", "ab" * 32, 9),) if act is Act.ATTACH_EVIDENCE else ()
        order = Order(number, act, "bingcun", words_of(ActWords, said), files, link=link)
        return await ledger.record(db, order, clock.now(), await trade(db))


@pytest.fixture
async def village(town: Settings) -> AsyncIterator[Village]:
    config = town.model_copy(update={"task_links": True})
    phone = await visiting(config)
    yield Village(config, phone)
    await phone.close()
    await database(config).close()


async def test_looking_at_a_link_uses_nothing_up_and_the_pin_opens_it_once(village: Village) -> None:
    path, pin = await village.handed_out()
    for _ in range(3):
        page = await village.phone.get(path)
    assert NUMBER not in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert (await village.phone.get("/l/")).status_code == 404
    before = village.phone.client.cookies["rectify"]
    null = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}  # what a browser says on such a page
    village.phone.client.headers.update(null)
    come = await village.phone.send(page, path, {"pin": pin})
    assert come.status_code == 303
    assert village.phone.client.cookies["rectify"] != before
    assert "丙村厂房租金两年未收取" in (await village.phone.get("/l/")).text
    other = await visiting(village.config)
    assert (await other.get(path)).status_code == 404
    again = await other.send(await other.get("/sign-in"), "/sign-in", {})
    csrf = re.search(r'name="csrf" value="([^"]+)"', again.text)
    assert csrf is not None
    assert (await other.client.post(path, data={"csrf": csrf[1], "pin": pin})).status_code == 404
    await other.close()


async def test_a_link_leads_to_its_finding_and_nowhere_else(village: Village) -> None:
    await village.opened()
    assert (await village.phone.get("/l/")).status_code == 200
    elsewhere = ("/", "/findings", f"/findings/{NUMBER}", "/findings/SJ2026-002", "/letters", "/account/code")
    acts = (f"/findings/{NUMBER}/acts/pass_verification", "/findings/SJ2026-002/acts/submit")
    for path in (*elsewhere, *acts, f"/findings/{NUMBER}/acts/submit/", f"/findings/{NUMBER}/task-link"):
        for method in ("GET", "POST"):
            led = await village.phone.client.request(method, path)
            assert (led.status_code, led.headers["location"]) == (303, "/l/"), path


async def test_no_act_but_four_comes_by_a_link(village: Village) -> None:
    link = await village.opened()
    for act in Act:
        if act not in BY_LINK:
            with pytest.raises(NotAllowed, match="一次性链接不能"):
                await village.act(act, link)
    await village.act(Act.REPORT_PROGRESS, link, text="已催缴两户", percent=90)
    await village.act(Act.ATTACH_EVIDENCE, link)


async def test_the_history_says_what_came_by_a_link_and_whose_it_was(village: Village) -> None:
    link = await village.opened()
    receipt = await village.act(Act.REPORT_PROGRESS, link, text="已催缴两户", percent=90)
    async with database(village.config).reading() as session:
        event = await session.get(Event, (NUMBER, receipt.seq))
    assert event is not None
    assert (event.by, json.loads(event.said)["by_link"]) == ("bingcun", {"made_by": "ganshi"})
    assert (
        "填报进展" in (await village.phone.get("/l/")).text or "进展" in (await village.phone.get("/l/")).text
    )


async def test_all_is_reported_and_submitted_by_everybodys_forms(village: Village) -> None:
    link, phone = await village.opened(), village.phone
    acts = f"/findings/{NUMBER}/acts"
    assert f'href="{acts}/report_progress"' in (await phone.get("/l/")).text
    said = {"text": "已催缴两户", "percent": "90"}
    told = await phone.done(f"{acts}/report_progress", f"{acts}/report_progress", said)
    assert told.headers["location"] == "/l/"
    file = ("files", ("收据.pdf", PDF, "application/pdf"))
    await phone.done(f"{acts}/attach_evidence", f"{acts}/attach_evidence", files=[file])
    await phone.done(f"{acts}/submit", f"{acts}/submit")
    over = await phone.get("/l/")
    assert "这一项不能再通过此链接填报" in over.text
    assert "提交验收" in over.text
    office = await visiting(village.config, "ganshi")
    assert (await office.get(f"/findings/{NUMBER}")).text.count("经一次性链接（演示整改办干事发放）") >= 3
    await office.close()

    await village.act(Act.TAKE_BACK, None)  # what is taken back is not the link's again
    assert (await phone.get(f"{acts}/submit")).headers["location"] == "/l/"
    with pytest.raises(NotAllowed, match="链接"):
        await village.act(Act.REPORT_PROGRESS, link, text="再报一次", percent=95)


async def test_a_link_is_for_one_finding_and_dead_in_other_hands(village: Village) -> None:
    link = await village.opened()
    db = database(village.config)
    with pytest.raises(NotAllowed):
        await village.act(Act.REPORT_PROGRESS, link, "SJ2026-002", text="别的问题")
    async with db.writing() as session:
        finding = await session.get_one(Finding, NUMBER)
        other = (
            await session.exec(
                select(Finding.owner_post_id).where(col(Finding.lead_unit_id) != finding.lead_unit_id)
            )
        ).first()
        finding.owner_post_id = other
    assert "这一项不能再通过此链接填报" in (await village.phone.get("/l/")).text
    with pytest.raises(NotAllowed):
        await village.act(Act.REPORT_PROGRESS, link, text="人已换")


async def test_five_wrong_pins_end_a_link_however_many_come_at_once(village: Village) -> None:
    path, pin = await village.handed_out()
    db, token = database(village.config), path.removeprefix("/l/")
    today, now = clock.today(), clock.real()
    wrong = "000000" if pin != "000000" else "111111"

    async def guess() -> type[Exception] | None:
        try:
            await task_links.open_once(db, token, wrong, today=today, now=now)
        except Refusal as refusal:
            return type(refusal)
        return None

    answers = await asyncio.gather(*(guess() for _ in range(8)))
    assert answers.count(NotSignedIn) == 5
    assert answers.count(NotFound) == 3
    with pytest.raises(NotFound):
        await task_links.open_once(db, token, pin, today=today, now=now)


async def test_links_expire_and_a_new_one_ends_the_one_before(village: Village) -> None:
    (first, pin), (second, _) = await village.handed_out(), await village.handed_out()
    db, today = database(village.config), clock.today()
    with pytest.raises(NotFound):
        await task_links.open_once(db, first[3:], pin, today=today, now=clock.real())
    async with db.reading() as session:
        assert await task_links.unopened(session, second[3:], today, clock.real() + timedelta(hours=71))
        with pytest.raises(NotFound):
            await task_links.unopened(session, second[3:], today, clock.real() + timedelta(hours=73))


async def test_neither_token_nor_pin_is_stored_or_noted(
    village: Village, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="rectify")
    path, pin = await village.handed_out()
    await village.phone.send(await village.phone.get(path), path, {"pin": pin})
    async with database(village.config).reading() as session:
        stored = [*await session.exec(select(TaskLink)), *await session.exec(select(AccessEvent))]
        signed_in = list(await session.exec(select(SignIn)))
    logged = [x.getMessage() for x in caplog.records if x.name not in {"httpx", "aiosqlite"}]
    everything = f"{stored} {signed_in} {logged}"
    assert path[3:] not in everything
    assert f"'{pin}'" not in everything
    assert "link_opened" in everything


async def test_without_the_setting_there_are_no_links(town: Settings) -> None:
    office = await visiting(town, "ganshi")
    page = await office.get("/findings")
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf is not None
    refused = await office.client.post(f"/findings/{NUMBER}/task-link", data={"csrf": csrf[1]})
    assert refused.status_code == 404
    for path in ("/l/", "/l/whatever"):
        assert (await office.get(path)).status_code == 404
    await office.close()


@pytest.mark.parametrize("who", ["bingcun", "jiwei", "shuji"])
async def test_only_inspectors_and_administrators_hand_links_out(village: Village, who: str) -> None:
    visitor = await visiting(village.config, who)
    csrf = re.search(r'name="csrf" value="([^"]+)"', (await visitor.get("/findings")).text)
    assert csrf is not None
    refused = await visitor.client.post(f"/findings/{NUMBER}/task-link", data={"csrf": csrf[1]})
    assert refused.status_code == 403
    await visitor.close()
