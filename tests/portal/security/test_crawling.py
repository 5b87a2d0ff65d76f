"""Pages read by following links: nothing changes, nothing runs, nothing of other units is told."""

import re
from html import unescape

import pytest
from sqlmodel import select

from models.access.sessions import visitor as visitor_of
from models.database import database
from models.findings import Finding
from models.settings import Settings
from tasks import clock
from tests.portal.conftest import Visit
from tests.portal.security.test_every_route import safe
from tests.portal.security.walking import Places, Read, crawled, stored, walked
from tests.portal.visiting import Visitor

ROLES = ("zhenggaiban", "jiwei", "bingcun")


@pytest.mark.parametrize("who", ROLES)
async def test_reading_changes_nothing_however_often(town: Settings, visit: Visit, who: str) -> None:
    reader = await visit(who)
    await reader.get("/")
    before, read, places = stored(town), 0, Places()
    for _ in range(2):
        async for path, page in crawled(reader):
            read += 1
            assert page.status_code < 400, f"{path} leads {who} to {page.status_code}"
            safe(page, path)
            if "html" in page.headers.get("content-type", ""):
                assert Read(page.text).runs == [], path
                places.see(path, page.text)
    assert read > 10
    assert places.missing() == []
    after = stored(town)
    assert [table for table in before if before[table] != after[table]] == []


async def foreign_to(config: Settings, visitor: Visitor) -> list[Finding]:
    """The findings this person must not learn of."""
    db = database(config)
    signed_in = await visitor_of(db, visitor.client.cookies["rectify"], clock.real(), clock.today())
    assert signed_in is not None
    async with db.reading() as session:
        return [one for one in await session.exec(select(Finding)) if not signed_in.sight.sees(one)]


@pytest.mark.parametrize("who", ["bingcun", "jiacun"])
async def test_what_is_of_other_units_is_neither_found_nor_told(
    town: Settings, visit: Visit, who: str
) -> None:
    secretary = await visit(who)
    foreign = await foreign_to(town, secretary)
    assert len(foreign) > 10
    told = {one.title for one in foreign if len(one.title) > 5} | {one.number for one in foreign}
    read = set()
    async for path, page in crawled(secretary, per_kind=6):
        read.add(path.split("?")[0])
        text = unescape(page.text) if "html" in page.headers.get("content-type", "") else page.text
        assert [one for one in told if one in text] == [], path
    assert {"/mine", "/findings", "/findings/export.csv"} <= read
    await _is_not_there(town, secretary, foreign[0].number)


async def _is_not_there(config: Settings, reader: Visitor, number: str) -> None:
    """By any route, as a page or as a form with a token of one's own: as if it did not exist."""
    token = (await reader.get("/findings")).text.partition('name="csrf" value="')[2].partition('"')[0]
    before = stored(config)
    for route in walked(config):
        if "{number:path}" not in route.path or not route.path.startswith("/findings"):
            continue
        for address in (route.address, route.address.replace("submit", "report_progress")):
            there = address.replace("SJ2026-001", number)
            for method in sorted(route.methods - {"HEAD"}):
                data = {"csrf": token, "text": "x", "version": "1"} if method == "POST" else None
                answer = await reader.client.request(method, there, data=data)
                assert answer.status_code == 404, f"{method} {route.path}: {answer.status_code}"
    for query in (f"q={number}", "unit=甲村党支部", "unit=丙村党支部", f"number={number}"):
        page = await reader.client.get(f"/findings?{query}")
        assert f'/findings/{number}"' not in page.text
    assert stored(config) == before


async def test_numbers_that_are_guessed_answer_alike_whether_they_exist_or_not(
    town: Settings, visit: Visit
) -> None:
    secretary = await visit("bingcun")
    real = (await foreign_to(town, secretary))[0].number
    for shape in ("/findings/{}", "/findings/{}/acts/submit", "/findings/{}/evidence/1"):
        there = await secretary.get(shape.format(real))
        nowhere = await secretary.get(shape.format("QQ2026-999"))
        assert there.status_code == nowhere.status_code == 404
        assert once(there.text).replace(real, "QQ2026-999") == once(nowhere.text), shape


def once(page: str) -> str:
    """Without what is new in each form."""
    return re.sub(r'name="nonce" value="[^"]*"', "", page)
