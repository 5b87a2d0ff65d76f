"""Which findings a list holds: what was asked for, within what its reader may see, as SQL conditions."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, case, false, func, literal_column, or_, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import questions
from models.access.sight import Sight, opened, seen, veiled
from models.findings import ENDED_NOW, LIVE_NOW, REOPENED_NOW, Finding, InspectionRound
from models.history import Event
from models.listing import searching
from models.listing.wanted import NONE, Wanted
from models.staff import book
from models.staff.people import Post
from policy.lights import HANDED_IN, YELLOW_FROM, Light
from policy.office import OFFICE
from policy.refusals import NotFound
from policy.stages import STEP_OF, Stage

LIVE: ColumnElement[bool] = literal_column(f"(finding.{LIVE_NOW})")
ENDED: ColumnElement[bool] = literal_column(f"(finding.{ENDED_NOW})")
REOPENED: ColumnElement[bool] = literal_column(f"(finding.{REOPENED_NOW})")
TELLING = (
    *("q", "unit", "source", "category", "item", "severity", "round", "owner", "verifier"),
    *("discovered_from", "discovered_to", "age", "extended", "late", "in_time"),
)
"""Conditions that would tell what a confidential finding is about: only who may open it finds it by them."""


async def findings_where(
    session: AsyncSession, wanted: Wanted, sight: Sight, today: date
) -> ColumnElement[bool]:
    """The condition on `Finding` for all that is wanted and in sight.

    Raises NotFound for a unit, post or round of no such name, BadInput for words that cannot be looked for.
    """
    found = [seen(sight)]
    if any(getattr(wanted, name) for name in TELLING):
        found.append(opened(sight))
    found += [
        col(getattr(Finding, name)) == ("" if text == NONE else text)
        for name in EXACT
        if (text := getattr(wanted, name))
    ]
    found += [veiled(sight) == 1] if wanted.veiled else []
    found += searching.says(session, wanted.q) if wanted.q else []
    found += await _named(session, wanted)
    found += _standing(wanted, today)
    found += _days(wanted, today)
    found += [condition for name, condition in _switches(today).items() if getattr(wanted, name)]
    return and_(true(), *found)


EXACT = ("source", "category", "item", "severity")


async def _named(session: AsyncSession, wanted: Wanted) -> list[ColumnElement[bool]]:
    """What is asked for by the name of something else than a finding."""
    found: list[ColumnElement[bool]] = []
    if wanted.unit == NONE:
        found.append(col(Finding.lead_unit_id).is_(None))
    elif wanted.unit:
        unit = await book.unit_named(session, wanted.unit)
        units = [unit.id] if wanted.direct else await questions.below(session, unit.id)
        found.append(col(Finding.lead_unit_id).in_(units))
    for name, column in (("owner", Finding.owner_post_id), ("verifier", Finding.verifier_post_id)):
        if post := getattr(wanted, name):
            found.append(col(column).in_(await _posts(session, post)))
    if wanted.round:
        found.append(col(Finding.inspection_round_id).in_(await _rounds(session, wanted.round)))
    return found


async def _posts(session: AsyncSession, name: str) -> Sequence[int | None]:
    posts = (await session.exec(select(Post.id).where(Post.name == name))).all()
    if not posts:
        known = await book.near(session, col(Post.name), name)
        raise NotFound(*book.unknown("岗位", "post", name, known))
    return posts


async def _rounds(session: AsyncSession, name: str) -> Sequence[int | None]:
    rounds = (await session.exec(select(InspectionRound.id).where(InspectionRound.name == name))).all()
    if not rounds:
        raise NotFound(f"没有名为“{name}”的批次。", f"There is no round “{name}”.")
    return rounds


def _standing(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.stage:
        found.append(col(Finding.stage).in_(wanted.stage))
    if wanted.step:
        stages = [stage for stage, step in STEP_OF.items() if step in wanted.step]
        found.append(col(Finding.stage).in_(stages))
    if wanted.light:
        found.append(or_(false(), *(shows(light, today) for light in wanted.light)))
    return found


def shows(light: Light, today: date) -> ColumnElement[bool]:
    """As `policy.lights.light`, in the words of the database."""
    stage, deadline, since = col(Finding.stage), col(Finding.deadline), col(Finding.submitted_on)
    soon = today + timedelta(days=YELLOW_FROM)
    return {
        Light.CLOSED: ENDED,
        Light.NONE: and_(LIVE, deadline.is_(None)),
        Light.RED: and_(
            LIVE, deadline < today, or_(~stage.in_(HANDED_IN), since.is_(None), since > deadline)
        ),
        Light.SUBMITTED: and_(LIVE, deadline < today, stage.in_(HANDED_IN), since <= deadline),
        Light.YELLOW: and_(LIVE, deadline >= today, deadline <= soon),
        Light.GREEN: and_(LIVE, deadline > soon),
    }[light]


def closed_late() -> ColumnElement[bool]:
    """As `policy.lights.closed_late`; null where nothing was closed, or had no deadline."""
    closed_on = col(Finding.closed_on)
    finished = case((closed_on.is_not(None), func.coalesce(col(Finding.submitted_on), closed_on)))
    return finished > col(Finding.deadline)


SPANS = {"due": Finding.deadline, "closed": Finding.closed_on, "discovered": Finding.discovered_on}


def _days(wanted: Wanted, today: date) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name, column in SPANS.items():
        if first := getattr(wanted, f"{name}_from"):
            found.append(col(column) >= first)
        if last := getattr(wanted, f"{name}_to"):
            found.append(col(column) <= last)
    if wanted.closed_by:
        found.append(_stood_closed(wanted.closed_by))
    if age := wanted.age:
        found += [LIVE, col(Finding.discovered_on) <= today - timedelta(days=age.least)]
        if age.most is not None:
            found.append(col(Finding.discovered_on) >= today - timedelta(days=age.most))
    return found


def _stood_closed(day: date) -> ColumnElement[bool]:
    """At the end of a day: by the closing that holds, or by the events of what was reopened since."""
    over = datetime.combine(day + timedelta(days=1), time(), OFFICE)
    last = (
        select(Event.to_stage)
        .where(col(Event.finding) == col(Finding.number), col(Event.at) < over)
        .order_by(col(Event.seq).desc())
        .limit(1)
        .scalar_subquery()
    )
    return or_(col(Finding.closed_on) <= day, and_(REOPENED, last == Stage.CLOSED))


def _switches(today: date) -> dict[str, ColumnElement[bool]]:
    overdue = shows(Light.RED, today)
    return {
        "late": or_(overdue, closed_late()),
        "in_time": and_(
            col(Finding.closed_on).is_not(None), or_(col(Finding.deadline).is_(None), ~closed_late())
        ),
        "overdue": overdue,
        "extended": col(Finding.extensions) > 0,
        "returned": col(Finding.round) > 1,
        "reopened": col(Finding.cycle) > 1,
        "provisional": and_(LIVE, col(Finding.provisional)),
    }
