"""Questions about people: who holds a post on a day, what they may do, where a role of a finding leads."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy
from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    and_,
    bindparam,
    case,
    cast,
    exists,
    false,
    literal,
    null,
    or_,
    true,
    union,
    union_all,
)
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from models.bulk import plain
from models.findings import Finding
from models.staff.people import Account, Appointment, Person, Post, PostRole, Substitution, Unit
from policy.refusals import NotAllowed, NotFound
from policy.roles import ASSISTANTS, Actor, Role

LOCAL_KINDS = frozenset({"village", "grid", "village_group", "行政村", "村", "网格", "村民小组"})
"""Units whose roles reach no further than themselves and what lies below them."""


def top(unit: Unit) -> int | None:
    """The unit below which a role reaches; an office's role reaches all that its parent's does."""
    return unit.id if unit.kind in LOCAL_KINDS or unit.parent_id is None else unit.parent_id


DEEPEST = 50
"""No tree of units is that deep; one that seems so goes round in a circle."""
UNIT, PERSON = bindparam("unit", type_=Integer), bindparam("person", type_=Integer)
POSTS = bindparam("posts", type_=Integer, expanding=True)
TODAY = bindparam("today", type_=Date)


def _above() -> CTE:
    """The unit bound as `unit`, its parent, and so on to the root, each with how far `up` it is."""
    columns = col(Unit.id), col(Unit.parent_id)
    here = select(*columns, literal(0).label("up")).where(col(Unit.id) == UNIT).cte("above", recursive=True)
    parents = select(*columns, here.c.up + 1).join(here, col(Unit.id) == here.c.parent_id)
    return here.union_all(parents.where(here.c.up < DEEPEST))


def _reaching(above: CTE) -> CTE:
    """Units whose roles reach the lowest of `above`: those without a parent, these, offices beside them."""
    offices = select(col(Unit.id)).join(above, col(Unit.parent_id) == above.c.id)
    return union(
        select(above.c.id),
        offices.where(col(Unit.kind).not_in(LOCAL_KINDS)),
        select(col(Unit.id)).where(col(Unit.parent_id).is_(None)),
    ).cte("reaching")


FARTHEST = 3
"""From one stand-in to the next: whoever chains more people than that has nobody at work."""

HOLDS = and_(
    col(Appointment.from_day) <= TODAY,
    or_(col(Appointment.to_day).is_(None), col(Appointment.to_day) >= TODAY),
    ~col(Appointment.cut_short),
)
NAMED = and_(col(Substitution.from_day) <= TODAY, col(Substitution.to_day) >= TODAY)
STANDING = col(Substitution.from_day).is_(None)
VACANT = ~exists().where(col(Appointment.post_id) == col(Substitution.post_id), HOLDS)


def _replaced(person: ColumnElement[int]) -> CTE:
    """The person, those they stand in for today, those whom these would have stood in for, and so on."""
    here = sqlalchemy.select(person.label("id"), literal(0).label("hop")).cte("replaced", recursive=True)
    absent = (
        sqlalchemy.select(col(Appointment.person_id), here.c.hop + 1)
        .select_from(here)
        .join(Substitution, and_(col(Substitution.person_id) == here.c.id, NAMED))
        .join(Appointment, and_(col(Appointment.post_id) == col(Substitution.post_id), HOLDS))
        .where(here.c.hop < FARTHEST)
    )
    return here.union_all(absent)


def _posts_of(person: ColumnElement[int]) -> CTE:
    """The posts a person holds, and those they stand in for: themselves, or in place of a stand-in.

    One may come twice: each UNION that sorts out doubles is a table more, and past a certain number of
    those SQLite's thread returns its memory after every act.
    """
    replaced = _replaced(person)
    held = sqlalchemy.select(col(Appointment.post_id), true().label("own"))
    stood_in = sqlalchemy.select(col(Substitution.post_id), false()).join(
        replaced, replaced.c.id == col(Substitution.person_id)
    )
    return union_all(
        held.where(col(Appointment.person_id) == person, HOLDS),
        stood_in.where(or_(NAMED, and_(STANDING, VACANT))),
    ).cte("posts")


def _acting() -> Any:
    """The person of an account; on a line for each post and role, whether it is their own, and reaches."""
    account = col(Account.name) == bindparam("account")
    posts = _posts_of(select(col(Account.person_id)).where(account).scalar_subquery())
    reaching = _reaching(_above())
    return (
        sqlalchemy.select(
            col(Account.person_id),
            posts.c.post_id,
            posts.c.own,
            col(PostRole.role),
            or_(reaching.c.id.is_not(None), UNIT.is_(None)),
        )
        .select_from(Account)
        .outerjoin(posts, true())
        .outerjoin(PostRole, col(PostRole.post_id) == posts.c.post_id)
        .outerjoin(Post, col(Post.id) == posts.c.post_id)
        .outerjoin(reaching, reaching.c.id == col(Post.unit_id))
        .where(account, col(Account.active))
    )


def _written_to() -> Select[int, bool, Account]:
    """For each post whoever may be written to, who comes first first: see `written_to`."""
    holders: Any = sqlalchemy.select(
        col(Appointment.post_id),
        literal(HOLDER).label("rank"),
        literal(0).label("hop"),
        col(Appointment.from_day).label("since"),
        (-col(Appointment.id)).label("entry"),
        col(Appointment.person_id),
    ).where(col(Appointment.post_id).in_(POSTS), HOLDS)
    standing_in = _standing_in()
    ranked = union_all(holders, sqlalchemy.select(standing_in)).subquery()
    return (
        select(ranked.c.post_id, ranked.c.rank != HOLDER, Account)
        .select_from(ranked)
        .join(Account, and_(col(Account.person_id) == ranked.c.person_id, col(Account.active)))
        .order_by(ranked.c.rank, ranked.c.hop.desc(), ranked.c.since.desc(), ranked.c.entry)
    )


NAMED_FIRST, HOLDER, STANDING_LAST = 0, 1, 2


def _standing_in() -> CTE:
    """Who stands in for the posts; where somebody stands in for a stand-in's own post, they go on to them."""
    entry = col(Substitution.id)
    here = (
        sqlalchemy.select(
            col(Substitution.post_id),
            case((STANDING, STANDING_LAST), else_=NAMED_FIRST).label("rank"),
            literal(0).label("hop"),
            cast(null(), Date).label("since"),
            entry.label("entry"),
            col(Substitution.person_id),
        )
        .where(col(Substitution.post_id).in_(POSTS), or_(NAMED, and_(STANDING, VACANT)))
        .cte("standing_in", recursive=True)
    )
    on = (
        sqlalchemy.select(
            here.c.post_id, here.c.rank, here.c.hop + 1, here.c.since, entry, col(Substitution.person_id)
        )
        .select_from(here)
        .join(Appointment, and_(col(Appointment.person_id) == here.c.person_id, HOLDS))
        .join(Substitution, and_(col(Substitution.post_id) == col(Appointment.post_id), NAMED))
        .where(here.c.hop < FARTHEST)
    )
    return here.union_all(on)


