"""Who comes after whom in a post, and the open work that goes from one pair of hands to the next."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import exists, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import ledger
from models.access import trail
from models.access.trail import Noted
from models.database import Database
from models.findings import Finding
from models.mailing import outbox
from models.opening import INTAKE
from models.orders import ActWords, Order, Successor
from models.staff import book
from models.staff.book import HOLDS
from models.staff.people import Account, Appointment, Post
from models.staff.rights import kept_apart
from policy.office import office_day
from policy.refusals import BadInput, NotAllowed, Refusal
from policy.roles import Role
from policy.stages import LIVE, Act, Stage
from policy.trade import Trade

UNDER_WAY = LIVE - {Stage.DRAFT}
"""Work that is somebody's; a draft is not given to anybody yet."""
THE_FILE = "名册"
"""Hands work over where the people file names a successor."""


@dataclass(frozen=True)
class Change:
    """A post is to change hands; without a day it does so today."""

    post: str
    to: str
    by: str
    unit: str = ""
    leaves: str = ""
    """The account of the one who leaves, where several hold the post."""
    on: date | None = None
    note: str = ""


@dataclass(frozen=True)
class Changed:
    """What came of it. `numbers` are the findings handed over; none yet where the day is still to come."""

    post: str
    leave: tuple[str, ...]
    comes: str
    on: date
    until: date | None
    numbers: tuple[str, ...]
    own_check: tuple[str, ...]
    """Findings of which the successor is the verifier, too: somebody else has to verify them."""


async def change_hands(db: Database, change: Change, now: datetime, trade: Trade) -> Changed:
    """End one appointment, begin the next, and hand over what is under way: all of it, or nothing.

    Raises NotFound, BadInput, or NotAllowed for whoever is no administrator of the post's unit.
    """
    today = office_day(now)
    async with db.writing("change_hands") as session:
        await db.alone(session, INTAKE)
        await take_stock(session, today)
        post = await named(session, change.post, change.unit)
        await check_administrator(session, change.by, post, today)
        comes = await book.account_named(session, change.to)
        on = change.on or today
        leaving = await _leaving(session, post, change, comes, on)
        async with kept_apart(session, change.by, today):
            for row in leaving:
                close(row, on)
            begun = await _begin(session, post, comes, on, change, today)
        trail.note(session, now, Noted.APPOINTED, change.to, by=change.by, note=f"{post.name}，{on} 起")
        leaves = leaving[0].person_id if leaving else post.in_hands_of
        hands = Successor(post.id or 0, leaves, comes.person_id)
        numbers = await _hand_on(session, post, hands, now, trade) if on <= today else []
        await outbox.try_again(session)
        both = await _verified_by(session, post, comes, on)
        leave = [await book.person_name(session, row.person_id) for row in leaving]
        name = await book.person_name(session, comes.person_id)
    return Changed(post.name, tuple(leave), name, on, begun.to_day, tuple(numbers), tuple(both))


async def _verified_by(session: AsyncSession, post: Post, account: Account, on: date) -> list[str]:
    """What the post has under way that the person would have to verify."""
    rows = await session.exec(
        select(Finding.number)
        .join(Appointment, col(Appointment.post_id) == col(Finding.verifier_post_id))
        .where(Finding.owner_post_id == post.id, col(Finding.stage).in_(list(UNDER_WAY)))
        .where(Appointment.person_id == account.person_id, HOLDS)
        .order_by(col(Finding.number)),
        params={"today": on},
    )
    return list(rows)


async def own_checks(session: AsyncSession, post_id: int, today: date) -> list[str]:
    """What a post has under way whose verifier is its holder of today: somebody else has to verify it."""
    post = await session.get_one(Post, post_id)
    holder = (await book.holders(session, [post_id], today)).get(post_id)
    account = (await book.accounts_of(session, [holder])).get(holder) if holder else None
    return await _verified_by(session, post, account.account, today) if account else []


async def named(session: AsyncSession, post: str, unit: str) -> Post:
    found = await book.post_named(session, post, (await book.unit_named(session, unit)).id if unit else None)
    if unit and (await book.unit_named(session, unit)).id != found.unit_id:
        raise BadInput(f"“{unit}”没有“{post}”这个岗位。", f"“{unit}” has no post “{post}”.")
    return found


