"""The portal: read-only pages behind one door that checks who asks and what every answer carries."""

import asyncio
import logging
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from models.database import database
from models.settings import Settings
from policy.refusals import BadInput, NotFound, Refusal, Unavailable
from portal import probes
from portal.pages import finding, ledger, letters, mailbox, phones
from portal.pages.paper import READ, reader_of

LOG = logging.getLogger("rectify.portal")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
STYLESHEET = Path(__file__).parent / "static" / "rectify.css"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
BROKEN = (
    "程序出错，未能显示此页。请把编号 {reference} 告诉管理员。",
    "Something went wrong and this page cannot be shown. Tell the administrator the reference {reference}.",
)
DATABASE_AWAY = ("数据库暂时不可用，请稍后再试。", "The database does not answer. Try again later.")


def app(config: Settings) -> FastAPI:
    """The portal over the database and mailbox of these settings."""
    door = Middleware(Door, hosts=LOOPBACK | {own_host(config)})
    made = FastAPI(
        title="Rectify", docs_url=None, redoc_url=None, openapi_url=None, middleware=[door], lifespan=while_up
    )
    made.state.config = config
    for pages in (ledger, finding, letters, phones, mailbox):
        made.include_router(pages.router)
    made.router.routes.extend(probes.routes(config, "portal"))
    made.add_api_route("/static/rectify.css", stylesheet, methods=READ)
    made.add_exception_handler(Refusal, _refused)
    made.add_exception_handler(HTTPException, _not_served)
    made.add_exception_handler(RequestValidationError, _not_understood)
    made.add_exception_handler(OSError, _away)
    made.add_exception_handler(DBAPIError, _away)
    return made


@asynccontextmanager
async def while_up(portal: FastAPI) -> AsyncIterator[None]:
    yield
    await database(portal.state.config).close()


def serve(config: Settings) -> None:
    """Answer until stopped. Raises BadInput for an address others can reach, Unavailable if it is taken."""
    only_here(config.portal_host)
    with listening(config.portal_host, config.portal_port) as where, suppress(KeyboardInterrupt):
        asyncio.run(server(config).serve(sockets=[where]))


def server(config: Settings) -> uvicorn.Server:
    """Quiet: only what goes wrong is said."""
    served = uvicorn.Config(
        app(config),
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=3,
    )
    return uvicorn.Server(served)


def only_here(host: str) -> None:
    """Without accounts, whoever reaches the portal reads it all: so nobody else may reach it."""
    try:
        here = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here:
        raise BadInput(
            f"此版本没有登录，只能在本机（127.0.0.1）上打开，不能用“{host}”。",
            f"This version has no sign-in and listens on this machine only (127.0.0.1), not on “{host}”.",
        )


def listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise Unavailable(
            f"端口 {host}:{port} 不能使用（{error.strerror}）。请用 RECTIFY_PORTAL_PORT 换一个端口。",
            f"The portal cannot listen on {host}:{port} ({error.strerror}). Set RECTIFY_PORTAL_PORT.",
        ) from error


def own_host(config: Settings) -> str:
    """The host people type; where none is set, the one listened on."""
    return urlsplit(config.base_url).hostname or config.portal_host


async def stylesheet() -> FileResponse:
    """Also for a finding opened inside a mail's sandboxed frame, which counts as another origin."""
    return FileResponse(STYLESHEET, headers={"Cross-Origin-Resource-Policy": "cross-origin"})


class Door:
    """Lets in who asks to read, under a name that is ours; puts the headers on every answer."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self.app, self.hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answer = _Answer(send)
        try:
            inner = self.turned_away(Request(scope)) or self.app
            await inner(scope, receive, answer)
        except Exception:
            reference = secrets.token_hex(4)
            LOG.exception("%s: %s", reference, page_of(scope))
            if answer.begun:
                raise
            zh, en = (words.format(reference=reference) for words in BROKEN)
            await sentence(Request(scope), 500, zh, en)(scope, receive, answer)

    def turned_away(self, request: Request) -> Response | None:
        """Why the request is not let in; None if it is."""
        if not self.is_ours(request.headers.getlist("host")):
            return sentence(
                request, 400, "请求的主机名不是本系统的地址。", "This is not a host of this system."
            )
        if request.method not in READ:
            refusal = sentence(
                request, 405, "此版本只供查看，不能修改。", "These pages can be read, not written to."
            )
            refusal.headers["Allow"] = ", ".join(READ)
            return refusal
        if "\0" in request.url.path or "%00" in request.url.query:
            return sentence(
                request, 400, "地址中有不能使用的字符。", "The address holds a character of no use."
            )
        return None

    def is_ours(self, hosts: list[str]) -> bool:
        try:
            return len(hosts) == 1 and urlsplit(f"//{hosts[0]}").hostname in self.hosts
        except ValueError:
            return False


class _Answer:
    """Sends on, with our headers where the page set none of its own."""

    def __init__(self, send: Send) -> None:
        self.send, self.begun = send, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self.send(message)


def sentence(request: Request, status: int, zh: str, en: str) -> Response:
    """A page that says one thing."""
    reader = reader_of(request)
    return reader.page("refusal.html", status, code=status, sentence=reader.speech.say(zh, en))


def page_of(scope: Scope) -> str:
    """The page asked for, as the program names it: an address may hold what somebody typed."""
    return str(getattr(scope.get("route"), "path", "-"))


STATUS: tuple[tuple[type[Refusal], int], ...] = (
    (NotFound, 404),
    (BadInput, 400),
    (Unavailable, 503),
    (Refusal, 409),
)


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    status = next(code for kind, code in STATUS if isinstance(error, kind))
    return sentence(request, status, error.zh, error.en)


async def _not_served(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    return sentence(request, status, "没有这个页面。", "There is no such page.")


async def _not_understood(request: Request, _error: Exception) -> Response:
    return sentence(request, 400, "地址中的条件不能识别。", "The address asks for something unknown.")


async def _away(request: Request, error: Exception) -> Response:
    LOG.error("%s: %r", page_of(request.scope), error)
    return sentence(request, 503, *DATABASE_AWAY)
