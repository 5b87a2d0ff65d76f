"""The posts of units: their roles, who holds them since when, and how all that is changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import within
from models.access.trail import Noted
from models.database import Database
from models.mailing import outbox
from models.opening import INTAKE
from models.staff import book
from models.staff.book import HOLDS
from models.staff.people import Account, Appointment, Person, Post, PostRole, Unit
from models.staff.rights import Doer, check_keeper, kept_apart
from models.staff.succession import take_stock, under_way
from models.staff.units import Branch, checked_name
from policy.refusals import BadInput, NotFound
from policy.roles import Role


@dataclass(frozen=True)
class Held:
    """One appointment, in names. `account` is empty for whoever cannot sign in."""

    id: int
    person: str
    account: str
    first: date
    last: date | None
    by: str
    note: str
    cut_short: bool

    def holds(self, today: date) -> bool:
        return not self.cut_short and self.first <= today and (self.last is None or self.last >= today)

    def is_over(self, today: date) -> bool:
        return self.cut_short or (self.last is not None and self.last < today)


@dataclass(frozen=True)
class Placed:
    """A post with its roles, those who hold it today, and who acts for them."""

    post: Post
    unit: Unit
    roles: tuple[Role, ...]
    holders: tuple[Held, ...]
    acting: str


async def of_unit(session: AsyncSession, unit: Unit, today: date) -> list[Placed]:
    """By name."""
    posts = await session.exec(select(Post).where(Post.unit_id == unit.id).order_by(col(Post.name)))
    return await _placed(session, [(post, unit) for post in posts], today)


async def find(session: AsyncSession, post_id: int, branch: Branch, today: date) -> Placed:
    """Raises NotFound also for a post in a unit that is not of the branch."""
    post = await session.get(Post, post_id)
    if post is None or not within(branch, post.unit_id):
        raise NotFound("没有这个岗位。", "There is no such post.")
    unit = await session.get_one(Unit, post.unit_id)
    return (await _placed(session, [(post, unit)], today))[0]


async def of_person(session: AsyncSession, account: str, today: date) -> list[Placed]:
    """The posts that the person of an account holds themselves, by unit and name."""
    rows = await session.exec(
        select(Post, Unit)
        .join(Unit, col(Unit.id) == col(Post.unit_id))
        .join(Appointment, col(Appointment.post_id) == col(Post.id))
        .join(Account, col(Account.person_id) == col(Appointment.person_id))
        .where(Account.name == account, HOLDS)
        .order_by(col(Unit.name), col(Post.name)),
        params={"today": today},
    )
    found = {post.id: (post, unit) for post, unit in rows}
    return await _placed(session, list(found.values()), today)


async def _placed(session: AsyncSession, found: Sequence[tuple[Post, Unit]], today: date) -> list[Placed]:
    ids = [post.id or 0 for post, _ in found]
    roles: dict[int, set[Role]] = {}
    for row in await session.exec(select(PostRole).where(col(PostRole.post_id).in_(ids))):
        roles.setdefault(row.post_id, set()).add(row.role)
    held = await _appointments(session, ids, today)
    told = await book.written_to(session, ids, today)
    names = await _names(session, {one.account.person_id for one in told.values() if one.stands_in})
    return [
        Placed(
            post,
            unit,
            tuple(role for role in Role if role in roles.get(post.id or 0, ())),
            tuple(held.get(post.id or 0, ())),
            names.get(told[post.id or 0].account.person_id, "") if post.id in told else "",
        )
        for post, unit in found
    ]


async def _names(session: AsyncSession, persons: Collection[int]) -> dict[int, str]:
    rows = await session.exec(select(Person.id, Person.name).where(col(Person.id).in_(persons)))
    return {person or 0: name for person, name in rows}


async def _appointments(
    session: AsyncSession, posts: Collection[int], today: date | None
) -> dict[int, list[Held]]:
    """Those of the day, or all there ever were, the latest first."""
    asked = (
        select(Appointment, Person.name, Account.name)
        .join(Person, col(Person.id) == col(Appointment.person_id))
        .outerjoin(Account, col(Account.person_id) == col(Person.id))
        .where(col(Appointment.post_id).in_(posts))
        .order_by(col(Appointment.from_day).desc(), col(Appointment.id).desc())
    )
    rows = (
        await session.exec(asked.where(HOLDS), params={"today": today})
        if today
        else await session.exec(asked)
    )
    found: dict[int, list[Held]] = {}
    for row, person, account in rows:
        found.setdefault(row.post_id, []).append(
            Held(
                row.id or 0, person, account or "", row.from_day, row.to_day, row.by, row.note, row.cut_short
            )
        )
    return found


async def history(session: AsyncSession, post_id: int) -> list[Held]:
    """Whoever held the post, holds it or is to, the latest first."""
    return (await _appointments(session, [post_id], None)).get(post_id, [])


async def named_in(session: AsyncSession, branch: Branch) -> list[tuple[int, str, str]]:
    """Every post of the branch, with its number and unit, by unit and name: for choosing one."""
    asked = (
        select(col(Post.id), Post.name, Unit.name)
        .join(Unit, col(Unit.id) == col(Post.unit_id))
        .order_by(col(Unit.name), col(Post.name))
    )
    if branch is not None:
        asked = asked.where(col(Post.unit_id).in_(sorted(branch)))
    return [(number or 0, post, unit) for number, post, unit in await session.exec(asked)]


async def open_work(session: AsyncSession, post_id: int) -> list[str]:
    return await under_way(session, [post_id])


async def add(db: Database, unit_id: int, name: str, roles: Collection[Role], by: Doer) -> int:
    """Returns its number. Raises BadInput, NotFound or NotAllowed."""
    async with db.writing("post") as session:
        await db.alone(session, INTAKE)
        await check_keeper(session, by.account, unit_id, by.today)
        post = Post(unit_id=unit_id, name=await _free_name(session, unit_id, name, None))
        session.add(post)
        await session.flush()
        session.add_all(PostRole(post_id=post.id or 0, role=role) for role in roles)
        by.note(session, Noted.POST_ADDED, f"{post.name}：{_listed(roles)}")
    return post.id or 0


async def change(db: Database, post_id: int, name: str, roles: Collection[Role], by: Doer) -> None:
    """Rename it, and say what it may do: at the holder's next request. Raises BadInput or NotAllowed."""
    async with db.writing("post") as session:
        await db.alone(session, INTAKE)
        post = await session.get(Post, post_id)
        if post is None:
            raise NotFound("没有这个岗位。", "There is no such post.")
        await check_keeper(session, by.account, post.unit_id, by.today)
        async with kept_apart(session, by.account, by.today):
            before, post.name = post.name, await _free_name(session, post.unit_id, name, post_id)
            gone, new = await _set_roles(session, post_id, set(roles))
        if before != post.name:
            by.note(session, Noted.POST_CHANGED, f"{before} → {post.name}")
        if gone or new:
            by.note(session, Noted.ROLES_CHANGED, f"{post.name}：+{_listed(new)} −{_listed(gone)}")
        await outbox.try_again(session)


