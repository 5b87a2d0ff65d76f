"""What waits for a supervisor: requests for an extension, drafts, mails that did not arrive, vacant posts."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import extending, ledger, overview, questions
from models.access.sight import Sight, seen
from models.findings import Extension, Finding
from models.mailing.letters import under
from models.mailing.mail import Letter
from models.paging import VEILED_LETTER, numbers_opened, numbers_seen, unaddressed
from models.questions import Row
from models.rules.trade import knowing
from models.staff.people import Person, Unit
from models.staff.vacancies import Vacancy, vacancies
from policy.escalation import LetterState
from policy.extensions import Decision, wanted
from policy.refusals import NotFound
from policy.trade import Trade


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
    rows = [await _asked(session, *row, sight, trade) for row in found]
    return Queue(rows, size.one())


async def _asked(
    session: AsyncSession,
    asked: Extension,
    finding: Finding,
    unit: str | None,
    person: str | None,
    sight: Sight,
    trade: Trade,
) -> Row:
    trade = await knowing(session, trade, finding.rules_version)
    history = await extending.told(session, finding.number)
    rules, _ = under(trade, finding)
    deciders = wanted(await ledger.facts_now(session, finding), rules)
    return {
        "finding": finding.number,
        "veiled": not sight.opens(finding),
        "title": finding.title,
        "unit": unit or "",
        "person": person or "",
        "deadline": asked.deadline.isoformat(),
        "asked_for": asked.asked_for.isoformat(),
        "asked_on": asked.asked_on.isoformat(),
        "reason": asked.reason,
        "percent": asked.percent,
        "is_late": asked.is_late,
        "sustained": asked.sustained,
        "extensions": finding.extensions,
        "approvals": history[-1]["approvals"],
        "deciders": deciders,
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
    rows = await questions.letters(session, ids=[x for x in ids if x is not None])
    return Queue(await unaddressed(session, sight, rows, VEILED_LETTER), size.one())


async def stuck_mails(session: AsyncSession, sight: Sight, limit: int) -> Queue:
    """Mails that failed or may not have arrived, on findings in sight; those in doubt first."""
    mails = await overview.stuck_mails(session)
    numbers = {number for mail in mails for number in mail["findings"]}
    in_sight = await numbers_seen(session, sight, numbers)
    opened = await numbers_opened(session, sight, in_sight)
    rows = [_seen_of(mail, in_sight, opened) for mail in mails if in_sight & set(mail["findings"])]
    rows.sort(key=lambda mail: (mail["state"] != "in_doubt", -mail["id"]))
    return Queue(rows[:limit], len(rows))


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
