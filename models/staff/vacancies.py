"""Posts with work under way that nobody can be written to about, and the supervisor told of each once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import ledger
from models.findings import Finding
from models.mailing import letters
from models.mailing.mail import Letter
from models.staff import book
from models.staff.people import Appointment, Person, Post, Unit
from models.staff.succession import UNDER_WAY
from policy.notices import POST_VACANT


@dataclass(frozen=True)
class Vacancy:
    """A post that nobody holds, or whose letters reach nobody. `since` is unknown if it was never held."""

    post_id: int
    post: str
    unit: str
    since: date | None
    stands_in: str
    """Who acts meanwhile, if somebody does."""
    numbers: tuple[str, ...]


async def vacancies(session: AsyncSession, today: date, units: frozenset[int] | None = None) -> list[Vacancy]:
    """By unit and post; only in these units, if any are given."""
    found = await session.exec(AT_WORK)
    posts = {post.id or 0: (post, unit) for post, unit in found if units is None or post.unit_id in units}
    held = await book.holders(session, posts, today)
    told = await book.written_to(session, posts, today)
    empty = [post_id for post_id in posts if post_id not in held or post_id not in told]
    since = await _since(session, empty, today)
    work = await _work(session, empty)
    names = await _names(session, {told[post_id].account.person_id for post_id in empty if post_id in told})
    return [
        Vacancy(post_id, posts[post_id][0].name, posts[post_id][1], since.get(post_id), name, work[post_id])
        for post_id in empty
        for name in [names[told[post_id].account.person_id] if post_id in told else ""]
    ]


AT_WORK = (
    select(Post, Unit.name)
    .join(Unit, col(Unit.id) == col(Post.unit_id))
    .where(
        exists().where(col(Finding.owner_post_id) == col(Post.id), col(Finding.stage).in_(list(UNDER_WAY)))
    )
    .order_by(col(Unit.name), col(Post.name))
)


async def _since(session: AsyncSession, posts: Collection[int], today: date) -> dict[int, date]:
    """The day after the last holder's last."""
    rows = await session.exec(
        select(Appointment.post_id, func.max(Appointment.to_day))
        .where(
            col(Appointment.post_id).in_(posts),
            col(Appointment.to_day) < today,
            ~col(Appointment.cut_short),
        )
        .group_by(col(Appointment.post_id))
    )
    return {post: day + timedelta(days=1) for post, day in rows if day}


async def _work(session: AsyncSession, posts: Collection[int]) -> dict[int, tuple[str, ...]]:
    """What each has to work on, by number."""
    found: dict[int, list[str]] = {}
    rows = await session.exec(
        select(Finding.owner_post_id, Finding.number)
        .where(col(Finding.owner_post_id).in_(posts), col(Finding.stage).in_(list(UNDER_WAY)))
        .order_by(col(Finding.number))
    )
    for post, number in rows:
        found.setdefault(post or 0, []).append(number)
    return {post: tuple(numbers) for post, numbers in found.items()}


async def _names(session: AsyncSession, persons: Collection[int]) -> dict[int, str]:
    rows = await session.exec(select(Person).where(col(Person.id).in_(persons)))
    return {person.id or 0: person.name for person in rows}


async def to_tell(session: AsyncSession, today: date) -> list[tuple[str, int]]:
    """Findings whose post was held once and now reaches nobody, of which nobody was told; and since when."""
    found: list[tuple[str, int]] = []
    for vacancy in await vacancies(session, today):
        since = vacancy.since.toordinal() if vacancy.since else 0
        post = await session.get_one(Post, vacancy.post_id)
        if vacancy.stands_in or post.in_hands_of is None:
            continue
        known = await _told(session, vacancy.numbers, since)
        found += [(number, since) for number in vacancy.numbers if number not in known]
    return found


async def _told(session: AsyncSession, numbers: Collection[str], since: int) -> set[str]:
    """Those of which the supervisor was told in this vacancy."""
    rows = await session.exec(
        select(Letter.finding).where(
            col(Letter.finding).in_(numbers), Letter.rung == POST_VACANT.rung, Letter.occasion == since
        )
    )
    return set(rows)


async def tell(session: AsyncSession, told: Collection[tuple[str, int]], now: datetime) -> int:
    """Write to the supervisor of each finding, once for each vacancy. Returns to how many."""
    written = 0
    for number, since in told:
        finding = await ledger.taken(session, number)
        if finding.stage in UNDER_WAY and not await _told(session, [number], since):
            await letters.notify(session, finding, POST_VACANT, since, now)
            written += 1
    return written
