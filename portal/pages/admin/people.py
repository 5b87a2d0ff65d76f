"""Who stands in, where nobody is, and the people file, looked at before it is stored."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from models.staff import staffing, standing_in, vacancies
from models.staff.staffing import Staffed
from policy.refusals import BadInput, NotFound, Refusal
from portal.pages.admin.desk import (
    NOTHING_TYPED,
    Typed,
    branch_of,
    day_of,
    desk,
    doer,
    must_open,
    number_of,
    refused,
)
from portal.pages.admin.files import Brought, brought
from portal.pages.admin.jobs import set_going
from portal.pages.forms import Form, Sent
from portal.pages.paper import READ, Reader, Reading
from tasks import clock
from tasks.jobs import Progress
from tasks.people_file import read_people
from tasks.succession import follow

router = APIRouter()
CHANGED = (
    "名册与现状不再相符，未作任何修改，请重新查看。",
    "The file no longer fits what there is. Nothing was changed; look again.",
)


@router.api_route("/admin/standing-in", methods=READ)
async def show_stand_ins(reader: Reading, past: str = "") -> HTMLResponse:
    await must_open(reader, "/admin/standing-in")
    return await _stand_ins(reader, bool(past))


async def _stand_ins(reader: Reader, past: bool = False, typed: Typed = NOTHING_TYPED) -> HTMLResponse:
    branch = await branch_of(reader)
    async with reader.db.reading() as session:
        found = await standing_in.listed(session, clock.today(), past=past, branch=branch)
    return desk(reader, "stand_ins.html", typed, standing=found, past=past, on=clock.today())


@router.post("/admin/standing-in/end")
async def end_stand_in(form: Form) -> Response:
    reader = form.reader
    await must_open(reader, "/admin/standing-in")
    branch = await branch_of(reader)
    try:
        async with reader.db.reading() as session:
            known = {x.id for x in await standing_in.listed(session, clock.today(), branch=branch)}
        number = number_of(form["number"])
        if number is None or number not in known:
            raise NotFound("没有这条代班。", "There is no such substitution.")
        last = day_of(form, "last", "末日", "Last day")
        await standing_in.end(reader.db, number, reader.account, last, clock.today(), clock.real())
    except Refusal as refusal:
        return await _stand_ins(reader, typed=refused(form, refusal, f"end-{form['number']}"))
    return reader.turn("/admin/standing-in", said="stand_in_ended")


@router.api_route("/admin/vacancies", methods=READ)
async def show_vacancies(reader: Reading) -> HTMLResponse:
    """Limited to what the reader sees."""
    await must_open(reader, "/admin/vacancies")
    async with reader.db.reading() as session:
        found = await vacancies.vacancies(session, clock.today(), reader.sight.units)
    return desk(reader, "vacancies.html", vacancies=found)


@router.api_route("/admin/people", methods=READ)
async def show_people_file(reader: Reading) -> HTMLResponse:
    await must_open(reader, "/admin/people")
    return _people(reader)


def _people(
    reader: Reader,
    typed: Typed = NOTHING_TYPED,
    file: Brought | None = None,
    done: Staffed | None = None,
    marks: list[tuple[staffing.Holder, str]] | None = None,
) -> HTMLResponse:
    return desk(
        reader,
        "people.html",
        typed,
        columns=staffing.COLUMNS,
        file=file,
        done=done,
        marks=marks or [],
    )


@router.post("/admin/people/preview")
async def preview_people(form: Form) -> Response:
    await must_open(form.reader, "/admin/people")
    try:
        file = await brought(form)
        return await _previewed(form, file)
    except Refusal as refusal:
        return _people(form.reader, refused(form, refusal, "people"))


async def _previewed(form: Sent, file: Brought) -> HTMLResponse:
    """Who would be added and changed; or what is wrong with the file."""
    holders, errors = await file.read(read_people)
    done = Staffed(errors=errors)
    if not errors:
        done = await staffing.take_in(
            form.reader.db, holders, clock.today(), by=doer(form.reader), dry_run=True
        )
    marks = [(one, done.marks.get(one.row, "")) for one in holders]
    return _people(form.reader, file=file, done=done, marks=marks)


@router.post("/admin/people")
async def take_people_in(form: Form) -> Response:
    """What was looked at: the same file, read again."""
    reader = form.reader
    await must_open(reader, "/admin/people")
    try:
        file = await brought(form)
        holders, errors = await file.read(read_people)
        if errors:
            raise BadInput(*CHANGED)
        done = await staffing.take_in(reader.db, holders, clock.today(), by=doer(reader), dry_run=True)
        if done.errors:
            return await _previewed(form, file)
    except Refusal as refusal:
        return _people(reader, refused(form, refusal, "people"))
    by = doer(reader)

    async def work(_told: Progress) -> None:
        done = await staffing.take_in(reader.db, holders, clock.today(), by=by)
        if done.errors:
            raise BadInput(*CHANGED)
        await follow(reader.db, clock.now())

    return set_going(
        reader, ("正在导入名册", "Taking in the people file"), "/admin/people", "people_taken_in", work
    )
