"""The acts on a finding: a form for each, and what becomes of it when it is sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from models import ledger, standing
from models.access import knocking
from models.database import Database
from models.orders import Attached, Order
from models.rules.trade import trade
from models.staff import choices
from models.staff.choices import PostChoice
from models.standing import Standing
from policy.acts import allow
from policy.knocking import UPLOADS
from policy.ledger_rows import UNIT_OF
from policy.proposals import check_override
from policy.refusals import BadInput, NotAllowed, NotFound, Overtaken, Refusal, TooOften
from policy.stages import Act
from portal.answers import status_of
from portal.pages import act_fields
from portal.pages.act_fields import FIELDS, INTRO, MORE_ROWS, OWNER, Kind, Typed
from portal.pages.finding import Seen, look, told
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Reader, Reading
from tasks import clock, evidence

router = APIRouter()

CLAIMS = frozenset({Act.PASS_VERIFICATION, Act.RETURN_FOR_REWORK, Act.APPROVE_CLOSURE, Act.DEFER_CLOSURE})
"""Acts that are decided with the claim and its evidence side by side."""
ADDS = frozenset({Act.ATTACH_EVIDENCE})
"""Acts that go beside whatever others did meanwhile."""


@dataclass(frozen=True)
class Shown:
    """How a form is drawn: anew, or again with what was typed and why it was not taken."""

    typed: Typed = field(default_factory=Typed)
    sentence: str = ""
    warned: tuple[str, ...] = ()
    status: int = 200
    nonce: str = ""
    seen_version: int | None = None
    """What the person saw, if others changed it since."""


@router.api_route("/findings/{number:path}/acts/{act}", methods=READ)
async def act_page(number: str, act: str, reader: Reading) -> HTMLResponse:
    return await draw(reader, number, known(act), Shown())


@router.post("/findings/{number:path}/acts/{act}")
async def do(number: str, act: str, form: Form) -> Response:
    reader, wanted = form.reader, known(act)
    typed = act_fields.typed(form)
    again = Shown(typed, nonce=form.nonce)
    if form["more"]:
        rows = Typed({**typed.said, "rows": str(typed.rows + MORE_ROWS)})
        return await draw(reader, number, wanted, replace(again, typed=rows))
    try:
        return await carry_out(number, wanted, form, typed)
    except Vague as doubt:
        return await draw(reader, number, wanted, replace(again, warned=doubt.measures, status=409))
    except Refusal as refusal:
        saw = form.version if isinstance(refusal, Overtaken) else None
        sentence, status = refusal.said(reader.speech.language), status_of(refusal)
        shown = replace(again, sentence=sentence, status=status, seen_version=saw)
        answer = await draw(reader, number, wanted, shown)
        if isinstance(refusal, TooOften):
            answer.headers["Retry-After"] = str(refusal.seconds)
        return answer


class Vague(Exception):
    """Measures that nobody could check; sent once more they are taken."""

    def __init__(self, measures: list[str]) -> None:
        super().__init__()
        self.measures = tuple(measures)


def known(act: str) -> Act:
    if act not in set(Act) or Act(act) not in FIELDS:
        raise NotFound("没有这种办理。", "There is no such act.")
    return Act(act)


async def carry_out(number: str, act: Act, form: Sent, typed: Typed) -> Response:
    """One act by the ledger, then on to the finding with its receipt."""
    reader = form.reader
    async with reader.db.reading() as session:
        seen = await look(session, reader, number)
        posts = await posts_for(session, act)
    if seen.standing is None:
        raise NotAllowed(
            f"{number} 涉密，您不能办理。", f"{number} is confidential: it is not yours to act on."
        )
    if act is Act.FILE_PLAN and not form["sure"] and (vague := typed.vague()):
        raise Vague(vague)
    words = typed.words(act, posts)
    if act is Act.ASSIGN:
        kind = words.deadline_type or seen.finding.deadline_type
        proposal = standing.proposals(seen.finding, seen.standing.limits)[kind]
        check_override(proposal, words.deadline, words.reason)
    kept = await taken_in(form, act)
    version = None if act in ADDS else form.version
    nonce, link = form.nonce or None, reader.link_id
    order = Order(number, act, reader.account, words, kept, nonce, version, link=link)
    receipt = await ledger.record(reader.db, order, clock.now(), await trade(reader.db))
    return reader.turn(f"/findings/{number}", done=str(receipt.seq))


async def taken_in(form: Sent, act: Act) -> tuple[Attached, ...]:
    """The files, looked over and kept; a day's share of them for each account. Raises BadInput."""
    if not any(one.kind is Kind.FILES for one in FIELDS[act]) or not form.files:
        return ()
    reader = form.reader
    await count(reader.db, f"upload:{reader.account}", len(form.files))
    kept: list[Attached] = []
    refused: list[BadInput] = []
    for file in form.files:
        try:
            kept.append(await admitted(file, reader))
        except BadInput as refusal:
            refused.append(refusal)
    if refused:
        raise BadInput("".join(x.zh for x in refused), " ".join(x.en for x in refused))
    return tuple(kept)


