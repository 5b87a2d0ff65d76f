"""The outbox: letters become mails, one to each mailbox, and a mail's state is changed by one sender only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy
from sqlalchemy import ColumnElement, bindparam, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from models.findings import Finding
from models.mailing.delivery import carried, follow
from models.mailing.letters import due
from models.mailing.mail import Addressee, Letter, Mail, MailState
from models.staff import book
from models.staff.people import Account, Post, Unit
from policy.escalation import LetterState
from policy.office import office_day
from policy.refusals import NotAllowed
from policy.roles import SIGNERS

PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1))
"""Between the tries of a mail; the last one again and again."""
GIVE_UP = timedelta(days=5)
CLAIM = timedelta(minutes=15)
"""Longer than the ten minutes a server may take after the final dot."""

GATHERS = timedelta(minutes=10)
"""For so long the letters of a round of the watch wait for those it has still to write."""


Read = tuple[Letter, Finding, Addressee, str | None]


@dataclass(frozen=True)
class Pile:
    """The letters that go to one person today, each by its id and the post it is for."""

    account: Account
    post: str
    """One of the posts this person is written to for."""
    lies: tuple[tuple[int, int], ...]
    stood_in: frozenset[int] = frozenset()
    """The posts whose holder this person stands in for."""


@dataclass(frozen=True)
class Enclosed:
    """One letter of a mail, with all that is said of its finding."""

    letter: Letter
    finding: Finding
    unit: str
    copy_only: bool


@dataclass(frozen=True)
class Parcel:
    """Letters that go to one person today, as they were read."""

    pile: Pile
    letters: tuple[Enclosed, ...]


async def piles(
    session: AsyncSession, now: datetime, limit: int = 10_000
) -> tuple[list[Pile], dict[int, str]]:
    """What is to be written today, by person; and notes on letters to vacant posts or without a mailbox.

    Noted ones are tried again after all others, so that however many wait they hold up none.
    """
    rows = await (await session.connection()).execute(
        sqlalchemy.select(Letter.id, Letter.note, Post.id, Post.name, Addressee.person_id)  # type: ignore[call-overload]  # columns
        .join(Addressee, col(Addressee.letter_id) == col(Letter.id))
        .join(Post, col(Post.id) == col(Addressee.post_id))
        .where(*UNWRITTEN)
        .order_by(col(Letter.note) != "", col(Letter.id))
        .limit(limit)
    )
    waiting = rows.all()
    by_post = await book.written_to(session, {x[2] or 0 for x in waiting if not x[4]}, office_day(now))
    by_person = await book.accounts_of(session, {x[4] for x in waiting if x[4]})
    found: dict[str, _Heap] = {}
    notes: dict[int, str] = {}
    for letter, note, post, name, person in waiting:
        told = by_person.get(person) if person else by_post.get(post or 0)
        if told is None or not told.account.mailbox:
            why = f"岗位空缺：{name}" if told is None and not person else f"无邮箱：{name}"
            notes |= {letter or 0: why} if note != why else {}
            continue
        found.setdefault(told.account.name, _Heap(told.account, name)).add(letter or 0, post or 0, told)
    return [heap.pile() for heap in found.values()], notes


@dataclass
class _Heap:
    """A pile that grows."""

    account: Account
    post: str
    lies: list[tuple[int, int]] = field(default_factory=list)
    stood_in: set[int] = field(default_factory=set)

    def add(self, letter: int, post: int, told: book.Told) -> None:
        self.lies.append((letter, post))
        self.stood_in |= {post} if told.stands_in else set()

    def pile(self) -> Pile:
        return Pile(self.account, self.post, tuple(self.lies), frozenset(self.stood_in))


UNWRITTEN = (col(Letter.state) == LetterState.QUEUED, col(Addressee.mail_id).is_(None))


async def is_gathering(session: AsyncSession, now: datetime) -> bool:
    """Whether the watch is in the midst of a round: it wrote letters a moment ago, and more are due.

    They are to be one mail. A finding that fails at every look holds nobody up for longer than that.
    """
    if not await due(session, office_day(now)):
        return False
    new = await session.exec(
        select(Letter.id)
        .where(
            Letter.state == LetterState.QUEUED, col(Letter.reminder), col(Letter.created_at) > now - GATHERS
        )
        .limit(1)
    )
    return new.first() is not None


async def note(session: AsyncSession, notes: Mapping[int, str]) -> None:
    """Say of letters why they wait."""
    for letter_id, why in notes.items():
        await session.exec(update(Letter).where(col(Letter.id) == letter_id).values(note=why))


async def waiting(session: AsyncSession) -> list[int]:
    """Queued letters that say why they wait."""
    rows = await session.exec(
        select(col(Letter.id))
        .where(Letter.state == LetterState.QUEUED, col(Letter.note) != "")
        .order_by(col(Letter.id))
    )
    return [letter or 0 for letter in rows]


async def parcels(session: AsyncSession, piles: Sequence[Pile]) -> list[Parcel]:
    """The piles with all that is said in their mails."""
    ids = {letter for pile in piles for letter, _ in pile.lies}
    rows = await session.exec(
        select(Letter, Finding, Addressee, col(Unit.name))
        .join(Addressee, col(Addressee.letter_id) == col(Letter.id))
        .join(Finding, col(Finding.number) == col(Letter.finding))
        .outerjoin(Unit, col(Unit.id) == col(Finding.lead_unit_id))
        .where(col(Letter.id).in_(ids))
    )
    read = {(row[2].letter_id, row[2].post_id): row for row in rows.all()}
    return [_parcel(pile, read) for pile in piles]


def _parcel(pile: Pile, read: Mapping[tuple[int, int], Read]) -> Parcel:
    """A letter to two posts of one person is one letter, and no copy if it is addressed to them at all."""
    letters: dict[int, Enclosed] = {}
    for lie in pile.lies:
        letter, finding, addressee, unit = read[lie]
        known = letters.get(lie[0])
        is_copy = addressee.copy_only and (known is None or known.copy_only)
        letters[lie[0]] = Enclosed(letter, finding, unit or "", is_copy)
    return Parcel(pile, tuple(letters.values()))


async def put(session: AsyncSession, written: Sequence[tuple[Parcel, Mail]]) -> int:
    """Store these mails and tie to them the addressees they serve. Returns how many.

    A mail one of whose letters was cancelled, or whose finding moved on since it was read, is left out:
    it is written anew at the next look.
    """
    ids = [x.letter.id or 0 for parcel, _ in written for x in parcel.letters]
    versions, unserved = await _standing(session, ids)
    good = [
        (parcel, mail)
        for parcel, mail in written
        if unserved.issuperset(parcel.pile.lies)
        and all(versions.get(x.letter.id or 0) == x.finding.version for x in parcel.letters)
    ]
    session.add_all([mail for _, mail in good])
    await session.flush()
    await _tie(session, [x for parcel, mail in good for x in _ties(parcel.pile, mail.id or 0)])
    await _forget_notes(
        session, [x.letter.id or 0 for parcel, _ in good for x in parcel.letters if x.letter.note]
    )
    return len(good)


async def _standing(session: AsyncSession, ids: Sequence[int]) -> tuple[dict[int, int], set[tuple[int, int]]]:
    """Of those still queued, kept so until commit, the finding's version; and who is in no mail yet."""
    versions = await session.exec(
        select(Letter.id, Finding.version)
        .join(Finding, col(Finding.number) == col(Letter.finding))
        .where(col(Letter.id).in_(ids), Letter.state == LetterState.QUEUED)
        .order_by(col(Letter.id))
        .with_for_update(of=Letter)
    )
    found = {letter or 0: version for letter, version in versions}
    unserved = await session.exec(
        select(Addressee.letter_id, Addressee.post_id).where(
            col(Addressee.letter_id).in_(ids), col(Addressee.mail_id).is_(None)
        )
    )
    return found, set(unserved.all())


