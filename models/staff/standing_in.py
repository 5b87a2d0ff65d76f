"""Who stands in for a holder for a span: set by an administrator or by the holder, listed, ended early."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import trail
from models.access.trail import Noted
from models.database import Database
from models.opening import INTAKE
from models.staff import book
from models.staff.people import Appointment, Person, Post, Substitution, Unit
from models.staff.rights import kept_apart
from models.staff.succession import check_administrator, named
from policy.refusals import BadInput, NotFound


@dataclass(frozen=True)
class Span:
    """From one day to another, both included."""

    first: date
    last: date

    def shared(self, first: date | None, last: date | None) -> "Span | None":
        both = Span(max(self.first, first or self.first), min(self.last, last or self.last))
        return both if both.first <= both.last else None


def span_of(first: date | None, last: date | None) -> Span | None:
    return Span(first, last) if first and last else None


@dataclass(frozen=True)
class Wanted:
    """`account` is to stand in for whoever holds the post."""

    post: str
    account: str
    span: Span
    by: str
    unit: str = ""
    reason: str = ""


async def stand_in(db: Database, wanted: Wanted, today: date, at: datetime) -> None:
    """Raises NotFound, BadInput, or NotAllowed for whoever neither holds nor administers the post."""
    async with db.writing("stand_in") as session:
        await db.alone(session, INTAKE)
        post = await named(session, wanted.post, wanted.unit)
        await _check_may_say(session, wanted.by, post, today)
        if not today <= wanted.span.last or wanted.span.last < wanted.span.first:
            raise BadInput(
                f"代班须有起止日期，止日不早于起日和今天（{today}）。",
                f"A substitution ends on or after the day it begins, and not before today, {today}.",
            )
        person = (await book.account_named(session, wanted.account)).person_id
        row = Substitution(post_id=post.id or 0, person_id=person, by=wanted.by, reason=wanted.reason)
        row.from_day, row.to_day = wanted.span.first, wanted.span.last
        await check(session, row)
        async with kept_apart(session, wanted.by, today):
            session.add(row)
        said = f"{post.name}，{wanted.span.first} 至 {wanted.span.last}"
        trail.note(session, at, Noted.STAND_IN_SET, wanted.account, by=wanted.by, note=said)


async def _check_may_say(session: AsyncSession, by: str, post: Post, today: date) -> None:
    """The holder of the day may, about their own absence."""
    person = (await book.account_named(session, by)).person_id
    held = await session.exec(
        select(Appointment.id).where(
            Appointment.post_id == post.id, Appointment.person_id == person, book.HOLDS
        ),
        params={"today": today},
    )
    if held.first() is None:
        await check_administrator(session, by, post, today)


async def check(session: AsyncSession, wanted: Substitution) -> None:
    """Refuse whoever holds the post, a second substitute on the same day, and a circle. Raises BadInput."""
    span = span_of(wanted.from_day, wanted.to_day)
    if span is None:
        return
    people = await _people(session, but=wanted.id)
    holding = list(people.holding(wanted.post_id, span))
    if any(row.person_id == wanted.person_id for row, _ in holding):
        raise BadInput("任职人不能给自己代班。", "Nobody stands in for themselves.")
    for row in people.named:
        if row.post_id == wanted.post_id and span.shared(row.from_day, row.to_day):
            raise await _taken_already(session, row)
    for holder, shared in holding:
        if circle := people.leads_back(wanted.person_id, holder.person_id, shared):
            raise BadInput(
                f"代班成环：{circle.first} 至 {circle.last} 代班人自己也不在岗，最终由本人代班。",
                f"A circle: from {circle.first} to {circle.last} the stand-in is replaced in turn, "
                "and in the end by the holder themselves.",
            )


async def _people(session: AsyncSession, but: int | None) -> "_People":
    held = await session.exec(select(Appointment).where(~col(Appointment.cut_short)))
    named = await session.exec(select(Substitution).where(col(Substitution.from_day).is_not(None)))
    return _People(list(held), [row for row in named if but is None or row.id != but])


async def _taken_already(session: AsyncSession, row: Substitution) -> BadInput:
    name = await book.person_name(session, row.person_id)
    return BadInput(
        f"该岗位 {row.from_day} 至 {row.to_day} 已由“{name}”代班，时间重叠。",
        f"“{name}” stands in for this post from {row.from_day} to {row.to_day} already.",
    )


@dataclass(frozen=True)
class _People:
    """Who holds what, and who stands in for whom, over time."""

    held: Sequence[Appointment]
    named: Sequence[Substitution]

    def holding(self, post: int, span: Span) -> Iterator[tuple[Appointment, Span]]:
        for row in self.held:
            if row.post_id == post and (shared := span.shared(row.from_day, row.to_day)):
                yield row, shared

    def leads_back(
        self, person: int, home: int, span: Span, passed: frozenset[int] = frozenset()
    ) -> Span | None:
        """The days on which whoever replaces `person`, and whoever replaces those, is `home` in the end."""
        if person == home:
            return span
        for row, shared in self._replacing(person, span):
            if row.person_id not in passed:
                circle = self.leads_back(row.person_id, home, shared, passed | {person})
                if circle:
                    return circle
        return None

    def _replacing(self, person: int, span: Span) -> Iterator[tuple[Substitution, Span]]:
        for own in self.held:
            during = span.shared(own.from_day, own.to_day) if own.person_id == person else None
            for row in self.named if during else ():
                shared = during and during.shared(row.from_day, row.to_day)
                if row.post_id == own.post_id and shared:
                    yield row, shared


@dataclass(frozen=True)
class Standing:
    """One substitution, in names."""

    id: int
    post_id: int
    post: str
    unit: str
    person: str
    account: str
    """Of whoever stands in; empty if they cannot sign in."""
    span: Span | None
    """None for one that stands whenever the post is vacant."""
    by: str
    reason: str


async def listed(
    session: AsyncSession, today: date, *, past: bool = False, branch: frozenset[int] | None = None
) -> list[Standing]:
    """Those of today and later, by unit, post and day; with `past` also those that are over.

    Only for posts in the units of the branch, if one is given.
    """
    wanted = (
        select(Substitution, Post.name, Unit.name, Person)
        .join(Post, col(Post.id) == col(Substitution.post_id))
        .join(Unit, col(Unit.id) == col(Post.unit_id))
        .join(Person, col(Person.id) == col(Substitution.person_id))
        .order_by(col(Unit.name), col(Post.name), col(Substitution.from_day), col(Substitution.id))
    )
    if branch is not None:
        wanted = wanted.where(col(Post.unit_id).in_(sorted(branch)))
    if not past:
        wanted = wanted.where(col(Substitution.to_day).is_(None) | (col(Substitution.to_day) >= today))
    rows = list(await session.exec(wanted))
    accounts = await book.accounts_of(session, {row.person_id for row, *_ in rows})
    return [_standing(*row, accounts.get(row[0].person_id)) for row in rows]


def _standing(row: Substitution, post: str, unit: str, person: Person, told: book.Told | None) -> Standing:
    span, account = span_of(row.from_day, row.to_day), told.account.name if told else ""
    return Standing(row.id or 0, row.post_id, post, unit, person.name, account, span, row.by, row.reason)


async def end(db: Database, number: int, by: str, last: date | None, today: date, at: datetime) -> None:
    """It ends with `last`, or at once: then the holder is written to from today.

    One that has not been a single day by then is struck off. Raises NotFound, BadInput or NotAllowed.
    """
    async with db.writing("end_stand_in") as session:
        await db.alone(session, INTAKE)
        row = await session.get(Substitution, number)
        if row is None:
            raise NotFound(f"没有第{number}号代班。", f"There is no substitution {number}.")
        post = await session.get_one(Post, row.post_id)
        await _check_may_say(session, by, post, today)
        trail.note(session, at, Noted.STAND_IN_ENDED, "", by=by, note=f"{post.name}，{last or today}")
        last = last or today - timedelta(days=1)
        if row.from_day is None or last < today <= row.from_day:
            await session.delete(row)
            return
        if row.to_day is None or not today - timedelta(days=1) <= last < row.to_day:
            raise BadInput(
                f"第{number}号代班到 {row.to_day} 为止，只能提前到此前、且不早于昨天的日子。",
                f"Substitution {number} ends on {row.to_day}: it can end earlier, but not before yesterday.",
            )
        row.to_day = last
        session.add(row)