ACTING = _acting()
WRITTEN_TO = _written_to()
POSTS_OF = select(_posts_of(PERSON).c.post_id)
ABOVE = select((_ABOVE := _above()).c.id).order_by(_ABOVE.c.up)
"""Questions are built once: to build one costs as much as to ask it."""


async def account_named(session: AsyncSession, name: str) -> Account:
    account = await session.get(Account, name)
    if account is None or not account.active:
        raise _no_account(name)
    return account


def _no_account(name: str) -> NotFound:
    return NotFound(f"没有名为“{name}”的帐号。", f"There is no account “{name}”.")


async def actor(session: AsyncSession, account_name: str, unit_id: int | None, today: date) -> Actor:
    """The person behind an account with the posts they hold or stand in for today.

    Roles count where they reach the unit: a unit without a parent reaches everything, a village or grid
    itself and what is below, an office all that its parent reaches.
    """
    bound = {"account": account_name, "unit": unit_id, "today": today}
    rows = await plain(session, ACTING, bound)
    if not rows:
        raise _no_account(account_name)
    posts = frozenset(post for _, post, *_ in rows if post is not None)
    own = frozenset(post for _, post, is_own, *_ in rows if is_own)
    roles = {(role, post) for _, post, _, role, reaches in rows if role is not None and reaches}
    lent_roles = {role: post for role, post in sorted(roles, reverse=True) if post not in own}
    for role, post in roles:
        if post in own:
            lent_roles.pop(role, None)
    return Actor(
        account_name, rows[0][0], posts, frozenset(role for role, _ in roles), posts - own, lent_roles
    )


