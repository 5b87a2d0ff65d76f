"""Addresses that are told of each act: entered, tried out, ended; and what could not be delivered."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from models.hooks import delivering, subscribing
from policy.hooks import TRIES
from policy.refusals import NotFound, Refusal
from policy.stages import ON_RECORD_ONLY, Act
from policy.words import ACT_WORDS
from portal.pages.admin.desk import NOTHING_TYPED, Typed, desk, must_open, number_of, refused
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Reader, Reading
from portal.pages.speech import Words
from tasks import clock, webhooks

router = APIRouter()
HERE = "/admin/webhooks"
MOST_FAILED = 50
TOLD_OF = tuple(act for act in Act if act not in ON_RECORD_ONLY)


@router.api_route(HERE, methods=READ)
async def show_webhooks(reader: Reading) -> HTMLResponse:
    await must_open(reader, HERE)
    return await _webhooks(reader)


async def _webhooks(
    reader: Reader, typed: Typed = NOTHING_TYPED, *, secret: str = "", tried: Words | None = None
) -> HTMLResponse:
    async with reader.db.reading() as session:
        known = await subscribing.every(session)
        failed = await delivering.failed(session, MOST_FAILED)
    return desk(
        reader,
        "webhooks.html",
        typed,
        secret=secret,
        tried=reader.speech.of(tried) if tried else "",
        known=[one for one in known if one.webhook.is_active],
        ended=[one for one in known if not one.webhook.is_active],
        failed=failed,
        tries=TRIES,
        acts={act.value: reader.speech.of(ACT_WORDS[act]) for act in TOLD_OF},
        named=lambda acts: reader.speech.names([reader.speech.of(ACT_WORDS[Act(x)]) for x in acts.split()]),
    )


@router.post(HERE)
async def subscribe(form: Form) -> Response:
    """Its secret is shown on this one page, and nowhere again."""
    reader = form.reader
    await must_open(reader, HERE)
    try:
        async with reader.db.writing("webhook") as session:
            _, secret = await subscribing.subscribe(
                session, form["url"], form.chosen("acts"), reader.account, clock.real()
            )
    except Refusal as refusal:
        return await _webhooks(reader, refused(form, refusal, "new"))
    return await _webhooks(reader, secret=secret)


@router.post(f"{HERE}/end")
async def end(form: Form) -> Response:
    reader, number = await _one(form)
    async with reader.db.writing("webhook") as session:
        await subscribing.end(session, number, reader.account, clock.real())
    return reader.turn(HERE, said="webhook_ended")


@router.post(f"{HERE}/again")
async def try_again(form: Form) -> Response:
    """What was given up is sent once more."""
    reader, number = await _one(form)
    async with reader.db.writing("webhook") as session:
        await delivering.try_again(session, number, clock.real())
    return reader.turn(HERE, said="webhook_again")


@router.post(f"{HERE}/test")
async def try_out(form: Form) -> Response:
    """Call the address now, and say what came of it."""
    reader, number = await _one(form)
    async with reader.db.reading() as session:
        webhook = await subscribing.found(session, number)
    why = await webhooks.try_out(webhook)
    if why:
        tried = (f"{webhook.url} 没有收下：{why}。", f"{webhook.url} did not take it: {why}.")
    else:
        tried = (f"{webhook.url} 已收下测试消息。", f"{webhook.url} took the test message.")
    return await _webhooks(reader, tried=tried)


async def _one(form: Sent) -> tuple[Reader, int]:
    await must_open(form.reader, HERE)
    number = number_of(form["number"])
    if number is None:
        raise NotFound("没有这个地址。", "There is no such address.")
    return form.reader, number