def _ties(pile: Pile, mail: int) -> list[dict[str, object]]:
    return [
        {"mail": mail, "letter": letter, "post": post, "lent": post in pile.stood_in}
        for letter, post in pile.lies
    ]


async def _tie(session: AsyncSession, ties: Sequence[dict[str, object]]) -> None:
    if ties:
        await (await session.connection()).execute(
            update(Addressee)
            .where(
                col(Addressee.letter_id) == bindparam("letter"), col(Addressee.post_id) == bindparam("post")
            )
            .values(mail_id=bindparam("mail"), stands_in=bindparam("lent")),
            ties,
        )


async def _forget_notes(session: AsyncSession, ids: Sequence[int]) -> None:
    """A letter with a mail for everybody waits for nothing any more."""
    unserved = select(Addressee.letter_id).where(col(Addressee.mail_id).is_(None))
    await session.exec(
        update(Letter)
        .where(
            col(Letter.id).in_(ids), col(Letter.id).not_in(unserved.where(col(Addressee.letter_id).in_(ids)))
        )
        .values(note="")
        .execution_options(synchronize_session=False)
    )


async def claim(session: AsyncSession, by: str, now: datetime, limit: int) -> list[Mail]:
    """Take mails that may go now, the longest waiting first; none that another sender has."""
    ids = await session.exec(
        _to_send(now).order_by(col(Mail.next_at), col(Mail.id)).limit(limit).with_for_update(skip_locked=True)
    )
    waiting = [mail_id for mail_id in ids if mail_id is not None]
    if not waiting:
        return []
    await session.exec(
        update(Mail)
        .where(col(Mail.id).in_(waiting))
        .values(state=MailState.CLAIMED, claimed_at=now, claimed_by=by)
        .execution_options(synchronize_session=False)
    )
    mails = await session.exec(
        select(Mail).where(col(Mail.id).in_(waiting)).order_by(col(Mail.next_at), col(Mail.id))
    )
    return list(mails)


