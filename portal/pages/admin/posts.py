"""One post: its roles, who holds it and did, who stands in, its open work, and how it changes hands."""

from datetime import timedelta

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from models.access import accounts
from models.rules.trade import trade
from models.staff import posts, standing_in, succession
from models.staff.posts import Placed
from models.staff.standing_in import Span, Wanted
from models.staff.succession import Change, Move
from policy.refusals import BadInput, NotFound, Refusal
from policy.roles import Role
from portal.pages.admin.desk import (
    NOTHING_TYPED,
    Typed,
    branch_of,
    day_of,
    desk,
    doer,
    must_open,
    number_of,
    refused,
)
from portal.pages.admin.units import HERE as UNITS
from portal.pages.admin.units import roles_of
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Id, Reader, Reading
from tasks import clock
from tasks.succession import follow

router = APIRouter()
HERE = "/admin/posts/{number}"


@router.api_route(HERE, methods=READ)
async def show_post(reader: Reading, number: Id) -> HTMLResponse:
    await must_open(reader, UNITS)
    return await _post(reader, number)


async def _post(reader: Reader, number: int, typed: Typed = NOTHING_TYPED) -> HTMLResponse:
    branch, today = await branch_of(reader), clock.today()
    async with reader.db.reading() as session:
        placed = await posts.find(session, number, branch, today)
        return desk(
            reader,
            "post.html",
            typed,
            placed=placed,
            post=placed.post,
            unit=placed.unit,
            past=await posts.history(session, number),
            standing=[x for x in await standing_in.listed(session, today) if x.post_id == number],
            work=await posts.open_work(session, number),
            own_check=await succession.own_checks(session, number, today),
            accounts=await accounts.names(session),
            others=await posts.named_in(session, branch),
            roles=list(Role),
            on=today,
            yesterday=today - timedelta(days=1),
        )


async def _mine(form: Sent, number: int) -> Placed:
    """The post, if it is the reader's to keep. Raises NotFound."""
    await must_open(form.reader, UNITS)
    branch = await branch_of(form.reader)
    async with form.reader.db.reading() as session:
        return await posts.find(session, number, branch, clock.today())


def _done(form: Sent, number: int, said: str = "saved") -> Response:
    return form.reader.turn(f"/admin/posts/{number}", said=said)


@router.post(HERE)
async def change_post(form: Form, number: Id) -> Response:
    await _mine(form, number)
    try:
        await posts.change(form.reader.db, number, form["name"], roles_of(form), doer(form.reader))
    except Refusal as refusal:
        return await _post(form.reader, number, refused(form, refusal, "change"))
    return _done(form, number)


@router.post(f"{HERE}/hand-over")
async def hand_over(form: Form, number: Id) -> Response:
    """To a successor, with all work under way; on a day to come it is handed over by itself."""
    placed = await _mine(form, number)
    try:
        await _hand_over(form, placed)
    except Refusal as refusal:
        return await _post(form.reader, number, refused(form, refusal, "hand-over"))
    return _done(form, number, "handed_over")


async def _hand_over(form: Sent, placed: Placed) -> None:
    db = form.reader.db
    on = day_of(form, "on", "接任首日", "First day")
    change = Change(
        placed.post.name,
        _account(form),
        form.reader.account,
        placed.unit.name,
        form["leaves"],
        on,
        form["note"].strip(),
    )
    await succession.change_hands(db, change, clock.now(), await trade(db))


def _account(form: Sent) -> str:
    """Whom one chose. Raises BadInput for nobody."""
    account = form["account"].strip()
    if not account:
        raise BadInput("请选择人员。", "Choose a person.")
    return account


@router.post(f"{HERE}/join")
async def join(form: Form, number: Id) -> Response:
    await _mine(form, number)
    try:
        first = day_of(form, "on", "任职首日", "First day") or clock.today()
        await posts.join(form.reader.db, number, _account(form), first, form["note"], doer(form.reader))
        await follow(form.reader.db, clock.now())
    except Refusal as refusal:
        return await _post(form.reader, number, refused(form, refusal, "join"))
    return _done(form, number)


@router.post(f"{HERE}/end")
async def end(form: Form, number: Id) -> Response:
    """Say an appointment's last day."""
    await _mine(form, number)
    try:
        last = day_of(form, "last", "离任日期", "Last day")
        if last is None:
            raise BadInput("请填写离任日期。", "Say which day is the last.")
        async with form.reader.db.reading() as session:
            known = {one.id for one in await posts.history(session, number)}
        if (one := number_of(form["appointment"])) not in known or one is None:
            raise NotFound("没有这条任职。", "There is no such appointment.")
        await posts.end(form.reader.db, one, last, doer(form.reader))
    except Refusal as refusal:
        return await _post(form.reader, number, refused(form, refusal, f"end-{form['appointment']}"))
    return _done(form, number)


@router.post(f"{HERE}/work")
async def move_work(form: Form, number: Id) -> Response:
    """Open findings, some or all, to another post."""
    placed = await _mine(form, number)
    branch = await branch_of(form.reader)
    try:
        async with form.reader.db.reading() as session:
            to = await posts.find(session, number_of(form["to"]) or 0, branch, clock.today())
        if not form.chosen("only"):
            raise BadInput("请勾选要移交的事项。", "Tick what is to go.")
        move = Move(
            placed.post.name,
            to.post.name,
            form.reader.account,
            placed.unit.name,
            to.unit.name,
            form.chosen("only"),
            form["note"].strip(),
        )
        await succession.move_work(form.reader.db, move, clock.now(), await trade(form.reader.db))
    except Refusal as refusal:
        return await _post(form.reader, number, refused(form, refusal, "work"))
    return _done(form, number, "work_moved")


@router.post(f"{HERE}/substitute")
async def substitute(form: Form, number: Id) -> Response:
    placed = await _mine(form, number)
    try:
        wanted = Wanted(
            placed.post.name,
            _account(form),
            span_of(form),
            form.reader.account,
            placed.unit.name,
            form["reason"].strip()[:300],
        )
        await standing_in.stand_in(form.reader.db, wanted, clock.today(), clock.real())
    except Refusal as refusal:
        return await _post(form.reader, number, refused(form, refusal, "substitute"))
    return _done(form, number, "stand_in_set")


def span_of(form: Sent) -> Span:
    """Raises BadInput where one of the days is missing."""
    first, last = day_of(form, "first", "首日", "First day"), day_of(form, "last", "末日", "Last day")
    if first is None or last is None:
        raise BadInput("请填写代班的首日和末日。", "Say from which day to which.")
    return Span(first, last)
