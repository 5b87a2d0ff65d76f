"""Questions about people: who holds a post on a day, what they may do, where a role of a finding leads."""

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.findings import Finding
from models.people import Account, Appointment, Person, Post, PostRole, Substitution, Unit
from policy.refusals import NotAllowed, NotFound
from policy.roles import Actor, Role

LOCAL_KINDS = frozenset({"village", "grid", "village_group", "行政村", "村", "网格", "村民小组"})
"""Units whose roles reach no further than themselves and what lies below them."""


async def account_named(session: AsyncSession, name: str) -> Account:
    account = await session.get(Account, name)
    if account is None or not account.active:
        raise NotFound(f"没有名为“{name}”的帐号。", f"There is no account “{name}”.")
    return account


async def actor(session: AsyncSession, account_name: str, unit_id: int | None, today: date) -> Actor:
    """The person behind an account with the posts they hold or stand in for today.

    Roles count where they reach the unit: a unit without a parent reaches everything, a village or grid
    itself and what is below, an office all that its parent reaches.
    """
    account = await account_named(session, account_name)
    posts = await posts_of(session, account.person_id, today)
    roles = await _roles_reaching(session, posts, unit_id)
    return Actor(account.name, account.person_id, frozenset(posts), roles)


async def posts_of(session: AsyncSession, person_id: int, today: date) -> set[int]:
    held = select(Appointment.post_id).where(Appointment.person_id == person_id, _holds_on(today))
    stood_in = select(Substitution.post_id).where(
        Substitution.person_id == person_id,
        col(Substitution.from_day) <= today,
        col(Substitution.to_day) >= today,
    )
    posts = set(await session.exec(held)) | set(await session.exec(stood_in))
    return posts | await _vacant_posts_covered(session, person_id, today)


async def _vacant_posts_covered(session: AsyncSession, person_id: int, today: date) -> set[int]:
    covered = await session.exec(
        select(Substitution.post_id).where(
            Substitution.person_id == person_id, col(Substitution.from_day).is_(None)
        )
    )
    return {post for post in covered if await _holder(session, post, today) is None}


def _holds_on(today: date) -> ColumnElement[bool]:
    ends = or_(col(Appointment.to_day).is_(None), col(Appointment.to_day) >= today)
    return and_(col(Appointment.from_day) <= today, ends)


async def _holder(session: AsyncSession, post_id: int, today: date) -> int | None:
    holders = await session.exec(
        select(Appointment.person_id)
        .where(Appointment.post_id == post_id, _holds_on(today))
        .order_by(col(Appointment.from_day).desc(), col(Appointment.id).desc())
        .limit(1)
    )
    return holders.first()


async def incumbent(session: AsyncSession, post_id: int, today: date) -> Account | None:
    return (await incumbents(session, [post_id], today)).get(post_id)


async def incumbents(session: AsyncSession, posts: Collection[int], today: date) -> dict[int, Account]:
    """Who is written to today: the substitute named for the day, else the holder, else a standing one."""
    stand_in = await session.exec(
        select(Substitution)
        .where(col(Substitution.post_id).in_(posts))
        .where(or_(col(Substitution.from_day).is_(None), col(Substitution.from_day) <= today))
        .where(or_(col(Substitution.to_day).is_(None), col(Substitution.to_day) >= today))
        .order_by(col(Substitution.id).desc())
    )
    named: dict[int, int] = {}
    standing: dict[int, int] = {}
    for substitution in stand_in:
        (named if substitution.from_day else standing)[substitution.post_id] = substitution.person_id
    told = standing | await _holders(session, posts, today) | named
    accounts = await session.exec(
        select(Account).where(col(Account.person_id).in_(set(told.values())), col(Account.active))
    )
    of_person = {account.person_id: account for account in accounts}
    return {post: of_person[person] for post, person in told.items() if person in of_person}


async def _holders(session: AsyncSession, posts: Collection[int], today: date) -> dict[int, int]:
    appointments = await session.exec(
        select(Appointment.post_id, Appointment.person_id)
        .where(col(Appointment.post_id).in_(posts), _holds_on(today))
        .order_by(col(Appointment.from_day), col(Appointment.id))
    )
    return dict(appointments.all())


async def _roles_reaching(
    session: AsyncSession, posts: Iterable[int], unit_id: int | None
) -> frozenset[Role]:
    rows = await session.exec(
        select(PostRole, Unit)
        .join(Post, col(Post.id) == col(PostRole.post_id))
        .join(Unit, col(Unit.id) == col(Post.unit_id))
        .where(col(PostRole.post_id).in_(list(posts)))
    )
    above = await ancestry(session, unit_id)
    return frozenset(row.role for row, unit in rows if unit_id is None or _reaches(unit, above))


