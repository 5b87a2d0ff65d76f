"""Who comes in, and what every answer carries: hosts, sizes, sessions, and headers for the browser."""

import re
from urllib.parse import quote, urlsplit

from sqlalchemy.exc import DBAPIError
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.access import sessions
from models.access.keys import Way
from models.access.sessions import Visitor
from models.database import database
from models.settings import Settings
from policy import codes, task_links
from policy.refusals import Refusal
from portal.answers import away, broken, sentence, status_of
from portal.measured import brings_files, let_files_in, measured
from portal.pages import entry
from portal.pages.paper import READ, WHO_ARE_YOU, cookie_name, reader_of
from tasks import clock
from tasks.prefect_server import UI_BASE

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
OPEN = ("/sign-in", "/static/", "/health", "/ready", "/metrics", "/mailbox", "/l/", "/oidc/", "/api/")
"""What one reaches without a session: where one signs in by password, link or another house; probes; the
demo's mailbox, which stands for everybody's mail program; and the API, which asks for a token instead."""
OWED = ("/sign-out", "/static/")
"""Besides the page where it is given, all that is open to a session that owes a password or a code."""
ASKS_BY_ITSELF = (f"{UI_BASE}/api/",)
"""What a page left open asks for every few seconds: not whether somebody sits before it."""
PROVEN = re.compile(
    r"/closure|/findings/.+/acts/approve_closure|/findings/.+/task-link"
    r"|/account/(tokens|substitute|code/on|code/off)(/.*)?"
    r"|/admin/(?!mail/|health/)(?!.*/preview$).+",
    re.DOTALL,
)
"""Forms that say who may do what, strike findings off, or let somebody in: the password is asked for again
if it was given long ago. What is new among the administrator's forms is one of them."""
CARRIED_AWAY = re.compile(r"(?!/mine/).*/export\.[^/]*", re.DOTALL)
"""Files with all that a township has, or all its people: so too where they are the whole township's."""
HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
"""A name or number with its port: with a slash or a question mark in it, it would be half an address."""
WRITE = frozenset({"POST"})
LONGEST_PATH = 1000
"""Of a page's address without its query; no page of ours has a longer one."""


