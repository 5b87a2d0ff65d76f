"""One-time codes beside the password: switched on by their owner, given once each; and recovery codes.

The secret behind an account's codes is computed, from a seed that lies here and a key that does not: who
reads this database, or a copy of it, can make no code.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import sessions, trail
from models.access.keys import Credential, RecoveryCode
from models.access.knocking import count, forget, refuse_if_full
from models.access.passwords import READABLE
from models.access.sessions import Visitor
from models.access.trail import Noted
from models.database import Database
from policy import codes
from policy.knocking import WRONG_CODES
from policy.refusals import NotAllowed, NotFound, NotSignedIn

RECOVERY_CODES = 10
WRONG = ("验证码不正确，或已用过。", "The code is not right, or was used before.")


def seed_for(visitor: Visitor, last_step: int) -> str:
    """The seed offered to a session: the same each time its page is read, another once it was taken."""
    return hashlib.sha256(f"{visitor.sign_in.key_hash}:{last_step}".encode()).hexdigest()[:32]


def secret_of(key: bytes, account: str, seed: str) -> str:
    """What the person's device is told, in base32."""
    made = hmac.new(key, f"totp:{account}:{seed}".encode(), hashlib.sha256).digest()
    return base64.b32encode(made[:20]).decode()


def _hashed(key: bytes, account: str, recovery_code: str) -> str:
    plain = "".join(letter for letter in recovery_code.lower() if letter in READABLE)
    return hmac.new(key, f"recovery:{account}:{plain}".encode(), hashlib.sha256).hexdigest()


async def offered(db: Database, visitor: Visitor, key: bytes) -> str:
    """The secret that the visitor may switch codes on with."""
    async with db.reading() as session:
        credential = await session.get(Credential, visitor.account)
    return secret_of(key, visitor.account, seed_for(visitor, credential.totp_step if credential else 0))


async def left(db: Database, account: str) -> int:
    """How many recovery codes are not used yet."""
    async with db.reading() as session:
        unused = select(func.count()).where(
            RecoveryCode.account == account, col(RecoveryCode.used_at).is_(None)
        )
        return (await session.exec(unused)).one()


async def switch_on(
    db: Database, visitor: Visitor, code: str, key: bytes, now: datetime
) -> tuple[str, list[str]]:
    """The key of a new session, and recovery codes, which are shown this once.

    `code` shows that the device holds the secret offered. Raises NotSignedIn, TooOften.
    """
    async with db.writing("code") as session:
        credential = await _of(session, visitor.account)
        if credential.totp_seed:
            raise NotAllowed("验证码已启用。", "One-time codes are switched on already.")
        seed = seed_for(visitor, credential.totp_step)
        fits = await _counts(session, credential, seed, code, key, now)
        if fits:
            await session.exec(
                update(Credential).where(col(Credential.account) == visitor.account).values(totp_seed=seed)
            )
            trail.note(session, now, Noted.CODE_SWITCHED_ON, visitor.account, by=visitor.account)
            new = await sessions.renew(session, visitor.sign_in, now)
            recovery = await _renewed(session, visitor.account, key)
    if not fits:
        raise NotSignedIn(*WRONG)
    return new, recovery


async def give(db: Database, visitor: Visitor, code: str, key: bytes, now: datetime) -> str:
    """The key of a new session that owes no code. Raises NotSignedIn, TooOften."""
    async with db.writing("code") as session:
        credential = await _of(session, visitor.account)
        fits = await _taken(session, credential, code, key, now)
        new = await sessions.renew(session, visitor.sign_in, now) if fits else ""
    if not new:
        raise NotSignedIn(*WRONG)
    return new


async def renew_recovery(db: Database, account: str, code: str, key: bytes, now: datetime) -> list[str]:
    """Ten new recovery codes in place of the old ones. Raises NotSignedIn, TooOften."""
    async with db.writing("code") as session:
        credential = await _of(session, account)
        fits = await _taken(session, credential, code, key, now)
        given = await _renewed(session, account, key) if fits else []
    if not fits:
        raise NotSignedIn(*WRONG)
    return given


