"""The rounds 批次 that findings come from: listed with how far they are, entered, and put right."""

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.findings import InspectionRound


async def names(session: AsyncSession) -> list[tuple[str, str]]:
    """(source, name) of all."""
    return list(await session.exec(select(InspectionRound.source, InspectionRound.name)))
