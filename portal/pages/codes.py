"""One-time codes: given after the password, switched on and off by their owner, with recovery codes."""

import segno
from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markupsafe import Markup
from pyotp import TOTP
from starlette.responses import Response

from models.access import codes as given
from models.access.keys import Way
from models.access.sessions import Visitor
from policy import codes
from policy.refusals import NotAllowed, NotSignedIn, Refusal
from portal.answers import status_of
from portal.pages.entry import asked_for_code, inside, kept_of, onwards, set_key
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, WHO_ARE_YOU, Reader, Reading, cookie_name
from tasks import clock
from tasks.kept import codes_key

router = APIRouter(prefix="/account/code")


@router.api_route("", methods=READ)
async def code_page(reader: Reading, next: str = "") -> HTMLResponse:
    """Where the code is given, if it is owed; else where codes are switched on or off."""
    return await shown(reader, next=inside(next))


async def shown(
    reader: Reader,
    status: int = 200,
    *,
    sentence: str = "",
    next: str = "/",
    kept: dict[str, str] | None = None,
) -> HTMLResponse:
    visitor = visitor_of(reader)
    if visitor.owes_code:
        return asked_for_code(reader, status, next=next, sentence=sentence, kept=kept)
    offers = not visitor.has_code and visitor.sign_in.way is Way.PASSWORD
    secret = await given.offered(reader.db, visitor, codes_key(reader.config)) if offers else ""
    return reader.page(
        "code.html",
        status,
        visitor=visitor,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        picture=picture(secret, visitor.account) if secret else "",
        is_wanted=codes.are_wanted(reader.config.codes_for, visitor.sight.roles),
        left=await given.left(reader.db, visitor.account) if visitor.has_code else 0,
        sentence=sentence,
        next=next,
    )


def picture(secret: str, account: str) -> Markup:
    """What a phone's camera reads; no style and no script in it."""
    address = TOTP(secret).provisioning_uri(name=account, issuer_name="Rectify")
    drawn = segno.make(address, error="m").svg_inline(scale=5, dark="#000", light="#fff", svgclass="qr")
    return Markup(drawn)  # noqa: S704, drawn of squares alone


def visitor_of(reader: Reader) -> Visitor:
    """Raises NotSignedIn."""
    if reader.visitor is None:
        raise NotSignedIn(*WHO_ARE_YOU)
    return reader.visitor


async def refused(form: Sent, refusal: Refusal) -> Response:
    return await shown(
        form.reader,
        status_of(refusal),
        sentence=refusal.said(form.reader.speech.language),
        next=inside(form["next"]),
        kept=kept_of(form),
    )


@router.post("")
async def give_code(form: Form) -> Response:
    """After the password; leads on to where one wanted to go."""
    reader = form.reader
    try:
        key = await given.give(
            reader.db, visitor_of(reader), form["code"], codes_key(reader.config), clock.real()
        )
    except Refusal as refusal:
        return await refused(form, refusal)
    answer = await onwards(form, key)
    set_key(answer, reader, key)
    return answer


@router.post("/on")
async def switch_on(form: Form) -> Response:
    """By the first code of the device that was shown the secret."""
    reader, visitor = form.reader, visitor_of(form.reader)
    try:
        key, recovery = await given.switch_on(
            reader.db, visitor, form["code"], codes_key(reader.config), clock.real()
        )
    except Refusal as refusal:
        return await refused(form, refusal)
    return await with_key(reader, key, recovery, inside(form["next"]))


async def with_key(reader: Reader, key: str, recovery: list[str], next: str) -> Response:
    """The recovery codes, under the session's new key."""
    reader.request.cookies[cookie_name(reader.config)] = key
    reader.request.scope["state"]["owes"] = False
    answer = reader.page("recovery.html", recovery=recovery, next=next)
    set_key(answer, reader, key)
    return answer


@router.post("/recovery")
async def renew_recovery(form: Form) -> Response:
    reader = form.reader
    try:
        recovery = await given.renew_recovery(
            reader.db, settled(reader).account, form["code"], codes_key(reader.config), clock.real()
        )
    except Refusal as refusal:
        return await refused(form, refusal)
    return reader.page("recovery.html", recovery=recovery, next="/account/code")


@router.post("/off")
async def switch_off(form: Form) -> Response:
    reader, visitor = form.reader, settled(form.reader)
    try:
        if codes.are_wanted(reader.config.codes_for, visitor.sight.roles):
            raise NotAllowed(
                "您的岗位须使用验证码，不能停用。",
                "Your posts have to use one-time codes; they cannot be switched off.",
            )
        await given.switch_off(
            reader.db, visitor.account, form["code"], codes_key(reader.config), clock.real()
        )
    except Refusal as refusal:
        return await refused(form, refusal)
    return reader.turn("/account/code", said="saved")


def settled(reader: Reader) -> Visitor:
    """Raises NotSignedIn for a session that owes its code: with the password alone nothing is changed."""
    visitor = visitor_of(reader)
    if visitor.owes_code:
        raise NotSignedIn("请先输入验证码。", "Give the one-time code first.")
    return visitor