async def switch_off(db: Database, account: str, code: str, key: bytes, now: datetime) -> None:
    """By their owner, with a code. Raises NotSignedIn, TooOften."""
    async with db.writing("code") as session:
        credential = await _of(session, account)
        fits = await _taken(session, credential, code, key, now)
        if fits:
            await drop(session, account, now, by=account)
    if not fits:
        raise NotSignedIn(*WRONG)


async def drop(session: AsyncSession, account: str, now: datetime, by: str) -> None:
    """Switch codes off, as an administrator does for somebody who lost their device; ends their sessions."""
    found = await session.exec(
        update(Credential)
        .where(col(Credential.account) == account, col(Credential.totp_seed) != "")
        .values(totp_seed="")
    )
    if not found.rowcount:
        raise NotFound(f"“{account}”没有启用验证码。", f"“{account}” has no one-time codes switched on.")
    await session.exec(delete(RecoveryCode).where(col(RecoveryCode.account) == account))
    if by != account:
        await sessions.end_all(session, account, now)
    trail.note(session, now, Noted.CODE_SWITCHED_OFF, account, by=by)


async def _of(session: AsyncSession, account: str) -> Credential:
    """Kept from other tries until commit. Raises NotAllowed for who signs in by other means."""
    found = await session.exec(select(Credential).where(Credential.account == account).with_for_update())
    credential = found.first()
    if credential is None:
        raise NotAllowed(
            "此帐号没有密码，不使用验证码。", "This account has no password, and no codes with it."
        )
    return credential


async def _taken(session: AsyncSession, credential: Credential, code: str, key: bytes, now: datetime) -> bool:
    """Whether the code counts, of the device or a recovery code; it never will again."""
    is_digits = code.strip().replace(" ", "").isdigit()
    if is_digits or not credential.totp_seed:
        return await _counts(session, credential, credential.totp_seed, code, key, now)
    return await _recovers(session, credential.account, code, key, now)


async def _counts(
    session: AsyncSession, credential: Credential, seed: str, code: str, key: bytes, now: datetime
) -> bool:
    """Whether the code is the device's of about now, and was not used."""
    account = credential.account
    await refuse_if_full(session, f"code:{account}", WRONG_CODES, now)
    made = pyotp.TOTP(secret_of(key, account, seed)) if seed else None
    given = code.replace(" ", "").strip().encode()
    fitting = [
        step
        for step in codes.steps(now, credential.totp_step)
        if made and hmac.compare_digest(made.generate_otp(step).encode(), given)
    ]
    if not fitting:
        return await _refused(session, account, now)
    await session.exec(
        update(Credential).where(col(Credential.account) == account).values(totp_step=max(fitting))
    )
    return await _accepted(session, account, now, Noted.CODE_GIVEN)


async def _recovers(session: AsyncSession, account: str, code: str, key: bytes, now: datetime) -> bool:
    await refuse_if_full(session, f"code:{account}", WRONG_CODES, now)
    used = await session.exec(
        update(RecoveryCode)
        .where(
            col(RecoveryCode.account) == account,
            col(RecoveryCode.code_hash) == _hashed(key, account, code),
            col(RecoveryCode.used_at).is_(None),
        )
        .values(used_at=now)
    )
    if used.rowcount != 1:
        return await _refused(session, account, now)
    return await _accepted(session, account, now, Noted.RECOVERY_CODE_USED)


async def _refused(session: AsyncSession, account: str, now: datetime) -> bool:
    await count(session, f"code:{account}", WRONG_CODES, now)
    trail.note(session, now, Noted.CODE_REFUSED, account)
    return False


async def _accepted(session: AsyncSession, account: str, now: datetime, kind: Noted) -> bool:
    await forget(session, f"code:{account}")
    trail.note(session, now, kind, account)
    return True


async def _renewed(session: AsyncSession, account: str, key: bytes) -> list[str]:
    await session.exec(delete(RecoveryCode).where(col(RecoveryCode.account) == account))
    made = ["-".join(_letters(5) for _ in range(2)) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(account=account, code_hash=_hashed(key, account, code)) for code in made)
    return made


def _letters(how_many: int) -> str:
    return "".join(secrets.choice(READABLE) for _ in range(how_many))
