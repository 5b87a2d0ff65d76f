"""The working-day calendar: a year on one page, a year's notice taken in, days of a unit's own."""

import calendar as gregorian
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from models.rules import almanac, announcing
from models.rules.announcing import KEEPERS, Announced
from models.rules.trade import load
from models.staff import units
from policy.deadlines import Calendar
from policy.refusals import BadInput, Refusal
from policy.timelimits import EARLIEST, LATEST
from policy.years import DayKind, Special, YearNotice
from portal.pages.admin.desk import (
    NOTHING_TYPED,
    Typed,
    day_of,
    desk,
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
from tasks.year_file import LONGEST_LABEL, read_year

router = APIRouter()
HERE = "/admin/calendar"
SATURDAY = 5


@dataclass(frozen=True)
class Day:
    """One square of a month: `kind` where it is kept otherwise than Monday–Friday."""

    number: int
    is_off: bool
    kind: DayKind | None
    label: str


@router.api_route(HERE, methods=READ)
async def show_calendar(reader: Reading, year: str = "", unit: str = "") -> HTMLResponse:
    await must_open(reader, HERE)
    return await _calendar(reader, number_of(year), unit)


async def _calendar(
    reader: Reader,
    year: int | None = None,
    unit: str = "",
    typed: Typed = NOTHING_TYPED,
    **facts: object,
) -> HTMLResponse:
    wanted = min(max(year or clock.today().year, EARLIEST), LATEST)
    async with reader.db.reading() as session:
        tree = await units.tree(session, reader.sight.units, clock.today())
        own = next((twig.unit for twig in tree if twig.unit.name == unit), None)
        row = await almanac.year(session, wanted, own.name if own else "")
        kept = (await load(session)).calendar_of(own.id if own else None)
        known = await almanac.years(session)
    labels = {day["date"]: day["label"] for day in row["days"] if own or not day["unit"]}
    said: dict[str, object] = {"done": None, "file": None, "source": "", "errors": [], "local": None}
    said |= {"notice": None, "warnings": []}
    return desk(
        reader,
        "calendar.html",
        typed,
        row=row,
        year=wanted,
        unit=own.name if own else "",
        months=[_month(wanted, month, kept, labels) for month in range(1, 13)],
        locals=[day for day in row["days"] if day["unit"]],
        years=known,
        tree=tree,
        may_keep=reader.has(*KEEPERS),
        most=200,
        **said | facts,
    )


def _month(year: int, month: int, kept: Calendar, labels: Mapping[str, str]) -> list[list[Day | None]]:
    """Its weeks, Monday first; days of other months are empty."""
    weeks = gregorian.Calendar().monthdatescalendar(year, month)
    return [[_day(day, kept, labels) if day.month == month else None for day in week] for week in weeks]


def _day(day: date, kept: Calendar, labels: Mapping[str, str]) -> Day:
    is_off, is_weekend = not kept.is_workday(day), day.weekday() >= SATURDAY
    kind = None if is_off is is_weekend else DayKind.OFF if is_off else DayKind.WORK
    return Day(day.day, is_off, kind, labels.get(day.isoformat(), ""))


async def _must_keep(reader: Reader) -> None:
    await must_open(reader, HERE)
    reader.must_have(*KEEPERS)


@router.post(f"{HERE}/preview")
async def preview_year(form: Form) -> Response:
    """What a notice would move; or the lines that are wrong."""
    return await _take_in(form, dry_run=True)


@router.post(HERE)
async def take_year_in(form: Form) -> Response:
    return await _take_in(form, dry_run=False)


async def _take_in(form: Sent, *, dry_run: bool) -> Response:
    reader = form.reader
    await _must_keep(reader)
    source = form["source"].strip()[:200]
    try:
        file: Brought = await brought(form)
        notice, errors, warnings = await file.read(lambda path: read_year(path, source))
        if notice is None:
            return await _calendar(reader, typed=Typed("year", form.said, "", 400), errors=errors)
        done = await announcing.announce(reader.db, notice, reader.account, clock.now(), dry_run=True)
    except Refusal as refusal:
        return await _calendar(reader, typed=refused(form, refusal, "year"))
    if not dry_run:
        return _announce(reader, notice)
    return await _calendar(
        reader,
        notice.year,
        typed=Typed("year", form.said),
        done=done,
        notice=notice,
        file=file,
        source=source,
        warnings=warnings,
    )


def _announce(reader: Reader, notice: YearNotice) -> Response:
    async def work(told: Progress) -> None:
        await announcing.announce(reader.db, notice, reader.account, clock.now(), told)

    doing = (f"正在按{notice.year}年放假安排重算", f"Counting anew by the days off of {notice.year}")
    return set_going(reader, doing, HERE, "year_taken_in", work)


@router.post(f"{HERE}/local/preview")
async def preview_local(form: Form) -> Response:
    return await _keep(form, dry_run=True)


@router.post(f"{HERE}/local")
async def keep_local(form: Form) -> Response:
    return await _keep(form, dry_run=False)


async def _keep(form: Sent, *, dry_run: bool) -> Response:
    """A day that a unit, and all below it, keeps in its own way."""
    reader = form.reader
    await _must_keep(reader)
    try:
        day = day_of(form, "day", "日期", "Date")
        if day is None or form["kind"] not in {"off", "work", "none"}:
            raise BadInput("请填写日期和安排。", "Say which day, and how it is kept.")
        done = await _kept(form, day, dry_run)
    except Refusal as refusal:
        return await _calendar(reader, typed=refused(form, refusal, "local"))
    if not dry_run:
        return reader.turn(HERE, year=str(day.year), unit=form["unit"], said="saved")
    typed = Typed("local", form.said)
    return await _calendar(reader, day.year, form["unit"], typed, done=done, local=day)


async def _kept(form: Sent, day: date, dry_run: bool) -> Announced:
    label = form["label"].strip()[:LONGEST_LABEL]
    special = None if form["kind"] == "none" else Special(DayKind(form["kind"]), label)
    reader = form.reader
    return await announcing.keep_local(
        reader.db, form["unit"], day, special, reader.account, clock.now(), dry_run=dry_run
    )
