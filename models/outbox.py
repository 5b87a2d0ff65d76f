"""The outbox: letters become mails, one to each mailbox, and a mail's state is changed by one sender only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import literal, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import book
from models.findings import Finding
from models.letters import SIGNERS
from models.mail import Addressee, Letter, Mail, MailState
from models.people import Account, Post
from policy.escalation import LetterState
from policy.office import office_day
from policy.refusals import NotAllowed

PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1))
"""Between the tries of a mail; the last one again and again."""
GIVE_UP = timedelta(days=5)
CLAIM = timedelta(minutes=15)
"""Longer than the ten minutes a server may take after the final dot."""
WAITING = frozenset({None, MailState.QUEUED, MailState.CLAIMED, MailState.DATA})
"""States of an addressee's mail, which may not be written yet, that leave a letter open."""


@dataclass(frozen=True)
class Parcel:
    """Letters that go to one person today, each with whether it is only a copy."""

    account: Account
    post: Post
    posts: frozenset[int]
    """The posts this person is written to for."""
    letters: tuple[tuple[Letter, Finding, bool], ...]


async def parcels(session: AsyncSession, now: datetime, *, reminders: bool, limit: int = 500) -> list[Parcel]:
    """What is to be written today, by person. Letters to vacant posts or without a mailbox are noted so.

    Noted ones are tried again after all others, so that however many wait they hold up none.
    """
    today = office_day(now)
    rows = await session.exec(
        select(Letter, Addressee, Post, Finding)
        .join(Addressee, col(Addressee.letter_id) == col(Letter.id))
        .join(Post, col(Post.id) == col(Addressee.post_id))
        .join(Finding, col(Finding.number) == col(Letter.finding))
        .where(Letter.state == LetterState.QUEUED, col(Addressee.mail_id).is_(None))
        .where(col(Letter.reminder).is_(False) | literal(reminders))
        .order_by(col(Letter.note) != "", col(Letter.id))
        .limit(limit)
    )
    found: dict[str, list[tuple[Post, Letter, Finding, bool]]] = {}
    accounts: dict[str, Account] = {}
    for letter, addressee, post, finding in rows:
        account = await book.incumbent(session, addressee.post_id, today)
        if account is None or not account.mailbox:
            _note(session, letter, f"岗位空缺：{post.name}" if account is None else f"无邮箱：{post.name}")
            continue
        accounts[account.name] = account
        found.setdefault(account.name, []).append((post, letter, finding, addressee.copy_only))
    return [_parcel(accounts[name], rows) for name, rows in found.items()]


def _parcel(account: Account, rows: Sequence[tuple[Post, Letter, Finding, bool]]) -> Parcel:
    """A letter to two posts of one person is one letter, and no copy if it is addressed to them at all."""
    letters: dict[int, tuple[Letter, Finding, bool]] = {}
    for _, letter, finding, copy_only in rows:
        known = letters.get(letter.id or 0)
        letters[letter.id or 0] = (letter, finding, copy_only and (known is None or known[2]))
    posts = frozenset(post.id for post, *_ in rows if post.id is not None)
    return Parcel(account, rows[0][0], posts, tuple(letters.values()))


def _note(session: AsyncSession, letter: Letter, note: str) -> None:
    if letter.note != note:
        letter.note = note
        session.add(letter)


async def put(session: AsyncSession, parcel: Parcel, mail: Mail) -> None:
    """Store a mail and tie to it the addressees it serves."""
    session.add(mail)
    await session.flush()
    for letter, _finding, _copy in parcel.letters:
        await session.exec(
            update(Addressee)
            .where(
                col(Addressee.letter_id) == letter.id,
                col(Addressee.post_id).in_(parcel.posts),
                col(Addressee.mail_id).is_(None),
            )
            .values(mail_id=mail.id)
        )
        if await _is_served(session, letter):
            _note(session, letter, "")


async def _is_served(session: AsyncSession, letter: Letter) -> bool:
    left = await session.exec(
        select(Addressee.post_id)
        .where(Addressee.letter_id == letter.id, col(Addressee.mail_id).is_(None))
        .limit(1)
    )
    return left.first() is None


async def to_send(session: AsyncSession, now: datetime, limit: int) -> list[int]:
    rows = await session.exec(
        select(Mail.id)
        .where(Mail.state == MailState.QUEUED, col(Mail.next_at) <= now)
        .order_by(col(Mail.next_at), col(Mail.id))
        .limit(limit)
    )
    return [mail_id for mail_id in rows if mail_id is not None]


async def claim(session: AsyncSession, mail_id: int, now: datetime) -> Mail | None:
    """Take a mail that is still queued; None if another sender was faster."""
    if await _turn(session, mail_id, MailState.QUEUED, MailState.CLAIMED, claimed_at=now):
        return await session.get(Mail, mail_id)
    return None


async def _turn(
    session: AsyncSession, mail_id: int, old: MailState, new: MailState, **values: object
) -> bool:
    turned = await session.exec(
        update(Mail)
        .where(col(Mail.id) == mail_id, col(Mail.state) == old)
        .values(state=new, **values)
        .execution_options(synchronize_session=False)
    )
    return bool(turned.rowcount)


async def begin_data(session: AsyncSession, mail_id: int) -> bool:
    """Note that the bytes are about to go out; False if the mail is no longer ours to send."""
    return await _turn(session, mail_id, MailState.CLAIMED, MailState.DATA)


