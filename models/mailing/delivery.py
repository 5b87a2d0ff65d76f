"""What becomes of letters through the mails that carry them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.mailing.mail import Addressee, Letter, Mail, MailState
from policy.escalation import LetterState

WAITING = frozenset({None, MailState.QUEUED, MailState.CLAIMED, MailState.DATA})
"""States of an addressee's mail, which may not be written yet, that leave a letter open."""
NOT_BEGUN = (MailState.QUEUED, MailState.CLAIMED)
"""A mail that can still be taken back: not a byte of it has left."""
TAKEN_BACK = frozenset({None, MailState.CANCELLED})
WRONG = (
    (MailState.IN_DOUBT, LetterState.IN_DOUBT),
    (MailState.FAILED, LetterState.FAILED),
    (MailState.CANCELLED, LetterState.CANCELLED),
)


async def carried(session: AsyncSession, mails: Collection[int]) -> dict[int, LetterState]:
    """The letters in these mails with their states, kept from others until commit.

    Without that, two mails of one letter that end at the same moment would each take the other for waiting.
    """
    of_these = select(Addressee.letter_id).where(col(Addressee.mail_id).in_(mails))
    letters = await session.exec(
        select(col(Letter.id), col(Letter.state))
        .where(col(Letter.id).in_(of_these))
        .order_by(col(Letter.id))
        .with_for_update()
    )
    return {letter_id or 0: state for letter_id, state in letters}


async def follow(session: AsyncSession, letters: Mapping[int, LetterState]) -> None:
    """A letter is sent when all its mails are, copies too; failed or in doubt when one of its own is."""
    rows = await session.exec(
        select(col(Addressee.letter_id), col(Addressee.copy_only), col(Mail.state))
        .outerjoin(Mail, col(Mail.id) == col(Addressee.mail_id))
        .where(col(Addressee.letter_id).in_(letters))
    )
    found: dict[int, list[tuple[bool, MailState | None]]] = defaultdict(list)
    for letter_id, copy_only, state in rows:
        found[letter_id].append((copy_only, state))
    turned: dict[LetterState, list[int]] = defaultdict(list)
    for letter_id, before in letters.items():
        now = _state(found[letter_id], is_cancelled=before is LetterState.CANCELLED)
        if now is not before:
            turned[now].append(letter_id)
    for now, ids in turned.items():
        await session.exec(update(Letter).where(col(Letter.id).in_(ids)).values(state=now))


def _state(addressees: Iterable[tuple[bool, MailState | None]], *, is_cancelled: bool) -> LetterState:
    """A cancelled letter stays so, unless all whom it was addressed to got it; copies then do not matter."""
    counted = [x for x in addressees if not (is_cancelled and x[0] and x[1] in TAKEN_BACK)]
    direct = {state for copy_only, state in counted if not copy_only}
    waiting = LetterState.CANCELLED if is_cancelled else LetterState.QUEUED
    if direct & WAITING or (is_cancelled and (not direct or direct & TAKEN_BACK)):
        return waiting
    for wrong, seen in WRONG:
        if wrong in direct:
            return seen
    return waiting if {state for _, state in counted} & WAITING else LetterState.SENT


async def take_back(session: AsyncSession, letter: Letter, reason: str) -> None:
    """Cancel a letter that no longer holds, as far as it has not left; the others in its mails go anew."""
    await session.exec(
        select(Letter.id).where(Letter.id == letter.id).with_for_update()
    )  # no post puts it in
    carrying = await session.exec(
        select(Addressee.mail_id, Mail.state)
        .outerjoin(Mail, col(Mail.id) == col(Addressee.mail_id))
        .where(Addressee.letter_id == letter.id)
    )
    found = set(carrying.all())
    mails = sorted(mail_id for mail_id, state in found if mail_id and state in NOT_BEGUN)
    back = await _taken_back(session, mails)
    if found and not back and all(mail_id is not None for mail_id, _ in found):
        return  # all of it has left
    await session.exec(
        update(Addressee)
        .where(col(Addressee.mail_id).in_(back), col(Addressee.letter_id) != letter.id)
        .values(mail_id=None)
    )
    letter.state, letter.note = LetterState.CANCELLED, reason
    session.add(letter)
    await session.flush()
    await follow(session, {letter.id or 0: LetterState.CANCELLED})


async def _taken_back(session: AsyncSession, mails: list[int]) -> list[int]:
    """By compare-and-set: a sender may be beginning one of them in this moment."""
    back = await session.exec(
        update(Mail)
        .where(col(Mail.id).in_(mails), col(Mail.state).in_(NOT_BEGUN))
        .values(state=MailState.CANCELLED, note="所载事项已变更，另行组信")
        .returning(col(Mail.id))
        .execution_options(synchronize_session=False)
    )
    return list(back.scalars())


async def told(session: AsyncSession, letter: Letter) -> set[int]:
    """The posts that got a cancelled letter all the same; the others are struck off, to be named anew."""
    got_none = select(Mail.id).where(Mail.state == MailState.CANCELLED)
    await session.exec(
        delete(Addressee)
        .where(col(Addressee.letter_id) == letter.id)
        .where(col(Addressee.mail_id).is_(None) | col(Addressee.mail_id).in_(got_none))
    )
    return set(await session.exec(select(Addressee.post_id).where(Addressee.letter_id == letter.id)))
