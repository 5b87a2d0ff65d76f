"""One's own account: name, posts, who stands in, language, where letters go, and where one is signed in."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from models.access import accounts, sessions
from models.access.trail import Noted
from models.staff import posts, standing_in
from models.staff.standing_in import Wanted
from policy.refusals import BadInput, Language, NotFound, Refusal
from portal.pages.admin.desk import NOTHING_TYPED, Typed, doer, number_of, refused
from portal.pages.admin.posts import span_of
from portal.pages.devices import device
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Reader, Reading
from tasks import clock

router = APIRouter()
HERE = "/account"


@router.api_route(HERE, methods=READ)
async def show_account(reader: Reading) -> HTMLResponse:
    return await _account(reader)


async def _account(reader: Reader, typed: Typed = NOTHING_TYPED) -> HTMLResponse:
    today, name = clock.today(), reader.account
    async with reader.db.reading() as session:
        own = await posts.of_person(session, name, today)
        numbers = {one.post.id for one in own}
        standing = await standing_in.listed(session, today)
        return reader.page(
            "account.html",
            typed.status,
            None,
            typed=typed,
            device=device,
            line=await accounts.find(session, name, today),
            own=own,
            held={one.post.id: next(x for x in one.holders if x.account == name) for one in own},
            standing=[one for one in standing if one.post_id in numbers],
            lent=[one for one in standing if one.account == name],
            going_on=await sessions.going_on(session, name, clock.real()),
            accounts=[(a, person) for a, person in await accounts.names(session) if a != name],
            languages=list(Language),
            on=today,
        )


@router.post(f"{HERE}/sessions")
async def end_session(form: Form) -> Response:
    """One of one's own, or all but this one."""
    reader, by = form.reader, doer(form.reader)
    here = reader.visitor.sign_in.key_hash if reader.visitor else ""
    async with reader.db.writing("session") as session:
        if form["which"] == "others":
            await sessions.end_all(session, by.account, by.at, but=here)
            by.note(session, Noted.SESSIONS_ENDED, "", by.account)
        elif await sessions.end_own(session, by.account, form["which"], by.at):
            by.note(session, Noted.SESSION_ENDED, "", by.account)
    return reader.turn(HERE, said="session_ended")


@router.post(f"{HERE}/substitute")
async def name_stand_in(form: Form) -> Response:
    """Somebody for a post of one's own, while one is away."""
    reader = form.reader
    try:
        await _name(form)
    except Refusal as refusal:
        return await _account(reader, refused(form, refusal, "substitute"))
    return reader.turn(HERE, said="stand_in_set")


async def _name(form: Sent) -> None:
    reader, today = form.reader, clock.today()
    async with reader.db.reading() as session:
        own = {one.post.id: one for one in await posts.of_person(session, reader.account, today)}
    post = own.get(number_of(form["post"]))
    if post is None:
        raise NotFound("这不是您现在的岗位。", "This is no post of yours.")
    if not (account := form["account"].strip()):
        raise BadInput("请选择代班人。", "Choose who stands in.")
    wanted = Wanted(
        post.post.name, account, span_of(form), reader.account, post.unit.name, form["reason"].strip()[:300]
    )
    await standing_in.stand_in(reader.db, wanted, today, clock.real())


@router.post(f"{HERE}/substitute/end")
async def end_stand_in(form: Form) -> Response:
    """At once: from today one is written to again."""
    reader, today = form.reader, clock.today()
    try:
        async with reader.db.reading() as session:
            own = {one.post.id for one in await posts.of_person(session, reader.account, today)}
            known = {x.id for x in await standing_in.listed(session, today) if x.post_id in own}
        number = number_of(form["number"])
        if number is None or number not in known:
            raise NotFound("没有这条代班。", "There is no such substitution.")
        await standing_in.end(reader.db, number, reader.account, None, today, clock.real())
    except Refusal as refusal:
        return await _account(reader, refused(form, refusal, "end"))
    return reader.turn(HERE, said="stand_in_ended")
