"""The acts on a finding: a form for each, and what becomes of it when it is sent."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from models import ledger
from models.access.sight import find_seen
from models.keeping.files import plain_name
from models.orders import ActWords, Attached, Order
from models.rules.trade import trade
from policy.refusals import NotFound, Overtaken, Refusal, TooOften
from policy.saying import is_vague
from policy.stages import Act
from portal.answers import status_of
from portal.pages import act_fields
from portal.pages.act_fields import FIELDS, MORE_ROWS, Kind, Typed
from portal.pages.act_page import Shown, draw, must_open, posts_for
from portal.pages.finding import Seen, look
from portal.pages.forms import Form, Sent
from portal.pages.held import held
from portal.pages.paper import READ, Reading
from portal.pages.uploads import PartlyRefused, taken_in
from tasks import clock

router = APIRouter()

ADDS = frozenset({Act.ATTACH_EVIDENCE})
"""Acts that go beside whatever others did meanwhile."""


@router.api_route("/findings/{number:path}/acts/{act}", methods=READ)
async def act_page(number: str, act: str, reader: Reading, file: str = "") -> HTMLResponse:
    """The form of an act; `file` is the piece of evidence that it is about."""
    return await draw(reader, number, known(act), Shown(Typed({"file": file} if file else {})))


@router.post("/findings/{number:path}/acts/{act}")
async def do(number: str, act: str, form: Form) -> Response:
    reader, wanted = form.reader, known(act)
    typed = act_fields.typed(form)
    again = Shown(typed, nonce=form.nonce)
    if form["more"]:
        rows = Typed({**typed.said, "rows": str(typed.rows + MORE_ROWS)})
        return await draw(reader, number, wanted, replace(again, typed=rows))
    taken: list[Attached] = []
    try:
        return await carry_out(number, wanted, form, typed, taken)
    except Vague as vague:
        return await draw(reader, number, wanted, replace(again, warned=vague.measures, status=409))
    except Refusal as refusal:
        return await draw_refused(number, wanted, form, replace(again, **left(form, taken)), refusal)


async def draw_refused(number: str, act: Act, form: Sent, again: Shown, refusal: Refusal) -> HTMLResponse:
    """The form again with why it was refused; files that were taken in need not be chosen again."""
    reader = form.reader
    saw = form.version if isinstance(refusal, Overtaken) else None
    sentence = refusal.said(reader.speech.language)
    if again.held and again.files:
        sentence += reader.speech.say(
            "其余文件已收到，不用再选。", " The other files are here and need not be chosen again."
        )
    shown = replace(again, sentence=sentence, status=status_of(refusal), seen_version=saw)
    answer = await draw(reader, number, act, shown)
    if isinstance(refusal, TooOften):
        answer.headers["Retry-After"] = str(refusal.seconds)
    return answer


def left(form: Sent, taken: Sequence[Attached]) -> dict[str, Any]:
    """The files of a form that was refused: those that are held for it, and those to be chosen again."""
    names = {file.name for file in taken}
    chosen = (plain_name(file.filename or "") for file in form.files)
    return {"held": tuple(taken), "files": tuple(name for name in chosen if name not in names)}


class Vague(Exception):
    """Measures that nobody could check; sent once more they are taken."""

    def __init__(self, measures: list[str]) -> None:
        super().__init__()
        self.measures = tuple(measures)


def known(act: str) -> Act:
    if act not in set(Act) or Act(act) not in FIELDS:
        raise NotFound("没有这种办理。", "There is no such act.")
    return Act(act)


async def carry_out(number: str, act: Act, form: Sent, typed: Typed, taken: list[Attached]) -> Response:
    """One act by the ledger, then on to the finding with its receipt; `taken` says which files are in."""
    reader = form.reader
    async with reader.db.reading() as session:
        seen = await look(session, reader, number)
        must_open(seen)
        posts = await posts_for(session, act)
    if any(one.kind is Kind.FILES for one in FIELDS[act]):
        await hand_in(form, taken)
    words = typed.words(act, posts, seen.finding.owner_post_id if seen.finding.lead_unit_id else None)
    if words.into:
        async with reader.db.reading() as session:
            await find_seen(session, reader.sight, words.into)
    words = narrowed(seen, words)
    doubt(words, form)
    version = None if act in ADDS else form.version
    nonce, link = form.nonce or None, reader.link_id
    order = Order(number, act, reader.account, words, tuple(taken), nonce, version, link=link)
    receipt = await ledger.record(reader.db, order, clock.now(), await trade(reader.db))
    return reader.turn(f"/findings/{number}", done=str(receipt.seq))


async def hand_in(form: Sent, taken: list[Attached]) -> None:
    """The files held since the form was refused, and those that come with it now."""
    reader = form.reader
    taken.extend(held(form))
    try:
        taken.extend(await taken_in(reader.db, reader.config, reader.account, form.files))
    except PartlyRefused as refusal:
        taken.extend(refusal.kept)
        raise


def narrowed(seen: Seen, words: ActWords) -> ActWords:
    """Of the figures whose fields are empty only those that were there are taken away."""
    there = {x["metric"] for x in seen.row["outcomes"] if x["cycle"] == seen.row["cycle"]}
    return words.model_copy(
        update={"drop_outcomes": tuple(x for x in words.drop_outcomes if x.value in there)}
    )


def doubt(words: ActWords, form: Sent) -> None:
    """Ask once more where somebody may not mean it: a plan that is vague."""
    vague = [text for text, _ in words.measures if is_vague(text)]
    if vague and not form["sure"]:
        raise Vague(vague)
