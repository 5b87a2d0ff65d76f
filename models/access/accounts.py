"""Accounts as an administrator keeps them: listed, added, changed, closed, helped back in."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import codes, passwords, sessions, tokens
from models.access.keys import Credential, SignIn
from models.access.trail import Noted
from models.database import Database
from models.mailing import outbox
from models.opening import INTAKE
from models.staff import book, staffing
from models.staff.people import Account, Appointment, Person, Post
from models.staff.rights import Doer, check_keeper, kept_apart
from models.staff.units import checked_name
from policy.refusals import BadInput, Language, NotFound


@dataclass(frozen=True)
class Line:
    """An account as a list shows it. `seen` is when it last signed in."""

    account: Account
    person: str
    posts: tuple[str, ...]
    seen: datetime | None
    has_password: bool
    is_initial: bool
    has_code: bool


@dataclass(frozen=True)
class Words:
    """What is said of an account and its person."""

    person: str
    mailbox: str
    phone: str
    language: Language


async def listed(
    session: AsyncSession, today: date, search: str = "", after: str = "", limit: int = 50
) -> list[Line]:
    """By name, those after `after`; `search` looks in names, mailboxes and telephones."""
    asked = (
        select(Account, Person.name)
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(col(Account.name) > after)
        .order_by(col(Account.name))
        .limit(limit)
    )
    if search:
        columns = (col(Account.name), col(Person.name), col(Account.mailbox), col(Account.phone))
        asked = asked.where(or_(*(column.icontains(search, autoescape=True) for column in columns)))
    return await _lines(session, list(await session.exec(asked)), today)


async def find(session: AsyncSession, name: str, today: date) -> Line:
    """Also one that is closed. Raises NotFound."""
    account = await session.get(Account, name)
    if account is None:
        raise NotFound(f"没有名为“{name}”的帐号。", f"There is no account “{name}”.")
    person = await book.person_name(session, account.person_id)
    return (await _lines(session, [(account, person)], today))[0]


async def _lines(session: AsyncSession, found: list[tuple[Account, str]], today: date) -> list[Line]:
    names = [account.name for account, _ in found]
    posts = await _posts(session, [account.person_id for account, _ in found], today)
    known = await session.exec(select(Credential).where(col(Credential.account).in_(names)))
    credentials = {row.account: row for row in known}
    last = await session.exec(
        select(SignIn.account, func.max(SignIn.at))
        .where(col(SignIn.account).in_(names))
        .group_by(col(SignIn.account))
    )
    seen: dict[str, datetime] = dict(last.all())
    return [
        _line(account, person, posts, seen.get(account.name), credentials.get(account.name))
        for account, person in found
    ]


def _line(
    account: Account,
    person: str,
    posts: dict[int, list[str]],
    seen: datetime | None,
    credential: Credential | None,
) -> Line:
    return Line(
        account,
        person,
        tuple(posts.get(account.person_id, ())),
        seen,
        bool(credential and (credential.password_hash or credential.oidc_subject)),
        bool(credential and credential.is_initial),
        bool(credential and credential.totp_seed),
    )


async def _posts(session: AsyncSession, persons: Collection[int], today: date) -> dict[int, list[str]]:
    """The posts that these hold themselves."""
    rows = await session.exec(
        select(Appointment.person_id, Post.name)
        .join(Post, col(Post.id) == col(Appointment.post_id))
        .where(col(Appointment.person_id).in_(persons), book.HOLDS)
        .order_by(col(Post.name)),
        params={"today": today},
    )
    found: dict[int, list[str]] = {}
    for person, post in rows:
        found.setdefault(person, []).append(post)
    return found


async def names(session: AsyncSession) -> list[tuple[str, str]]:
    """Every account in use with its person, for choosing one."""
    rows = await session.exec(
        select(Account.name, Person.name)
        .join(Person, col(Person.id) == col(Account.person_id))
        .where(col(Account.active))
        .order_by(col(Account.name))
    )
    return list(rows.all())


async def add(db: Database, name: str, words: Words, by: Doer, *, same_person: bool) -> None:
    """With `same_person` for the one known person of that name who has none. Raises BadInput, NotAllowed."""
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable() or any(c in name for c in " /\\:：;；?#"):
        raise BadInput(
            "帐号不能为空，最多100个字符，不含空格、冒号、分号、斜线、问号和井号。",
            "An account’s name has at most 100 characters, none of them a space or one of : ; / ? #.",
        )
    async with db.writing("account") as session:
        await db.alone(session, INTAKE)
        await check_keeper(session, by.account, None, by.today)
        person = checked_name(words.person, "姓名", "A name")
        known = await _without_account(session, person) if same_person else []
        if len(known) > 1:
            raise BadInput(
                f"有{len(known)}位“{person}”尚无帐号，不能确定是谁；请用名册导入其帐号。",
                f"{len(known)} people called “{person}” have no account: name it in the people file.",
            )
        if known and await session.get(Account, name) is None:
            account = Account(name=name, person_id=known[0], mailbox=staffing.checked_mailbox(words.mailbox))
            account.phone, account.language = words.phone.strip()[:40], words.language
            session.add(account)
        else:
            await staffing.add_account(
                session, name, person, words.mailbox.strip(), words.phone.strip()[:40], words.language
            )
        by.note(session, Noted.ACCOUNT_ADDED, person, name)
        await outbox.try_again(session)


async def _without_account(session: AsyncSession, person: str) -> list[int]:
    rows = await session.exec(
        select(col(Person.id))
        .outerjoin(Account, col(Account.person_id) == col(Person.id))
        .where(Person.name == person, col(Account.name).is_(None))
    )
    return [one or 0 for one in rows]


async def change(db: Database, name: str, words: Words, by: Doer) -> None:
    """Raises NotFound, BadInput or NotAllowed."""
    async with db.writing("account") as session:
        await check_keeper(session, by.account, None, by.today)
        account = await _account(session, name)
        person = await session.get_one(Person, account.person_id)
        before = _said(account, person)
        person.name = checked_name(words.person, "姓名", "A name")[:100]
        account.mailbox = staffing.checked_mailbox(words.mailbox)
        account.phone, account.language = words.phone.strip()[:40], words.language
        session.add_all([account, person])
        if changed := [key for key, value in _said(account, person).items() if value != before[key]]:
            by.note(session, Noted.ACCOUNT_CHANGED, "、".join(changed), name)
        await outbox.try_again(session)


def _said(account: Account, person: Person) -> dict[str, str]:
    """Whose changes are noted, by what they are: the trail keeps nobody's telephone."""
    return {
        "姓名": person.name,
        "邮箱": account.mailbox,
        "电话": account.phone,
        "语言": account.language.value,
    }


