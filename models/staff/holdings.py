"""Which posts have a role for a unit, asked for many units at once: as many questions as for one."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.staff.book import LOCAL_KINDS, Holding, line_upwards
from models.staff.people import Post, PostRole, Unit
from policy.roles import Role

AT_A_TIME = 500

Held = tuple[Role, int]
"""A role, and the post that has it."""


async def holdings(
    session: AsyncSession, wanted: Mapping[int | None, Collection[Role]]
) -> dict[int | None, Holding]:
    """For each unit what `book.holding` says of the roles wanted there."""
    parents = await _parents(session, [unit for unit in wanted if unit is not None])
    found = await _held(session, parents, {role for roles in wanted.values() for role in roles})
    return {unit: found.reaching(unit, roles, parents) for unit, roles in wanted.items()}


async def _parents(session: AsyncSession, units: Iterable[int]) -> dict[int, int | None]:
    """Of these units and of all above them: one question for each level."""
    known: dict[int, int | None] = {}
    asked = set(units)
    while asked:
        for some in _some(asked):
            rows = await session.exec(select(Unit.id, Unit.parent_id).where(col(Unit.id).in_(some)))
            known |= {unit or 0: parent for unit, parent in rows}
        asked = {parent for unit in asked if (parent := known.get(unit)) is not None} - known.keys()
    return known


@dataclass
class _Posts:
    """Posts with their roles: by their unit, and once more by what their office or root reaches."""

    inside: dict[int, list[Held]] = field(default_factory=dict)
    offices: dict[int, list[Held]] = field(default_factory=dict)
    """By the unit that the office is part of."""
    roots: list[Held] = field(default_factory=list)

    def note(self, held: Held, unit: Unit) -> None:
        self.inside.setdefault(unit.id or 0, []).append(held)
        if unit.parent_id is None:
            self.roots.append(held)
        elif unit.kind not in LOCAL_KINDS:
            self.offices.setdefault(unit.parent_id, []).append(held)

    def reaching(
        self, unit: int | None, roles: Collection[Role], parents: Mapping[int, int | None]
    ) -> Holding:
        found: dict[Held, int | None] = {}
        for up, here in enumerate(line_upwards(unit, parents) if unit is not None else ()):
            found |= dict.fromkeys(self.inside.get(here, ()), up)
            found = dict.fromkeys(self.offices.get(here, ())) | found
        found = dict.fromkeys(self.roots) | found
        told = [(role, post, up) for (role, post), up in found.items() if role in roles]
        return sorted(told, key=lambda one: (one[1], one[0]))


async def _held(session: AsyncSession, units: Iterable[int], roles: Collection[Role]) -> _Posts:
    found = _Posts()
    for some in _some(units) or [[]]:
        reaching = or_(col(Unit.id).in_(some), col(Unit.parent_id).in_(some), col(Unit.parent_id).is_(None))
        rows = await session.exec(
            select(col(PostRole.role), col(PostRole.post_id), Unit)
            .join(Post, col(Post.id) == col(PostRole.post_id))
            .join(Unit, col(Unit.id) == col(Post.unit_id))
            .where(col(PostRole.role).in_(roles), reaching)
        )
        for role, post, unit in rows:
            found.note((role, post), unit)
    return found


def _some(ids: Iterable[int]) -> Iterable[list[int]]:
    ordered = sorted(ids)
    return [ordered[first : first + AT_A_TIME] for first in range(0, len(ordered), AT_A_TIME)]
