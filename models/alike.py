"""Findings of a unit that may be the one somebody is about to open once more."""

from dataclasses import dataclass

import sqlalchemy
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import Sight, opened, seen
from models.bulk import plain
from models.findings import Finding
from policy.likeness import ALIKE, likeness
from policy.stages import Stage

MOST_COMPARED = 1000
"""The latest of a unit: what is older was closed long ago, and a village does not have so many."""
MOST_SHOWN = 5


@dataclass(frozen=True)
class Alike:
    """`degree` is from 0 to 1."""

    number: str
    title: str
    condition: str
    stage: Stage
    degree: float


async def alike(session: AsyncSession, sight: Sight, unit_id: int, condition: str) -> list[Alike]:
    """The most alike first, of those that the person may open."""
    asked = (
        sqlalchemy.select(*(col(getattr(Finding, n)) for n in ("number", "title", "condition", "stage")))
        .where(col(Finding.lead_unit_id) == unit_id, seen(sight), opened(sight))
        .where(col(Finding.stage).not_in([Stage.WITHDRAWN, Stage.MERGED]))
        .order_by(col(Finding.opened_on).desc(), col(Finding.number).desc())
        .limit(MOST_COMPARED)
    )
    rows = await plain(session, asked, {})
    found = [Alike(n, title, text, stage, likeness(text, condition)) for n, title, text, stage in rows]
    near = sorted((one for one in found if one.degree >= ALIKE), key=lambda one: -one.degree)
    return near[:MOST_SHOWN]
