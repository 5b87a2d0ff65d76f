"""What an auditor may ask of the door: who came in or was refused, whose rights changed, what went out."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.keys import AccessEvent

SHORT = 300


def note(
    session: AsyncSession,
    now: datetime,
    kind: str,
    account: str,
    *,
    by: str = "",
    address: str = "",
    note: str = "",
) -> None:
    """Append one line; kinds are words like `sign_in`, `sign_in_refused`, `password_set`, `export`."""
    session.add(
        AccessEvent(
            at=now, kind=kind, account=account[:100], by=by[:100], address=address[:64], note=note[:SHORT]
        )
    )


async def read(
    session: AsyncSession, *, account: str = "", kind: str = "", before: int | None = None, limit: int = 50
) -> list[AccessEvent]:
    """The latest first, those before the line `before`; about one account, of one kind."""
    asked = select(AccessEvent).order_by(col(AccessEvent.id).desc()).limit(limit)
    if account:
        asked = asked.where(AccessEvent.account == account)
    if kind:
        asked = asked.where(AccessEvent.kind == kind)
    if before is not None:
        asked = asked.where(col(AccessEvent.id) < before)
    return list(await session.exec(asked))
