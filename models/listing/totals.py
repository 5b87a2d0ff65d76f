"""How many findings a list holds, by stage and by light: counted where an index has them side by side."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models.bulk import plain
from models.findings import Finding
from models.listing.wanted import Wanted
from policy.lights import Light, light
from policy.stages import STEP_OF, Stage


@dataclass(frozen=True)
class Totals:
    """Findings by stage and light."""

    counts: Mapping[tuple[Stage, Light], int]

    def all(self) -> int:
        return sum(self.counts.values())

    def by_light(self, wanted: Light) -> int:
        return sum(count for (_, its), count in self.counts.items() if its is wanted)

    def by_stage(self, wanted: Stage) -> int:
        return sum(count for (its, _), count in self.counts.items() if its is wanted)

    def of(self, wanted: Wanted, lights: Collection[Light] = frozenset(Light)) -> int:
        """Those at the stages, steps and lights that are asked for, and with one of these lights."""
        return sum(
            count
            for (stage, its), count in self.counts.items()
            if its in lights and _is_asked_for(stage, its, wanted)
        )


def _is_asked_for(stage: Stage, its: Light, wanted: Wanted) -> bool:
    return (
        (not wanted.stage or stage in wanted.stage)
        and (not wanted.step or STEP_OF[stage] in wanted.step)
        and (not wanted.light or its in wanted.light)
    )


async def totals(session: AsyncSession, where: ColumnElement[bool], today: date) -> Totals:
    """Of the findings under a condition that says nothing of stages and lights, so that each is counted.

    By stage and deadline, as an index has them: days are few, and lights are for the rules to say.
    """
    keys = col(Finding.stage), col(Finding.deadline)
    counts: Counter[tuple[Stage, Light]] = Counter()
    for stage, deadline, count in await plain(
        session, select(*keys, func.count()).where(where).group_by(*keys), {}
    ):
        counts[stage, light(stage, deadline, today)] += count
    return Totals(counts)
