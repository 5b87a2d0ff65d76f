"""One's own tokens for programs that call the API: made, shown once, ended."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from models.access import tokens
from models.access.tokens import Wanted
from policy import scopes
from policy.refusals import BadInput, NotFound, Refusal
from policy.scopes import SCOPE_WORDS
from portal.pages.admin.desk import NOTHING_TYPED, Typed, number_of, refused
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Reader, Reading
from tasks import clock

router = APIRouter()
HERE = "/account/tokens"
USUAL_DAYS = 90


@router.api_route(HERE, methods=READ)
async def show_tokens(reader: Reading) -> HTMLResponse:
    return await _tokens(reader)


async def _tokens(reader: Reader, typed: Typed = NOTHING_TYPED, secret: str = "") -> HTMLResponse:
    now = clock.real()
    async with reader.db.reading() as session:
        held = await tokens.of(session, reader.account)
    return reader.page(
        "tokens.html",
        typed.status,
        None,
        typed=typed,
        secret=secret,
        alive=[token for token in held if tokens.is_alive(token, now)],
        scope_words={scope: reader.speech.of(words) for scope, words in SCOPE_WORDS.items()},
        scope_names={scope.value: _short(reader.speech.of(words)) for scope, words in SCOPE_WORDS.items()},
        usual_days=USUAL_DAYS,
        longest=scopes.LONGEST.days,
    )


def _short(words: str) -> str:
    """`查看`, `read`: what stands before the colon."""
    return words.partition("：")[0].partition(":")[0]


@router.post(HERE)
async def make_token(form: Form) -> Response:
    """Shown on this one page, and nowhere again. Sent again, its name is taken."""
    reader = form.reader
    try:
        wanted = _wanted(form)
        async with reader.db.writing("token_made") as session:
            secret = await tokens.make(session, wanted, reader.account, clock.real())
    except Refusal as refusal:
        return await _tokens(reader, refused(form, refusal, "new"))
    return await _tokens(reader, secret=secret)


def _wanted(form: Sent) -> Wanted:
    days = number_of(form["days"].strip())
    if days is None:
        raise BadInput("有效期请填天数，例如 90。", "Say for how many days, like 90.")
    return Wanted(form.reader.account, form["name"], scopes.checked(form.chosen("scopes")), days)


@router.post(f"{HERE}/end")
async def end_token(form: Form) -> Response:
    reader, number = form.reader, number_of(form["number"])
    if number is None:
        raise NotFound("没有这个令牌。", "There is no such token.")
    async with reader.db.writing("token_ended") as session:
        await tokens.end(session, reader.account, number, reader.account, clock.real())
    return reader.turn(HERE, said="token_ended")
