"""How many findings a list holds, by stage and by light: counted where an index has them side by side."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import Sight
from models.bulk import plain
from models.database import Database
from models.findings import Finding
from models.listing.conditions import findings_where, shows
from models.listing.wanted import Wanted
from models.memory import Memory, kind
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

    By stage and deadline, as an index has them: days are few, and lights are for the rules to say. Only how
    many kept their deadline by submitting is summed beside, so that these two days need no group each.
    """
    keys = col(Finding.stage), col(Finding.deadline)
    counts: Counter[tuple[Stage, Light]] = Counter()
    submitted = func.sum(case((shows(Light.SUBMITTED, today), 1), else_=0))
    question = select(*keys, func.count(), submitted).where(where).group_by(*keys)
    for stage, deadline, count, kept in await plain(session, question, {}):
        counts[stage, light(stage, deadline, None, today)] += count - kept
        counts[stage, Light.SUBMITTED] += kept
    return Totals(counts)


HELD = Memory[Totals](128)


async def remembered(
    db: Database, session: AsyncSession, wanted: Wanted, sight: Sight, today: date, now: datetime
) -> Totals:
    """Of all that is wanted but for stages, steps and lights; raises as `findings_where`.

    The pages of a list ask for the same totals one after the other: they are counted once, until somebody
    acts. `now` is the machine's clock.
    """
    scope = replace(wanted, stage=(), step=(), light=())

    async def count() -> Totals:
        return await totals(session, await findings_where(session, scope, sight, today), today)

    return await HELD.recall(db, session, (scope, kind(sight), today), now, count)