async def posts_of(session: AsyncSession, person_id: int, today: date) -> set[int]:
    return set(await session.exec(POSTS_OF, params={"person": person_id, "today": today}))


async def incumbent(session: AsyncSession, post_id: int, today: date) -> Account | None:
    return (await incumbents(session, [post_id], today)).get(post_id)


async def incumbents(session: AsyncSession, posts: Collection[int], today: date) -> dict[int, Account]:
    """Who is written to today."""
    return {post: told.account for post, told in (await written_to(session, posts, today)).items()}


@dataclass(frozen=True)
class Told:
    """Whom the letters to a post reach on a day."""

    account: Account
    stands_in: bool


async def written_to(session: AsyncSession, posts: Collection[int], today: date) -> dict[int, Told]:
    """Who is written to today: the substitute named for the day, else the holder, else a standing one.

    A substitute who is replaced that day, in a post of their own, is passed over for whoever replaces them.
    """
    found = await session.exec(WRITTEN_TO, params={"posts": list(posts), "today": today})
    first: dict[int, Told] = {}
    for post, stands_in, account in found:
        first.setdefault(post, Told(account, stands_in))
    return first


async def accounts_of(session: AsyncSession, persons: Collection[int]) -> dict[int, Told]:
    """The active accounts of these persons."""
    found = await session.exec(
        select(Account).where(col(Account.person_id).in_(persons), col(Account.active))
    )
    return {account.person_id: Told(account, stands_in=False) for account in found}


HOLDERS = (
    select(Appointment.post_id, Appointment.person_id)
    .where(col(Appointment.post_id).in_(POSTS), HOLDS)
    .order_by(col(Appointment.from_day), col(Appointment.id))
)


async def holders(session: AsyncSession, posts: Collection[int], today: date) -> dict[int, int]:
    """Post → the person who holds it today, whoever may stand in; of several the latest appointed."""
    return dict((await session.exec(HOLDERS, params={"posts": list(posts), "today": today})).all())


async def ancestry(session: AsyncSession, unit_id: int | None) -> list[int]:
    """The unit itself, its parent, and so on to the root."""
    return list(await session.exec(ABOVE, params={"unit": unit_id}))


def line_upwards(unit: int, parents: Mapping[int, int | None]) -> list[int]:
    """The unit itself, its parent, and so on to the root."""
    line: list[int] = []
    here: int | None = unit
    while here is not None and here not in line:
        line.append(here)
        here = parents.get(here)
    return line


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


NEVER_SOUGHT = frozenset({Role.OWNER, Role.RESPONSIBLE_LEADER, Role.LEAD_LEADER, Role.SUPERVISOR})
"""Roles that only a finding's own posts have for it."""


def _holding() -> Select[Role, int, int | None]:
    """Posts with one of the roles that reach the unit, and how far up from it their unit is, if above it."""
    above = _above()
    reaching = _reaching(above)
    return (
        select(col(PostRole.role), col(PostRole.post_id), above.c.up)
        .select_from(PostRole)
        .join(Post, col(Post.id) == col(PostRole.post_id))
        .join(reaching, reaching.c.id == col(Post.unit_id))
        .outerjoin(above, above.c.id == col(Post.unit_id))
        .where(col(PostRole.role).in_(bindparam("roles", expanding=True)))
        .order_by(col(PostRole.post_id))
    )


