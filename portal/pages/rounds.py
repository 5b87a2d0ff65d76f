"""Rounds 批次: each with its document, its feedback date, and how far its findings are."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from models import rounds
from models.findings import InspectionRound
from models.orders import words_of
from models.rounds import RoundWords, Standing
from models.rules.recomputing import Move
from models.rules.trade import trade
from policy.refusals import Refusal
from policy.roles import ROLES_FOR
from policy.rules import Rules
from policy.sight import WATCHERS
from policy.stages import LIVE, Act, Stage
from portal.answers import status_of
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Id, Reader, Reading
from tasks import clock
from tasks.ledgers.reading import SOURCES

router = APIRouter()

READERS = ROLES_FOR[Act.OPEN] | WATCHERS


def sources(rules: Rules, named: Iterable[tuple[str, str]], chosen: str = "") -> list[str]:
    """What a form offers as source: the usual ones, then those of the rules and of rounds that are there."""
    others = {name for name, _ in rules.of_source} | {of for of, _ in named} | {chosen}
    return [*SOURCES, *sorted(others - set(SOURCES) - {""})]


@router.api_route("/rounds", methods=READ)
async def listed(reader: Reading) -> HTMLResponse:
    reader.must_have(*READERS)
    return await shown(reader, {})


@router.post("/rounds")
async def enter(form: Form) -> Response:
    reader = form.reader
    reader.must_have(*ROLES_FOR[Act.OPEN])
    try:
        await rounds.enter(reader.db, reader.account, said(form), clock.now())
    except Refusal as refusal:
        sentence = refusal.said(reader.speech.language)
        return await shown(reader, form.said, status=status_of(refusal), sentence=sentence)
    return reader.turn("/rounds", said="saved")


@router.api_route("/rounds/{number:int}", methods=READ)
async def one_round(reader: Reading, number: Id) -> HTMLResponse:
    reader.must_have(*ROLES_FOR[Act.OPEN])
    async with reader.db.reading() as session:
        one = await rounds.found(session, number)
    return drawn(reader, one, typed_of(one))


@router.post("/rounds/{number:int}")
async def change(form: Form, number: Id) -> Response:
    """Deadlines that move are shown before anything is stored, and what was shown is what is stored."""
    reader = form.reader
    reader.must_have(*ROLES_FOR[Act.OPEN])
    async with reader.db.reading() as session:
        one = await rounds.found(session, number)
    seen = form["seen"] or rounds.state(one)
    typed = {**form.said, "source": one.source, "seen": seen}
    db, account, now = reader.db, reader.account, clock.now()
    try:
        words, in_force = said(form, one.source), await trade(db)
        moves = await rounds.foresee(db, account, number, words, now, in_force)
        if moves and form["agreed"] != mark(moves):
            return drawn(reader, one, typed, moves=moves)
        await rounds.change(db, account, number, words, seen, now, in_force)
    except Refusal as refusal:
        sentence = refusal.said(reader.speech.language)
        return drawn(reader, one, typed, status=status_of(refusal), sentence=sentence)
    return reader.turn("/rounds", said="saved")


def said(form: Sent, source: str = "") -> RoundWords:
    typed = {name: form[name] for name in RoundWords.model_fields if form[name]}
    return words_of(RoundWords, typed | ({"source": source} if source else {}))


def mark(moves: Sequence[Move]) -> str:
    """Stands for the list that was shown."""
    shown = "\n".join(f"{move.number} {move.what} {move.old} {move.new}" for move in moves)
    return hashlib.sha256(shown.encode()).hexdigest()[:32]


def typed_of(one: InspectionRound) -> dict[str, str]:
    day = one.feedback_on.isoformat() if one.feedback_on else ""
    typed = {"source": one.source, "name": one.name, "document": one.document, "feedback_on": day}
    return typed | {"seen": rounds.state(one)}


def drawn(
    reader: Reader,
    one: InspectionRound,
    typed: Mapping[str, str],
    *,
    status: int = 200,
    sentence: str = "",
    moves: Sequence[Move] = (),
) -> HTMLResponse:
    return reader.page(
        "round.html",
        status,
        round=one,
        typed=typed,
        sentence=sentence,
        moves=moves,
        agreed=mark(moves) if moves else "",
    )


async def shown(
    reader: Reader, typed: Mapping[str, str], *, status: int = 200, sentence: str = ""
) -> HTMLResponse:
    rules = (await trade(reader.db)).rules
    async with reader.db.reading() as session:
        found = await rounds.standings(session, reader.sight)
    named = [(one.round.source, one.round.name) for one in found]
    return reader.page(
        "rounds.html",
        status,
        standings=[(one, links(reader, one)) for one in found],
        typed=typed,
        sentence=sentence,
        sources=sources(rules, named, typed.get("source", "")),
        may_change=reader.has(*ROLES_FOR[Act.OPEN]),
    )


def links(reader: Reader, one: Standing) -> dict[str, str]:
    """The lists behind the numbers."""
    every = reader.link("/findings", round=one.round.name, source=one.round.source)
    live = "".join(f"&stage={stage.value}" for stage in Stage if stage in LIVE)
    return {"every": every, "open": every + live, "closed": f"{every}&stage={Stage.CLOSED.value}"}
