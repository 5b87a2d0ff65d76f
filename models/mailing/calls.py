"""Calls made because a letter did not arrive: who called whom when, and what was said."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import Column, UniqueConstraint
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.columns import UtcTime
from models.questions import Row
from models.staff import book
from policy.office import office_day
from policy.refusals import BadInput, NotAllowed
from policy.roles import SIGNERS


class PhoneCall(SQLModel, table=True):
    """One call about one finding. `letters` are the ids, by comma, of those that were told of."""

    __tablename__ = "phone_call"
    __table_args__ = (UniqueConstraint("by", "nonce", name="one call for one form"),)

    id: int | None = Field(default=None, primary_key=True)
    finding: str = Field(foreign_key="finding.number", index=True)
    whom: str = Field(max_length=200)
    """The name of the person, or of the post where nobody is there."""
    letters: str
    reached: bool
    said: str = Field(default="", max_length=1000)
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    by: str = Field(max_length=100)
    nonce: str | None = Field(default=None, max_length=64)

    @property
    def told(self) -> frozenset[int]:
        return frozenset(int(part) for part in self.letters.split(",") if part)


MOST_SAID = 500


async def note(session: AsyncSession, call: PhoneCall) -> None:
    """Store a call; the same form sent twice is one. Raises NotAllowed for whoever does not supervise."""
    actor = await book.actor(session, call.by, None, office_day(call.at))
    if not SIGNERS & actor.roles:
        raise NotAllowed(
            f"“{call.by}”不能登记电话通知，请由督办人或巡察办登记。",
            f"“{call.by}” may not note calls; a supervisor or the inspection office may.",
        )
    if len(call.said) > MOST_SAID:
        raise BadInput(
            f"通话情况最多{MOST_SAID}字，现有{len(call.said)}字。",
            f"What was said may have {MOST_SAID} characters, there are {len(call.said)}.",
        )
    if call.reached and not call.said.strip():
        raise BadInput("请填写通话情况：对方怎么说。", "Say what was said: how the other side answered.")
    same = select(PhoneCall.id).where(PhoneCall.by == call.by, PhoneCall.nonce == call.nonce)
    if call.nonce is None or (await session.exec(same)).first() is None:
        session.add(call)


async def with_calls(session: AsyncSession, rows: Iterable[Row]) -> list[Row]:
    """Lines of the telephone list with the last call on each, and whether it told of everything."""
    lines = list(rows)
    last = await _last(session, {row["finding"] for row in lines})
    return [row | _called(row, last.get((row["finding"], whom(row)))) for row in lines]


def whom(row: Row) -> str:
    """Who is called in a line of the telephone list: a person, or a post where nobody is there."""
    return str(row["person"] or next(iter(row["posts"]), ""))


def _called(row: Row, call: PhoneCall | None) -> Row:
    letters = {letter["id"] for letter in row["letters"]}
    return {
        "whom": whom(row),
        "ids": ",".join(str(letter) for letter in sorted(letters)),
        "call": call,
        "is_told": call is not None and call.reached and letters <= call.told,
    }


async def _last(session: AsyncSession, numbers: Collection[str]) -> dict[tuple[str, str], PhoneCall]:
    found: dict[tuple[str, str], PhoneCall] = {}
    ordered = sorted(numbers)
    for first in range(0, len(ordered), 500):
        rows = await session.exec(
            select(PhoneCall)
            .where(col(PhoneCall.finding).in_(ordered[first : first + 500]))
            .order_by(col(PhoneCall.id))
        )
        found |= {(call.finding, call.whom): call for call in rows}
    return found