async def sent(session: AsyncSession, mail_id: int, now: datetime, reply: str) -> None:
    await session.exec(
        update(Mail)
        .where(col(Mail.id) == mail_id)
        .values(state=MailState.SENT, sent_at=now, note=reply[:200], attempts=Mail.attempts + 1)
    )
    await _letters_follow(session, mail_id)


async def ended(session: AsyncSession, mail_id: int, state: MailState, why: str) -> None:
    """Failed for good, or in doubt; a supervisor sees it."""
    await session.exec(
        update(Mail)
        .where(col(Mail.id) == mail_id)
        .values(state=state, note=why[:500], attempts=Mail.attempts + 1)
    )
    await _letters_follow(session, mail_id)


async def again(session: AsyncSession, mail_id: int, now: datetime, why: str) -> None:
    """Queue again after a growing pause, and give up after five days."""
    mail = await session.get(Mail, mail_id)
    if mail is None:
        return
    await session.refresh(mail)
    if now - mail.created_at > GIVE_UP:
        await ended(session, mail_id, MailState.FAILED, f"五日内未能送达：{why}")
        return
    mail.next_at = now + PAUSES[min(mail.attempts, len(PAUSES) - 1)]
    mail.attempts, mail.note = mail.attempts + 1, why[:500]
    mail.state, mail.claimed_at = MailState.QUEUED, None
    session.add(mail)


async def recover(session: AsyncSession, now: datetime) -> int:
    """Mails whose sender died: claimed ones are queued again, ones with bytes under way are in doubt."""
    rows = await session.exec(
        select(Mail).where(
            col(Mail.state).in_([MailState.CLAIMED, MailState.DATA]), col(Mail.claimed_at) < now - CLAIM
        )
    )
    stale = list(rows)
    for mail in stale:
        if mail.state is MailState.CLAIMED:
            mail.state, mail.next_at, mail.claimed_at = MailState.QUEUED, now, None
            session.add(mail)
        elif mail.id is not None:
            await ended(session, mail.id, MailState.IN_DOUBT, "发送中程序中断，是否送达待查")
    return len(stale)


async def _may_settle(session: AsyncSession, account: str, now: datetime) -> None:
    actor = await book.actor(session, account, None, office_day(now))
    if not SIGNERS & actor.roles:
        raise NotAllowed(
            f"“{account}”无权处理存疑的邮件，请由督办人或巡察办决定。",
            f"“{account}” may not decide on a mail in doubt; a supervisor or the inspection office may.",
        )


async def settle(session: AsyncSession, mail_id: int, now: datetime, *, arrived: bool, by: str) -> bool:
    """A person decides on a mail in doubt: it arrived, or it is to be sent once more under the same id."""
    await _may_settle(session, by, now)
    if arrived:
        done = await _turn(
            session, mail_id, MailState.IN_DOUBT, MailState.SENT, sent_at=now, note=f"{by} 确认已送达"
        )
    else:
        done = await _turn(
            session, mail_id, MailState.IN_DOUBT, MailState.QUEUED, next_at=now, note=f"{by} 决定重发"
        )
    await _letters_follow(session, mail_id)
    return done


async def _letters_follow(session: AsyncSession, mail_id: int) -> None:
    """A letter is sent when all its mails are, copies too; failed or in doubt when one of its own is."""
    letters = await session.exec(
        select(Letter)
        .join(Addressee, col(Addressee.letter_id) == col(Letter.id))
        .where(Addressee.mail_id == mail_id)
    )
    for letter in letters.all():
        letter.state = await _state_of(session, letter)
        session.add(letter)


async def _state_of(session: AsyncSession, letter: Letter) -> LetterState:
    rows = await session.exec(
        select(Addressee.copy_only, Mail.state)
        .outerjoin(Mail, col(Mail.id) == col(Addressee.mail_id))
        .where(Addressee.letter_id == letter.id)
    )
    found = rows.all()
    states = {state for copy_only, state in found if not copy_only}
    if states & WAITING:
        return LetterState.QUEUED
    for wrong, seen in (
        (MailState.IN_DOUBT, LetterState.IN_DOUBT),
        (MailState.FAILED, LetterState.FAILED),
        (MailState.CANCELLED, LetterState.CANCELLED),
    ):
        if wrong in states:
            return seen
    return LetterState.QUEUED if {state for _, state in found} & WAITING else LetterState.SENT


async def try_again(session: AsyncSession) -> None:
    """Look once more for whom the waiting letters are: people may have come to their posts."""
    await session.exec(update(Letter).where(col(Letter.state) == LetterState.QUEUED).values(note=""))


async def has_work(session: AsyncSession, now: datetime, *, reminders: bool) -> bool:
    """Whether a mail may go now, a letter is to be put into one, or a sender died."""
    if await to_send(session, now, 1):
        return True
    stale = await session.exec(
        select(Mail.id)
        .where(col(Mail.state).in_([MailState.CLAIMED, MailState.DATA]), col(Mail.claimed_at) < now - CLAIM)
        .limit(1)
    )
    return stale.first() is not None or await _has_letters(session, reminders)


async def _has_letters(session: AsyncSession, reminders: bool) -> bool:
    """A queued letter that nobody has yet tried to put into a mail; reminders only on their days."""
    rows = await session.exec(
        select(Letter.id)
        .join(Addressee, col(Addressee.letter_id) == col(Letter.id))
        .where(Letter.state == LetterState.QUEUED, Letter.note == "", col(Addressee.mail_id).is_(None))
        .where(col(Letter.reminder).is_(False) | literal(reminders))
        .limit(1)
    )
    return rows.first() is not None
