"""Signing in through another house: there, and back again."""

import base64
import binascii
import hmac

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from models.access import houses, knocking
from policy.knocking import WRONG_FROM_ADDRESS, network_of
from policy.refusals import NotFound, NotSignedIn, Refusal
from portal.answers import status_of
from portal.pages.entry import asked_to_sign_in, inside, set_key
from portal.pages.paper import READ, Reader, Reading, address_of, cookie_name
from tasks import clock, oidc
from tasks.oidc import Attempt

router = APIRouter(prefix="/oidc")

MINUTES = 10
"""For signing in there."""


def attempt_cookie(reader: Reader) -> str:
    return f"{cookie_name(reader.config)}-oidc"


def must_be_on(reader: Reader) -> None:
    """Raises NotFound where there is no other house."""
    if not reader.config.oidc_issuer:
        raise NotFound("没有这个页面。", "There is no such page.")


@router.api_route("/sign-in", methods=READ)
async def leave(reader: Reading, next: str = "") -> Response:
    """To the other house. What tells this attempt stays with the browser; nothing is stored here."""
    must_be_on(reader)
    there = await oidc.house(reader.config)
    key = oidc.fresh_key()
    answer = RedirectResponse(oidc.way_there(reader.config, there, Attempt.of(key)), 303)
    answer.set_cookie(
        attempt_cookie(reader),
        f"{key}.{base64.urlsafe_b64encode(inside(next).encode()).decode()}",
        max_age=MINUTES * 60,
        httponly=True,
        samesite="lax",
        secure=reader.config.base_url.startswith("https://"),
        path="/",
    )
    return answer


@router.api_route("/return", methods=READ)
async def come_back(reader: Reading, code: str = "", state: str = "", iss: str = "") -> Response:
    """With a code that only this browser's attempt can have brought."""
    must_be_on(reader)
    key, _, onwards = reader.request.cookies.get(attempt_cookie(reader), "").partition(".")
    try:
        session = await signed_in(reader, Attempt.of(key), code, state if key else "", iss)
    except Refusal as refusal:
        said = refusal.said(reader.speech.language)
        answer: Response = asked_to_sign_in(reader, status_of(refusal), next=after(onwards), sentence=said)
    else:
        answer = RedirectResponse(after(onwards), 303)
        set_key(answer, reader, session)
    answer.delete_cookie(attempt_cookie(reader), path="/")
    return answer


async def signed_in(reader: Reader, attempt: Attempt, code: str, state: str, iss: str) -> str:
    """The key of a new session. Raises NotSignedIn, TooOften, Unavailable."""
    is_ours = hmac.compare_digest(state.encode(), attempt.state.encode())
    if not is_ours or not code or (iss and iss != reader.config.oidc_issuer):
        raise NotSignedIn(*oidc.NOT_BELIEVED)
    address = address_of(reader.request)
    try:
        person = await oidc.identity(reader.config, attempt, code, clock.real())
    except NotSignedIn:
        await knocking.let_through(
            reader.db, f"address:{network_of(address)}", WRONG_FROM_ADDRESS, clock.real()
        )
        raise
    named = await houses.account_of(reader.db, reader.config.oidc_account_claim, person.claims)
    agent = reader.request.headers.get("user-agent", "")
    return await houses.sign_in(reader.db, person.subject, named, clock.real(), address=address, agent=agent)


def after(onwards: str) -> str:
    try:
        return inside(base64.urlsafe_b64decode(onwards.encode()).decode())
    except (binascii.Error, ValueError):
        return "/"