class Door:
    """Lets in who may come in, under a name that is ours; puts the headers on every answer."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str], config: Settings) -> None:
        self.app, self.hosts, self.config = app, hosts, config

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            else:  # the server speaks no websockets; should it ever, this door is shut
                await send({"type": "websocket.close", "code": 1008})
            return
        answer = _Answer(send, self.config)
        request = measured(Request(scope), receive)
        try:
            inner = self.turned_away(request) or await self.unknown(request) or self.app
            await inner(scope, request.receive, answer)
        except Refusal as refusal:
            await self.refused(scope, receive, answer, refusal)
        except Exception as error:
            is_away = isinstance(error, OSError | DBAPIError)
            page = await away(request, error) if is_away else broken(scope)
            if answer.begun:
                raise
            await page(scope, receive, answer)

    async def refused(self, scope: Scope, receive: Receive, answer: "_Answer", refusal: Refusal) -> None:
        """What was refused before any page was reached, like a body that is too large."""
        if answer.begun:
            raise refusal
        page = sentence(Request(scope), status_of(refusal), refusal.zh, refusal.en)
        await page(scope, receive, answer)

    def turned_away(self, request: Request) -> Response | None:
        """Why the request is not let in; None if it is."""
        if not self.is_ours(request.headers.getlist("host")):
            return sentence(
                request, 400, "请求的主机名不是本系统的地址。", "This is not a host of this system."
            )
        if request.method not in {*READ, *WRITE, "DELETE", "PUT", "PATCH"}:
            refusal = sentence(request, 405, "不支持这种请求。", "Such requests are not answered.")
            refusal.headers["Allow"] = ", ".join([*READ, *sorted(WRITE)])
            return refusal
        if len(str(request.scope["path"])) > LONGEST_PATH:
            return sentence(request, 404, "没有这个页面。", "There is no such page.")
        if "\0" in str(request.scope["path"]) or "%00" in request.url.query:
            return sentence(
                request, 400, "地址中有不能使用的字符。", "The address holds a character of no use."
            )
        if request.method not in READ and not is_from_us(request):
            return sentence(
                request,
                403,
                "此请求不是从本系统的页面发出的，没有办理。",
                "This was not sent from a page of this system. Nothing was done.",
            )
        return None

    async def unknown(self, request: Request) -> Response | None:
        """The way to the sign-in for whoever is not signed in, unless the page is open to all."""
        path = str(request.scope["path"])
        visitor = request.scope["state"]["visitor"] = await self.visitor(request)
        if is_open(path, OPEN):
            return None
        if visitor or (brings_files(request) and await self.was_here(request)):
            let_files_in(request)
        if visitor is None:
            return await self.to_sign_in(request)
        if visitor.link is not None:
            return None if path == "/sign-out" or path in by_link(visitor) else RedirectResponse("/l/", 303)
        where = owed(visitor, self.config)
        request.scope["state"]["owes"] = bool(where)
        if where and not is_open(path, (where, *OWED)):
            return RedirectResponse(where + (onwards(request) if visitor.owes_code else ""), 303)
        if must_prove(request, visitor) and not visitor.has_proved(clock.real()):
            return await entry.prove_again(request)
        return None

    async def visitor(self, request: Request) -> Visitor | None:
        key = request.cookies.get(cookie_name(self.config), "")
        path = str(request.scope["path"])
        if not key or is_open(path, ("/static/", "/health", "/ready", "/metrics", "/api/")):
            return None
        by_hand = not is_open(path, ASKS_BY_ITSELF)
        return await sessions.visitor(
            database(self.config), key, clock.real(), clock.today(), by_hand=by_hand
        )

    async def was_here(self, request: Request) -> bool:
        """Signed in until lately: what they typed beside large files is not to be lost."""
        key = request.cookies.get(cookie_name(self.config), "")
        return bool(key) and await sessions.was_one(database(self.config), key, clock.real())

    async def to_sign_in(self, request: Request) -> Response:
        if is_open(str(request.scope["path"]), ASKS_BY_ITSELF):
            return JSONResponse({"detail": reader_of(request).speech.of(WHO_ARE_YOU)}, 401)
        if request.method in READ:
            return RedirectResponse(f"/sign-in{onwards(request)}", 303)
        return await entry.sign_in_again(request)

    def is_ours(self, hosts: list[str]) -> bool:
        if len(hosts) != 1 or not HOST.fullmatch(hosts[0]):
            return False
        try:
            return urlsplit(f"//{hosts[0]}").hostname in self.hosts
        except ValueError:
            return False


def by_link(visitor: Visitor) -> list[str]:
    """The pages of the few acts that a one-time link is good for, while it is."""
    if visitor.link is None or not visitor.link_holds:
        return []
    return [f"/findings/{visitor.link.finding}/acts/{act}" for act in task_links.BY_LINK]


def owed(visitor: Visitor, config: Settings) -> str:
    """The page where something is still to be given before all others open; empty if all was."""
    if visitor.owes_code:
        return "/account/code"
    if visitor.must_change_password:
        return "/account/password"
    lacks_code = visitor.sign_in.way is Way.PASSWORD and not visitor.has_code
    return "/account/code" if lacks_code and codes.are_wanted(config.codes_for, visitor.sight.roles) else ""


def must_prove(request: Request, visitor: Visitor) -> bool:
    """What a borrowed session must not do: change whose rights are whose, or carry the ledger away."""
    path = str(request.scope["path"])
    if request.method in WRITE:
        return bool(PROVEN.fullmatch(path))
    return visitor.sight.units is None and bool(CARRIED_AWAY.fullmatch(path))


def onwards(request: Request) -> str:
    """A query that leads on to what was asked for."""
    asked = str(request.scope["path"]) + (f"?{request.url.query}" if request.url.query else "")
    return f"?next={quote(asked)}" if asked != "/" and request.method in READ else ""


def is_open(path: str, prefixes: tuple[str, ...]) -> bool:
    return any(path == one.rstrip("/") or path.startswith(one.rstrip("/") + "/") for one in prefixes)


def is_from_us(request: Request) -> bool:
    """By what browsers say themselves; what is none sends neither header, and needs the form's token."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    if origin is None or (origin == "null" and site == "same-origin"):  # a page that sends no referrer
        return True
    try:
        return urlsplit(origin).netloc == request.headers.get("host", "")
    except ValueError:
        return False


class _Answer:
    """Sends on, with our headers where the page set none of its own."""

    def __init__(self, send: Send, config: Settings) -> None:
        is_safe = config.base_url.startswith("https://")
        self.send, self.begun, self.headers = send, False, HEADERS | (HTTPS_ONLY if is_safe else {})

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in self.headers.items():
                headers.setdefault(name, value)
        await self.send(message)
