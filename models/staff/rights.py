"""Who keeps the units, posts and accounts; and that whoever does gives themselves nothing to decide."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import trail
from models.access.trail import Noted
from models.staff import book
from models.staff.people import Account, Appointment, Post, PostRole, Substitution, Unit
from policy.refusals import BadInput, NotAllowed
from policy.roles import Role
from policy.words import ROLE_WORDS


@dataclass(frozen=True)
class Doer:
    """Who changes something about people, on which day of the office, and when by the machine's clock."""

    account: str
    today: date
    at: datetime
    address: str = ""

    def note(self, session: AsyncSession, kind: Noted, note: str = "", account: str = "") -> None:
        """Into the trail, in the transaction that does it."""
        trail.note(session, self.at, kind, account, by=self.account, address=self.address, note=note)


async def check_keeper(session: AsyncSession, by: str, unit_id: int | None, today: date) -> None:
    """Raises NotAllowed for whoever is no administrator for the unit; without one, for the whole township."""
    roots = await session.exec(select(Unit.id).where(col(Unit.parent_id).is_(None)))
    reach = unit_id if unit_id is not None else roots.first()
    actor = await book.actor(session, by, reach, today)
    if Role.ADMINISTRATOR not in actor.roles:
        raise NotAllowed(
            f"“{by}”不是这里的管理员，不能办理；请由全乡的管理员办理。",
            f"“{by}” is no administrator here; one for the whole township may do this.",
        )


@asynccontextmanager
async def kept_apart(session: AsyncSession, by: str, today: date) -> AsyncIterator[None]:
    """What is done inside gives `by` no role they do not have, today or later, and leaves an administrator.

    Raises NotAllowed or BadInput; whoever may say who verifies and closes does not become that themselves.
    """
    before, was_kept = await roles_ahead(session, by, today), await _is_kept(session, today)
    yield
    await session.flush()
    gained = {role for role, _ in await roles_ahead(session, by, today) - before}
    if gained:
        names = [ROLE_WORDS[role] for role in Role if role in gained]
        raise NotAllowed(
            f"不能给自己增加职责（{'、'.join(zh for zh, _ in names)}），请由另一位管理员办理。",
            f"Nobody gives themselves roles ({', '.join(en for _, en in names)}): "
            "another administrator has to.",
        )
    if was_kept and not await _is_kept(session, today):
        raise BadInput(
            "至少要留一位在任且帐号可用的管理员，没有改动。",
            "One administrator in office with an active account has to stay. Nothing was changed.",
        )


async def roles_ahead(session: AsyncSession, account: str, today: date) -> set[tuple[Role, int | None]]:
    """The roles of all posts a person holds or stands in for from today on, each with where it reaches."""
    person = select(Account.person_id).where(Account.name == account).scalar_subquery()
    held = select(Appointment.post_id).where(
        Appointment.person_id == person,
        ~col(Appointment.cut_short),
        or_(col(Appointment.to_day).is_(None), col(Appointment.to_day) >= today),
    )
    lent = select(Substitution.post_id).where(
        Substitution.person_id == person,
        or_(col(Substitution.to_day).is_(None), col(Substitution.to_day) >= today),
    )
    rows = await session.exec(
        select(col(PostRole.role), Unit)
        .join(Post, col(Post.id) == col(PostRole.post_id))
        .join(Unit, col(Unit.id) == col(Post.unit_id))
        .where(or_(col(Post.id).in_(held), col(Post.id).in_(lent)))
        .execution_options(populate_existing=True)
    )
    return {(Role(role), book.top(unit)) for role, unit in rows}


async def _is_kept(session: AsyncSession, today: date) -> bool:
    """Whether somebody holds a post of an administrator and can sign in."""
    found = await session.exec(
        select(Account.name)
        .join(Appointment, col(Appointment.person_id) == col(Account.person_id))
        .join(PostRole, col(PostRole.post_id) == col(Appointment.post_id))
        .where(col(Account.active), PostRole.role == Role.ADMINISTRATOR, book.HOLDS)
        .limit(1),
        params={"today": today},
    )
    return found.first() is not None
