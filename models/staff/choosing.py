"""Posts to choose from in a form, by unit, each with who holds it today."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.staff import book
from models.staff.people import Person, Post, PostRole, Unit
from policy.roles import Role


@dataclass(frozen=True)
class PostChoice:
    """`holder` is empty where nobody holds the post."""

    id: int
    unit: str
    name: str
    holder: str
    roles: frozenset[Role] = frozenset()


async def posts(session: AsyncSession, today: date, roles: Collection[Role]) -> list[PostChoice]:
    """Those that have one of these roles."""
    found = await session.exec(
        select(Post, Unit.name, PostRole.role)
        .join(Unit, col(Unit.id) == col(Post.unit_id))
        .join(PostRole, col(PostRole.post_id) == col(Post.id))
        .where(col(PostRole.role).in_(sorted(roles)))
        .order_by(col(Unit.id), col(Post.id))
    )
    known: dict[int, tuple[str, str, set[Role]]] = {}
    for post, unit, role in found:
        known.setdefault(post.id or 0, (unit, post.name, set()))[2].add(Role(role))
    held = await book.holders(session, list(known), today)
    people = await session.exec(select(Person.id, Person.name).where(col(Person.id).in_(set(held.values()))))
    names = dict(people.all())
    return [
        PostChoice(post, unit, name, names.get(held.get(post), ""), frozenset(has))
        for post, (unit, name, has) in known.items()
    ]
