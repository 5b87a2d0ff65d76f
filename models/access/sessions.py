"""Sessions: begun at signing in, looked up at each request, ended by hand, by time, or by a new password."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import binding
from models.access.keys import Credential, SignIn, TaskLink, Way
from models.access.sight import Sight, sight_of
from models.database import Database
from models.staff.people import Account, Person
from policy.refusals import Language, NotSignedIn

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
PROVED_FOR = timedelta(minutes=30)
"""How long a password or code once given stands for whoever sits there."""
NOTED_EVERY = timedelta(minutes=1)
"""How exactly it is kept when somebody was last seen."""


@dataclass(frozen=True)
class Visitor:
    """Who is signed in, and with what rights today."""

    account: str
    person: int
    name: str
    language: Language
    sight: Sight
    sign_in: SignIn
    must_change_password: bool
    has_code: bool
    """One-time codes are switched on for the account."""
    link: TaskLink | None = None
    """Came by a one-time link: for its finding only."""
    link_holds: bool = False
    """There is still something to do by it."""

    def has_proved(self, now: datetime) -> bool:
        """Gave a password or a code not long ago."""
        return now - self.sign_in.proved_at < PROVED_FOR

    @property
    def owes_code(self) -> bool:
        """The password was right, the one-time code is still to be given."""
        return self.has_code and not self.sign_in.code_given


def hashed(secret: str) -> str:
    """How a long random secret lies in the database."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def begin(
    session: AsyncSession,
    account: str,
    way: Way,
    stamp: int,
    now: datetime,
    *,
    address: str = "",
    agent: str = "",
    link: TaskLink | None = None,
) -> str:
    """A new session; returns its key, which is stored nowhere."""
    key = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            key_hash=hashed(key),
            account=account,
            way=way,
            link_id=link.id if link else None,
            stamp=stamp,
            at=now,
            seen_at=now,
            until=min(now + LONGEST, link.expires_at) if link else now + LONGEST,
            proved_at=now,
            address=address[:64],
            agent=agent[:300],
        )
    )
    return key


async def visitor(
    db: Database, key: str, now: datetime, today: date, *, by_hand: bool = True
) -> Visitor | None:
    """Who the key belongs to; None where the session is over, or the account is no longer active.

    `now` is the machine's clock, by which sessions are written; `today` the office's.
    A page that asks by itself, not `by_hand`, keeps no session alive.
    """
    async with db.reading() as session:
        found = (
            await session.exec(
                select(SignIn, Account, Person, Credential)
                .join(Account, col(Account.name) == col(SignIn.account))
                .join(Person, col(Person.id) == col(Account.person_id))
                .outerjoin(Credential, col(Credential.account) == col(SignIn.account))
                .where(SignIn.key_hash == hashed(key), col(Account.active))
            )
        ).first()
        if found is None:
            return None
        sign_in, account, person, credential = found
        link = await session.get(TaskLink, sign_in.link_id) if sign_in.link_id else None
        if not _is_alive(sign_in, credential, link, now):
            return None
        sight = await sight_of(session, account.person_id, today)
        link_holds = link is not None and await binding.holds(session, link, today)
    if by_hand and now - sign_in.seen_at >= NOTED_EVERY:
        await _note_seen(db, sign_in.key_hash, now)
    return Visitor(
        account.name,
        account.person_id,
        person.name,
        account.language,
        sight,
        sign_in,
        bool(credential and credential.is_initial and sign_in.way is Way.PASSWORD),
        bool(credential and credential.totp_seed and sign_in.way is Way.PASSWORD),
        link,
        link_holds,
    )


def _is_alive(sign_in: SignIn, credential: Credential | None, link: TaskLink | None, now: datetime) -> bool:
    if sign_in.ended_at is not None or now >= sign_in.until or now - sign_in.seen_at >= IDLE:
        return False
    if sign_in.way is Way.LINK:
        return link is not None and now < link.expires_at
    return credential is not None and credential.stamp == sign_in.stamp


async def was_one(db: Database, key: str, now: datetime) -> bool:
    """Whether a session with this key came to its end not long ago, however it did."""
    async with db.reading() as session:
        found = await session.exec(
            select(SignIn.account)
            .join(Account, col(Account.name) == col(SignIn.account))
            .where(SignIn.key_hash == hashed(key), col(SignIn.until) > now - LONGEST, col(Account.active))
        )
        return found.first() is not None


async def _note_seen(db: Database, key_hash: str, now: datetime) -> None:
    async with db.writing("session") as session:
        await session.exec(
            update(SignIn)
            .where(col(SignIn.key_hash) == key_hash, col(SignIn.seen_at) < now)
            .values(seen_at=now)
        )


async def renew(session: AsyncSession, old: SignIn, now: datetime, *, stamp: int | None = None) -> str:
    """Let a session go on under a new key, after a code or a new password; the old one opens nothing more.

    Raises NotSignedIn where it was ended meanwhile.
    """
    key = secrets.token_urlsafe(32)
    if not await end(session, old.key_hash, now):
        raise NotSignedIn("此次登录已结束，请重新登录。", "This session was ended. Sign in again.")
    kept = old.model_dump(exclude={"key_hash", "seen_at", "proved_at"})
    changed = {"code_given": True} if stamp is None else {"stamp": stamp}
    session.add(SignIn(**kept | changed, key_hash=hashed(key), seen_at=now, proved_at=now))
    return key


async def end(session: AsyncSession, key_hash: str, now: datetime) -> bool:
    """Whether it went on until now."""
    ended = await session.exec(
        update(SignIn)
        .where(col(SignIn.key_hash) == key_hash, col(SignIn.ended_at).is_(None))
        .values(ended_at=now)
    )
    return bool(ended.rowcount == 1)


async def end_all(session: AsyncSession, account: str, now: datetime, but: str = "") -> None:
    """End an account's sessions, but for the one with this hash."""
    await session.exec(
        update(SignIn)
        .where(col(SignIn.account) == account, col(SignIn.ended_at).is_(None), col(SignIn.key_hash) != but)
        .values(ended_at=now)
    )


async def speak(session: AsyncSession, account: str, language: Language) -> None:
    await session.exec(update(Account).where(col(Account.name) == account).values(language=language))


async def going_on(session: AsyncSession, account: str, now: datetime) -> list[SignIn]:
    """An account's sessions that are not over, the one used last first."""
    credential = await session.get(Credential, account)
    rows = await session.exec(
        select(SignIn)
        .where(SignIn.account == account, col(SignIn.ended_at).is_(None), col(SignIn.until) > now)
        .order_by(col(SignIn.seen_at).desc())
    )
    return [
        one
        for one in rows
        if _is_alive(one, credential, await session.get(TaskLink, one.link_id) if one.link_id else None, now)
    ]


async def end_own(session: AsyncSession, account: str, key_hash: str, now: datetime) -> bool:
    """End one session of this account and of no other; whether there was one."""
    row = await session.get(SignIn, key_hash)
    return row is not None and row.account == account and await end(session, key_hash, now)
