"""Closure in bulk 销号会: what one meeting agreed to is closed, the rest skipped with the reason."""

from collections.abc import Awaitable, Callable, Mapping

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from models import closing
from models.closing import MOST
from models.orders import ActWords, words_of
from models.rules.trade import trade
from policy.refusals import BadInput, Refusal
from policy.roles import ROLES_FOR
from policy.stages import Act
from portal.answers import status_of
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Reader, Reading
from tasks import clock, jobs
from tasks.closing import Meeting, close
from tasks.jobs import Json, Phase, Progress

router = APIRouter()

KIND = "closure"
ALL, NONE = "all", "none"
"""Ticks or unticks every line, where no script does."""


@router.api_route("/closure", methods=READ)
async def closure(reader: Reading) -> HTMLResponse:
    reader.must_have(*ROLES_FOR[Act.APPROVE_CLOSURE])
    return await shown(reader, {})


@router.post("/closure")
async def close_many(form: Form) -> Response:
    reader = form.reader
    reader.must_have(*ROLES_FOR[Act.APPROVE_CLOSURE])
    if form["do"] in {ALL, NONE}:
        return await shown(reader, {**form.said, "pick": ""}, picks_all=form["do"] == ALL)
    for job, state in jobs.latest(reader.config.home, KIND, reader.account):
        if state.facts["nonce"] == form.nonce:  # sent twice
            return reader.turn(f"/closure/{job.name}")
    try:
        meeting = decided(form)
    except Refusal as refusal:
        sentence = refusal.said(reader.speech.language)
        return await shown(reader, form.said, status=status_of(refusal), sentence=sentence)
    facts: Json = {"nonce": form.nonce, "meeting": form["meeting"], "met_on": form["met_on"]}
    facts["numbers"] = [number for number, _ in meeting.chosen]
    job = jobs.begin(reader.config.home, KIND, reader.account, facts, clock.real())
    jobs.start(job, KIND, facts, work(reader, meeting))
    return reader.turn(f"/closure/{job.name}")


@router.api_route("/closure/{name}", methods=READ)
async def closure_job(reader: Reading, name: str) -> HTMLResponse:
    """How far it is; which were closed, and of each other one why not."""
    reader.must_have(*ROLES_FOR[Act.APPROVE_CLOSURE])
    state = jobs.find(reader.config.home, name, KIND, reader.account).state()
    done, skipped = state.result.get("done", []), state.result.get("skipped", [])
    known = {*done, *(one["number"] for one in skipped)}
    return reader.page(
        "closure_job.html",
        state=state,
        phase=Phase,
        done=done,
        skipped=skipped,
        left=[number for number in state.facts["numbers"] if number not in known],
        sentence=reader.speech.say(state.zh, state.en),
    )


def decided(form: Sent) -> Meeting:
    """What the form says; whether a meeting has to be named is for each finding's rules to say.

    Raises BadInput where nothing is chosen, or the day cannot be.
    """
    chosen = [pick.rpartition(" ") for pick in form.chosen("pick")]
    versions = [(number, int(version)) for number, _, version in chosen if number and version.isdecimal()]
    if not versions:
        raise BadInput("请勾选要销号的问题。", "Tick the findings that are to be closed.")
    words = words_of(ActWords, {"meeting": form["meeting"], "met_on": form["met_on"] or None})
    if words.met_on and words.met_on > clock.today():
        raise BadInput(
            f"会议日期 {words.met_on} 在今天之后。", f"The meeting on {words.met_on} is yet to come."
        )
    return Meeting(versions[:MOST], form.reader.account, words, form.nonce)


def work(reader: Reader, meeting: Meeting) -> Callable[[Progress], Awaitable[Json]]:
    db, sight = reader.db, reader.sight

    async def closed(told: Progress) -> Json:
        return await close(db, meeting, sight, told)

    return closed


async def shown(
    reader: Reader,
    typed: Mapping[str, str],
    *,
    status: int = 200,
    sentence: str = "",
    picks_all: bool = False,
) -> HTMLResponse:
    in_force = await trade(reader.db)
    async with reader.db.reading() as session:
        rows = await closing.pending(session, reader.sight, clock.today(), in_force)
    picked = {pick.rpartition(" ")[0] for pick in typed.get("pick", "").split("\n")}
    return reader.page(
        "closure.html",
        status,
        rows=rows[:MOST],
        is_cut=len(rows) > MOST,
        most=MOST,
        typed=typed,
        sentence=sentence,
        picked={row["number"] for row in rows} if picks_all else picked,
    )