async def _set_roles(session: AsyncSession, post_id: int, wanted: set[Role]) -> tuple[set[Role], set[Role]]:
    """Returns those taken away, and those that are new."""
    rows = {row.role: row for row in await session.exec(select(PostRole).where(PostRole.post_id == post_id))}
    gone, new = set(rows) - wanted, wanted - set(rows)
    for role in gone:
        await session.delete(rows[role])
    session.add_all(PostRole(post_id=post_id, role=role) for role in new)
    return gone, new


def _listed(roles: Collection[Role]) -> str:
    return "、".join(role.value for role in Role if role in roles) or "—"


async def _free_name(session: AsyncSession, unit_id: int, name: str, own: int | None) -> str:
    name = checked_name(name, "岗位名称", "The post's name")
    found = (await session.exec(select(Post).where(Post.unit_id == unit_id, Post.name == name))).first()
    if found is not None and found.id != own:
        raise BadInput(f"本单位已有岗位“{name}”。", f"The unit has a post “{name}” already.")
    return name


async def join(db: Database, post_id: int, account: str, first: date, note: str, by: Doer) -> None:
    """One more holds the post, beside whoever does: from that day. Raises BadInput, NotFound, NotAllowed."""
    async with db.writing("appointment") as session:
        await db.alone(session, INTAKE)
        await take_stock(session, by.today)
        post = await session.get_one(Post, post_id)
        await check_keeper(session, by.account, post.unit_id, by.today)
        comes = await book.account_named(session, account)
        for one in await history(session, post_id):
            if one.account == account and not one.cut_short and (one.last is None or one.last >= first):
                raise BadInput(
                    f"“{account}”自 {one.first} 起已任此岗位。",
                    f"“{account}” holds this post since {one.first}.",
                )
        async with kept_apart(session, by.account, by.today):
            row = Appointment(post_id=post_id, person_id=comes.person_id, from_day=first)
            row.by, row.note = by.account, note.strip()
            session.add(row)
        by.note(session, Noted.APPOINTED, f"{post.name}，{first} 起", account)
        await outbox.try_again(session)


async def end(db: Database, appointment_id: int, last: date, by: Doer) -> None:
    """The appointment's last day is said; nobody follows, and work under way waits for whoever does.

    Raises BadInput, NotFound or NotAllowed.
    """
    async with db.writing("appointment") as session:
        await db.alone(session, INTAKE)
        await take_stock(session, by.today)
        row = await session.get(Appointment, appointment_id)
        if row is None:
            raise NotFound("没有这条任职。", "There is no such appointment.")
        post = await session.get_one(Post, row.post_id)
        await check_keeper(session, by.account, post.unit_id, by.today)
        _check_last(row, last, by.today)
        async with kept_apart(session, by.account, by.today):
            row.to_day, row.cut_short = max(last, row.from_day), last < row.from_day
            session.add(row)
        held = await session.exec(select(Account.name).where(Account.person_id == row.person_id))
        by.note(session, Noted.APPOINTMENT_ENDED, f"{post.name}，{last} 止", held.first() or "")


def _check_last(row: Appointment, last: date, today: date) -> None:
    """Not before yesterday: what was done in the post stays done in it."""
    yesterday = today - timedelta(days=1)
    if row.cut_short or (row.to_day is not None and row.to_day < yesterday):
        raise BadInput("这条任职已经结束。", "This appointment is over.")
    if last < yesterday:
        raise BadInput(
            f"离任日期最早为昨天（{yesterday}）。", f"The last day may be yesterday, {yesterday}, or later."
        )
