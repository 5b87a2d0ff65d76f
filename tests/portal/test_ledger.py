"""The ledger page: whose findings it shows, what its conditions find, what is kept under a name."""

import re
from html import unescape

import httpx
import pytest
from sqlalchemy import text

from models.database import database
from models.settings import Settings
from tests.benchmarks.many import Copies, copy
from tests.portal.conftest import Visit
from tests.portal.counting import statements
from tests.portal.visiting import sentence_of

RED = "SJ2026-001"


def numbers(page: httpx.Response) -> list[str]:
    return re.findall(r'data-label="编号"><a[^>]*>([^<]+)</a>', page.text)


def total(page: httpx.Response) -> int:
    [found] = re.findall(r"共 <b>(\d+)</b>", page.text)
    return int(found)


async def change(town: Settings, sql: str, **values: object) -> None:
    async with database(town).writing() as session:
        await (await session.connection()).execute(text(sql), values)


async def test_a_village_s_secretary_sees_the_village_s_findings_and_counts_no_others(visit: Visit) -> None:
    everybody, village = (
        await (await visit("jiwei")).get("/findings"),
        await (await visit("bingcun")).get("/findings"),
    )
    assert total(everybody) == len(numbers(everybody)) == 26
    assert 0 < total(village) == len(numbers(village)) < 26
    assert RED in numbers(village)
    foreign = set(numbers(everybody)) - set(numbers(village))
    assert not any(number in village.text for number in foreign)
    assert "甲村" not in village.text


async def test_what_is_out_of_sight_is_found_by_no_condition(visit: Visit) -> None:
    village = await visit("bingcun")
    own = set(numbers(await village.get("/findings")))
    for query in ({"q": "2026"}, {"unit": "XX乡"}, {"light": "closed"}, {"source": "审计"}):
        page = await village.get("/findings", **query)
        assert set(numbers(page)) <= own
        assert total(page) <= len(own)


async def test_two_characters_find_a_finding_and_one_is_asked_for_more(visit: Visit) -> None:
    v = await visit("jiwei")
    assert RED in numbers(await v.get("/findings", q="厂房"))
    assert numbers(await v.get("/findings", q=RED)) == [RED]
    short = await v.get("/findings", q="厂")
    assert short.status_code == 400
    assert "至少输入" in sentence_of(short)
    assert 'name="q" value="厂"' in short.text


async def test_an_unknown_unit_leaves_all_else_as_it_was_typed(visit: Visit) -> None:
    page = await (await visit("jiwei")).get("/findings", unit="丙村支部", q="租金", light="red")
    assert page.status_code == 404
    assert "丙村党支部" in sentence_of(page)
    for kept in ('value="丙村支部"', 'value="租金"', 'value="red" checked'):
        assert kept in page.text


async def test_a_confidential_finding_is_open_to_whom_it_is_entrusted_alone(
    town: Settings, visit: Visit
) -> None:
    await change(town, "UPDATE finding SET confidential = 1 WHERE number = :n", n=RED)
    trusted, other = await visit("jiwei"), await visit("fushuji")
    assert "厂房" in (await trusted.get("/findings", light="red")).text
    assert "涉密，仅显示编号" in (await other.get("/findings", light="red")).text
    for query in ({"q": "厂房"}, {"q": RED}, {"source": "审计"}, {"unit": "丙村党支部"}, {"age": "0-999"}):
        assert RED in numbers(await trusted.get("/findings", **query)), query
        assert RED not in numbers(await other.get("/findings", **query)), query


async def test_an_address_holds_what_was_asked_for_and_nothing_else(visit: Visit) -> None:
    sent = await (await visit("jiwei")).get("/findings?q=&unit=&source=审计&light=red&due_from=")
    assert sent.status_code == 303
    assert unescape(sent.headers["location"]) == "/findings?source=%E5%AE%A1%E8%AE%A1&light=red"


async def test_conditions_are_kept_under_a_name_for_oneself(visit: Visit) -> None:
    v = await visit("jiwei")
    page = await v.done("/findings?light=red", "/findings/saved", {"name": "红灯 事项"})
    assert "已保存" in sentence_of(page)
    assert '<a href="/findings?light=red">红灯 事项</a>' in page.text
    assert "红灯 事项" not in (await (await visit("shuji")).get("/findings")).text
    again = await v.done("/findings?light=yellow", "/findings/saved", {"name": "红灯 事项"})
    assert '<a href="/findings?light=yellow">红灯 事项</a>' in again.text
    gone = await v.done("/findings", "/findings/saved/delete")
    assert "红灯 事项" not in gone.text


async def test_nobody_deletes_another_s_filter(town: Settings, visit: Visit) -> None:
    owner, other = await visit("jiwei"), await visit("shuji")
    await owner.done("/findings?light=red", "/findings/saved", {"name": "我的"})
    await other.done("/findings?light=red", "/findings/saved", {"name": "别人的"})
    page = await other.get("/findings")
    for number in range(1, 4):
        await other.send(page, "/findings/saved/delete", {"id": str(number)})
    assert "我的" in (await owner.get("/findings")).text


async def test_a_name_that_is_refused_is_shown_again(visit: Visit) -> None:
    v = await visit("jiwei")
    page = await v.send(await v.get("/findings?light=red"), "/findings/saved", {"name": "长" * 61})
    assert page.status_code == 400
    assert "起一个名称" in sentence_of(page)
    assert "长" * 61 in page.text


@pytest.mark.parametrize("path", ["/findings", f"/findings/{RED}", "/findings?q=议事&light=green"])
async def test_a_page_asks_no_more_among_many_findings_than_among_few(
    town: Settings, visit: Visit, path: str
) -> None:
    v = await visit("jiwei")
    few = await statements(v, path)
    await copy(database(town), Copies(RED, "M-", 300))
    many = await statements(v, path)
    assert len(many) <= len(few)