async def check_administrator(session: AsyncSession, by: str, post: Post, today: date) -> None:
    actor = await book.actor(session, by, post.unit_id, today)
    if Role.ADMINISTRATOR not in actor.roles:
        raise NotAllowed(
            f"“{by}”不是“{post.name}”所在单位的管理员，不能变更其任职和代班。",
            f"“{by}” is no administrator for “{post.name}”: only one may say who holds it or stands in.",
        )


async def _leaving(
    session: AsyncSession, post: Post, change: Change, comes: Account, on: date
) -> list[Appointment]:
    rows = list(
        await session.exec(
            select(Appointment).where(Appointment.post_id == post.id, HOLDS), params={"today": on}
        )
    )
    if comes.person_id in {row.person_id for row in rows}:
        raise BadInput(
            f"“{change.to}” {on} 已任“{post.name}”。", f"“{change.to}” holds “{post.name}” on {on} already."
        )
    if change.leaves:
        leaves = await session.get(Account, change.leaves)  # it may have been closed already
        rows = [row for row in rows if leaves and row.person_id == leaves.person_id]
        if not rows:
            raise BadInput(
                f"“{change.leaves}” {on} 不任“{post.name}”。",
                f"“{change.leaves}” does not hold “{post.name}” on {on}.",
            )
    if len(rows) > 1:
        names = [await book.person_name(session, row.person_id) for row in rows]
        raise BadInput(
            f"“{post.name}”有{len(rows)}人任职（{'、'.join(names)}），请写明由谁交出（命令行用 --from）。",
            f"{len(rows)} people hold “{post.name}” ({', '.join(names)}): say who leaves (--from).",
        )
    return rows


def close(row: Appointment, successor: date) -> None:
    """The day before the successor's first is the last; one that began no earlier holds on no day at all."""
    row.to_day = max(row.from_day, successor - timedelta(days=1))
    row.cut_short = row.from_day >= successor


async def _begin(
    session: AsyncSession, post: Post, comes: Account, on: date, change: Change, today: date
) -> Appointment:
    """From that day, until the day before the next one known to come."""
    rows = list(await session.exec(select(Appointment).where(Appointment.post_id == post.id)))
    later = min((row.from_day for row in rows if row.from_day > on and not row.cut_short), default=None)
    if later and later <= today:
        raise BadInput(
            f"“{post.name}”自 {later} 起已由他人任职，接任首日须在此之后。",
            f"Somebody else holds “{post.name}” since {later}: a successor begins after that day.",
        )
    same = (row for row in rows if (row.person_id, row.from_day) == (comes.person_id, on))
    begun = next(same, None) or Appointment(post_id=post.id or 0, person_id=comes.person_id, from_day=on)
    begun.to_day = later - timedelta(days=1) if later else None
    begun.cut_short, begun.by, begun.note = False, change.by, change.note
    session.add(begun)
    return begun


HELD = exists().where(col(Appointment.post_id) == col(Post.id), HOLDS)
STILL_HELD = exists().where(
    col(Appointment.post_id) == col(Post.id), col(Appointment.person_id) == col(Post.in_hands_of), HOLDS
)
FIRST_HOLDER = (
    select(Appointment.person_id)
    .where(col(Appointment.post_id) == col(Post.id), HOLDS)
    .order_by(col(Appointment.from_day).desc(), col(Appointment.id).desc())
    .limit(1)
    .scalar_subquery()
)
TURNED = select(Post.id).where(col(Post.in_hands_of).is_not(None), HELD, ~STILL_HELD).order_by(col(Post.id))
TAKE_STOCK = (
    update(Post)
    .where(col(Post.in_hands_of).is_(None), HELD)
    .values(in_hands_of=FIRST_HOLDER)
    .execution_options(synchronize_session=False)
)


async def take_stock(session: AsyncSession, today: date) -> None:
    """Posts of which nothing was known so far are in the hands of whoever holds them."""
    await session.exec(TAKE_STOCK, params={"today": today})


async def turned(session: AsyncSession, today: date) -> list[int]:
    """Posts that others hold today than those whom their work was handed to last."""
    return [post or 0 for post in await session.exec(TURNED, params={"today": today})]


