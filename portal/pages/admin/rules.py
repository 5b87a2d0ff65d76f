"""The rules: read, changed after a look at what would change, and open findings moved to them."""

import hashlib

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from models.rules import moving, ruling
from models.rules.moving import Moving, Wanted
from models.rules.rulebook import RuleBook
from models.rules.trade import trade, understood, versions
from models.staff import units
from policy.refusals import BadInput, Refusal
from policy.roles import RULERS
from policy.rulebook.file import BadRules, Fault, read
from portal.pages.admin.desk import NOTHING_TYPED, Typed, desk, must_open, number_of, refused
from portal.pages.admin.files import Brought, brought
from portal.pages.admin.jobs import set_going
from portal.pages.admin.reading import place_said, tables
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Reader, Reading
from tasks import clock
from tasks.jobs import Progress
from tasks.rules_file import read_text

router = APIRouter()
HERE, MOVE = "/admin/rules", "/admin/rules/move"
MOST_MOVES = 200
"""Of which each is shown; of more, how many."""


@router.api_route(HERE, methods=READ)
async def show_rules(reader: Reading, version: str = "") -> HTMLResponse:
    await must_open(reader, HERE)
    return await _rules(reader, number_of(version))


async def _rules(
    reader: Reader, version: int | None = None, typed: Typed = NOTHING_TYPED, **facts: object
) -> HTMLResponse:
    async with reader.db.reading() as session:
        shown = await ruling.version_named(session, version)
        books, under = await versions(session), await ruling.open_under(session)
    said: dict[str, object] = {"faults": (), "text": "", "made": None, "moves": [], "seen": ""}
    return desk(
        reader,
        "rules.html",
        typed,
        book=shown,
        in_force=books[-1].version,
        tables=tables(understood(shown.text, shown.version), reader.speech),
        books=books[::-1],
        under=under,
        older=sum(count for one, count in under.items() if one != books[-1].version),
        may_rule=reader.has(*RULERS),
        place=lambda change: place_said(change, reader.speech),
        most=MOST_MOVES,
        **said | facts,
    )


@router.api_route(f"{HERE}/file", methods=READ)
async def rules_file(reader: Reading, version: str = "") -> Response:
    """As it was written, to be changed and brought back."""
    await must_open(reader, HERE)
    async with reader.db.reading() as session:
        book = await ruling.version_named(session, number_of(version))
    name = f'attachment; filename="rules-{book.version}.toml"'
    return Response(book.text, media_type="text/plain; charset=utf-8", headers={"Content-Disposition": name})


@router.post(f"{HERE}/preview")
async def preview_rules(form: Form) -> Response:
    reader = form.reader
    await _must_rule(reader)
    text = form["text"]
    try:
        text = await _text(form)
        return await _previewed(reader, text)
    except BadRules as bad:
        return await _faulty(reader, text, bad.faults)
    except Refusal as refusal:
        return await _rules(reader, typed=refused(form, refusal, "rules"), text=text)


async def _must_rule(reader: Reader) -> None:
    await must_open(reader, HERE)
    reader.must_have(*RULERS)


async def _text(form: Sent) -> str:
    """Of the file, else what stands in the box."""
    if form.files:
        file: Brought = await brought(form)
        return _plain(await file.read(read_text))
    if not form["text"].strip():
        raise BadInput("请选择规则文件，或把规则贴在框里。", "Choose a file of rules, or paste them.")
    return _plain(form["text"])


def _plain(text: str) -> str:
    """As it comes out of a form again, however it went in."""
    return text.replace("\r\n", "\n").rstrip("\n") + "\n"


async def _faulty(reader: Reader, text: str, faults: tuple[Fault, ...]) -> HTMLResponse:
    return await _rules(reader, typed=Typed(status=400), faults=faults, text=text)


async def _previewed(reader: Reader, text: str, typed: Typed = NOTHING_TYPED) -> HTMLResponse:
    read(text, version=1)
    async with reader.db.reading() as session:
        await ruling.may_rule(session, reader.account, clock.now())
        made = await ruling.preview(session, text)
    moves = [one for one in await moving.if_ruled(reader.db, text) if one.is_moved]
    return await _rules(
        reader, None, typed, made=made, moves=moves, text=text, seen=_seal(made.version, text)
    )


