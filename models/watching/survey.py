"""The overview's figures: everything in sight on one day, summed up in every way it is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import func
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import Sight
from models.findings import Finding
from models.listing.conditions import findings_where
from models.listing.wanted import Wanted
from models.mailing.lateness import how_many_late
from models.watching import sums
from models.watching.cube import Cube, counted
from models.watching.places import Place, places
from models.watching.sums import Fates, Figures, Week, fates, figures, parted
from policy.stages import Stage
from policy.trade import Trade

Topic = tuple[str, str, str, str]
"""Number and name of a 项, number and name of a 条."""

BACK, AHEAD = 26, 8
"""Weeks of the curve."""
HEAT = 12
"""Weeks of the map."""


@dataclass(frozen=True)
class Survey:
    """Each finding in sight is in each table once, or among what is veiled."""

    all: Figures
    shown: Figures
    """All but what is veiled."""
    veiled: Figures
    by_place: dict[Place, Figures]
    """The worst first."""
    by_source: dict[str, Figures]
    by_topic: dict[Topic, Fates]
    by_stage: dict[Stage, int]
    """With what is veiled."""
    by_age: list[int]
    """What is open, but for what is veiled."""
    by_delay: list[int]
    """With what is veiled."""
    course: list[Week]
    weeks: list[date]
    """Of the map, each by its Sunday."""
    heat: dict[Place, list[int]]
    """Where most was closed first."""
    late_verifications: int
    provisional: int = 0
    """Open ones whose deadline may still move once a year is announced."""


async def surveyed(session: AsyncSession, sight: Sight, trade: Trade, today: date) -> Survey:
    cube = await counted(session, sight, today, HEAT)
    at = await places(session, sight, {cell.unit for cell in cube.standing})
    late = await how_many_late(session, trade, today, [Stage.PENDING_VERIFICATION], sight)
    where = await findings_where(session, Wanted(provisional=True), sight, today)
    may_move = (await session.exec(select(func.count()).select_from(Finding).where(where))).one()
    return replace(summed(cube, at, late, today), provisional=may_move)


def summed(cube: Cube, at: Mapping[int | None, Place], late: int, today: date) -> Survey:
    shown = [cell for cell in cube.standing if not cell.veiled]
    topics = parted((cell for cell in cube.topical if not cell.veiled), lambda cell: cell[:4])
    weeks = [sums.week_end(today) - n * sums.WEEK for n in reversed(range(HEAT))]
    placed = parted(shown, lambda cell: at[cell.unit])
    heat = sums.closed_by_week(cube.closed_at, weeks, lambda unit: at[unit])
    return Survey(
        all=figures(cube.standing),
        shown=figures(shown),
        veiled=figures(cell for cell in cube.standing if cell.veiled),
        by_place=_worst_first({key: figures(x) for key, x in placed.items()}),
        by_source={key: figures(x) for key, x in parted(shown, lambda cell: cell.source).items()},
        by_topic={key: fates(x) for key, x in topics.items()},
        by_stage=sums.by_stage(cube.standing),
        by_age=sums.by_age(cube.known, today),
        by_delay=sums.by_delay(cube.due, today),
        course=sums.course(cube, today, BACK, AHEAD),
        weeks=weeks,
        heat=dict(sorted(heat.items(), key=lambda row: (-sum(row[1]), row[0].name))),
        late_verifications=late,
    )


def _worst_first(places: dict[Place, Figures]) -> dict[Place, Figures]:
    """By what is overdue, then by what is open, then by all."""
    return dict(sorted(places.items(), key=lambda row: (-row[1].red, -row[1].open, -row[1].all, row[0].name)))