async def hand_on(session: AsyncSession, post_id: int, now: datetime, trade: Trade) -> list[str]:
    """Hand what a post has under way to whoever holds it today; none if that was done already."""
    today = office_day(now)
    locked = await session.exec(select(Post).where(Post.id == post_id).with_for_update())
    post = locked.one()
    if post_id not in await turned(session, today):
        return []
    comes = (await book.holders(session, [post_id], today))[post_id]
    return await _hand_on(session, post, Successor(post_id, post.in_hands_of, comes), now, trade)


async def _hand_on(
    session: AsyncSession, post: Post, hands: Successor, now: datetime, trade: Trade
) -> list[str]:
    order = await _order(session, hands, office_day(now))
    post.in_hands_of = hands.comes
    session.add(post)
    numbers = await under_way(session, [hands.post])
    return [number for number in numbers if await _pass(session, number, order, now, trade)]


async def _order(session: AsyncSession, hands: Successor, today: date) -> Order:
    """In the name of whoever appointed the successor, with what they had to say."""
    rows = await session.exec(
        select(Appointment)
        .where(Appointment.post_id == hands.post, Appointment.person_id == hands.comes, HOLDS)
        .order_by(col(Appointment.from_day).desc()),
        params={"today": today},
    )
    begun = rows.first()
    by, note = (begun.by, begun.note) if begun else ("", "")
    return Order("", Act.HAND_OVER, by or THE_FILE, ActWords(reason=note), successor=hands)


async def under_way(session: AsyncSession, posts: Collection[int]) -> list[str]:
    """The findings that these posts have to work on, by number."""
    rows = await session.exec(
        select(Finding.number)
        .where(col(Finding.owner_post_id).in_(posts), col(Finding.stage).in_(list(UNDER_WAY)))
        .order_by(col(Finding.number))
    )
    return list(rows)


async def _pass(session: AsyncSession, number: str, order: Order, now: datetime, trade: Trade) -> bool:
    """Whether it was still the post's, and is now in the successor's hands."""
    finding = await ledger.taken(session, number)
    is_theirs = order.successor and finding.owner_post_id == order.successor.post
    if not is_theirs or finding.stage not in UNDER_WAY:
        return False
    await ledger.pass_on(session, finding, replace(order, number=number), now, trade)
    return True


@dataclass(frozen=True)
class Move:
    """What a post has under way, or some of it, is to go to another post."""

    post: str
    to_post: str
    by: str
    unit: str = ""
    to_unit: str = ""
    only: Sequence[str] = ()
    note: str = ""


async def move_work(db: Database, move: Move, now: datetime, trade: Trade) -> list[str]:
    """Hand findings to another post, all or none. Raises NotAllowed listing which cannot go, and why."""
    async with db.writing("move_work") as session:
        post = await named(session, move.post, move.unit)
        other = await named(session, move.to_post, move.to_unit)
        theirs = await under_way(session, [post.id or 0])
        wanted = list(dict.fromkeys(move.only)) or theirs
        if not wanted:
            raise BadInput(
                f"“{post.name}”没有未办结的事项。", f"“{post.name}” has nothing under way to hand over."
            )
        refused = [_not_theirs(number, post) for number in wanted if number not in theirs]
        for number in (number for number in wanted if number in theirs):
            order = Order(number, Act.HAND_OVER, move.by, ActWords(reason=move.note), to_post=other.id)
            try:
                await ledger.enact(session, await ledger.taken(session, number), order, now, trade)
            except (NotAllowed, BadInput) as why:
                refused.append((number, why))
        if refused:
            raise _none_goes(refused)
        await outbox.try_again(session)
    return wanted


def _not_theirs(number: str, post: Post) -> tuple[str, Refusal]:
    return number, NotAllowed(f"不是“{post.name}”的未办结事项。", f"is not under way at “{post.name}”.")


def _none_goes(refused: list[tuple[str, Refusal]]) -> NotAllowed:
    zh = "；".join(f"{number}：{why.zh.rstrip('。')}" for number, why in refused)
    en = "; ".join(f"{number}: {why.en.rstrip('.')}" for number, why in refused)
    return NotAllowed(
        f"有{len(refused)}项不能交接，全部未动。{zh}。",
        f"{len(refused)} cannot be handed over, so none was. {en}.",
    )
