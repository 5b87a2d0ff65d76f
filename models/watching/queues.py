"""What waits for a supervisor: requests for an extension, drafts, mails that did not arrive, vacant posts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, case, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import extending, overview, questions
from models.access.sight import Sight, seen
from models.bulk import batches
from models.findings import Extension, ExtensionApproval, Finding
from models.mailing.letters import under
from models.mailing.mail import Addressee, Letter, Mail, MailState
from models.paging import VEILED_LETTER, numbers_opened, numbers_seen, unaddressed
from models.questions import Row
from models.rules.trade import knowing
from models.staff.people import Person, Unit
from models.staff.vacancies import Vacancy, vacancies
from policy.escalation import LetterState
from policy.extensions import Decision, wanting
from policy.refusals import NotFound
from policy.rules import Rules
from policy.trade import Trade

STUCK = (MailState.IN_DOUBT, MailState.FAILED)


@dataclass(frozen=True)
class Queue:
    """The first rows of what waits, and how many there are in all."""

    rows: list[Row]
    size: int


async def extensions(session: AsyncSession, sight: Sight, trade: Trade, limit: int) -> Queue:
    """Those asked for first come first; each with its history and with who decides now."""
    pending = [col(Extension.outcome) == Decision.PENDING, seen(sight)]
    joined = select(Extension, Finding, Unit.name, Person.name).join(
        Finding, col(Finding.number) == col(Extension.finding)
    )
    found = await session.exec(
        joined.outerjoin(Unit, col(Unit.id) == col(Finding.lead_unit_id))
        .outerjoin(Person, col(Person.id) == col(Extension.asked_by))
        .where(*pending)
        .order_by(col(Extension.asked_on), col(Extension.finding))
        .limit(limit)
    )
    size = await session.exec(
        select(func.count())
        .select_from(Extension)
        .join(Finding, col(Finding.number) == col(Extension.finding))
        .where(*pending)
    )
    return Queue(await _asked(session, found.all(), sight, trade), size.one())


Waiting = tuple[Extension, Finding, str | None, str | None]


async def _asked(session: AsyncSession, waiting: Sequence[Waiting], sight: Sight, trade: Trade) -> list[Row]:
    trade = await knowing(session, trade, *(finding.rules_version for _, finding, *_ in waiting))
    keys = {(asked.finding, asked.event) for asked, *_ in waiting}
    agreed = await extending.approvals_by_request(session, keys)
    return [
        {
            "finding": finding.number,
            "veiled": not sight.opens(finding),
            "title": finding.title,
            "unit": unit or "",
            "person": person or "",
            **_request(asked),
            "extensions": finding.extensions,
            **_deciding(agreed.get((asked.finding, asked.event), []), under(trade, finding)[0]),
        }
        for asked, finding, unit, person in waiting
    ]


def _request(asked: Extension) -> Row:
    return {
        "deadline": asked.deadline.isoformat(),
        "asked_for": asked.asked_for.isoformat(),
        "asked_on": asked.asked_on.isoformat(),
        "reason": asked.reason,
        "percent": asked.percent,
        "is_late": asked.is_late,
        "sustained": asked.sustained,
    }


def _deciding(agreed: Sequence[ExtensionApproval], rules: Rules) -> Row:
    """Who agreed so far, and who decides now."""
    return {
        "approvals": extending.spoken(agreed),
        "deciders": wanting(rules.approvals, {one.place for one in agreed}),
    }


async def drafts(session: AsyncSession, sight: Sight, limit: int) -> Queue:
    """Letters that go out only once somebody has signed them, the oldest first."""
    waiting = [col(Letter.state) == LetterState.DRAFTED, seen(sight)]
    ids = await session.exec(
        select(Letter.id)
        .join(Finding, col(Finding.number) == col(Letter.finding))
        .where(*waiting)
        .order_by(col(Letter.id))
        .limit(limit)
    )
    size = await session.exec(
        select(func.count())
        .select_from(Letter)
        .join(Finding, col(Finding.number) == col(Letter.finding))
        .where(*waiting)
    )
    found = [x for x in ids if x is not None]
    rows = [row for some in batches(found) for row in await questions.letters(session, ids=some)]
    return Queue(await unaddressed(session, sight, rows, VEILED_LETTER), size.one())


async def stuck_mails(session: AsyncSession, sight: Sight, limit: int) -> Queue:
    """Mails that failed or may not have arrived, on findings in sight; those in doubt first."""
    waiting = [col(Mail.state).in_(STUCK), _carries(sight)]
    doubtful_first = case((col(Mail.state) == MailState.IN_DOUBT, 0), else_=1)
    ids = await session.exec(
        select(Mail.id).where(*waiting).order_by(doubtful_first, col(Mail.id).desc()).limit(limit)
    )
    size = await session.exec(select(func.count()).select_from(Mail).where(*waiting))
    found = [x for x in ids if x is not None]
    mails = {row["id"]: row for some in batches(found) for row in await questions.mails(session, ids=some)}
    rows = await overview.with_findings(session, [mails[x] for x in found])
    numbers = {number for mail in rows for number in mail["findings"]}
    in_sight = await numbers_seen(session, sight, numbers)
    opened = await numbers_opened(session, sight, in_sight)
    return Queue([_seen_of(mail, in_sight, opened) for mail in rows], size.one())


def _carries(sight: Sight) -> ColumnElement[bool]:
    """A mail with a letter on a finding in sight."""
    return (
        select(Addressee.mail_id)
        .join(Letter, col(Letter.id) == col(Addressee.letter_id))
        .join(Finding, col(Finding.number) == col(Letter.finding))
        .where(col(Addressee.mail_id) == col(Mail.id), seen(sight))
        .exists()
    )


async def must_see_mail(session: AsyncSession, sight: Sight, mail_id: int) -> None:
    """Raises NotFound for a mail that carries nothing in sight."""
    (mail,) = await overview.with_findings(session, [{"id": mail_id}])
    if not await numbers_seen(session, sight, mail["findings"]):
        raise NotFound(f"没有邮件{mail_id}。", f"There is no mail {mail_id}.")


def _seen_of(mail: Row, in_sight: Collection[str], opened: Collection[str]) -> Row:
    """Whoever may not open all that it carries does not see to whom it went."""
    veiled = not set(mail["findings"]) <= set(opened)
    hidden = {"recipient": "", "subject": "", "note": ""} if veiled else {}
    return mail | hidden | {"veiled": veiled, "findings": [x for x in mail["findings"] if x in in_sight]}


async def vacant(session: AsyncSession, sight: Sight, today: date) -> list[tuple[Vacancy, Sequence[str]]]:
    """Posts with open work that nobody holds or is reached at, with the numbers that the reader opens."""
    found = await vacancies(session, today)
    numbers = {number for one in found for number in one.numbers}
    opened = await numbers_opened(session, sight, await numbers_seen(session, sight, numbers))
    told = [(one, [number for number in one.numbers if number in opened]) for one in found]
    return [(one, shown) for one, shown in told if shown]
