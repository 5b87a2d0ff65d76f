"""The flow UI under the portal's sign-in: Prefect's own pages, and of its API nothing but the reads."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import APIRouter, FastAPI
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse
from starlette.background import BackgroundTask
from starlette.responses import Response

from policy.refusals import NotFound, Unavailable
from portal.pages.paper import READ, Reader, Reading
from tasks import flow_ui
from tasks.prefect_server import UI_BASE

router = APIRouter()

ANY = [*READ, "POST", "PUT", "PATCH", "DELETE"]
SETTINGS = {
    "api_url": f"{UI_BASE}/api",
    "csrf_enabled": False,
    "auth": None,
    "flags": [],
    "default_ui": "v2",
    "available_uis": ["v2"],
    "v1_base_url": None,
    "v2_base_url": flow_ui.START.rstrip("/"),
}
"""What the UI asks for first: Prefect's API is behind the portal, and wants no password here."""
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "manifest-src 'self'; form-action 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)
"""As the UI needs it: styles of its own making, and `eval` for the drawing of a run's tasks. It calls nobody
but us, so that its counting of clicks ends here."""
QUIET = {"server": {"analytics_enabled": False, "ui": {"show_promotional_content": False}}}
"""All it has to know of Prefect's settings."""
FOR_GOOD = "private, max-age=31536000, immutable"
"""Files that have their hash in their name."""
READ_ONLY = (
    "流程界面只供查看，不能在此改动运行；请在整改台账中办理。",
    "The flow UI is for reading only. Act on findings in the ledger.",
)
AWAY = (
    "流程服务没有应答，办理不受影响；请稍后再看。",
    "The flow server does not answer. Acts go on without it; look again later.",
)


def must_watch(reader: Reader) -> None:
    if not reader.has_flow_ui():
        raise NotFound("没有这个页面。", "There is no such page.")


@router.api_route(UI_BASE, methods=READ)
async def start(reader: Reading) -> Response:
    must_watch(reader)
    return RedirectResponse(flow_ui.START, 303)


@router.api_route(f"{UI_BASE}/ui-settings", methods=READ)
async def ui_settings(reader: Reading) -> Response:
    must_watch(reader)
    return JSONResponse(SETTINGS)


@router.api_route(f"{UI_BASE}/api/admin/settings", methods=READ)
async def settings(reader: Reading) -> Response:
    must_watch(reader)
    return JSONResponse(QUIET)


@router.api_route(f"{UI_BASE}/v2/{{path:path}}", methods=READ)
async def pages(reader: Reading, path: str) -> Response:
    """A page or a file of Prefect's UI."""
    must_watch(reader)
    request = reader.request
    try:
        answer = await flow_ui.file(asking(request.app), path, request.headers)
    except httpx.HTTPError as error:
        raise Unavailable(*AWAY) from error
    headers = {"Content-Security-Policy": POLICY}
    if path.startswith("assets/") and answer.is_success:
        headers["Cache-Control"] = FOR_GOOD
    return passed_on(answer, headers)


@router.api_route(f"{UI_BASE}/api/{{path:path}}", methods=ANY)
async def api(reader: Reading, path: str) -> Response:
    """A read of Prefect's API. What would change something is refused, whoever asks."""
    must_watch(reader)
    request = reader.request
    if not flow_ui.is_read(request.method, path):
        return JSONResponse({"detail": reader.speech.of(READ_ONLY)}, 403)
    try:
        answer = await flow_ui.read(
            asking(request.app),
            request.method,
            path,
            request.url.query,
            request.headers,
            await request.body(),
        )
    except httpx.HTTPError:
        return JSONResponse({"detail": reader.speech.of(AWAY)}, 503)
    return passed_on(answer, {})


@router.api_route(f"{UI_BASE}/{{path:path}}", methods=ANY)
async def elsewhere(reader: Reading) -> Response:
    """The earlier UI's addresses lead to the present one."""
    must_watch(reader)
    if reader.request.method not in READ:
        return JSONResponse({"detail": reader.speech.of(READ_ONLY)}, 403)
    return RedirectResponse(flow_ui.START, 303)


def passed_on(answer: httpx.Response, headers: dict[str, str]) -> Response:
    """As it comes in, piece by piece, without cookies or redirects of Prefect's."""
    return StreamingResponse(
        answer.aiter_raw(),
        answer.status_code,
        flow_ui.passed_back(answer) | headers,
        background=BackgroundTask(answer.aclose),
    )


def asking(portal: FastAPI) -> httpx.AsyncClient:
    """The portal's one line to Prefect, opened when it is first needed."""
    if not hasattr(portal.state, "prefect"):
        portal.state.prefect = flow_ui.client(portal.state.config)
    line: httpx.AsyncClient = portal.state.prefect
    return line


@asynccontextmanager
async def hung_up(portal: FastAPI) -> AsyncIterator[None]:
    """Closes that line in the end."""
    yield
    if hasattr(portal.state, "prefect"):
        await portal.state.prefect.aclose()