HOLDING = _holding()
Holding = Sequence[tuple[Role, int, int | None]]


async def posts_for(
    session: AsyncSession, finding: Finding, roles: Collection[Role]
) -> dict[Role, list[int]]:
    """The posts a letter to each role goes to; none where the township has nobody in that role.

    Heads and liaisons are looked for in the lead unit and then up the tree; other roles first among the
    finding's own posts, then township-wide.
    """
    return closest(finding, roles, await holding(session, finding.lead_unit_id, sought(finding, roles)))


def sought(finding: Finding, roles: Iterable[Role]) -> set[Role]:
    """The roles whose holders have to be asked for to find these, stand-ins included."""
    return {each for role in roles for each in _sought(finding, role)}


async def holding(session: AsyncSession, unit_id: int | None, roles: Collection[Role]) -> Holding:
    """The posts whose role, one of these, reaches the unit."""
    bound = {"unit": unit_id, "roles": sorted(roles)}
    return await plain(session, HOLDING, bound) if roles else []


def closest(finding: Finding, roles: Iterable[Role], holding: Holding) -> dict[Role, list[int]]:
    """The posts a letter to each role goes to, of those that have the roles sought."""
    return {role: _closest(finding, role, holding) for role in roles}


def _own(finding: Finding, role: Role) -> int | None:
    post: int | None = getattr(finding, OWN_POSTS[role]) if role in OWN_POSTS else None
    return post


def _sought(finding: Finding, role: Role) -> set[Role]:
    if _own(finding, role) is not None:
        return set()
    stand_ins = {each for stand_in in STAND_INS.get(role, ()) for each in _sought(finding, stand_in)}
    return ({role} - NEVER_SOUGHT) | stand_ins


def _closest(finding: Finding, role: Role, holding: Holding) -> list[int]:
    own = _own(finding, role)
    if own is not None:
        return [own]
    found = [] if role in NEVER_SOUGHT else _with(role, holding)
    for stand_in in STAND_INS.get(role, ()):
        found = found or _closest(finding, stand_in, holding)
    return found


def _with(role: Role, holding: Holding) -> list[int]:
    if role not in CLIMBING:
        return [post for has, post, _ in holding if has is role]
    on_the_way = [(post, up) for has, post, up in holding if has is role and up is not None]
    nearest = min((up for _, up in on_the_way), default=None)
    return [post for post, up in on_the_way if up == nearest]


UNIT_NAMED = select(Unit).where(col(Unit.name) == bindparam("name"))
POSTS_NAMED = (
    select(Post, Unit.name)
    .join(Unit, col(Unit.id) == col(Post.unit_id))
    .where(col(Post.name).in_(bindparam("names", expanding=True)))
    .order_by(col(Post.id))
)


async def unit_named(session: AsyncSession, name: str) -> Unit:
    found = (await session.exec(UNIT_NAMED, params={"name": name})).first()
    if found is None:
        raise NotFound(*unknown("单位", "unit", name, await near(session, col(Unit.name), name)))
    return found


async def post_named(session: AsyncSession, name: str, unit_id: int | None = None) -> Post:
    """A post by its name, preferably in the unit given. Raises NotFound with the nearest name."""
    return (await posts_named(session, {name}, unit_id))[name]


async def posts_named(session: AsyncSession, names: Collection[str], unit_id: int | None) -> dict[str, Post]:
    """Posts by their names, each preferably in the unit given.

    `甲村/书记` is the post of that unit, which its name alone would not tell from another unit's.
    Raises NotFound with the nearest name, NotAllowed with the choices where several units have one.
    """
    if not names:
        return {}
    sought = {last for name in names for _, last in _read_as(name)}
    found = (await session.exec(POSTS_NAMED, params={"names": list(sought)})).all()
    return {name: await _meant(session, name, found, unit_id) for name in names}


