"""What a form offers to choose from: units, and their posts with whoever holds them today."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import Sight, within
from models.staff import book
from models.staff.people import Person, Post, PostRole, Unit
from policy.roles import Role


@dataclass(frozen=True)
class PostChoice:
    """`holder` is who is written to today: empty for a vacant post."""

    id: int
    name: str
    unit_id: int
    unit: str
    roles: frozenset[Role]
    holder: str
    written: str = ""
    """The name that means this post and no other, however many units have one of that name."""


@dataclass(frozen=True)
class UnitChoice:
    id: int
    name: str


async def units(session: AsyncSession, sight: Sight) -> list[UnitChoice]:
    """Those in sight, in the order they were entered."""
    rows = await session.exec(select(Unit.id, Unit.name).order_by(col(Unit.id)))
    return [UnitChoice(unit or 0, name) for unit, name in rows if within(sight.units, unit)]


async def posts(session: AsyncSession, today: date) -> list[PostChoice]:
    """All posts, by unit."""
    found = (
        await session.exec(
            select(Post, Unit.name)
            .join(Unit, col(Unit.id) == col(Post.unit_id))
            .order_by(col(Post.unit_id), col(Post.id))
        )
    ).all()
    roles: dict[int, set[Role]] = defaultdict(set)
    for post, role in await session.exec(select(PostRole.post_id, PostRole.role)):
        roles[post].add(Role(role))
    holders = await _holders(session, [post.id or 0 for post, _ in found], today)
    how_many = Counter(post.name for post, _ in found)
    return [
        PostChoice(
            post.id or 0,
            post.name,
            post.unit_id,
            unit,
            frozenset(roles[post.id or 0]),
            holders.get(post.id or 0, ""),
            post.name if how_many[post.name] == 1 else book.full_name(unit, post.name),
        )
        for post, unit in found
    ]


async def _holders(session: AsyncSession, ids: list[int], today: date) -> dict[int, str]:
    told = await book.incumbents(session, ids, today)
    persons = {account.person_id for account in told.values()}
    named = await session.exec(select(Person.id, Person.name).where(col(Person.id).in_(persons)))
    names = dict(named.all())
    return {post: names.get(account.person_id, "") for post, account in told.items()}
