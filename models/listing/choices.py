"""What a reader may choose among in the conditions of a list: nothing that only others' findings tell."""

from sqlalchemy import ColumnElement, Select, exists, func, select, true
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import Sight, opened, seen
from models.bulk import plain
from models.findings import Finding
from models.staff.people import Unit

MOST_UNITS = 200
"""More would make the page longer than its list; a name is then typed."""


async def sources(session: AsyncSession, sight: Sight) -> list[str]:
    """Of the findings that the reader opens."""
    its = select(col(Finding.source)).where(seen(sight), opened(sight)).distinct()
    question = _each_once(opened(sight)) if sight.units is None else its
    return sorted(source for (source,) in await plain(session, question, {}))


def _each_once(opens: ColumnElement[bool]) -> Select[str]:
    """Leaps from one source to the next in their index: what they are costs their number, not the table's."""
    first = select(func.min(col(Finding.source)).label("source")).cte("sources", recursive=True)
    beyond = select(func.min(col(Finding.source))).where(col(Finding.source) > first.c.source)
    every = first.union_all(select(beyond.scalar_subquery()).where(first.c.source.is_not(None)))
    has_open = exists().where(col(Finding.source) == every.c.source, opens)
    return select(every.c.source).where(every.c.source.is_not(None), has_open)


async def units(session: AsyncSession, sight: Sight) -> list[str]:
    """Names of the units in sight; none where they are too many to choose from."""
    here = true() if sight.units is None else col(Unit.id).in_(sorted(sight.units))
    question = select(col(Unit.name)).where(here).order_by(col(Unit.id)).limit(MOST_UNITS + 1)
    names = [name for (name,) in await plain(session, question, {})]
    return names if len(names) <= MOST_UNITS else []