def _to_send(now: datetime) -> SelectOfScalar[int | None]:
    return select(col(Mail.id)).where(Mail.state == MailState.QUEUED, col(Mail.next_at) <= now)


async def begin_data(session: AsyncSession, ids: Collection[int], by: str, now: datetime) -> set[int]:
    """Note that the bytes of these mails are about to go out. Returns those that are still ours to send.

    Said twice of one mail, because the answer to a commit was lost, it is answered the same.
    """
    begun = await session.exec(
        update(Mail)
        .where(col(Mail.id).in_(ids), *_in_hand(by))
        .values(state=MailState.DATA, claimed_at=now)
        .returning(col(Mail.id))
        .execution_options(synchronize_session=False)
    )
    return set(begun.scalars())


def _in_hand(by: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Claimed by this sender, and neither taken back by an act nor taken over by another sender since."""
    return col(Mail.state).in_([MailState.CLAIMED, MailState.DATA]), col(Mail.claimed_by) == by


async def sent(session: AsyncSession, replies: Mapping[int, str], now: datetime) -> None:
    """The server's 250 is the truth, whatever was thought of these mails meanwhile."""
    letters = await carried(session, replies)
    if replies:
        await (await session.connection()).execute(
            update(Mail)
            .where(col(Mail.id) == bindparam("mail"))
            .values(state=MailState.SENT, sent_at=now, note=bindparam("reply"), attempts=Mail.attempts + 1),
            [{"mail": mail_id, "reply": reply[:200]} for mail_id, reply in replies.items()],
        )
    await follow(session, letters)


async def ended(session: AsyncSession, mail_id: int, by: str, state: MailState, why: str) -> None:
    """Failed for good, or in doubt; a supervisor sees it."""
    letters = await carried(session, [mail_id])
    await session.exec(
        update(Mail)
        .where(col(Mail.id) == mail_id, *_in_hand(by))
        .values(state=state, note=why[:500], attempts=Mail.attempts + 1)
        .execution_options(synchronize_session=False)
    )
    await follow(session, letters)


async def doubt(session: AsyncSession, mail_ids: Sequence[int], why: str) -> None:
    """Whoever had them in hand is gone, or the database is an older copy: a person has to find out."""
    letters = await carried(session, mail_ids)
    await session.exec(
        update(Mail)
        .where(col(Mail.id).in_(mail_ids), col(Mail.state) != MailState.SENT)
        .values(state=MailState.IN_DOUBT, note=why[:500])
        .execution_options(synchronize_session=False)
    )
    await follow(session, letters)


async def again(
    session: AsyncSession, mail_id: int, by: str, now: datetime, why: str, *, ours: bool = False
) -> None:
    """Queue again after a growing pause, and give up after five days unless the trouble is the server's."""
    found = await session.exec(
        select(Mail.attempts, Mail.created_at).where(Mail.id == mail_id, *_in_hand(by)).with_for_update()
    )
    mail = found.first()
    if mail is None:
        return
    attempts, created_at = mail
    if not ours and now - created_at > GIVE_UP:
        await ended(session, mail_id, by, MailState.FAILED, f"五日内未能送达：{why}")
        return
    pause = PAUSES[min(attempts, len(PAUSES) - 1)]
    await session.exec(
        update(Mail)
        .where(col(Mail.id) == mail_id)
        .values(**FREE, next_at=now + pause, attempts=attempts + 1, note=why[:500])
        .execution_options(synchronize_session=False)
    )


FREE = {"state": MailState.QUEUED, "claimed_at": None, "claimed_by": ""}


async def release(session: AsyncSession, by: str) -> int:
    """Give back what this sender has claimed and not begun. Returns how many."""
    freed = await session.exec(
        update(Mail)
        .where(col(Mail.state) == MailState.CLAIMED, col(Mail.claimed_by) == by)
        .values(**FREE)
        .execution_options(synchronize_session=False)
    )
    return freed.rowcount


async def senders(session: AsyncSession) -> set[str]:
    """Whoever has mails in hand."""
    rows = await session.exec(
        select(Mail.claimed_by).where(col(Mail.state).in_([MailState.CLAIMED, MailState.DATA])).distinct()
    )
    return set(rows)


async def recover(session: AsyncSession, now: datetime, dead: Collection[str] = ()) -> int:
    """Mails whose sender is dead, or silent for long: those not begun are queued again, others in doubt."""
    freed = await session.exec(
        update(Mail)
        .where(col(Mail.state) == MailState.CLAIMED, _is_left(now, dead))
        .values(**FREE, next_at=now)
        .execution_options(synchronize_session=False)
    )
    rows = await session.exec(select(Mail.id).where(Mail.state == MailState.DATA, _is_left(now, dead)))
    begun = [mail_id for mail_id in rows if mail_id is not None]
    await doubt(session, begun, BROKEN_OFF)
    return freed.rowcount + len(begun)


BROKEN_OFF = "发送中程序中断，是否送达待查"


def _is_left(now: datetime, dead: Collection[str]) -> ColumnElement[bool]:
    return (col(Mail.claimed_at) < now - CLAIM) | col(Mail.claimed_by).in_(dead)


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
    letters = await carried(session, [mail_id])
    sent_or_queued: dict[str, object] = (
        {"state": MailState.SENT, "sent_at": now, "note": f"{by} 确认已送达"}
        if arrived
        else {**FREE, "next_at": now, "note": f"{by} 决定重发"}
    )
    settled = await session.exec(
        update(Mail)
        .where(col(Mail.id) == mail_id, col(Mail.state) == MailState.IN_DOUBT)
        .values(**sent_or_queued)
        .execution_options(synchronize_session=False)
    )
    await follow(session, letters)
    return bool(settled.rowcount)


async def try_again(session: AsyncSession) -> None:
    """Look once more for whom the waiting letters are: people may have come to their posts."""
    await session.exec(update(Letter).where(col(Letter.state) == LetterState.QUEUED).values(note=""))


async def has_work(
    session: AsyncSession, now: datetime, *, may_write: bool, dead: Collection[str] = ()
) -> bool:
    """Whether a sender died; and in office hours, whether a mail may go or a letter is to be put into one."""
    if may_write and (await session.exec(_to_send(now).limit(1))).first() is not None:
        return True
    left = await session.exec(
        select(Mail.id)
        .where(col(Mail.state).in_([MailState.CLAIMED, MailState.DATA]), _is_left(now, dead))
        .limit(1)
    )
    if left.first() is not None:
        return True
    return may_write and await _has_letters(session) and not await is_gathering(session, now)


async def _has_letters(session: AsyncSession) -> bool:
    """A queued letter that nobody has yet tried to put into a mail."""
    rows = await session.exec(
        select(Letter.id)
        .join(Addressee, col(Addressee.letter_id) == col(Letter.id))
        .where(*UNWRITTEN, col(Letter.note) == "")
        .limit(1)
    )
    return rows.first() is not None
