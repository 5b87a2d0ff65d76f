"""Units as a tree, and the posts in each."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.responses import Response

from models.staff import posts, units
from models.staff.people import Unit
from models.staff.units import Branch, UnitWords
from policy.refusals import Refusal
from policy.roles import Role
from portal.pages.admin.desk import (
    NOTHING_TYPED,
    Typed,
    branch_of,
    desk,
    doer,
    must_open,
    number_of,
    refused,
)
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Id, Reader, Reading
from portal.pages.speech import Words
from tasks import clock

router = APIRouter()
HERE = "/admin/units"
KINDS: dict[str, Words] = {
    "township": ("乡镇", "township"),
    "village": ("村（社区）", "village"),
    "office": ("乡直部门、站所", "office"),
    "task_force": ("专班", "task force"),
    "grid": ("网格", "grid"),
    "village_group": ("村民小组", "village group"),
    "superior": ("上级单位", "superior"),
}
"""Those that are offered; a people file may name others."""


@router.api_route(HERE, methods=READ)
async def show_units(reader: Reading) -> HTMLResponse:
    await must_open(reader, HERE)
    return await _units(reader)


async def _units(reader: Reader, typed: Typed = NOTHING_TYPED) -> HTMLResponse:
    branch = await branch_of(reader)
    async with reader.db.reading() as session:
        tree = await units.tree(session, branch, clock.today())
    return desk(reader, "units.html", typed, tree=tree, kinds=_kinds(reader), may_top=branch is None)


def _kinds(reader: Reader, own: str = "") -> dict[str, str]:
    known = {kind: reader.speech.of(words) for kind, words in KINDS.items()}
    return {own: own, **known} if own and own not in known else known


@router.post(HERE)
async def add_unit(form: Form) -> Response:
    await must_open(form.reader, HERE)
    try:
        made = await units.add(form.reader.db, _words(form), doer(form.reader))
    except Refusal as refusal:
        return await _units(form.reader, refused(form, refusal, "add"))
    return form.reader.turn(f"{HERE}/{made}", said="saved")


def _words(form: Sent) -> UnitWords:
    return UnitWords(form["name"], form["kind"], number_of(form["parent"]))


@router.api_route(f"{HERE}/{{number}}", methods=READ)
async def show_unit(reader: Reading, number: Id) -> HTMLResponse:
    await must_open(reader, HERE)
    return await _unit(reader, number)


async def _unit(reader: Reader, number: int, typed: Typed = NOTHING_TYPED) -> HTMLResponse:
    branch = await branch_of(reader)
    async with reader.db.reading() as session:
        unit = await units.find(session, number, branch)
        return desk(
            reader,
            "unit.html",
            typed,
            unit=unit,
            tree=await units.tree(session, branch, clock.today()),
            posts=await posts.of_unit(session, unit, clock.today()),
            kinds=_kinds(reader, unit.kind),
            kind=_kinds(reader, unit.kind)[unit.kind],
            parent=await _parent(session, unit, branch),
            may_top=branch is None,
            roles=list(Role),
        )


async def _parent(session: AsyncSession, unit: Unit, branch: Branch) -> Unit | None:
    """If the reader keeps it too."""
    return await units.parent(session, unit) if branch is None or unit.parent_id in branch else None


@router.post(f"{HERE}/{{number}}")
async def change_unit(form: Form, number: Id) -> Response:
    reader = form.reader
    await _must_keep(reader, number)
    try:
        await units.change(reader.db, number, _words(form), doer(reader))
    except Refusal as refusal:
        return await _unit(reader, number, refused(form, refusal, "change"))
    return reader.turn(f"{HERE}/{number}", said="saved")


async def _must_keep(reader: Reader, number: int) -> None:
    """Raises NotFound for a unit that is not the reader's to keep."""
    await must_open(reader, HERE)
    branch = await branch_of(reader)
    async with reader.db.reading() as session:
        await units.find(session, number, branch)


@router.post(f"{HERE}/{{number}}/posts")
async def add_post(form: Form, number: Id) -> Response:
    reader = form.reader
    await _must_keep(reader, number)
    try:
        made = await posts.add(reader.db, number, form["name"], roles_of(form), doer(reader))
    except Refusal as refusal:
        return await _unit(reader, number, refused(form, refusal, "post"))
    return reader.turn(f"/admin/posts/{made}", said="saved")


def roles_of(form: Sent) -> set[Role]:
    """Those that were ticked; what is no role is none."""
    known = {role.value for role in Role}
    return {Role(one) for one in form.chosen("roles") if one in known}
