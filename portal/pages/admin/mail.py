"""Mail: what is set, a test mail to oneself, and the office's own templates tried out."""

import asyncio

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from models.access import accounts, trail
from models.access.knocking import let_through
from models.access.trail import Noted
from models.rules.trade import trade
from policy.knocking import TEST_MAILS
from policy.refusals import Refusal
from portal.pages.admin.desk import NOTHING_TYPED, Typed, desk, doer, must_open, refused
from portal.pages.forms import Form
from portal.pages.paper import READ, Reader, Reading
from tasks import clock
from tasks.letters import own
from tasks.letters.words import KINDS
from tasks.trial_mail import try_mail

router = APIRouter()
HERE = "/admin/mail"


@router.api_route(HERE, methods=READ)
async def show_mail(reader: Reading) -> HTMLResponse:
    await must_open(reader, HERE)
    return await _mail(reader)


async def _mail(
    reader: Reader, typed: Typed = NOTHING_TYPED, checked: tuple[str, ...] | None = None
) -> HTMLResponse:
    config = reader.config
    async with reader.db.reading() as session:
        mine = await accounts.find(session, reader.account, clock.today())
        tried = await trail.read(session, kind="mail_tried", limit=5)
    hours = (await trade(reader.db)).rules.hours
    return desk(
        reader,
        "mail.html",
        typed,
        config=config,
        portal=config.portal_url,
        hours=f"{hours.opens:%H:%M}–{hours.closes:%H:%M}",
        mine=mine,
        tried=tried,
        checked=checked,
        kinds=[(rung, reader.speech.document(rung)) for rung in KINDS],
    )


@router.post(f"{HERE}/test")
async def test_mail(form: Form) -> Response:
    """To oneself and nobody else; what the server answered is noted, and shown."""
    reader, by = form.reader, doer(form.reader)
    await must_open(reader, HERE)
    try:
        await let_through(reader.db, f"test mail:{by.account}", TEST_MAILS, by.at)
        async with reader.db.reading() as session:
            mine = await accounts.find(session, by.account, by.today)
        tried = await try_mail(reader.config, mine.account.mailbox, reader.speech.language, clock.real())
    except Refusal as refusal:
        return await _mail(reader, refused(form, refusal, "test"))
    async with reader.db.writing("trail") as session:
        by.note(session, Noted.MAIL_TRIED, reader.speech.say(tried.zh, tried.en), by.account)
    return reader.turn(HERE)


@router.post(f"{HERE}/templates")
async def check_templates(form: Form) -> Response:
    """Each of them filled in with the longest names: what stands its trial is good."""
    reader = form.reader
    await must_open(reader, HERE)
    try:
        found = await asyncio.to_thread(own.read, reader.config.home / "templates")
    except Refusal as refusal:
        return await _mail(reader, refused(form, refusal, "templates"))
    return await _mail(reader, checked=found.own)


@router.api_route(f"{HERE}/template", methods=READ)
async def shipped_template(reader: Reading, name: str = "") -> Response:
    """A shipped template's text, to be copied and changed."""
    await must_open(reader, HERE)
    asked = f"{reader.speech.language}/{name}.txt" if name in KINDS else name
    known = own.shipped_source(asked) if asked in own.KNOWN else ""
    return Response(known, 200 if known else 404, media_type="text/plain; charset=utf-8")
