"""Lists page by page: each begins where the last one ended, so that a page costs what it holds."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import questions
from models.access.sight import Sight, opened, seen
from models.findings import Finding, InspectionRound
from models.listing.conditions import findings_where
from models.listing.wanted import Wanted
from models.mailing.mail import Letter
from models.overview import veiled
from models.questions import Row
from policy.escalation import LetterState

VEILED_LETTER = ("to", "cc", "note", "reached", "signed_by")
"""What would tell whom a confidential finding is about."""


@dataclass(frozen=True)
class Span:
    """So many after a place."""

    after: str
    limit: int


async def findings(
    session: AsyncSession, sight: Sight, today: date, wanted: Wanted, span: Span
) -> tuple[list[Row], bool]:
    """Findings in sight by number, as far as they may be seen, and whether there are more.

    Raises NotFound for an unknown name, BadInput for words that cannot be looked for.
    """
    asked = (
        select(Finding.number)
        .where(await findings_where(session, wanted, sight, today), col(Finding.number) > span.after)
        .order_by(col(Finding.number))
        .limit(span.limit + 1)
    )
    numbers = list(await session.exec(asked))
    rows = await questions.listed(session, today, numbers=numbers[: span.limit])
    return await as_seen(session, sight, rows), len(numbers) > span.limit


async def as_seen(session: AsyncSession, sight: Sight, rows: Iterable[Row]) -> list[Row]:
    """Findings in a list, the confidential ones that are not opened veiled."""
    found = list(rows)
    closed = [row["number"] for row in found if row["confidential"]]
    whole = await _those(session, closed, and_(seen(sight), opened(sight)))
    return [row if not row["confidential"] or row["number"] in whole else veiled(row) for row in found]


@dataclass(frozen=True)
class LettersWanted:
    finding: str = ""
    state: LetterState | None = None


async def letters(
    session: AsyncSession, sight: Sight, wanted: LettersWanted, after: int, limit: int
) -> tuple[list[Row], bool]:
    """Letters on findings in sight in the order in which they were decided, and whether there are more."""
    asked = (
        select(Letter.id)
        .join(Finding, col(Finding.number) == col(Letter.finding))
        .where(seen(sight), col(Letter.id) > after)
        .order_by(col(Letter.id))
        .limit(limit + 1)
    )
    if wanted.finding:
        asked = asked.where(Letter.finding == wanted.finding)
    if wanted.state:
        asked = asked.where(Letter.state == wanted.state)
    ids = [x for x in await session.exec(asked) if x is not None]
    rows = await questions.letters(session, ids=ids[:limit])
    rows = await unaddressed(session, sight, rows, VEILED_LETTER)
    return sorted(rows, key=lambda row: int(row["id"])), len(ids) > limit


async def unaddressed(
    session: AsyncSession, sight: Sight, rows: Sequence[Row], telling: Sequence[str]
) -> list[Row]:
    """Letters, without their readers where those would tell of a finding that is not opened."""
    shown = await _those(session, (row["finding"] for row in rows), opened(sight))
    return [
        row if row["finding"] in shown else row | {name: type(row[name])() for name in telling}
        for row in rows
    ]


async def numbers_seen(session: AsyncSession, sight: Sight, numbers: Iterable[str]) -> frozenset[str]:
    """Of these findings the ones in sight."""
    return await _those(session, numbers, seen(sight))


async def numbers_opened(session: AsyncSession, sight: Sight, numbers: Iterable[str]) -> frozenset[str]:
    """Of these findings in sight the ones that are shown whole."""
    return await _those(session, numbers, opened(sight))


async def _those(
    session: AsyncSession, numbers: Iterable[str], condition: ColumnElement[bool]
) -> frozenset[str]:
    asked, found = sorted(set(numbers)), set[str]()
    for first in range(0, len(asked), 500):
        some = col(Finding.number).in_(asked[first : first + 500])
        found |= set(await session.exec(select(Finding.number).where(some, condition)))
    return frozenset(found)


async def rounds(session: AsyncSession, sight: Sight) -> list[Row]:
    """The inspection rounds that findings in sight belong to, with how many, by source and name."""
    found = await session.exec(
        select(InspectionRound, func.count())
        .join(Finding, col(Finding.inspection_round_id) == col(InspectionRound.id))
        .where(seen(sight), opened(sight))
        .group_by(col(InspectionRound.id))
        .order_by(col(InspectionRound.source), col(InspectionRound.name))
    )
    return [
        {
            "source": one.source,
            "name": one.name,
            "document": one.document,
            "feedback_on": one.feedback_on,
            "findings": count,
        }
        for one, count in found
    ]
