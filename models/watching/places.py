"""Where findings are counted: under the units next to the top, so that no list of them is long."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import Sight
from models.staff.book import line_upwards
from models.staff.people import Unit


@dataclass(frozen=True)
class Place:
    """A unit with all below it, or only itself; `name` is empty for what no unit has yet."""

    name: str
    alone: bool = False


NOWHERE = Place("")


async def places(
    session: AsyncSession, sight: Sight, counted: Collection[int | None]
) -> dict[int | None, Place]:
    """Under which place each of these units is counted."""
    units = {unit.id or 0: unit for unit in await session.exec(select(Unit))}
    parents = {unit: _above(row, units, sight) for unit, row in units.items()}
    found: dict[int | None, Place] = {None: NOWHERE}
    for unit in counted:
        if unit is not None:
            found[unit] = _place(unit, units, parents, counted)
    return found


def _above(unit: Unit, units: Mapping[int, Unit], sight: Sight) -> int | None:
    """The unit above it, as far as the reader's sight reaches up."""
    parent = unit.parent_id
    return parent if parent in units and (sight.units is None or parent in sight.units) else None


def _place(
    unit: int, units: Mapping[int, Unit], parents: Mapping[int, int | None], counted: Collection[int | None]
) -> Place:
    line = line_upwards(unit, parents)
    if len(line) > 1:
        return Place(units[line[-2]].name)
    has_others = any(other != unit and line_upwards(other, parents)[-1] == unit for other in counted if other)
    return Place(units[unit].name, alone=has_others)
