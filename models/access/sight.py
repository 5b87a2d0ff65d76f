"""What an account may see: the findings in its reach, and of confidential ones those it may open."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, case, false, or_, true
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import questions
from models.findings import Finding
from models.staff import book
from models.staff.people import Post, PostRole, Unit
from policy.refusals import NotFound
from policy.roles import ASSISTANTS, Role
from policy.sight import TRUSTED, WIDE

OWN_POSTS = (
    "owner_post_id",
    "verifier_post_id",
    "inspector_post_id",
    "responsible_leader_post_id",
    "lead_leader_post_id",
    "supervisor_post_id",
)
"""The columns of a finding that name somebody's own post."""


@dataclass(frozen=True)
class Sight:
    """What one person sees on one day. `None` for units is every unit."""

    posts: frozenset[int] = frozenset()
    roles: frozenset[Role] = frozenset()
    units: frozenset[int] | None = frozenset()
    """Whose findings are seen."""
    trusted: frozenset[int] | None = frozenset()
    """Whose confidential findings are opened."""
    own_units: frozenset[str] = field(default_factory=frozenset)
    """Names of the units of one's posts: a finding may name them as assisting."""
    reported_units: frozenset[str] = field(default_factory=frozenset)
    """Of these the ones whose share one reports where they assist."""

    def sees(self, finding: Finding) -> bool:
        """Also what one assists in."""
        return (
            within(self.units, finding.lead_unit_id)
            or self.has_post_of(finding)
            or bool(self.own_units & set(finding.assisting.split("\n")))
        )

    def opens(self, finding: Finding) -> bool:
        """Whether it is shown whole; of a confidential finding others see only how it stands."""
        return self.sees(finding) and (
            not finding.confidential
            or self.has_post_of(finding)
            or within(self.trusted, finding.lead_unit_id)
        )

    def has_post_of(self, finding: Finding) -> bool:
        return any(getattr(finding, name) in self.posts for name in OWN_POSTS)


NOTHING = Sight()
EVERYTHING = Sight(units=None, trusted=None)


def within(units: Collection[int] | None, unit: int | None) -> bool:
    return units is None or unit in units


def seen(sight: Sight) -> ColumnElement[bool]:
    """The findings in sight, as a condition of a question. What one merely assists in is not among them."""
    return _reached(sight, sight.units)


def opened(sight: Sight) -> ColumnElement[bool]:
    """Of the findings in sight those that are shown whole, as a condition."""
    return or_(col(Finding.confidential).is_(False), _reached(sight, sight.trusted))


def veiled(sight: Sight) -> ColumnElement[int]:
    """1 for those in sight that are not shown whole, 0 for all others; also where they have no unit yet."""
    return case((opened(sight), 0), else_=1)


def _reached(sight: Sight, units: frozenset[int] | None) -> ColumnElement[bool]:
    if units is None:
        return true()
    posts = [getattr(Finding, name).in_(sorted(sight.posts)) for name in OWN_POSTS] if sight.posts else []
    places = [col(Finding.lead_unit_id).in_(sorted(units))] if units else []
    return or_(false(), *places, *posts)


async def sight_of(session: AsyncSession, person_id: int, today: date) -> Sight:
    """What a person sees today, by the posts they hold or stand in for."""
    posts = await book.posts_of(session, person_id, today)
    found = list(
        await session.exec(
            select(Post.id, Unit, PostRole.role)
            .join(Unit, col(Unit.id) == col(Post.unit_id))
            .outerjoin(PostRole, col(PostRole.post_id) == col(Post.id))
            .where(col(Post.id).in_(sorted(posts)))
        )
    )
    wide = {book.top(unit) for _, unit, role in found if role in WIDE}
    trusted = {book.top(unit) for _, unit, role in found if role in TRUSTED}
    return Sight(
        frozenset(posts),
        frozenset(Role(role) for *_, role in found if role),
        await _below(session, wide, {unit.id for _, unit, _ in found}),
        await _below(session, trusted, set()),
        frozenset(unit.name for _, unit, _ in found),
        frozenset(unit.name for _, unit, role in found if role in ASSISTANTS),
    )


async def reach_of(
    session: AsyncSession, person_id: int, roles: Collection[Role], today: date
) -> frozenset[int] | None:
    """The units that one of these roles of a person reaches today; `None` is every unit."""
    posts = await book.posts_of(session, person_id, today)
    units = await session.exec(
        select(Unit)
        .join(Post, col(Post.unit_id) == col(Unit.id))
        .join(PostRole, col(PostRole.post_id) == col(Post.id))
        .where(col(Post.id).in_(sorted(posts)), col(PostRole.role).in_(sorted(roles)))
    )
    return await _below(session, {book.top(unit) for unit in units}, set())


async def _below(session: AsyncSession, tops: set[int | None], own: set[int | None]) -> frozenset[int] | None:
    """The units under these; every unit if one of `tops` has none above it."""
    if not tops | own:
        return frozenset()
    rootless = select(Unit.id).where(col(Unit.id).in_(tops), col(Unit.parent_id).is_(None))
    if (await session.exec(rootless)).first() is not None:
        return None
    found: set[int] = set()
    for unit in tops | own:
        found |= set(await questions.below(session, unit)) if unit not in found else set()
    return frozenset(found)


async def find_seen(session: AsyncSession, sight: Sight, number: str) -> Finding:
    """Raises NotFound in the same words for what does not exist and for what is out of sight."""
    finding = await session.get(Finding, number)
    if finding is not None and sight.sees(finding):
        return finding
    known = select(Finding.number).where(seen(sight))
    after = known.where(col(Finding.number) >= number).order_by(col(Finding.number)).limit(book.NEIGHBOURS)
    before = known.where(col(Finding.number) < number).order_by(col(Finding.number).desc())
    near = [*await session.exec(before.limit(book.NEIGHBOURS)), *await session.exec(after)]
    raise NotFound(*book.unknown("问题", "finding", number, near))


def must_see(sight: Sight, finding: Finding) -> Finding:
    """Raises NotFound for what is out of sight, in the words for what does not exist."""
    if not sight.sees(finding):
        raise NotFound(f"没有编号为“{finding.number}”的问题。", f"There is no finding “{finding.number}”.")
    return finding