def _reaches(unit: Unit, above: list[int]) -> bool:
    if unit.parent_id is None:
        return True
    return unit.id in above or (unit.kind not in LOCAL_KINDS and unit.parent_id in above)


async def ancestry(session: AsyncSession, unit_id: int | None) -> list[int]:
    """The unit itself, its parent, and so on to the root."""
    chain: list[int] = []
    while unit_id is not None and unit_id not in chain:
        chain.append(unit_id)
        unit = await session.get(Unit, unit_id)
        unit_id = unit.parent_id if unit else None
    return chain


OWN_POSTS = {
    Role.OWNER: "owner_post_id",
    Role.RESPONSIBLE_LEADER: "responsible_leader_post_id",
    Role.LEAD_LEADER: "lead_leader_post_id",
    Role.SUPERVISOR: "supervisor_post_id",
    Role.VERIFIER: "verifier_post_id",
    Role.INSPECTOR: "inspector_post_id",
}
STAND_INS = {
    Role.VERIFIER: (Role.SUPERVISOR, Role.INSPECTOR),
    Role.INSPECTOR: (Role.INSPECTION_OFFICE, Role.SUPERVISOR),
    Role.UNIT_HEAD: (Role.PARTY_HEAD,),
    Role.FIRST_RESPONSIBLE: (Role.LEAD_LEADER,),
    Role.APPROVER: (Role.FIRST_RESPONSIBLE, Role.LEAD_LEADER, Role.INSPECTION_OFFICE),
}
CLIMBING = frozenset({Role.UNIT_HEAD, Role.PARTY_HEAD, Role.LIAISON})


async def posts_for(session: AsyncSession, finding: Finding, role: Role) -> list[int]:
    """The posts a letter to `role` goes to; empty where the township has nobody in that role.

    Heads and liaisons are looked for in the lead unit and then up the tree; other roles first among the
    finding's own posts, then township-wide.
    """
    own = getattr(finding, OWN_POSTS[role]) if role in OWN_POSTS else None
    if own is not None:
        return [own]
    found = await _posts_with(session, finding, role)
    for stand_in in STAND_INS.get(role, ()):
        found = found or await posts_for(session, finding, stand_in)
    return found


async def _posts_with(session: AsyncSession, finding: Finding, role: Role) -> list[int]:
    if role in {Role.OWNER, Role.RESPONSIBLE_LEADER, Role.LEAD_LEADER, Role.SUPERVISOR}:
        return []
    rows = list(
        await session.exec(
            select(Post.id, Unit)
            .join(Unit, col(Unit.id) == col(Post.unit_id))
            .join(PostRole, col(PostRole.post_id) == col(Post.id))
            .where(PostRole.role == role)
            .order_by(col(Post.id))
        )
    )
    above = await ancestry(session, finding.lead_unit_id)
    if role not in CLIMBING:
        return [post for post, unit in rows if post is not None and _reaches(unit, above)]
    for unit_id in above:
        here = [post for post, unit in rows if post is not None and unit.id == unit_id]
        if here:
            return here
    return []


async def unit_named(session: AsyncSession, name: str) -> Unit:
    found = (await session.exec(select(Unit).where(Unit.name == name))).first()
    if found is None:
        names = list(await session.exec(select(Unit.name)))
        raise NotFound(*unknown("单位", "unit", name, names))
    return found


async def post_named(session: AsyncSession, name: str, unit_id: int | None = None) -> Post:
    """A post by its name, preferably in the unit given. Raises NotFound with the nearest name."""
    found = list(await session.exec(select(Post).where(Post.name == name).order_by(col(Post.id))))
    here = [post for post in found if post.unit_id == unit_id]
    if not found:
        names = list(await session.exec(select(Post.name)))
        raise NotFound(*unknown("岗位", "post", name, names))
    if not here and len(found) > 1:
        raise NotAllowed(
            f"有{len(found)}个单位设有“{name}”岗位，请写明单位。",
            f"{len(found)} units have a post “{name}”: name the unit too.",
        )
    return (here or found)[0]


def unknown(zh_kind: str, en_kind: str, name: str, known: Iterable[str]) -> tuple[str, str]:
    """A sentence for an unknown name that offers the nearest known one, in both languages."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1, cutoff=0.4)
    zh, en = f"没有名为“{name}”的{zh_kind}。", f"There is no {en_kind} “{name}”."
    if near:
        zh, en = f"{zh}您是否要填“{near[0]}”？", f"{en} Did you mean “{near[0]}”?"
    return zh, en


async def person_name(session: AsyncSession, person_id: int | None) -> str:
    person = await session.get(Person, person_id) if person_id else None
    return person.name if person else ""
