"""Evidence of a finding: the file somebody asks for, and where else the same file was handed in."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import Sight
from models.findings import Evidence, Finding
from policy.refusals import NotFound


@dataclass(frozen=True)
class Elsewhere:
    """Where the same file lies too: the findings the reader may open, and whether there are others."""

    numbers: tuple[str, ...] = ()
    others: bool = False


async def standing_file(session: AsyncSession, number: str, key: str) -> Evidence:
    """As `file_of`; what was withdrawn is not there any more, and the refusal says so."""
    file = await file_of(session, number, key)
    if file.withdrawn_event is not None:
        raise NotFound(
            f"“{file.name}”已撤下，不再提供；何人何时为何撤下见办理记录。",
            f"“{file.name}” was withdrawn; the history says by whom, when and why.",
        )
    return file


async def file_of(session: AsyncSession, number: str, key: str) -> Evidence:
    """By its number, or by its hash. Raises NotFound, also for what was only named in a ledger."""
    of_finding = select(Evidence).where(Evidence.finding == number, col(Evidence.sha256) != "")
    by_number = key.isascii() and key.isdigit() and len(key) < 19
    same = col(Evidence.id) == int(key) if by_number else col(Evidence.sha256) == key
    standing_first = (col(Evidence.withdrawn_event).is_not(None), col(Evidence.id))
    found = (await session.exec(of_finding.where(same).order_by(*standing_first).limit(1))).first()
    if found is None:
        raise NotFound("没有这份佐证材料。", "There is no such evidence.")
    return found


async def elsewhere(
    session: AsyncSession, sight: Sight, number: str, hashes: Collection[str]
) -> dict[str, Elsewhere]:
    """By hash; a finding the reader may not open is not named."""
    found = await session.exec(
        select(Evidence.sha256, Finding)
        .join(Finding, col(Finding.number) == col(Evidence.finding))
        .where(col(Evidence.sha256).in_(sorted(set(hashes) - {""})), Evidence.finding != number)
        .where(col(Evidence.withdrawn_event).is_(None))
        .order_by(col(Evidence.finding))
        .limit(MOST)
    )
    lies: dict[str, Elsewhere] = {}
    for sha256, finding in found:
        known = lies.get(sha256, Elsewhere())
        if not sight.opens(finding):
            lies[sha256] = Elsewhere(known.numbers, others=True)
        elif finding.number not in known.numbers:
            lies[sha256] = Elsewhere((*known.numbers, finding.number), known.others)
    return lies


MOST = 200
