"""Accounts: listed, added, changed, closed, and helped back in; and the security log."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from models.access import accounts, sessions, trail
from models.access.accounts import Line, Words
from models.database import Database
from models.staff.rights import Doer
from policy.refusals import Language, NotFound, Refusal
from portal.pages.admin.desk import NOTHING_TYPED, Typed, desk, doer, must_open, number_of, refused
from portal.pages.devices import device
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Reader, Reading
from portal.pages.speech import Words as SaidWords
from portal.pages.trail_words import KINDS, kind_words
from tasks import clock
from tasks.account_mails import Told, tell

router = APIRouter()
HERE, ONE, TRAIL = "/admin/accounts", "/admin/account", "/admin/trail"
AT_A_TIME = 50


@router.api_route(HERE, methods=READ)
async def show_accounts(reader: Reading, search: str = "", after: str = "") -> HTMLResponse:
    await must_open(reader, HERE)
    async with reader.db.reading() as session:
        found = await accounts.listed(session, clock.today(), search.strip(), after, AT_A_TIME + 1)
    more = reader.here(after=found[AT_A_TIME - 1].account.name) if len(found) > AT_A_TIME else ""
    return desk(
        reader,
        "accounts.html",
        lines=found[:AT_A_TIME],
        search=search,
        after=after,
        more=more,
        state=lambda line: reader.speech.of(state_of(line)),
    )


def state_of(line: Line) -> SaidWords:
    """Whether somebody can come in by it."""
    if not line.account.active:
        return "已停用", "closed"
    if not line.has_password:
        return "未发密码", "no password yet"
    return ("待改初始密码", "initial password") if line.is_initial else ("正常", "in use")


@router.api_route(f"{HERE}/new", methods=READ)
async def new_account(reader: Reading) -> HTMLResponse:
    await must_open(reader, HERE)
    return _new(reader)


def _new(reader: Reader, typed: Typed = NOTHING_TYPED) -> HTMLResponse:
    return desk(reader, "account_new.html", typed, languages=list(Language))


@router.post(HERE)
async def add_account(form: Form) -> Response:
    reader = form.reader
    await must_open(reader, HERE)
    name = form["account"].strip()
    same = form["same_person"] == "yes"
    try:
        await accounts.add(reader.db, name, _words(form), doer(reader), same_person=same)
    except Refusal as refusal:
        return _new(reader, refused(form, refusal, "new"))
    return reader.turn(ONE, name=name, said="account_added")


def _words(form: Sent) -> Words:
    language = Language.ENGLISH if form["language"] == Language.ENGLISH else Language.CHINESE
    return Words(form["person"], form["mailbox"], form["phone"], language)


@router.api_route(ONE, methods=READ)
async def show_account(reader: Reading, name: str = "") -> HTMLResponse:
    await must_open(reader, HERE)
    return await _account(reader, name)


async def _account(
    reader: Reader, name: str, typed: Typed = NOTHING_TYPED, password: str = ""
) -> HTMLResponse:
    async with reader.db.reading() as session:
        return desk(
            reader,
            "account.html",
            typed,
            line=await accounts.find(session, name, clock.today()),
            going_on=await sessions.going_on(session, name, clock.real()),
            sign_ins=await accounts.sign_ins(session, name),
            events=await trail.read(session, account=name, limit=10),
            languages=list(Language),
            password=password,
            device=device,
            kind_words=kind_words(reader.speech),
        )


@router.post(ONE)
async def change_account(form: Form) -> Response:
    return await _done(form, "change", lambda db, by: accounts.change(db, form["name"], _words(form), by))


@router.post(f"{ONE}/close")
async def close_account(form: Form) -> Response:
    return await _done(form, "close", lambda db, by: accounts.set_active(db, form["name"], by, active=False))


@router.post(f"{ONE}/open")
async def open_account(form: Form) -> Response:
    return await _done(form, "open", lambda db, by: accounts.set_active(db, form["name"], by, active=True))


@router.post(f"{ONE}/sessions")
async def end_sessions(form: Form) -> Response:
    return await _done(form, "sessions", lambda db, by: accounts.end_sessions(db, form["name"], by))


@router.post(f"{ONE}/codes")
async def switch_codes_off(form: Form) -> Response:
    async def act(db: Database, by: Doer) -> None:
        await accounts.switch_codes_off(db, form["name"], by)
        await tell(db, form.reader.config, form["name"], Told.CODE_OFF)

    return await _done(form, "codes", act)


async def _done(form: Sent, name: str, act: Callable[[Database, Doer], Awaitable[None]]) -> Response:
    reader = form.reader
    await must_open(reader, HERE)
    try:
        await act(reader.db, doer(reader))
    except NotFound:
        raise
    except Refusal as refusal:
        return await _account(reader, form["name"], refused(form, refusal, name))
    return reader.turn(ONE, name=form["name"], said="saved")


@router.post(f"{ONE}/password")
async def give_password(form: Form) -> Response:
    """Shown on this one page, and nowhere again."""
    reader = form.reader
    await must_open(reader, HERE)
    try:
        password = await accounts.give_password(reader.db, form["name"], doer(reader))
        await tell(reader.db, reader.config, form["name"], Told.PASSWORD_GIVEN)
    except NotFound:
        raise
    except Refusal as refusal:
        return await _account(reader, form["name"], refused(form, refusal, "password"))
    return await _account(reader, form["name"], password=password)


@router.api_route(TRAIL, methods=READ)
async def show_trail(reader: Reading, account: str = "", kind: str = "", before: str = "") -> HTMLResponse:
    await must_open(reader, TRAIL)
    async with reader.db.reading() as session:
        found = await trail.read(
            session, account=account.strip(), kind=kind, before=number_of(before), limit=AT_A_TIME + 1
        )
    more = reader.here(before=str(found[AT_A_TIME - 1].id)) if len(found) > AT_A_TIME else ""
    return desk(
        reader,
        "trail.html",
        events=found[:AT_A_TIME],
        more=more,
        account=account,
        kind=kind,
        kinds={one: reader.speech.of(words) for one, words in KINDS.items()},
        kind_words=kind_words(reader.speech),
    )
