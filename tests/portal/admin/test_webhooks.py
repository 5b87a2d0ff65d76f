"""Webhooks on the desk: entered, tried out, ended, and what was given up."""

import re

from sqlmodel import select

from models.database import database
from models.hooks.subscriptions import Delivery, DeliveryState, Webhook
from models.settings import Settings
from tasks import clock, webhooks
from tests.loopback import Call, answering
from tests.portal.calling import calling
from tests.portal.conftest import Visit
from tests.portal.visiting import sentence_of

PAGE = "/admin/webhooks"


async def test_an_address_is_entered_tried_out_told_and_ended(town: Settings, visit: Visit) -> None:
    calls: list[Call] = []

    async def answer(call: Call) -> tuple[int, bytes]:
        calls.append(call)
        return 200, b""

    keeper = await visit("zhenggaiban")
    async with answering(answer) as root:
        shown = await keeper.send(await keeper.get(PAGE), PAGE, {"url": root, "acts": ["accept", "submit"]})
        secret = re.search(r"whsec_[\w+/=]+", shown.text)
        assert secret is not None
        page = await keeper.get(PAGE)
        assert secret[0] not in page.text
        assert "认领" in page.text
        tried = await keeper.send(page, f"{PAGE}/test")
        assert sentence_of(tried) == f"{root} 已收下测试消息。"
        assert len(calls) == 1
        await keeper.done(PAGE, f"{PAGE}/end")
    refused = await keeper.send(await keeper.get(PAGE), PAGE, {"url": "http://example.cn/"})
    assert (refused.status_code, 'value="http://example.cn/"' in refused.text) == (400, True)


async def test_what_was_given_up_is_shown_and_sent_again(town: Settings, visit: Visit) -> None:
    keeper, program = await visit("zhenggaiban"), await calling(town, "zhenggaiban")
    await keeper.send(await keeper.get(PAGE), PAGE, {"url": "http://127.0.0.1:9/"})
    opened = await program.post("/findings", {"source": "自查", "condition": "灭火器过期"})
    db = database(town)
    await webhooks.tell(db)
    async with db.writing() as session:
        (row,) = await session.exec(select(Delivery))
        assert row.finding == opened.json()["number"]
        row.state, row.done_at = DeliveryState.FAILED, clock.real()
        session.add(row)
    page = await keeper.get(PAGE)
    assert "试过10次都没有收下" in page.text
    assert "1条没有送达" in (await keeper.get("/admin")).text
    await keeper.send(page, f"{PAGE}/again")
    async with db.reading() as session:
        (row,) = await session.exec(select(Delivery))
    assert row.state is DeliveryState.QUEUED


async def test_nobody_else_finds_the_page(town: Settings, visit: Visit) -> None:
    for account in ("jiwei", "bingcun"):
        assert (await (await visit(account)).get(PAGE)).status_code == 404
    async with database(town).reading() as session:
        assert list(await session.exec(select(Webhook))) == []
