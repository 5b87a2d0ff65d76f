"""Conditions that somebody keeps under a name: their own, for their own eyes."""

from datetime import datetime
from urllib.parse import parse_qsl, urlencode

from sqlmodel import col, delete, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.keys import SavedFilter
from models.listing.wanted import Wanted, understood
from policy.refusals import BadInput

LONGEST_NAME, LONGEST_QUERY, MOST = 60, 2000, 50


async def kept(session: AsyncSession, account: str) -> list[SavedFilter]:
    """By name."""
    own = select(SavedFilter).where(SavedFilter.account == account).order_by(col(SavedFilter.name))
    return list(await session.exec(own))


async def keep(session: AsyncSession, account: str, name: str, query: str, now: datetime) -> None:
    """Under a name of its own; one of the same name is replaced. Raises BadInput."""
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise BadInput(
            f"请给筛选条件起一个名称，不超过{LONGEST_NAME}个字。",
            f"Give the filter a name of {LONGEST_NAME} characters at most.",
        )
    query = written(understood(parse_qsl(query)))
    if not 0 < len(query) <= LONGEST_QUERY:
        raise BadInput("请先选择要保存的条件。", "Choose the conditions to be saved first.")
    same = select(SavedFilter).where(SavedFilter.account == account, SavedFilter.name == name)
    row = (await session.exec(same)).first()
    if row is None:
        await _room_for_one(session, account)
        row = SavedFilter(account=account, name=name, query=query, made_at=now)
    row.query, row.made_at = query, now
    session.add(row)


async def _room_for_one(session: AsyncSession, account: str) -> None:
    count = select(func.count()).select_from(SavedFilter).where(SavedFilter.account == account)
    if (await session.exec(count)).one() >= MOST:
        raise BadInput(
            f"最多保存{MOST}个筛选条件，请先删除不用的。",
            f"There is room for {MOST} saved filters: delete one that is no longer used.",
        )


async def forget(session: AsyncSession, account: str, filter_id: int) -> None:
    """Nobody forgets another's; one that is gone already is gone."""
    gone = delete(SavedFilter).where(col(SavedFilter.id) == filter_id, col(SavedFilter.account) == account)
    await session.exec(gone)


def written(wanted: Wanted) -> str:
    """As the query of an address."""
    return urlencode(wanted.query())
