"""Tokens of the API: random, hashed at rest, for a while and for a part of what their account may do."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import trail
from models.access.keys import Token
from models.access.sessions import hashed
from models.access.sight import Sight, sight_of
from models.access.trail import Noted
from models.database import Database
from models.staff import book
from models.staff.people import Account, Person
from policy import scopes
from policy.office import office_day
from policy.refusals import BadInput, Language, NotFound
from policy.scopes import Scope

BEGINS = "rectify_"
"""So that a token left lying in a file or a log is known for what it is."""


@dataclass(frozen=True)
class Wanted:
    """A token that somebody asks for."""

    account: str
    name: str
    scopes: frozenset[Scope]
    days: int


@dataclass(frozen=True)
class Bearer:
    """Whoever calls with a token, and with what rights today."""

    account: str
    person: int
    name: str
    language: Language
    sight: Sight
    token: Token
    scopes: frozenset[Scope]


async def make(session: AsyncSession, wanted: Wanted, by: str, now: datetime) -> str:
    """A new token, stored nowhere. Raises BadInput saying what is not right, NotFound for the account."""
    account = await book.account_named(session, wanted.account)
    name = " ".join(wanted.name.split())
    held = [token for token in await of(session, account.name) if is_alive(token, now)]
    _check(name, wanted.days, held)
    secret = BEGINS + secrets.token_urlsafe(32)
    session.add(
        Token(
            hash=hashed(secret),
            account=account.name,
            name=name,
            scopes=" ".join(sorted(wanted.scopes)),
            made_at=now,
            made_by=by,
            expires_at=now + timedelta(days=wanted.days),
        )
    )
    trail.note(session, now, Noted.TOKEN_MADE, account.name, by=by, note=f"{name}: {' '.join(wanted.scopes)}")
    return secret


def _check(name: str, days: int, held: Collection[Token]) -> None:
    if not name or len(name) > 100:
        raise BadInput(
            "请给令牌起个名字（最多100字），写明谁用、做什么。", "Name the token, in 100 characters at most."
        )
    if any(token.name == name for token in held):
        raise BadInput(
            f"已有名为“{name}”的令牌。请先停用它，或换个名字。",
            f"There is a token “{name}” already. End it first, or choose another name.",
        )
    if not 1 <= days <= scopes.LONGEST.days:
        raise BadInput(
            f"有效期请填1到{scopes.LONGEST.days}天。",
            f"A token is valid for 1 to {scopes.LONGEST.days} days.",
        )
    if len(held) >= scopes.MOST:
        raise BadInput(
            f"一个帐号最多{scopes.MOST}个令牌，请先停用不用的。",
            f"An account has {scopes.MOST} tokens at most. End one that is not used.",
        )


def is_alive(token: Token, now: datetime) -> bool:
    return token.ended_at is None and now < token.expires_at


async def of(session: AsyncSession, account: str) -> list[Token]:
    """Newest first, those that are over among them."""
    return list(
        await session.exec(select(Token).where(Token.account == account).order_by(col(Token.id).desc()))
    )


async def bearer(db: Database, secret: str, now: datetime, today: date) -> Bearer | None:
    """Whose token it is; None where it is unknown or over, or the account no longer active.

    `now` is the machine's clock, by which tokens are written; `today` the office's.
    """
    async with db.reading() as session:
        found = (
            await session.exec(
                select(Token, Account, Person)
                .join(Account, col(Account.name) == col(Token.account))
                .join(Person, col(Person.id) == col(Account.person_id))
                .where(Token.hash == hashed(secret), col(Account.active))
            )
        ).first()
        if found is None or not is_alive(found[0], now):
            return None
        token, account, person = found
        sight = await sight_of(session, account.person_id, today)
    if token.used_on != office_day(now):
        await _note_used(db, token, now)
    words = frozenset(Scope(word) for word in token.scopes.split())
    return Bearer(account.name, account.person_id, person.name, account.language, sight, token, words)


async def _note_used(db: Database, token: Token, now: datetime) -> None:
    async with db.writing("token") as session:
        await session.exec(update(Token).where(col(Token.id) == token.id).values(used_on=office_day(now)))


async def end(session: AsyncSession, account: str, token_id: int, by: str, now: datetime) -> None:
    """End one token of an account. Raises NotFound for one that is not its own."""
    token = await session.get(Token, token_id)
    if token is None or token.account != account:
        raise NotFound("没有这个令牌。", "There is no such token.")
    if token.ended_at is None:
        token.ended_at = now
        session.add(token)
        trail.note(session, now, Noted.TOKEN_ENDED, account, by=by, note=token.name)


async def end_all(session: AsyncSession, account: str, now: datetime) -> None:
    """Whoever could sign in as this account may have made some."""
    await session.exec(
        update(Token).where(col(Token.account) == account, col(Token.ended_at).is_(None)).values(ended_at=now)
    )