UNIT_MARK = "/"


def full_name(unit: str, post: str) -> str:
    """The name of a post that no other post has."""
    return f"{unit}{UNIT_MARK}{post}"


def _read_as(name: str) -> Iterator[tuple[str | None, str]]:
    """The units and posts that a name may stand for; first of all it is a post's own name."""
    yield None, name
    for place, sign in enumerate(name):
        if sign == UNIT_MARK:
            yield name[:place].strip(), name[place + 1 :].strip()


async def _meant(
    session: AsyncSession, name: str, found: Sequence[tuple[Post, str]], unit_id: int | None
) -> Post:
    for unit, last in _read_as(name):
        so_named = [(post, of) for post, of in found if post.name == last and unit in (None, of)]
        here = [post for post, _ in so_named if post.unit_id == unit_id]
        if not here and len(so_named) > 1:
            raise NotAllowed(*several(last, [of for _, of in so_named]))
        if so_named:
            return here[0] if here else so_named[0][0]
    raise NotFound(*unknown("岗位", "post", name, await near(session, col(Post.name), name)))


MOST_CHOICES = 10


def several(name: str, units: Sequence[str]) -> tuple[str, str]:
    """A sentence for a name that posts of these units have, with what to write instead."""
    choices = [full_name(unit, name) for unit in units[:MOST_CHOICES]]
    more_zh, more_en = ("等", " …") if len(units) > MOST_CHOICES else ("", "")
    return (
        f"有{len(units)}个单位设有“{name}”岗位，请写明是哪一个：{'、'.join(choices)}{more_zh}。",
        f"{len(units)} units have a post “{name}”. Say which: {', '.join(choices)}{more_en}.",
    )


NEIGHBOURS = 300
"""On either side: all there are in a township, and never millions."""


async def near(session: AsyncSession, column: Mapped[str], name: str) -> list[str]:
    """What stands next to `name` in the order of an indexed column."""
    before = select(column).where(column < name).order_by(column.desc()).limit(NEIGHBOURS)
    after = select(column).where(column > name).order_by(column).limit(NEIGHBOURS)
    return [*await session.exec(before), *await session.exec(after)]


def unknown(zh_kind: str, en_kind: str, name: str, known: Iterable[str]) -> tuple[str, str]:
    """A sentence for an unknown name that offers the nearest known one, in both languages."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=1, cutoff=0.4)
    zh, en = f"没有名为“{name}”的{zh_kind}。", f"There is no {en_kind} “{name}”."
    if near:
        zh, en = f"{zh}您是否要填“{near[0]}”？", f"{en} Did you mean “{near[0]}”?"
    return zh, en


async def stood_in_for(session: AsyncSession, post_id: int, today: date) -> dict[str, str]:
    """The post in whose place an act is done and the name of its holder, if there is one: for the record."""
    post = await session.get(Post, post_id)
    holder = (await holders(session, [post_id], today)).get(post_id)
    return {"post": post.name if post else "", "for": await person_name(session, holder)}


async def assistants(session: AsyncSession, units: Collection[str]) -> frozenset[int]:
    """The posts that report for units that assist, by the units' names."""
    found = await session.exec(
        select(Post.id)
        .join(Unit, col(Unit.id) == col(Post.unit_id))
        .join(PostRole, col(PostRole.post_id) == col(Post.id))
        .where(col(Unit.name).in_(units), col(PostRole.role).in_(sorted(ASSISTANTS)))
    )
    return frozenset(post for post in found if post is not None)


async def unit_of(session: AsyncSession, post_id: int) -> str:
    named = select(Unit.name).join(Post, col(Post.unit_id) == col(Unit.id)).where(col(Post.id) == post_id)
    return (await session.exec(named)).one()


async def person_name(session: AsyncSession, person_id: int | None) -> str:
    person = await session.get(Person, person_id) if person_id else None
    return person.name if person else ""
