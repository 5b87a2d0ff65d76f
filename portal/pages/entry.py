"""Signing in and out, and one's own account: password, language, sessions."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from models.access import devices, passwords, sessions, tokens, trail
from models.access.trail import Noted
from models.database import database
from policy.refusals import BadInput, Language, NotSignedIn, Refusal, TooOften
from policy.sight import WATCHERS
from portal.answers import status_of
from portal.pages.forms import OUT_OF_DATE, Form, OutOfDate, Sent, fresh_key, read, typed
from portal.pages.kept import shown_again
from portal.pages.paper import READ, WHO_ARE_YOU, Reader, Reading, address_of, cookie_name, key_of, reader_of
from portal.pages.speech import Words
from tasks import clock
from tasks.account_mails import Told, tell
from tasks.kept import codes_key

router = APIRouter()

KEPT = "kept."
"""How the fields are called that are kept for after the sign-in."""


@router.api_route("/", methods=READ)
async def home(reader: Reading) -> Response:
    """Where one's work is: the overview for who watches, one's own items for all others."""
    return reader.turn("/overview" if reader.has(*WATCHERS) else "/mine")


@router.api_route("/sign-in", methods=READ)
async def sign_in_page(reader: Reading, next: str = "") -> Response:
    if reader.visitor is not None:
        return RedirectResponse(inside(next), 303)
    return asked_to_sign_in(reader, next=inside(next))


def asked_to_sign_in(
    reader: Reader,
    status: int = 200,
    *,
    next: str = "/",
    account: str = "",
    sentence: str = "",
    kept: dict[str, str] | None = None,
) -> HTMLResponse:
    key = key_of(reader.request) or fresh_key()
    reader.request.cookies[cookie_name(reader.config)] = key
    page = reader.page("sign_in.html", status, next=next, account=account, sentence=sentence, kept=kept or {})
    set_key(page, reader, key)
    return page


def set_key(answer: Response, reader: Reader, key: str) -> None:
    _give(answer, reader, cookie_name(reader.config), key)


def _give(answer: Response, reader: Reader, name: str, value: str, seconds: int | None = None) -> None:
    """A cookie that no script reads; without `seconds` it lasts as long as the browser is open."""
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=reader.config.base_url.startswith("https://"),
        path="/",
    )


def inside(next: str) -> str:
    """Where to go on to: a page of ours, whatever was asked for."""
    parts = urlsplit(next)
    plain = next.isprintable() and "\\" not in next and next.startswith("/") and not next.startswith("//")
    return next if plain and not parts.scheme and not parts.netloc else "/"


@router.post("/sign-in")
async def sign_in(form: Form) -> Response:
    reader, account = form.reader, form["account"].strip()
    try:
        key = await passwords.sign_in(
            reader.db,
            account,
            form["password"],
            clock.real(),
            address=address_of(reader.request),
            agent=reader.request.headers.get("user-agent", ""),
            device=known_device(reader, account),
        )
    except (NotSignedIn, TooOften) as refusal:
        again = asked_to_sign_in(
            reader,
            status_of(refusal),
            next=inside(form["next"]),
            account=form["account"],
            sentence=refusal.said(reader.speech.language),
            kept=kept_of(form),
        )
        if isinstance(refusal, TooOften):  # after the answer, which takes as long for whoever is not there
            again.background = BackgroundTask(tell_if_shut, reader, account)
        return again
    if reader.visitor is not None:
        async with reader.db.writing("sign_out") as session:
            await sessions.end(session, reader.visitor.sign_in.key_hash, clock.real())
    answer = await onwards(form, key)
    set_key(answer, reader, key)
    remember_device(answer, reader, account)
    return answer


async def tell_if_shut(reader: Reader, account: str) -> None:
    if await passwords.is_shut(reader.db, account, clock.real()):
        await tell(reader.db, reader.config, account, Told.LOCKED)


def device_cookie(reader: Reader) -> str:
    return f"{cookie_name(reader.config)}-device"


def known_device(reader: Reader, account: str) -> str:
    kept = reader.request.cookies.get(device_cookie(reader), "")
    return devices.device_of(codes_key(reader.config), account, kept, clock.real()) if kept else ""


def remember_device(answer: Response, reader: Reader, account: str) -> None:
    known = devices.known_from(codes_key(reader.config), account, clock.real())
    _give(answer, reader, device_cookie(reader), known, int(devices.KEPT_FOR.total_seconds()))


async def onwards(form: Sent, key: str) -> Response:
    """To where one wanted to go; or to what one had filled in before one was signed out."""
    if not kept_of(form):
        return RedirectResponse(inside(form["next"]), 303)
    request = form.reader.request
    request.cookies[cookie_name(form.reader.config)] = key
    request.scope["state"]["visitor"] = await sessions.visitor(
        form.reader.db, key, clock.real(), clock.today()
    )
    reader = reader_of(request)
    if reader.visitor and reader.visitor.owes_code:
        return asked_for_code(reader, next=inside(form["next"]), kept=kept_of(form))
    return await shown_again(reader, inside(form["next"]), unpacked(form.said), SIGNED_IN_AGAIN)


def asked_for_code(
    reader: Reader, status: int = 200, *, next: str, sentence: str = "", kept: dict[str, str] | None = None
) -> HTMLResponse:
    """After the password was right."""
    reader.request.scope["state"]["owes"] = True
    return reader.page("code_asked.html", status, next=next, sentence=sentence, kept=kept or {})


async def out_of_date(request: Request, error: Exception) -> Response:
    """A form drawn for an earlier session of this browser, sent by its own page: nothing is done yet."""
    reader = reader_of(request)
    if not isinstance(error, OutOfDate):
        raise error
    path = inside(str(request.scope["path"]))
    if path != "/sign-in" and reader.visitor is not None and SECRET.isdisjoint(error.typed):
        return await shown_again(
            reader, path, without_secrets(error.typed), MEANWHILE, status=403, files=error.files
        )
    kept, next_page = unpacked(error.typed), inside(error.typed.get("next", ""))
    if path == "/sign-in" and reader.is_in:
        return await onwards_with(reader, next_page, kept)
    if path == "/sign-in":
        account, said = error.typed.get("account", ""), reader.speech.of(ONCE_MORE)
        packed = {f"{KEPT}{name}": value for name, value in kept.items()}
        return asked_to_sign_in(reader, 403, next=next_page, account=account, sentence=said, kept=packed)
    return reader.page("refusal.html", 403, code=403, sentence=reader.speech.of(OUT_OF_DATE))


async def onwards_with(reader: Reader, next_page: str, kept: Mapping[str, str]) -> Response:
    """For whoever is signed in already, in another tab."""
    if not kept:
        return RedirectResponse(next_page, 303)
    return await shown_again(reader, next_page, kept, SIGNED_IN_AGAIN)


def unpacked(said: Mapping[str, str]) -> dict[str, str]:
    """What was kept beside a sign-in, by its own names."""
    return {name.removeprefix(KEPT): value for name, value in said.items() if name.startswith(KEPT)}


def without_secrets(said: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in said.items() if name not in {"csrf", *SECRET}}


def kept_of(form: Sent) -> dict[str, str]:
    return {name: value for name, value in form.said.items() if name.startswith(KEPT)}


TIMED_OUT = (
    "登录已超时，请重新登录。您填写的内容还在，登录后可继续提交；文件须重新选择。",
    "You were signed out. What you typed is kept and can be sent after signing in; "
    "files have to be chosen again.",
)
SIGNED_IN_AGAIN = (
    "您填写的内容还在。请核对后继续提交；选过的文件须重新选择。",
    "What you typed is still here. Look it over and send it; files have to be chosen again.",
)
MEANWHILE = (
    "您在别处重新登录过，这次没有办理。您填写的内容还在，请核对后再提交；选过的文件须重新选择。",
    "You signed in anew meanwhile, and nothing was done. What you typed is still here: look it over "
    "and send it; files have to be chosen again.",
)
ONCE_MORE = ("请再登录一次。您填写的内容还在。", "Sign in once more. What you typed is kept.")
SECRET = frozenset({"password", "old", "new", "again", "pin", "code"})
"""Fields that are never kept."""
PROVE = (
    "您登录已超过30分钟。这项办理涉及权限或整本台账，请再输入一次密码；您填写的内容还在，文件须重新选择。",
    "You signed in more than 30 minutes ago. This concerns people's rights or the whole ledger: give your "
    "password once more. What you typed is kept; files have to be chosen again.",
)


async def prove_again(request: Request) -> Response:
    """For what takes a password given not long ago."""
    reader = reader_of(request)
    if request.method == "POST":
        return await sign_in_again(request, PROVE)
    here = inside(reader.here())
    return asked_to_sign_in(reader, 401, next=here, account=reader.account, sentence=reader.speech.of(PROVE))


async def sign_in_again(request: Request, why: Words = TIMED_OUT) -> Response:
    """For a form sent after the session was over: what was typed is kept for after the sign-in."""
    reader = reader_of(request)
    form = await read(request)
    kept = {f"{KEPT}{name}": value for name, value in without_secrets(typed(form)).items()}
    next_page, said = inside(str(request.scope["path"])), reader.speech.of(why)
    account = reader.account if reader.visitor else ""
    return asked_to_sign_in(reader, 401, next=next_page, account=account, sentence=said, kept=kept)


@router.post("/sign-out")
async def sign_out(form: Form) -> Response:
    reader = form.reader
    if reader.visitor is not None:
        async with database(reader.config).writing("sign_out") as session:
            await sessions.end(session, reader.visitor.sign_in.key_hash, clock.real())
            trail.note(session, clock.real(), Noted.SIGN_OUT, reader.account)
    answer = RedirectResponse("/sign-in", 303, {"Clear-Site-Data": '"cache"'})
    answer.delete_cookie(cookie_name(reader.config), path="/")
    return answer


@router.api_route("/account/password", methods=READ)
async def password_page(reader: Reading) -> HTMLResponse:
    return await asked_for_new(reader)


async def asked_for_new(reader: Reader, status: int = 200, sentence: str = "") -> HTMLResponse:
    async with reader.db.reading() as session:
        held = [one for one in await tokens.of(session, reader.account) if tokens.is_alive(one, clock.real())]
    return reader.page("password.html", status, sentence=sentence, tokens=len(held))


@router.post("/account/password")
async def change_password(form: Form) -> Response:
    reader = form.reader
    try:
        if reader.visitor is None:
            raise NotSignedIn(*WHO_ARE_YOU)
        if form["new"] != form["again"]:
            raise BadInput("两次填写的新密码不一样。", "The new password was typed in two ways.")
        key = await passwords.change(
            reader.db,
            reader.visitor,
            form["old"],
            form["new"],
            clock.real(),
            ends_tokens=bool(form["tokens"]),
        )
    except Refusal as refusal:
        status = 429 if isinstance(refusal, TooOften) else 400
        return await asked_for_new(reader, status, refusal.said(reader.speech.language))
    answer = reader.turn("/", said="password_changed")
    set_key(answer, reader, key)
    return answer


@router.post("/account/language")
async def change_language(form: Form) -> Response:
    """The account's own language, which its mails are in too."""
    reader = form.reader
    language = Language.ENGLISH if form["language"] == Language.ENGLISH else Language.CHINESE
    async with reader.db.writing("language") as session:
        await sessions.speak(session, reader.account, language)
    return RedirectResponse(inside(form["next"]), 303)
