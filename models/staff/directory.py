"""Who is who: the units and posts in somebody's sight."""

from datetime import date

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import Sight
from models.questions import Row
from models.staff import book
from models.staff.people import Person, Post, PostRole, Unit


def _in_sight(sight: Sight) -> ColumnElement[bool]:
    return true() if sight.units is None else col(Unit.id).in_(sorted(sight.units))


async def units(session: AsyncSession, sight: Sight, after: str, limit: int) -> tuple[list[Row], bool]:
    """Units by name, and whether there are more."""
    above = aliased(Unit)
    found = (
        await session.exec(
            select(Unit, above.name)
            .outerjoin(above, col(above.id) == col(Unit.parent_id))
            .where(_in_sight(sight), col(Unit.name) > after)
            .order_by(col(Unit.name))
            .limit(limit + 1)
        )
    ).all()
    rows = [{"name": one.name, "kind": one.kind, "parent": parent or ""} for one, parent in found]
    return rows[:limit], len(rows) > limit


async def posts(
    session: AsyncSession, sight: Sight, today: date, after: int, limit: int
) -> tuple[list[Row], bool]:
    """Posts in the order in which they were made, each with its `id`, and whether there are more."""
    found = (
        await session.exec(
            select(Post, Unit.name)
            .join(Unit, col(Unit.id) == col(Post.unit_id))
            .where(_in_sight(sight), col(Post.id) > after)
            .order_by(col(Post.id))
            .limit(limit + 1)
        )
    ).all()
    page = found[:limit]
    ids = [post.id or 0 for post, _ in page]
    roles = await _roles(session, ids)
    holders = await book.holders(session, ids, today)
    people = await session.exec(select(Person).where(col(Person.id).in_(sorted(set(holders.values())))))
    names = {person.id: person.name for person in people}
    rows = [
        {
            "id": post.id,
            "unit": unit,
            "name": post.name,
            "roles": roles.get(post.id or 0, []),
            "holder": names.get(holders.get(post.id or 0), ""),
        }
        for post, unit in page
    ]
    return rows, len(found) > limit


async def _roles(session: AsyncSession, posts: list[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    rows = await session.exec(select(PostRole).where(col(PostRole.post_id).in_(posts)))
    for row in rows:
        found.setdefault(row.post_id, []).append(row.role.value)
    return {post: sorted(roles) for post, roles in found.items()}


async def post_names(session: AsyncSession, sight: Sight) -> list[str]:
    """The posts one holds or stands in for today."""
    return list(
        await session.exec(
            select(Post.name).where(col(Post.id).in_(sorted(sight.posts))).order_by(col(Post.id))
        )
    )
