"""One-time links: handed out on a finding's page, opened with a PIN, and the one finding they show."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import RedirectResponse, Response

from models import ledger, questions
from models.access import binding, knocking, task_links
from models.access.sessions import Visitor
from models.questions import Row
from policy.knocking import WRONG_FROM_ADDRESS, network_of
from policy.refusals import NotFound, NotSignedIn, Refusal
from policy.stages import Stage, acts_possible
from policy.task_links import BY_LINK
from portal.answers import status_of
from portal.pages.entry import set_key
from portal.pages.forms import Form, Sent, fresh_key
from portal.pages.paper import READ, Reader, Reading, address_of, cookie_name, key_of
from tasks import clock

router = APIRouter()

UNREFERRED = {"Referrer-Policy": "no-referrer"}
"""The address is half of the key: no other page is told of it."""


def must_be_on(reader: Reader) -> None:
    """Raises NotFound where the office does not use links."""
    if not reader.config.task_links:
        raise NotFound("没有这个页面。", "There is no such page.")


@router.post("/findings/{number:path}/task-link")
async def make(number: str, form: Form) -> Response:
    """A link with its PIN, shown once. The same form sent again makes another and ends this one."""
    reader = form.reader
    must_be_on(reader)
    made = await task_links.make(
        reader.db,
        number,
        reader.account,
        reader.sight,
        today=clock.today(),
        now=clock.real(),
        days=reader.config.task_link_days,
    )
    address = f"{reader.config.portal_url}/l/{made.token}"
    return reader.page("task_link_made.html", headers=UNREFERRED, made=made, address=address)


@router.api_route("/l/", methods=READ)
async def linked(reader: Reading) -> Response:
    """The link's finding, and what can be done by it."""
    must_be_on(reader)
    visitor = reader.visitor
    if visitor is None or visitor.link is None:
        return over(reader)
    async with reader.db.reading() as session:
        found = await ledger.find(session, visitor.link.finding)
        row = await questions.shown(session, found, clock.today())
    if not visitor.link_holds:
        return reader.page("link_over.html", headers=UNREFERRED, number=found.number, done=done(row, visitor))
    acts = [act for act in BY_LINK if act in acts_possible(Stage(row["stage"]))]
    return reader.page("linked.html", headers=UNREFERRED, finding=row, acts=acts, done=done(row, visitor))


def done(row: Row, visitor: Visitor) -> list[Row]:
    """What the visitor did since the link was made, newest first."""
    since = visitor.link.version if visitor.link else 0
    mine = [x for x in row["events"] if x["seq"] > since and x["by"] == visitor.account]
    return mine[::-1]


def over(reader: Reader) -> HTMLResponse:
    sentence = reader.speech.say(*binding.OVER)
    return reader.page("refusal.html", 404, UNREFERRED, code=404, sentence=sentence)


@router.api_route("/l/{token}", methods=READ)
async def link_page(token: str, reader: Reading) -> HTMLResponse:
    """Asks for the PIN; the link stays as it is, whoever or whatever looks at it."""
    must_be_on(reader)
    try:
        async with reader.db.reading() as session:
            await task_links.unopened(session, token, clock.today(), clock.real())
    except NotFound:
        return over(reader)
    return asked_for_pin(reader, token)


def asked_for_pin(reader: Reader, token: str, status: int = 200, sentence: str = "") -> HTMLResponse:
    key = key_of(reader.request) or fresh_key()
    reader.request.cookies[cookie_name(reader.config)] = key
    page = reader.page("pin.html", status, UNREFERRED, token=token, sentence=sentence)
    set_key(page, reader, key)
    return page


@router.post("/l/{token}")
async def open_link(token: str, form: Form) -> Response:
    """With the PIN the link is used up, and a session for its finding begins."""
    reader = form.reader
    must_be_on(reader)
    try:
        key = await opened(form, token)
    except NotFound:
        return over(reader)
    except Refusal as refusal:
        return asked_for_pin(reader, token, status_of(refusal), refusal.said(reader.speech.language))
    answer = RedirectResponse("/l/", 303, UNREFERRED)
    set_key(answer, reader, key)
    return answer


async def opened(form: Sent, token: str) -> str:
    """The session's key. Who guesses links is slowed down like who guesses passwords."""
    reader, address = form.reader, address_of(form.reader.request)
    try:
        return await task_links.open_once(
            reader.db,
            token,
            form["pin"],
            today=clock.today(),
            now=clock.real(),
            address=address,
            agent=reader.request.headers.get("user-agent", ""),
        )
    except (NotFound, NotSignedIn):
        await knocking.let_through(
            reader.db, f"address:{network_of(address)}", WRONG_FROM_ADDRESS, clock.real()
        )
        raise