def _seal(version: int, text: str) -> str:
    """Stands in the form under what was looked at: that text, over those rules."""
    return hashlib.sha256(f"{version}\n{text}".encode()).hexdigest()


@router.post(HERE)
async def use_rules(form: Form) -> Response:
    """Only the text that was looked at, while the rules are those it was compared with."""
    reader = form.reader
    await _must_rule(reader)
    text = _plain(form["text"])
    try:
        version = (await trade(reader.db)).rules.version + 1
        if form["seen"] != _seal(version, text):
            return await _previewed(reader, text, _look_first(form))
        await ruling.use(reader.db, text, reader.account, form["reason"], clock.now())
    except BadRules as bad:
        return await _faulty(reader, text, bad.faults)
    except Refusal as refusal:
        return await _rules(reader, typed=refused(form, refusal, "rules"), text=text)
    return reader.turn(HERE, said="rules_used")


def _look_first(form: Sent) -> Typed:
    said = ("请先核对下面的变化，再启用。", "Look at what would change below, then bring it into force.")
    return Typed("use", form.said, form.reader.speech.of(said), 409)


@router.api_route(MOVE, methods=READ)
async def show_move(reader: Reading) -> HTMLResponse:
    await _must_rule(reader)
    return await _move(reader)


async def _move(
    reader: Reader, typed: Typed = NOTHING_TYPED, done: Moving | None = None, seen: str = ""
) -> HTMLResponse:
    async with reader.db.reading() as session:
        tree = await units.tree(session, reader.sight.units, clock.today())
        under = await ruling.open_under(session)
        in_force: RuleBook = await ruling.version_named(session, None)
    moves = [one for one in done.moves if one.is_moved] if done else []
    return desk(
        reader,
        "rules_move.html",
        typed,
        tree=tree,
        under=under,
        version=in_force.version,
        done=done,
        moves=moves,
        seen=seen,
        most=MOST_MOVES,
    )


def _wanted(form: Sent) -> Wanted:
    """Raises BadInput unless exactly one of the three was said."""
    numbers = tuple(form["numbers"].replace("，", " ").replace(",", " ").replace("、", " ").split())
    which = form["which"]
    if which not in {"all", "unit", "numbers"} or (which == "numbers" and not numbers):
        raise BadInput("请选择哪些问题改按现行规则。", "Say which findings go over.")
    if which == "unit" and not form["unit"]:
        raise BadInput("请选择单位。", "Choose the unit.")
    return Wanted(
        form.reader.account,
        form["reason"],
        numbers if which == "numbers" else (),
        form["unit"] if which == "unit" else "",
    )


def _seal_of(done: Moving) -> str:
    said = [done.version, done.numbers, [(x.number, x.what.value, x.old, x.new) for x in done.moves]]
    return hashlib.sha256(repr(said).encode()).hexdigest()


@router.post(f"{MOVE}/preview")
async def preview_move(form: Form) -> Response:
    reader = form.reader
    await _must_rule(reader)
    try:
        done = await moving.preview(reader.db, _wanted(form), clock.now())
    except Refusal as refusal:
        return await _move(reader, refused(form, refusal, "move"))
    return await _move(reader, Typed("move", form.said), done, _seal_of(done))


@router.post(MOVE)
async def move(form: Form) -> Response:
    """What was looked at; shown again if it is not that any more."""
    reader = form.reader
    await _must_rule(reader)
    try:
        wanted = _wanted(form)
        done = await moving.preview(reader.db, wanted, clock.now())
        if form["seen"] != _seal_of(done):
            said = ("情况有变，请核对后再办理。", "Things have changed: look again, then go on.")
            typed = Typed("move", form.said, reader.speech.of(said), 409)
            return await _move(reader, typed, done, _seal_of(done))
    except Refusal as refusal:
        return await _move(reader, refused(form, refusal, "move"))

    async def work(told: Progress) -> None:
        await moving.move(reader.db, wanted, clock.now(), told)

    doing = ("正在改按现行规则", "Moving findings to the rules in force")
    return set_going(reader, doing, HERE, "rules_moved", work)
