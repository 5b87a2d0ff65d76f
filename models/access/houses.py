"""Accounts that another house vouches for: by its subject, which is linked to an account once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import sessions, trail
from models.access.keys import Credential, Way
from models.access.trail import Noted
from models.database import Database
from models.staff import book
from models.staff.people import Account
from policy.refusals import BadInput, NotSignedIn

LONGEST_SUBJECT = 300


async def sign_in(
    db: Database,
    subject: str,
    named: str,
    now: datetime,
    *,
    address: str = "",
    agent: str = "",
) -> str:
    """The key of a new session. `named` is the account the house's claim names, if claims count; or empty.

    Raises NotSignedIn, saying what an administrator has to link.
    """
    async with db.writing("sign_in") as session:
        credential = await _known(session, subject) or await _linked_by(session, subject, named, now)
        if credential is None:
            trail.note(session, now, Noted.SIGN_IN_REFUSED, named, address=address, note=f"oidc {subject}")
            key = ""
        else:
            stamp, account = credential.stamp, credential.account
            key = await sessions.begin(session, account, Way.OIDC, stamp, now, address=address, agent=agent)
            trail.note(session, now, Noted.SIGN_IN, account, address=address, note="oidc")
    if not key:
        who = subject.rpartition(" ")[2]
        raise NotSignedIn(
            f"您的统一认证身份“{who}”还没有对应本系统的帐号。请把它告诉整改办的管理员。",
            f"Your identity “{who}” belongs to no account here yet. Tell it to the administrator.",
        )
    return key


async def _known(session: AsyncSession, subject: str) -> Credential | None:
    found = await session.exec(
        select(Credential)
        .join(Account, col(Account.name) == col(Credential.account))
        .where(Credential.oidc_subject == subject, col(Account.active))
    )
    return found.first()


async def _linked_by(session: AsyncSession, subject: str, named: str, now: datetime) -> Credential | None:
    """The account the claim names, linked now; never one that belongs to somebody else there already."""
    account = await session.get(Account, named) if named else None
    taken = (await session.exec(select(Credential.account).where(Credential.oidc_subject == subject))).first()
    if account is None or not account.active or taken is not None or len(subject) > LONGEST_SUBJECT:
        return None
    credential = await session.get(Credential, named) or Credential(account=named, set_at=now)
    if credential.oidc_subject is not None:
        return None
    credential.oidc_subject = subject
    session.add(credential)
    trail.note(session, now, Noted.OIDC_LINKED, named, by="oidc", note=subject)
    return credential


async def link(session: AsyncSession, account: str, subject: str, now: datetime, by: str) -> None:
    """By an administrator; an empty subject takes the link away and ends the account's sessions."""
    await book.account_named(session, account)
    if len(subject) > LONGEST_SUBJECT:
        raise BadInput("统一认证身份太长。", "The identity is too long.")
    taken = (await session.exec(select(Credential.account).where(Credential.oidc_subject == subject))).first()
    if subject and taken is not None and taken != account:
        raise BadInput(f"此身份已对应“{taken}”。", f"This identity belongs to “{taken}” already.")
    credential = await session.get(Credential, account) or Credential(account=account, set_at=now)
    credential.oidc_subject = subject or None
    session.add(credential)
    await sessions.end_all(session, account, now)
    trail.note(
        session, now, Noted.OIDC_LINKED if subject else Noted.OIDC_UNLINKED, account, by=by, note=subject
    )


async def account_of(db: Database, claim: str, claims: Mapping[str, Any]) -> str:
    """The account that a claim names: by its name, or by its mailbox if the house has verified that."""
    value = claims.get(claim) if claim else None
    if not isinstance(value, str) or not value:
        return ""
    if claim != "email":
        return value[:100]
    if claims.get("email_verified") is not True:
        return ""
    async with db.reading() as session:
        found = list(await session.exec(select(Account.name).where(Account.mailbox == value)))
    return found[0] if len(found) == 1 else ""
