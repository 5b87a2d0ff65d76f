"""Who is who today, in the lines of the people file: taken in again, they change nothing."""

from collections.abc import AsyncIterator, Collection, Sequence
from datetime import date

from sqlalchemy import or_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.database import Database
from models.questions import Row
from models.staff.people import Account, Appointment, Person, Post, PostRole, Substitution, Unit
from models.staff.staffing import SINCE_ALWAYS

AT_A_TIME = 200
"""Units."""


async def roster(db: Database, today: date) -> AsyncIterator[Sequence[Row]]:
    """Every unit with its posts, whoever holds them or will, and who stands in, in the file's own columns."""
    after = 0
    while True:
        async with db.reading() as session:
            units = await _units(session, after)
            rows = await _lines(session, units, today)
        if rows:
            yield rows
        if len(units) < AT_A_TIME:
            return
        after = units[-1][0].id or 0


Placed = tuple[Unit, str | None]


async def _units(session: AsyncSession, after: int) -> list[Placed]:
    above = aliased(Unit)
    found = await session.exec(
        select(Unit, above.name)
        .outerjoin(above, col(above.id) == col(Unit.parent_id))
        .where(col(Unit.id) > after)
        .order_by(col(Unit.id))
        .limit(AT_A_TIME)
    )
    return list(found)


async def _lines(session: AsyncSession, units: Sequence[Placed], today: date) -> list[Row]:
    ids = [unit.id for unit, _ in units]
    posts = list(await session.exec(select(Post).where(col(Post.unit_id).in_(ids)).order_by(col(Post.id))))
    of_post = [post.id or 0 for post in posts]
    roles = await _roles(session, of_post)
    holders = await _holders(session, of_post, today)
    standing_in = await _standing_in(session, of_post, today)
    found: dict[int, list[Row]] = {}
    for post in posts:
        key = post.id or 0
        named = {"post": post.name, "roles": ";".join(sorted(roles.get(key, ())))}
        for holder, substitute in _beside(holders.get(key, []), standing_in.get(key, [])):
            found.setdefault(post.unit_id, []).append(named | holder | {"substitute": substitute})
    return [
        {"unit": unit.name, "kind": unit.kind, "parent": parent or ""} | line
        for unit, parent in units
        for line in found.get(unit.id or 0, [NO_POST])
    ]


NOBODY: Row = {"person": "", "account": "", "mailbox": "", "phone": "", "from": None, "to": None}
NO_POST: Row = NOBODY | {"post": "", "roles": "", "substitute": ""}


def _beside(holders: Sequence[Row], substitutes: Sequence[str]) -> list[tuple[Row, str]]:
    """A line has one holder and one substitute: whoever there are more of, the last of the others stays."""
    lines = max(len(holders), len(substitutes), 1)
    first = holders or [NOBODY]
    return [
        (first[min(n, len(first) - 1)], substitutes[n] if n < len(substitutes) else "") for n in range(lines)
    ]


async def _roles(session: AsyncSession, posts: Collection[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in await session.exec(select(PostRole).where(col(PostRole.post_id).in_(posts))):
        found.setdefault(row.post_id, []).append(row.role.value)
    return found


async def _holders(session: AsyncSession, posts: Collection[int], today: date) -> dict[int, list[Row]]:
    """Those of today and those to come."""
    rows = await session.exec(
        select(Appointment, Person, Account)
        .join(Person, col(Person.id) == col(Appointment.person_id))
        .outerjoin(Account, col(Account.person_id) == col(Person.id))
        .where(col(Appointment.post_id).in_(posts), ~col(Appointment.cut_short))
        .where(or_(col(Appointment.to_day).is_(None), col(Appointment.to_day) >= today))
        .order_by(col(Appointment.from_day), col(Appointment.id))
    )
    found: dict[int, list[Row]] = {}
    for held, person, account in rows:
        found.setdefault(held.post_id, []).append(
            {
                "person": person.name,
                "account": account.name if account else "",
                "mailbox": account.mailbox if account else "",
                "phone": account.phone if account else "",
                "from": None if held.from_day == SINCE_ALWAYS else held.from_day,
                "to": held.to_day,
            }
        )
    return found


async def _standing_in(session: AsyncSession, posts: Collection[int], today: date) -> dict[int, list[str]]:
    """Those of today and those to come, as the file writes them."""
    rows = await session.exec(
        select(Substitution, Account.name)
        .join(Account, col(Account.person_id) == col(Substitution.person_id))
        .where(col(Substitution.post_id).in_(posts))
        .where(or_(col(Substitution.to_day).is_(None), col(Substitution.to_day) >= today))
        .order_by(col(Substitution.id))
    )
    found: dict[int, list[str]] = {}
    for one, account in rows:
        days = f":{one.from_day}..{one.to_day}" if one.from_day else ""
        found.setdefault(one.post_id, []).append(f"{account}{days}")
    return found
