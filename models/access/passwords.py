"""Passwords: set by an administrator or by their owner, hashed with Argon2id, tried in equal time."""

import secrets
from datetime import datetime, timedelta
from functools import lru_cache

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import knocking, sessions, tokens, trail
from models.access.keys import Credential, Way
from models.access.sessions import Visitor
from models.access.trail import Noted
from models.database import Database
from models.staff import book
from models.staff.people import Account, Unit
from policy import passwords
from policy.knocking import WRONG_ANYWHERE, WRONG_FOR_ACCOUNT, WRONG_FROM_ADDRESS, Bucket, network_of
from policy.refusals import NotSignedIn, Overtaken, TooOften

INITIAL_FOR = timedelta(hours=72)
"""How long an initial password may wait for its owner."""
READABLE = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without what looks alike on a slip of paper."""
WRONG = ("帐号或密码不正确。", "The account or the password is not right.")


@lru_cache
def hasher() -> PasswordHash:
    """Argon2id with the parameters of RFC 9106's second choice for machines with little memory."""
    return PasswordHash((Argon2Hasher(time_cost=3, memory_cost=65536, parallelism=4),))


@lru_cache
def _nobodys() -> str:
    return hasher().hash(secrets.token_urlsafe())


def initial() -> str:
    """A password to be handed over on paper, for one sign-in."""
    return "-".join("".join(secrets.choice(READABLE) for _ in range(4)) for _ in range(3))


async def give_initial(session: AsyncSession, account: str, now: datetime, by: str = "") -> str:
    """Give an account a new initial password and end its sessions and tokens.

    Others may have had the old one. Returns the password, stored nowhere.
    """
    await book.account_named(session, account)
    password = initial()
    await _set(session, account, hasher().hash(password), now, is_initial=True)
    await tokens.end_all(session, account, now)
    trail.note(session, now, Noted.PASSWORD_GIVEN, account, by=by)
    return password


async def change(
    db: Database, visitor: Visitor, old: str, new: str, now: datetime, *, ends_tokens: bool = False
) -> str:
    """By the owner; ends all sessions, and returns the key of the one in which the visitor goes on.

    Raises NotSignedIn for a wrong old password, BadInput for a new one that is not good enough, TooOften.
    """
    account = visitor.account
    tries = {f"change:{account}": WRONG_FOR_ACCOUNT}
    await knocking.try_with(db, tries, now)
    async with db.reading() as session:
        credential = await session.get(Credential, account)
        units = list(await session.exec(select(Unit.name)))
    if credential is None or not matches(credential, old):
        raise NotSignedIn("原密码不正确。", "The old password is not right.")
    passwords.check(new, account, {visitor.name, *units})
    made, seen = hasher().hash(new), credential.stamp
    async with db.writing("password") as session:
        await knocking.give_back(session, tries, now)
        stamp = await _set(
            session, account, made, now, is_initial=False, seen=seen, but=visitor.sign_in.key_hash
        )
        if ends_tokens:
            await tokens.end_all(session, account, now)
        trail.note(session, now, Noted.PASSWORD_CHANGED, account, by=account)
        return await sessions.renew(session, visitor.sign_in, now, stamp=stamp)


async def _set(
    session: AsyncSession,
    account: str,
    password_hash: str,
    now: datetime,
    *,
    is_initial: bool,
    seen: int | None = None,
    but: str = "",
) -> int:
    """The new stamp. Raises Overtaken where the password is not the one `seen` any more."""
    found = await session.exec(select(Credential).where(Credential.account == account).with_for_update())
    credential = found.first() or Credential(account=account, set_at=now, stamp=0)
    if seen is not None and credential.stamp != seen:
        raise Overtaken(
            "密码刚刚已被修改，请重新登录。", "The password was changed meanwhile. Sign in again."
        )
    credential.password_hash, credential.set_at, credential.is_initial = password_hash, now, is_initial
    credential.valid_until = now + INITIAL_FOR if is_initial else None
    credential.stamp += 1
    session.add(credential)
    await sessions.end_all(session, account, now, but)
    await knocking.forget(session, f"account:{account}")
    return credential.stamp


def matches(credential: Credential | None, password: str, by: PasswordHash | None = None) -> bool:
    """Takes the same time for whoever is not there: one hash is computed, come what may."""
    known = credential.password_hash if credential and credential.password_hash else ""
    fits = (by or hasher()).verify(password[: passwords.LONGEST], known or _nobodys())
    return bool(known) and fits


async def is_shut(db: Database, name: str, now: datetime) -> bool:
    """Whether so many wrong passwords came for the account that others have to wait."""
    try:
        async with db.reading() as session:
            await knocking.refuse_if_full(session, f"account:{name}", WRONG_FOR_ACCOUNT, now)
    except TooOften:
        return True
    return False


async def sign_in(
    db: Database,
    name: str,
    password: str,
    now: datetime,
    *,
    address: str = "",
    agent: str = "",
    device: str = "",
    by: PasswordHash | None = None,
) -> str:
    """The key of a new session. From a `device` of the owner's it does not matter how often others tried.

    Raises NotSignedIn in the same words and time whether the account or the password is wrong, TooOften.
    """
    keys = _counted(name, address, device)
    await knocking.try_with(db, keys, now)
    async with db.reading() as session:
        account = await session.get(Account, name)
        credential = await session.get(Credential, name) if account and account.active else None
    fits = matches(credential, password, by)
    expired = bool(credential and credential.valid_until and now >= credential.valid_until)
    async with db.writing("sign_in") as session:
        if not fits or expired or credential is None:
            trail.note(session, now, Noted.SIGN_IN_REFUSED, name, address=address)
            key = ""
        else:
            first, *rest = keys
            await knocking.forget(session, first)
            await knocking.give_back(session, rest, now)
            key = await sessions.begin(
                session, name, Way.PASSWORD, credential.stamp, now, address=address, agent=agent
            )
            trail.note(session, now, Noted.SIGN_IN, name, address=address)
    if not key:
        raise NotSignedIn(*WRONG)
    return key


def _counted(name: str, address: str, device: str) -> dict[str, Bucket]:
    """Which tries count together; first those at this account alone."""
    if device:
        return {f"device:{device}": WRONG_FOR_ACCOUNT}
    return {
        f"account:{name[:100]}": WRONG_FOR_ACCOUNT,
        f"address:{network_of(address)}": WRONG_FROM_ADDRESS,
        "anywhere": WRONG_ANYWHERE,
    }
