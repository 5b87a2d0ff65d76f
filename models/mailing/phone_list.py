"""The telephone list: who has to be called because a letter did not reach them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select as rows_of
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import EVERYTHING, Sight, seen
from models.findings import Finding
from models.mailing.mail import Addressee, Letter, Mail, MailState
from models.questions import Row
from models.staff import book
from models.staff.people import Account, Appointment, Person, Post, Unit
from policy.escalation import LetterState
from policy.lights import days_left
from policy.office import office_day
from policy.telephone import Standing, Undelivered, WhyNot, still_matters

UNSENT = (LetterState.QUEUED, LetterState.FAILED, LetterState.IN_DOUBT)
BY_MAIL = {MailState.FAILED: WhyNot.REFUSED, MailState.IN_DOUBT: WhyNot.IN_DOUBT}


@dataclass(frozen=True)
class Call:
    """One letter that did not reach one post. `post` is None where nobody has the role it goes to."""

    letter: Letter
    finding: Finding
    unit: str
    post: Post | None
    mail: "Carrier"
    is_copy: bool
    who: "Who"
    why: WhyNot


@dataclass(frozen=True)
class Carrier:
    """The mail that carries a letter to a post, if one was written."""

    id: int | None
    state: MailState | None
    note: str | None


@dataclass(frozen=True)
class Who:
    """Whoever holds or stands in for a post today; nobody, with no name, at a vacant one."""

    name: str = ""
    phone: str = ""
    mailbox: str = ""


async def phone_list(
    session: AsyncSession, now: datetime, account: str = "", sight: Sight = EVERYTHING
) -> list[Row]:
    """One line for each finding and person, with all letters that did not reach them; by finding.

    With an account only findings whose supervisor that is. Raises NotFound for an unknown one.
    """
    today = office_day(now)
    found = await _undelivered(session, sight)
    if account:
        person = (await book.account_named(session, account)).person_id
        mine = await book.posts_of(session, person, today)
        found = [x for x in found if x[1].supervisor_post_id in mine]
    who = await _who(session, {x[3].id or 0 for x in found if x[3]}, today)
    persons = await _persons(session, {x[5] for x in found if x[5]})
    calls = [call for x in found if (call := _call(x, who, persons))]
    lines: dict[tuple[str, str], list[Call]] = {}
    for call in calls:
        whom = call.who.name or (call.post.name if call.post else "")
        lines.setdefault((call.finding.number, whom), []).append(call)
    return [_line(same, today) for same in lines.values()]


Found = tuple[Letter, Finding, str | None, Post | None, bool | None, int | None, Carrier]


async def _undelivered(session: AsyncSession, sight: Sight) -> list[Found]:
    """Letters that are not sent and still matter, once for each post."""
    rows = await session.exec(OPEN.where(seen(sight)))
    return [(*row[:6], Carrier(*row[6:])) for row in rows.all() if _matters(row[0], row[1])]


def _open() -> Any:
    """Letters with a post they have not reached: no mail goes there, or it failed or is in doubt."""
    return (
        rows_of(
            *(Letter, Finding, col(Unit.name), Post, col(Addressee.copy_only), col(Addressee.person_id)),
            *(col(Mail.id), col(Mail.state), col(Mail.note)),
        )
        .join(Finding, col(Finding.number) == col(Letter.finding))
        .outerjoin(Unit, col(Unit.id) == col(Finding.lead_unit_id))
        .outerjoin(Addressee, col(Addressee.letter_id) == col(Letter.id))
        .outerjoin(Post, col(Post.id) == col(Addressee.post_id))
        .outerjoin(Mail, col(Mail.id) == col(Addressee.mail_id))
        .where(col(Letter.state).in_(UNSENT))
        .where(col(Mail.id).is_(None) | col(Mail.state).in_(list(BY_MAIL)))
        .order_by(col(Letter.finding), col(Letter.due_on), col(Letter.id), col(Post.id))
    )


OPEN = _open()


def _matters(letter: Letter, finding: Finding) -> bool:
    undelivered = Undelivered(
        letter.cycle, letter.deadline_version, letter.rung, letter.occasion, bool(letter.signed_by)
    )
    standing = Standing(finding.stage, finding.cycle, finding.deadline_version, finding.stage_event)
    return still_matters(undelivered, standing)


async def _who(session: AsyncSession, posts: Collection[int], today: date) -> dict[int, Who]:
    """Who is to be called at each post: whoever is written to, else a holder without an account."""
    told = await book.incumbents(session, posts, today)
    rows = await session.exec(
        select(Appointment.post_id, Person.name)
        .join(Person, col(Person.id) == col(Appointment.person_id))
        .where(col(Appointment.post_id).in_(posts), book.HOLDS)
        .order_by(col(Appointment.from_day), col(Appointment.id)),
        params={"today": today},
    )
    found = {post: Who(name) for post, name in rows}
    names = await _names(session, {account.person_id for account in told.values()})
    return found | {post: _reached(account, names) for post, account in told.items()}


async def _names(session: AsyncSession, ids: Collection[int]) -> dict[int, str]:
    rows = await session.exec(select(Person).where(col(Person.id).in_(ids)))
    return {person.id or 0: person.name for person in rows}


def _reached(account: Account, names: dict[int, str]) -> Who:
    return Who(names[account.person_id], account.phone, account.mailbox)


async def _persons(session: AsyncSession, ids: Collection[int]) -> dict[int, Who]:
    """Those to whom a letter goes as persons, whoever has the post by now."""
    names, told = await _names(session, ids), await book.accounts_of(session, ids)
    found = {person: Who(name) for person, name in names.items()}
    return found | {person: _reached(x.account, names) for person, x in told.items()}


def _call(found: Found, at: dict[int, Who], persons: dict[int, Who]) -> Call | None:
    """None where the mail will go, or has gone."""
    letter, finding, unit, post, copy_only, person, mail = found
    who = persons[person] if person else at.get(post.id or 0, Who()) if post else Who()
    why = _why(letter, post, mail, who)
    return Call(letter, finding, unit or "", post, mail, bool(copy_only), who, why) if why else None


def _why(letter: Letter, post: Post | None, mail: Carrier, who: Who) -> WhyNot | None:
    if post is None:
        return WhyNot.NOBODY
    if mail.state is not None:
        return BY_MAIL.get(mail.state)
    if letter.state is not LetterState.QUEUED or who.mailbox:
        return None
    return WhyNot.NO_MAILBOX if who.name else WhyNot.VACANT


def _line(calls: Sequence[Call], today: date) -> Row:
    first = calls[0]
    finding = first.finding
    return {
        "finding": finding.number,
        "title": "" if finding.confidential else finding.title,
        "confidential": finding.confidential,
        "stage": finding.stage.value,
        "unit": first.unit,
        "posts": list(dict.fromkeys(x.post.name for x in calls if x.post)),
        "person": first.who.name,
        "phone": first.who.phone,
        "since": min(office_day(x.letter.created_at) for x in calls).isoformat(),
        "days_left": days_left(finding.stage, finding.deadline, finding.submitted_on, today),
        "letters": [_letter(x) for x in calls],
    }


def _letter(call: Call) -> Row:
    return {
        "id": call.letter.id,
        "rung": call.letter.rung,
        "kind": call.letter.kind,
        "date": call.letter.due_on.isoformat(),
        "state": call.letter.state.value,
        "copy": call.is_copy,
        "why": call.why.value,
        "note": call.mail.note or "",
        "mail": call.mail.id,
    }
