"""What the portal asks beyond `questions`: can it be read, what is confidential, what a mail carries."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.findings import Finding
from models.mailing.mail import Addressee, Letter
from models.questions import Row

OPEN_TO_ALL = frozenset(
    {
        "number",
        "stage",
        "step",
        "light",
        "deadline",
        "provisional",
        "days_left",
        "round",
        "cycle",
        "closed_on",
        "confidential",
        "version",
    }
)
"""All that a reader who has not signed in may see of a confidential finding."""


async def answers(session: AsyncSession) -> None:
    """Returns if the ledger can be read."""
    await session.exec(select(Finding.number).limit(1))


async def confidential(session: AsyncSession) -> frozenset[str]:
    """Numbers of the confidential findings."""
    rows = await session.exec(select(Finding.number).where(col(Finding.confidential)))
    return frozenset(rows)


async def with_findings(session: AsyncSession, mails: Sequence[Row]) -> list[Row]:
    """Mails, each with the `findings` it carries."""
    carried = await _carried(session, [row["id"] for row in mails])
    return [row | {"findings": carried.get(row["id"], [])} for row in mails]


async def _carried(session: AsyncSession, mails: Sequence[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for start in range(0, len(mails), 500):
        rows = await session.exec(
            select(Addressee.mail_id, Letter.finding)
            .join(Letter, col(Letter.id) == col(Addressee.letter_id))
            .where(col(Addressee.mail_id).in_(mails[start : start + 500]))
            .distinct()
            .order_by(Letter.finding)
        )
        for mail_id, number in rows:
            found.setdefault(mail_id or 0, []).append(number)
    return found


def veiled(row: Row) -> Row:
    """A finding as anyone may see it: of a confidential one no more than how it stands."""
    if not row["confidential"]:
        return row
    return {name: value if name in OPEN_TO_ALL else _nothing(value) for name, value in row.items()}


def _nothing(value: object) -> object:
    if isinstance(value, str | list):
        return type(value)()
    return None
