"""Supervision 督办: what waits for a supervisor, each queue with what can be decided about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from models.access.sight import Sight
from models.mailing import calls, outbox
from models.mailing.calls import PhoneCall
from models.mailing.lateness import ALL, late_steps
from models.paging import numbers_opened
from models.questions import Row
from models.rules.trade import trade
from models.watching import memory, queues
from policy.escalation import TIMED
from policy.refusals import BadInput, NotAllowed, Refusal
from policy.roles import SIGNERS
from policy.sight import WATCHERS
from policy.stages import Stage
from policy.trade import Trade
from portal.answers import status_of
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Id, Reader, Reading
from tasks import clock, telephone, timekeeping

router = APIRouter()

ROWS = 50
"""Of one queue on the page; the longest waiting come first, and make room for the others."""


@dataclass(frozen=True)
class Again:
    """A form that was refused: why, and what was typed in it."""

    sentence: str = ""
    status: int = 200
    said: Mapping[str, str] | None = None


@router.api_route("/supervision", methods=READ)
async def supervision(reader: Reading) -> HTMLResponse:
    reader.must_have(*WATCHERS)
    return await shown(reader, Again())


async def shown(reader: Reader, again: Again) -> HTMLResponse:
    sight, today, held = reader.sight, clock.today(), await trade(reader.db)
    lines = await telephone_list(reader)
    survey = await memory.survey(reader.db, sight, held, today, clock.real())
    async with reader.db.reading() as session:
        late = await late_rows(session, sight, held, ROWS + 1)
        facts: dict[str, object] = {
            "extensions": await queues.extensions(session, sight, held, ROWS),
            "drafts": await queues.drafts(session, sight, ROWS),
            "mails": await queues.stuck_mails(session, sight, ROWS),
            "vacancies": await queues.vacant(session, sight, today),
        }
    return reader.page(
        "supervision.html",
        again.status,
        sentence=again.sentence,
        typed=again.said or {},
        told=facts,
        provisional=survey.provisional,
        late_verifications=survey.late_verifications,
        late=late[:ROWS],
        more_late=len(late) > ROWS,
        lines=[line for line in lines if not line["is_told"]],
        told_lines=[line for line in lines if line["is_told"]],
        held=await timekeeping.why_held(reader.db),
        may_decide=reader.has(*SIGNERS),
        most=ROWS,
    )


async def late_rows(
    session: AsyncSession, sight: Sight, held: Trade, limit: int = ALL, stages: Sequence[Stage] = TIMED
) -> list[Row]:
    """The latest first; of what the reader may not open neither what it is nor whose turn."""
    found = await late_steps(session, held, clock.today(), stages, sight=sight, limit=limit)
    opened = await numbers_opened(session, sight, [row["finding"] for row in found])
    hidden: Row = {"title": "", "unit": "", "people": [], "posts": [], "veiled": True}
    return [row | ({"veiled": False} if row["finding"] in opened else hidden) for row in found]


async def telephone_list(reader: Reader) -> list[Row]:
    """Within sight, the gravest first; those who were tried in vain come after those nobody called."""
    found = await telephone.calls(reader.db, clock.now(), sight=reader.sight)
    async with reader.db.reading() as session:
        opened = await numbers_opened(session, reader.sight, [row["finding"] for row in found])
        lines = await calls.with_calls(session, found)
    seen = [line | {"veiled": line["finding"] not in opened} for line in lines]
    return sorted(seen, key=lambda line: line["call"] is not None)


@router.post("/supervision/mails/{mail_id}")
async def settle(mail_id: Id, form: Form) -> Response:
    """A mail in doubt did arrive, or is sent once more."""
    reader = form.reader
    reader.must_have(*WATCHERS)
    arrived = form["decision"] == "arrived"
    try:
        if form["decision"] not in {"arrived", "again"}:
            raise BadInput("请选择：已送达，或再发一次。", "Say whether it arrived or is to be sent again.")
        async with reader.db.writing("settle") as session:
            await queues.must_see_mail(session, reader.sight, mail_id)
            settled = await outbox.settle(session, mail_id, clock.now(), arrived=arrived, by=reader.account)
        if not settled:
            raise NotAllowed(
                f"邮件{mail_id}已不在存疑状态，无需再处理。", f"Mail {mail_id} is not in doubt any more."
            )
    except Refusal as refusal:
        return await refused(form, refusal)
    return reader.turn("/supervision", said="mail_settled")


@router.post("/supervision/calls")
async def note_call(form: Form) -> Response:
    """Somebody was called, or could not be reached."""
    reader = form.reader
    reader.must_have(*WATCHERS)
    try:
        line = await line_of(reader, form)
        call = PhoneCall(
            finding=line["finding"],
            whom=line["whom"],
            letters=",".join(part for part in line["ids"].split(",") if part in form["letters"].split(",")),
            reached=form["reached"] == "yes",
            said=form["said"].strip(),
            at=clock.now(),
            by=reader.account,
            nonce=form.nonce or None,
        )
        async with reader.db.writing("phone_call") as session:
            await calls.note(session, call)
    except Refusal as refusal:
        return await refused(form, refusal)
    return reader.turn("/supervision", said="call_noted")


async def line_of(reader: Reader, form: Sent) -> Row:
    """The line of the list that the call was about. Raises BadInput if it has gone meanwhile.

    A line that is veiled is as if it were not there: else a guess would tell who it is about.
    """
    for line in await telephone_list(reader):
        if not line["veiled"] and (line["finding"], line["whom"]) == (form["finding"], form["whom"]):
            return line
    raise BadInput(
        f"{form['finding']} 已不在电话通知清单上：已送达、有人办理或时限已变更，不必再登记。",
        f"{form['finding']} is not on the telephone list any more: the letter arrived, somebody acted, or "
        "the deadline moved. Nothing has to be noted.",
    )


@router.post("/supervision/clock")
async def confirm_clock(form: Form) -> Response:
    """The clock is right as it stands: reminders go on."""
    reader = form.reader
    reader.must_have(*WATCHERS)
    try:
        await timekeeping.confirm(reader.db, reader.account, clock.now())
    except Refusal as refusal:
        return await refused(form, refusal)
    return reader.turn("/supervision", said="clock_confirmed")


async def refused(form: Sent, refusal: Refusal) -> HTMLResponse:
    sentence = refusal.said(form.reader.speech.language)
    return await shown(form.reader, Again(sentence, status_of(refusal), form.said))