async def _account(session: AsyncSession, name: str) -> Account:
    account = await session.get(Account, name)
    if account is None:
        raise NotFound(f"没有名为“{name}”的帐号。", f"There is no account “{name}”.")
    return account


async def set_active(db: Database, name: str, by: Doer, *, active: bool) -> None:
    """Close an account, which ends its sessions and tokens, or open it again. Raises BadInput, NotAllowed."""
    async with db.writing("account") as session:
        await db.alone(session, INTAKE)
        await check_keeper(session, by.account, None, by.today)
        account = await _account(session, name)
        if name == by.account:
            raise BadInput("不能停用自己的帐号。", "Nobody closes their own account.")
        if account.active == active:
            return
        async with kept_apart(session, by.account, by.today):
            account.active = active
            session.add(account)
        await sessions.end_all(session, name, by.at)
        await tokens.end_all(session, name, by.at)
        by.note(session, Noted.ACCOUNT_OPENED if active else Noted.ACCOUNT_CLOSED, "", name)
        await outbox.try_again(session)


async def give_password(db: Database, name: str, by: Doer) -> str:
    """A new initial password, to be told in person. Raises NotFound, BadInput or NotAllowed."""
    async with db.writing("password") as session:
        await check_keeper(session, by.account, None, by.today)
        if name == by.account:
            raise BadInput(
                "自己的密码请在“我的帐号”中修改。",
                "Your own password is changed on the page of your account.",
            )
        return await passwords.give_initial(session, name, by.at, by.account)


async def end_sessions(db: Database, name: str, by: Doer) -> None:
    async with db.writing("session") as session:
        await check_keeper(session, by.account, None, by.today)
        await _account(session, name)
        await sessions.end_all(session, name, by.at)
        by.note(session, Noted.SESSIONS_ENDED, "", name)


async def switch_codes_off(db: Database, name: str, by: Doer) -> None:
    """For somebody who lost their telephone; ends their sessions. Raises BadInput for one's own account."""
    async with db.writing("codes") as session:
        await check_keeper(session, by.account, None, by.today)
        await _account(session, name)
        if name == by.account:
            raise BadInput(
                "自己的动态验证码须由另一位管理员关闭。",
                "One's own codes are switched off by another administrator.",
            )
        credential = await session.get(Credential, name)
        if credential is None or not credential.totp_seed:
            raise BadInput(
                "该帐号没有启用动态验证码。", "One-time codes are not switched on for this account."
            )
        await codes.drop(session, name, by.at, by.account)


async def sign_ins(session: AsyncSession, name: str, limit: int = 10) -> list[SignIn]:
    """The last ones, the latest first."""
    rows = await session.exec(
        select(SignIn).where(SignIn.account == name).order_by(col(SignIn.at).desc()).limit(limit)
    )
    return list(rows)