async def admitted(file: UploadFile, reader: Reader) -> Attached:
    return await run_in_threadpool(evidence.admit, file.filename or "", file.file, reader.config.home)


async def count(db: Database, key: str, files: int) -> None:
    async with db.writing("throttle") as session:
        for _ in range(files):
            await knocking.refuse_if_full(session, key, UPLOADS, clock.real())
            await knocking.count(session, key, UPLOADS, clock.real())
            await session.flush()


async def posts_for(session: AsyncSession, act: Act) -> list[PostChoice]:
    asks = any(one.kind is Kind.POST for one in FIELDS[act])
    return await choices.posts(session, clock.today()) if asks else []


async def draw(reader: Reader, number: str, act: Act, shown: Shown) -> HTMLResponse:
    """The act's form; where it is not open, why not and what is."""
    async with reader.db.reading() as session:
        seen = await look(session, reader, number)
        posts = await posts_for(session, act)
        events = await standing.since(session, number, shown.seen_version) if shown.seen_version else []
    if seen.standing is None:
        raise NotAllowed(
            f"{number} 涉密，您不能办理。", f"{number} is confidential: it is not yours to act on."
        )
    closed = why_closed(seen.standing, act)
    sentence = shown.sentence or (closed.said(reader.speech.language) if closed else "")
    numbers = {event.seq for event in events}
    meanwhile = [told(x, reader.speech, seen) for x in seen.row["events"] if x["seq"] in numbers]
    given = initial(seen, act, posts) | dict(shown.typed.said)
    return reader.page(
        "act.html",
        409 if closed and shown.status == 200 else shown.status,
        finding=seen.row,
        seen=seen,
        act=act,
        fields=FIELDS[act],
        folded=act_fields.folded(FIELDS[act], given),
        intro=reader.speech.of(INTRO.get(act, ("", ""))),
        is_open=closed is None,
        shown=shown,
        sentence=overtaken(meanwhile[-1], reader) if meanwhile else sentence,
        given=given,
        posts={one.name: act_fields.offered(one, posts) for one in FIELDS[act] if one.kind is Kind.POST},
        meanwhile=meanwhile,
        since=[told(event, reader.speech, seen) for event in seen.since],
        rules=standing.proposals(seen.finding, seen.standing.limits),
        units=UNIT_OF,
        claims=act in CLAIMS,
        accepted=evidence.ACCEPTED,
        kinds=evidence.KINDS,
        is_picture=evidence.is_picture,
    )


def overtaken(last: Mapping[str, Any], reader: Reader) -> str:
    """Who was faster, and with what."""
    done = reader.speech.act(last["act"])
    return reader.speech.say(
        f"“{last['who']}”先办理了“{done}”，您这次的没有办理。",
        f"{last['who']} was faster (“{done}”); what you sent was not done.",
    )


def why_closed(stands: Standing, act: Act) -> NotAllowed | None:
    try:
        allow(stands.facts, act, stands.limits)
    except NotAllowed as refusal:
        return refusal
    return None


def initial(seen: Seen, act: Act, posts: Sequence[PostChoice]) -> dict[str, Any]:
    """What a form holds before anybody typed: what is known already."""
    row, finding = seen.row, seen.finding
    figures = {f"outcome_{x['metric']}": x["amount"] for x in row["outcomes"] if x["cycle"] == row["cycle"]}
    known: Mapping[Act, dict[str, Any]] = {
        Act.ASSIGN: {
            OWNER.name: finding.owner_post_id or _first_of(row["unit"], posts),
            "deadline_type": finding.deadline_type,
            "verifier": finding.verifier_post_id,
            "responsible_leader": finding.responsible_leader_post_id,
            "lead_leader": finding.lead_leader_post_id,
            "supervisor": finding.supervisor_post_id,
            "assisting": "、".join(row["assisting"]),
        },
        Act.FILE_PLAN: {"objective": finding.objective, **_planned(row)},
        Act.REPORT_PROGRESS: {"percent": finding.percent, **figures},
        Act.SUBMIT: {"result": finding.result, **figures},
        Act.APPROVE_EXTENSION: {"deadline": row["extension_to"]},
    }
    return {name: str(value) for name, value in known.get(act, {}).items() if value not in (None, "")}


def _first_of(unit: str, posts: Sequence[PostChoice]) -> int | None:
    """The unit's foremost owner, where only the unit is known."""
    return next((x.id for x in posts if x.unit == unit and x.roles & act_fields.OWNERS), None)


def _planned(row: Mapping[str, Any]) -> dict[str, Any]:
    """The measures of a plan that came back, to be changed."""
    open_ones = [x for x in row["measures"] if x["cycle"] == row["cycle"] and not x["done_on"]]
    rows = {"rows": max(act_fields.FIRST_ROWS, len(open_ones))}
    for place, measure in enumerate(open_ones):
        rows |= {f"measure_{place}": measure["text"], f"due_{place}": measure["due_on"]}
    return rows
