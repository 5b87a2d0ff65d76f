"""The overview: who sees it, and that each of its numbers opens a list of just so many."""

import random
import re
from html import unescape
from urllib.parse import parse_qsl

import httpx
import pytest
from sqlmodel import func, select

from models.access.sight import sight_of
from models.database import database
from models.findings import Finding
from models.listing.conditions import findings_where
from models.listing.wanted import understood
from models.settings import Settings
from models.staff.people import Account
from tasks import clock
from tests.models.watching.test_survey import scattered
from tests.portal.conftest import Visit

NUMBER = re.compile(r'href="([^"#]+)(#[^"]*)?"[^>]*>(?:[^<]*<b>)?(\d+)<')
FINDINGS = "/findings"


def numbers(page: httpx.Response) -> list[tuple[str, int]]:
    """Addresses and how many they are said to list. None may lead into the midst of a page."""
    found = NUMBER.findall(page.text)
    assert [inside for _, inside, _ in found if inside] == []
    return [(unescape(address), int(size)) for address, _, size in found]


@pytest.mark.parametrize("account", ["jiwei", "zuzhi"])
async def test_each_number_opens_a_list_of_just_so_many(town: Settings, visit: Visit, account: str) -> None:
    db = database(town)
    await scattered(db, random.Random(7))
    watcher = await visit(account)
    page = await watcher.get("/overview")
    told = numbers(page)
    assert len(told) > 100
    async with db.reading() as session:
        person = await session.get_one(Account, account)
        sight = await sight_of(session, person.person_id, clock.today())
        for address, size in told:
            path, _, query = address.partition("?")
            if path != FINDINGS:
                continue
            where = await findings_where(session, understood(parse_qsl(query)), sight, clock.today())
            found = (await session.exec(select(func.count()).select_from(Finding).where(where))).one()
            assert found == size, query
    others = [x for x in told if not x[0].startswith(FINDINGS)]
    assert [path for path, _ in others] == ["/supervision/verifiers"]
    for address, size in [*random.Random(7).sample([x for x in told if x[1]], 12), *others]:
        listed = re.sub(r"<[^>]+>", "", (await watcher.get(address)).text)
        assert (f"本表 {size} 项" if address.startswith(FINDINGS) else f"验收超期 {size}") in listed, address
    assert ("涉密" in page.text) is (account == "zuzhi")


async def test_the_drawings_say_in_words_and_numbers_what_they_show(visit: Visit) -> None:
    page = (await (await visit("shuji")).get("/overview")).text
    assert page.count('role="img"') == 2
    assert "发现 26；应完成 26；已销号 18；" in page
    assert "style=" not in page
    assert "2026年11月20日" in page


async def test_the_overview_is_for_those_who_watch_and_where_they_begin(visit: Visit) -> None:
    watcher, cadre = await visit("jiwei"), await visit("bingcun")
    assert (await watcher.get("/")).headers["location"] == "/overview"
    assert (await cadre.get("/")).headers["location"] == "/mine"
    assert (await cadre.get("/overview")).status_code == 404
    assert "/overview" not in (await cadre.get("/findings")).text


async def test_what_has_no_unit_yet_has_a_line_of_its_own(town: Settings, visit: Visit) -> None:
    watcher = await visit("jiwei")
    async with database(town).writing() as session:
        one = await session.get_one(Finding, "DC2026-002")
        one.lead_unit_id = None
        session.add(one)
    page = (await watcher.get("/overview")).text
    assert "未定单位" in page
    assert 'href="/findings?unit=-"' in page
