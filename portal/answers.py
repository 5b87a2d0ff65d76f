"""Refusals as pages: one sentence each, in the reader's language, and never a trace."""

import logging
import secrets
from contextlib import suppress

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from models.access.trail import note_refusal
from models.database import database
from policy.refusals import BadInput, NotAllowed, NotFound, NotSignedIn, Refusal, TooOften, Unavailable
from portal.api.problems import is_api, problem
from portal.pages.paper import address_of, reader_of
from tasks import clock

LOG = logging.getLogger("rectify.portal")
BROKEN = (
    "程序出错，未能显示此页。请把编号 {reference} 告诉管理员。",
    "Something went wrong and this page cannot be shown. Tell the administrator the reference {reference}.",
)
DATABASE_AWAY = ("数据库暂时不可用，请稍后再试。", "The database does not answer. Try again later.")


class TooLarge(Refusal):
    """More bytes than a form may have."""


STATUS: tuple[tuple[type[Refusal], int], ...] = (
    (NotFound, 404),
    (BadInput, 400),
    (NotSignedIn, 401),
    (NotAllowed, 403),
    (TooOften, 429),
    (TooLarge, 413),
    (Unavailable, 503),
    (Refusal, 409),
)


def answer_refusals(made: FastAPI) -> None:
    made.add_exception_handler(Refusal, _refused)
    made.add_exception_handler(HTTPException, _not_served)
    made.add_exception_handler(RequestValidationError, _not_understood)
    made.add_exception_handler(OSError, away)
    made.add_exception_handler(DBAPIError, away)


def sentence(request: Request, status: int, zh: str, en: str) -> Response:
    """A page that says one thing; for a program that called the API, a problem that does."""
    if is_api(request):
        return problem(request, status, (zh, en))
    reader = reader_of(request)
    return reader.page("refusal.html", status, code=status, sentence=reader.speech.say(zh, en))


def broken(scope: Scope) -> Response:
    """For a fault of ours; called while it is handled."""
    reference = secrets.token_hex(4)
    LOG.exception("%s: %s", reference, page_of(scope))
    zh, en = (words.format(reference=reference) for words in BROKEN)
    return sentence(Request(scope), 500, zh, en)


def page_of(scope: Scope) -> str:
    """The page asked for, as the program names it: an address may hold what somebody typed."""
    return str(getattr(scope.get("route"), "path", "-"))


def status_of(refusal: Refusal) -> int:
    return next(code for kind, code in STATUS if isinstance(refusal, kind))


async def _refused(request: Request, error: Exception) -> Response:
    if not isinstance(error, Refusal):
        raise error
    answer = sentence(request, status_of(error), error.zh, error.en)
    if isinstance(error, NotFound | NotAllowed):
        await _note(request, answer.status_code)
    if isinstance(error, TooOften):
        answer.headers["Retry-After"] = str(error.seconds)
    return answer


async def _note(request: Request, status: int) -> None:
    """Who was turned away from what, for an auditor; a database that is away has other troubles."""
    account = account_of(request.scope)
    if account:
        what = f"{request.method} {request.url.path} → {status}"
        with suppress(Refusal):
            db, host = database(request.app.state.config), address_of(request)
            await note_refusal(db, account, host, what, clock.real())


def account_of(scope: Scope) -> str:
    """Who is signed in, or whose token came; nobody is empty."""
    state = scope.get("state", {})
    who = state.get("visitor") or state.get("bearer")
    return str(who.account) if who else ""


async def _not_served(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    if status == 405:
        refusal = sentence(request, status, "此页不能这样办理。", "This page takes no such request.")
        refusal.headers.update(getattr(error, "headers", None) or {})
        return refusal
    return sentence(request, status, "没有这个页面。", "There is no such page.")


async def _not_understood(request: Request, _error: Exception) -> Response:
    return sentence(request, 400, "地址中的条件不能识别。", "The address asks for something unknown.")


async def away(request: Request, error: Exception) -> Response:
    LOG.error("%s: %r", page_of(request.scope), error)
    return sentence(request, 503, *DATABASE_AWAY)
