"""Letters as whoever watches reads them: those decided, page by page, those to come, and each one whole."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import questions
from models.access.sight import Sight, must_see, opened, seen
from models.findings import Finding
from models.mailing.mail import Addressee, Letter, Mail
from models.mailing.outbox import Enclosed
from models.paging import VEILED_LETTER, numbers_opened, unaddressed
from models.questions import Row
from models.staff import book
from models.staff.people import Post, Unit
from policy.escalation import LetterState
from policy.refusals import Language, NotFound

FIRST = 2**31 - 1


@dataclass(frozen=True)
class Narrowed:
    """Empty is everything. Of a unit are the letters on its findings and those of the units below."""

    unit: str = ""
    rung: str = ""


async def decided(
    session: AsyncSession, sight: Sight, wanted: Narrowed, before: int, limit: int
) -> tuple[list[Row], bool]:
    """The newest first, and whether there are more. Raises NotFound for an unknown unit."""
    asked = (
        select(Letter.id)
        .join(Finding, col(Finding.number) == col(Letter.finding))
        .where(seen(sight), col(Letter.id) < before)
        .order_by(col(Letter.id).desc())
        .limit(limit + 1)
    )
    if wanted.unit:
        units = await questions.below(session, (await book.unit_named(session, wanted.unit)).id)
        asked = asked.where(col(Finding.lead_unit_id).in_(units), opened(sight))
    if wanted.rung:
        asked = asked.where(Letter.rung == wanted.rung)
    ids = [x for x in await session.exec(asked) if x is not None]
    rows = await questions.letters(session, ids=ids[:limit])
    rows = await unaddressed(session, sight, rows, VEILED_LETTER)
    return sorted(rows, key=lambda row: -row["id"]), len(ids) > limit


ISSUED = frozenset({LetterState.QUEUED, LetterState.SENT, LetterState.FAILED, LetterState.IN_DOUBT})
"""What was said to somebody, whether the mail got there or not; a draft is not said yet."""


async def may_read(session: AsyncSession, sight: Sight, letter_id: int) -> bool:
    """For whoever does not watch: letters issued to one of their posts, or on a finding they open."""
    letter = await session.get(Letter, letter_id)
    if letter is None or letter.state not in ISSUED:
        return False
    finding = await session.get_one(Finding, letter.finding)
    addressed = await session.exec(select(Addressee.post_id).where(Addressee.letter_id == letter_id))
    return sight.sees(finding) and (sight.opens(finding) or not sight.posts.isdisjoint(addressed))


@dataclass(frozen=True)
class Whole:
    """A letter with all it says. `mail` is the one it went or goes in, if the reader may see all of that."""

    row: Row
    enclosed: Enclosed
    veiled: bool
    post: str
    language: Language
    mail: Mail | None


async def whole(session: AsyncSession, sight: Sight, letter_id: int, today: date) -> Whole:
    """Raises NotFound for a letter that is not there, or on a finding out of sight."""
    letter = await session.get(Letter, letter_id)
    if letter is None:
        raise unknown(letter_id)
    finding = must_see(sight, await session.get_one(Finding, letter.finding))
    rows = await questions.letters(session, ids=[letter_id])
    (row,) = await unaddressed(session, sight, rows, VEILED_LETTER)
    post, language = await _reader(session, letter_id, today)
    mail = await _mail(session, sight, letter_id)
    told = await enclosed(session, letter, finding)
    return Whole(row, told, not sight.opens(finding), post, language, mail)


def unknown(letter_id: int) -> NotFound:
    return NotFound(f"没有第{letter_id}号函件。", f"There is no letter {letter_id}.")


async def enclosed(session: AsyncSession, letter: Letter, finding: Finding) -> Enclosed:
    unit = await session.get(Unit, finding.lead_unit_id) if finding.lead_unit_id else None
    return Enclosed(letter, finding, unit.name if unit else "", copy_only=False)


def to_be(finding: Finding, rung: str, kind: str, day: date, now: datetime) -> Letter:
    """A letter that is not written yet, for its words alone."""
    return Letter(
        finding=finding.number,
        cycle=finding.cycle,
        round=finding.round,
        deadline_version=finding.deadline_version,
        rung=rung,
        kind=kind,
        due_on=day,
        state=LetterState.PLANNED,
        created_at=now,
    )


async def _reader(session: AsyncSession, letter_id: int, today: date) -> tuple[str, Language]:
    """The post it is addressed to, and the language of whoever is written to there."""
    found = await session.exec(
        select(Post)
        .join(Addressee, col(Addressee.post_id) == col(Post.id))
        .where(Addressee.letter_id == letter_id)
        .order_by(col(Addressee.copy_only), col(Post.id))
    )
    post = found.first()
    told = await book.incumbent(session, post.id or 0, today) if post else None
    return post.name if post else "", told.language if told else Language.CHINESE


async def _mail(session: AsyncSession, sight: Sight, letter_id: int) -> Mail | None:
    """The first of its mails that carries nothing which the reader may not open."""
    mails = await session.exec(
        select(Mail)
        .join(Addressee, col(Addressee.mail_id) == col(Mail.id))
        .where(Addressee.letter_id == letter_id)
        .order_by(col(Addressee.copy_only), col(Mail.id))
    )
    for mail in mails:
        carried = await session.exec(
            select(Letter.finding)
            .join(Addressee, col(Addressee.letter_id) == col(Letter.id))
            .where(Addressee.mail_id == mail.id)
            .distinct()
        )
        numbers = set(carried)
        if numbers <= await numbers_opened(session, sight, numbers):
            return mail
    return None
