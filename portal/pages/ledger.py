"""The ledger 整改台账: what is asked for, most urgent first, page by page, with totals that add up to it.

The conditions, which other pages link to, are described in `models.listing.wanted`.
"""

from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import parse_qsl

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from models.access.keys import SavedFilter
from models.listing import choices, saved
from models.listing.pages import Page, Place, page, place
from models.listing.totals import Totals, remembered
from models.listing.wanted import Query, Wanted, understood
from policy.lights import Light
from policy.refusals import BadInput, Refusal
from policy.stages import Stage, Step
from portal.answers import status_of
from portal.pages import conditions
from portal.pages.forms import Form
from portal.pages.paper import READ, Reader, Reading
from tasks import clock

router = APIRouter()

LIGHTS = (Light.RED, Light.YELLOW, Light.GREEN, Light.SUBMITTED, Light.NONE, Light.CLOSED)
RARE = frozenset({Light.SUBMITTED, Light.NONE})
"""Shown only where there are any."""
ROWS = 50
"""On one page."""


@dataclass(frozen=True)
class Total:
    """How many findings of a kind there are, and the address of their list."""

    name: str
    value: str
    count: int
    link: str
    is_here: bool


@dataclass(frozen=True)
class Shown:
    """What the database gave for one page."""

    page: Page
    totals: Totals
    sources: list[str]
    units: list[str]
    saved: list[SavedFilter]


@router.api_route("/findings", methods=READ)
async def ledger(reader: Reading, after: str = "", before: str = "") -> Response:
    """Narrowed by whatever the address says."""
    query = reader.request.query_params.multi_items()
    wanted = understood(query)
    if any(not value for _, value in query):  # a form sends its empty fields, and an address is to be kept
        return reader.turn_to("/findings", wanted.query())
    return await listed(reader, wanted, place(after), None if after else place(before))


async def listed(
    reader: Reader,
    wanted: Wanted,
    after: Place | None = None,
    before: Place | None = None,
    *,
    refusal: Refusal | None = None,
    name: str = "",
) -> HTMLResponse:
    """The page; what cannot be found is said on it, with the conditions as they were typed."""
    async with reader.db.reading() as session:
        try:
            shown = await looked_up(session, reader, wanted, clock.today(), after, before)
        except BadInput as error:
            refusal = error
            shown = await looked_up(session, reader, None, clock.today())
    return reader.page(
        "ledger.html",
        status_of(refusal) if refusal else 200,
        refusal=reader.speech.say(refusal.zh, refusal.en) if refusal else "",
        rows=shown.page.rows,
        found=shown.totals.of(wanted),
        total=shown.totals.all(),
        asked=wanted,
        query=wanted.query(),
        is_narrowed=wanted != Wanted(),
        told=list(conditions.told(reader, wanted)),
        switches=[(key, reader.speech.of(words)) for key, words in conditions.SWITCHES.items()],
        every=address(reader, replace(wanted, stage=(), step=(), light=())),
        lights=by_light(reader, wanted, shown.totals),
        stages=by_stage(reader, wanted, shown.totals),
        units=shown.units,
        sources=sorted({*shown.sources, *([wanted.source] if wanted.source else [])}),
        all_lights=LIGHTS,
        all_stages=list(Stage),
        all_steps=list(Step),
        turning=turning(reader, wanted, shown.page, after, before),
        exports=[(kind, address(reader, wanted, f"/findings/export.{kind}")) for kind in ("xlsx", "csv")],
        saved=[(each.id, each.name, saved_at(reader, each)) for each in shown.saved],
        saved_query=saved.written(wanted),
        saved_name=name,
    )


async def looked_up(
    session: AsyncSession,
    reader: Reader,
    wanted: Wanted | None,
    today: date,
    after: Place | None = None,
    before: Place | None = None,
) -> Shown:
    """`None` asks for nothing at all. Raises as `findings_where`."""
    sight = reader.sight
    rows, counts = Page([]), Totals({})
    if wanted is not None:
        counts = await remembered(reader.db, session, wanted, sight, today, clock.real())
        begin = {"after": after, "before": before}
        rows = await page(session, wanted, sight, today, size=ROWS, counts=counts, **begin)
    return Shown(
        rows,
        counts,
        await choices.sources(session, sight),
        await choices.units(session, sight),
        await saved.kept(session, reader.account),
    )


def address(reader: Reader, wanted: Wanted, path: str = "/findings", **more: str) -> str:
    return reader.address(path, [*wanted.query(), *more.items()])


def by_light(reader: Reader, wanted: Wanted, counts: Totals) -> list[Total]:
    found = []
    for light in LIGHTS:
        link = address(reader, replace(wanted, stage=(), step=(), light=(light,)))
        count = counts.by_light(light)
        if count or light not in RARE:
            name = reader.speech.colour(light)
            found.append(Total(name, light.value, count, link, light in wanted.light))
    return found


def by_stage(reader: Reader, wanted: Wanted, counts: Totals) -> list[Total]:
    found = []
    for stage in Stage:
        link = address(reader, replace(wanted, step=(), light=(), stage=(stage,)))
        if count := counts.by_stage(stage):
            name = reader.speech.stage(stage.value)
            found.append(Total(name, stage.value, count, link, stage in wanted.stage))
    return found


def turning(
    reader: Reader, wanted: Wanted, shown: Page, after: Place | None, before: Place | None
) -> list[tuple[str, str, str]]:
    """Where one page leads: (relation, words, address)."""
    say = reader.speech.say
    found: list[tuple[str, str, str]] = []
    if after or before:
        found.append(("first", say("第一页", "First page"), address(reader, wanted)))
    if shown.before:
        link = address(reader, wanted, before=str(shown.before))
        found.append(("prev", say("上一页", "Previous page"), link))
    if shown.after:
        found.append(("next", say("下一页", "Next page"), address(reader, wanted, after=str(shown.after))))
    return found


def saved_at(reader: Reader, kept: SavedFilter) -> str:
    query: Query = understood(parse_qsl(kept.query)).query()
    return reader.address("/findings", query)


@router.post("/findings/saved")
async def keep(form: Form) -> Response:
    """Keep the conditions of the page under a name."""
    reader = form.reader
    try:
        async with reader.db.writing("saved_filter") as session:
            await saved.keep(session, reader.account, form["name"], form["query"], clock.real())
    except BadInput as error:
        return await listed(reader, asked_again(form["query"]), refusal=error, name=form["name"])
    return reader.turn_to("/findings", [*asked_again(form["query"]).query(), ("said", "saved")])


@router.post("/findings/saved/delete")
async def forget(form: Form) -> Response:
    reader = form.reader
    async with reader.db.writing("saved_filter") as session:
        await saved.forget(session, reader.account, int(form["id"]) if form["id"].isdecimal() else 0)
    return reader.turn_to("/findings", [*asked_again(form["query"]).query(), ("said", "filter_deleted")])


def asked_again(query: str) -> Wanted:
    """The conditions a form was drawn with; none if they cannot be read."""
    try:
        return understood(parse_qsl(query))
    except BadInput:
        return Wanted()
