"""The portal: its pages behind one door, served until stopped."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from fastapi.responses import FileResponse
from starlette.middleware import Middleware

from models.database import database
from models.settings import Settings
from policy.refusals import BadInput, NotFound, Unavailable
from portal import probes
from portal.answers import answer_refusals
from portal.api import openapi as api
from portal.door import Door
from portal.pages import account as own_account
from portal.pages import (
    acting,
    closure,
    codes,
    entry,
    evidence,
    exports,
    finding,
    flow_ui,
    importing,
    ledger,
    letters,
    links,
    lists,
    mailbox,
    mine,
    oidc,
    opening,
    overview,
    phones,
    rounds,
    supervision,
    tokens,
    verifiers,
)
from portal.pages.admin import index as desk
from portal.pages.forms import OutOfDate
from portal.pages.paper import READ

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
STATIC = Path(__file__).parent / "static"
PAGES = (
    entry,
    oidc,
    links,
    mine,
    overview,
    opening,
    importing,
    rounds,
    ledger,
    exports,
    lists,
    closure,
    acting,
    evidence,
    codes,
    finding,
    supervision,
    verifiers,
    letters,
    phones,
    mailbox,
    flow_ui,
    own_account,
    tokens,
    desk,
)


def app(config: Settings) -> FastAPI:
    """The portal over the database and mailbox of these settings."""
    door = Middleware(Door, hosts=LOOPBACK | {own_host(config)}, config=config)
    made = FastAPI(
        title="Rectify", docs_url=None, redoc_url=None, openapi_url=None, middleware=[door], lifespan=while_up
    )
    made.state.config = config
    for pages in PAGES:
        made.include_router(pages.router)
    made.include_router(api.router)
    made.router.routes.extend(probes.routes(config, "portal"))
    made.add_api_route("/static/{name}", static, methods=READ)
    answer_refusals(made)
    made.add_exception_handler(OutOfDate, entry.out_of_date)
    return made


@asynccontextmanager
async def while_up(portal: FastAPI) -> AsyncIterator[None]:
    async with flow_ui.hung_up(portal):
        yield
    await database(portal.state.config).close()


def serve(config: Settings) -> None:
    """Answer until stopped. Raises BadInput for an address others can reach, Unavailable if it is taken."""
    only_safely(config)
    with listening(config.portal_host, config.portal_port) as where, suppress(KeyboardInterrupt):
        asyncio.run(server(config).serve(sockets=[where]))


def server(config: Settings) -> uvicorn.Server:
    """Quiet: only what goes wrong is said."""
    served = uvicorn.Config(
        app(config),
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(config.trusted_proxies),
        forwarded_allow_ips=config.trusted_proxies or None,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=3,
    )
    return uvicorn.Server(served)


def only_safely(config: Settings) -> None:
    """Passwords go over a wire only under TLS. Raises BadInput; on this machine alone there is no wire."""
    host = config.portal_host
    try:
        here = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here and not config.base_url.startswith("https://") and not config.plain_http:
        raise BadInput(
            f"要让别的机器访问（{host}），须设 RECTIFY_BASE_URL=https://…（由反向代理加密），"
            "或确知网络封闭可信而设 RECTIFY_PLAIN_HTTP=true。",
            f"To be reached from other machines ({host}), set RECTIFY_BASE_URL=https://… behind a proxy that "
            "does TLS, or RECTIFY_PLAIN_HTTP=true on a network you know to be closed.",
        )


def listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        where = socket.create_server((host, port), family=family)
        where.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else an answer waits 40 ms for its end
        return where
    except OSError as error:
        raise Unavailable(
            f"端口 {host}:{port} 不能使用（{error.strerror}）。请用 RECTIFY_PORTAL_PORT 换一个端口。",
            f"The portal cannot listen on {host}:{port} ({error.strerror}). Set RECTIFY_PORTAL_PORT.",
        ) from error


def own_host(config: Settings) -> str:
    """The host people type; where none is set, the one listened on."""
    return urlsplit(config.base_url).hostname or config.portal_host


async def static(name: str) -> FileResponse:
    """Also for a finding opened inside a mail's sandboxed frame, which counts as another origin."""
    if name not in SERVED:
        raise NotFound("没有这个文件。", "There is no such file.")
    headers = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "no-cache"}
    return FileResponse(STATIC / name, headers=headers)


SERVED = frozenset(path.name for path in STATIC.iterdir() if path.suffix in {".css", ".js", ".svg"})
