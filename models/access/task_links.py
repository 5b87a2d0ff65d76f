"""One-time links: made for the holder of a finding's post, opened once, with a PIN told by other means."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import binding, sessions, trail
from models.access.keys import TaskLink, Way
from models.access.knocking import refuse_if_full
from models.access.passwords import hasher
from models.access.sight import Sight, must_see
from models.access.trail import Noted
from models.database import Database
from models.findings import Finding
from models.staff import book
from models.staff.people import Account, Person, Post
from policy import task_links
from policy.knocking import WRONG_FROM_ADDRESS, network_of
from policy.refusals import NotAllowed, NotFound, NotSignedIn

WRONG_PIN = ("PIN不正确。", "The PIN is not right.")


@dataclass(frozen=True)
class Made:
    """A link as it is shown once: neither its token nor its PIN is stored."""

    token: str
    pin: str
    link: TaskLink
    person: str
    post: str
    phone: str


def may_make(finding: Finding, sight: Sight) -> bool:
    """Whether there is something to report, by a post that is named, and the reader may ask for it."""
    return (
        task_links.is_open(finding.stage)
        and finding.owner_post_id is not None
        and sight.opens(finding)
        and task_links.may_make(sight.roles, sight.posts, finding.verifier_post_id)
    )


async def make(
    db: Database, number: str, by: str, sight: Sight, *, today: date, now: datetime, days: int
) -> Made:
    """A new link; earlier ones for the finding end. Raises NotFound, NotAllowed."""
    async with db.writing("task_link") as session:
        finding = await session.get(Finding, number)
        if finding is None:
            raise NotFound(f"没有编号为“{number}”的问题。", f"There is no finding “{number}”.")
        if not may_make(must_see(sight, finding), sight) or finding.owner_post_id is None:
            raise NotAllowed(
                f"{number} 现在不能由您发放一次性链接：须在整改中，且您不是它的验收人。",
                f"You cannot hand out a link for {number}: it has to be in follow-up, not yours to verify.",
            )
        account = await book.incumbent(session, finding.owner_post_id, today)
        if account is None:
            raise NotAllowed(
                "责任人岗位现无任职人，请先登记任职人。",
                "Nobody holds the owner's post today. Appoint somebody first.",
            )
        await _end(session, number, now)
        token, pin = secrets.token_urlsafe(32), f"{secrets.randbelow(10**6):06d}"
        link = TaskLink(
            hash=sessions.hashed(token),
            finding=number,
            post_id=finding.owner_post_id,
            version=finding.version,
            account=account.name,
            pin_hash=hasher().hash(pin),
            made_by=by,
            made_at=now,
            expires_at=now + timedelta(days=days),
        )
        session.add(link)
        trail.note(session, now, Noted.LINK_MADE, account.name, by=by, note=number)
        return await _shown(session, link, account, token, pin)


async def _shown(session: AsyncSession, link: TaskLink, account: Account, token: str, pin: str) -> Made:
    person = await session.get_one(Person, account.person_id)
    post = await session.get_one(Post, link.post_id)
    return Made(token, pin, link, person.name, post.name, account.phone)


async def _end(session: AsyncSession, number: str, now: datetime) -> None:
    await session.exec(
        update(TaskLink)
        .where(col(TaskLink.finding) == number, col(TaskLink.ended_at).is_(None))
        .values(ended_at=now)
    )


async def unopened(session: AsyncSession, token: str, today: date, now: datetime) -> TaskLink:
    """The link of this token, if it can still be opened. Raises NotFound in the same words for any other."""
    found = await session.exec(select(TaskLink).where(TaskLink.hash == sessions.hashed(token)))
    link = found.first()
    if link is None or not _is_fresh(link, now) or not await binding.holds(session, link, today):
        raise NotFound(*binding.OVER)
    return link


def _is_fresh(link: TaskLink, now: datetime) -> bool:
    tried_out = link.tries >= task_links.MOST_TRIES
    return link.used_at is None and link.ended_at is None and now < link.expires_at and not tried_out


async def open_once(
    db: Database, token: str, pin: str, *, today: date, now: datetime, address: str = "", agent: str = ""
) -> str:
    """The key of a session for the link's finding alone.

    Raises NotFound, TooOften, NotSignedIn for a wrong PIN.

    A try is counted before the PIN is looked at: however many come at once, five are looked at.
    """
    async with db.writing("task_link") as session:
        await refuse_if_full(session, f"address:{network_of(address)}", WRONG_FROM_ADDRESS, now)
        link = await unopened(session, token, today, now)
        counted = await session.exec(
            update(TaskLink)
            .where(
                col(TaskLink.id) == link.id,
                col(TaskLink.tries) < task_links.MOST_TRIES,
                col(TaskLink.used_at).is_(None),
            )
            .values(tries=TaskLink.tries + 1)
        )
    if counted.rowcount != 1:
        raise NotFound(*binding.OVER)
    fits = hasher().verify(pin.strip()[:20], link.pin_hash)
    async with db.writing("sign_in") as session:
        if not fits:
            trail.note(session, now, Noted.LINK_REFUSED, link.account, address=address, note=link.finding)
            key = ""
        else:
            key = await _opened(session, link, now, address, agent)
    if not key:
        raise NotSignedIn(*WRONG_PIN)
    return key


async def _opened(session: AsyncSession, link: TaskLink, now: datetime, address: str, agent: str) -> str:
    used = await session.exec(
        update(TaskLink)
        .where(col(TaskLink.id) == link.id, col(TaskLink.used_at).is_(None))
        .values(used_at=now)
    )
    if used.rowcount != 1:
        raise NotFound(*binding.OVER)
    trail.note(session, now, Noted.LINK_OPENED, link.account, address=address, note=link.finding)
    return await sessions.begin(
        session, link.account, Way.LINK, 0, now, address=address, agent=agent, link=link
    )
