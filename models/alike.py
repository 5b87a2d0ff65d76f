"""Findings that may be the one somebody is about to open, or to assign, once more."""

from dataclasses import dataclass

import sqlalchemy
from sqlalchemy import ColumnElement
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import Sight, opened, seen
from models.bulk import plain
from models.findings import Finding
from models.listing import searching
from models.staff.people import Unit
from policy.likeness import ALIKE, likeness
from policy.stages import Stage

MOST_COMPARED = 1000
"""The latest of a unit: what is older was closed long ago, and a village does not have so many."""
MOST_SHOWN = 5
BEGINNING = 60
"""Characters of a text by which the same one is sought among all findings."""


@dataclass(frozen=True)
class Alike:
    """`degree` is from 0 to 1; `unit` is empty where it has none yet."""

    number: str
    title: str
    condition: str
    stage: Stage
    unit: str
    degree: float


async def alike(
    session: AsyncSession,
    sight: Sight,
    unit_id: int | None,
    condition: str,
    *,
    everywhere: bool = False,
    but: str = "",
) -> list[Alike]:
    """The most alike first, of those that the person may open and of `but` itself none.

    In the unit it is what sounds the same. The same text is sought beyond it too: among all findings where
    no unit is given, or `everywhere`, else among those that have no unit yet.
    """
    same = searching.quotes(session, condition[:BEGINNING])
    if unit_id is not None and not everywhere:
        same &= col(Finding.lead_unit_id).is_(None)
    wanted = [same] if unit_id is None else [same, col(Finding.lead_unit_id) == unit_id]
    found = {one.number: one for each in wanted for one in await _compared(session, sight, each, condition)}
    near = sorted((one for one in found.values() if one.number != but), key=lambda one: -one.degree)
    return near[:MOST_SHOWN]


async def _compared(
    session: AsyncSession, sight: Sight, wanted: ColumnElement[bool], condition: str
) -> list[Alike]:
    columns = [col(getattr(Finding, name)) for name in ("number", "title", "condition", "stage")]
    asked = (
        sqlalchemy.select(*columns, col(Unit.name))
        .select_from(Finding)
        .outerjoin(Unit, col(Unit.id) == col(Finding.lead_unit_id))
        .where(wanted, seen(sight), opened(sight))
        .where(col(Finding.stage).not_in([Stage.WITHDRAWN, Stage.MERGED]))
        .order_by(col(Finding.opened_on).desc(), col(Finding.number).desc())
        .limit(MOST_COMPARED)
    )
    found = [
        Alike(number, title, text, stage, unit or "", likeness(text, condition))
        for number, title, text, stage, unit in await plain(session, asked, {})
    ]
    return [one for one in found if one.degree >= ALIKE]
