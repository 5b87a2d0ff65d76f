"""What people ask of the ledger: findings in a list, one with all that belongs to it, letters."""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, literal
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from models import extending
from models.findings import (
    Evidence,
    Finding,
    InspectionRound,
    Measure,
    OutcomeFigure,
    ProgressEntry,
    Regulation,
)
from models.guidance import current_run
from models.history import Event
from models.mailing.mail import Addressee, Letter, Mail, MailState
from models.staff import book
from models.staff.people import Account, Person, Post, Unit
from policy.lights import Light, closed_late, days_left, light
from policy.stages import LIVE, STEP_OF

Row = dict[str, Any]
"""One line of JSON-ready values; dates are ISO text."""


async def listed(
    session: AsyncSession,
    today: date,
    *,
    overdue: bool = False,
    unit: str = "",
    numbers: Sequence[str] | None = None,
) -> list[Row]:
    """Findings in the shape of `rectify list --json`, by number. Raises NotFound for an unknown unit."""
    wanted = (
        select(Finding, Unit.name, Post.name, InspectionRound.name)
        .outerjoin(Unit, col(Unit.id) == col(Finding.lead_unit_id))
        .outerjoin(Post, col(Post.id) == col(Finding.owner_post_id))
        .outerjoin(InspectionRound, col(InspectionRound.id) == col(Finding.inspection_round_id))
        .order_by(col(Finding.number))
    )
    if unit:
        units = await below(session, (await book.unit_named(session, unit)).id)
        wanted = wanted.where(col(Finding.lead_unit_id).in_(units))
    if numbers is not None:
        wanted = wanted.where(col(Finding.number).in_(list(numbers)))
    rows = [_line(*found, today) for found in await session.exec(wanted)]
    return [row for row in rows if row["light"] == Light.RED] if overdue else rows


async def below(session: AsyncSession, unit_id: int | None) -> list[int]:
    """A unit and all units under it."""
    return list(await session.exec(BELOW, params={"unit": unit_id}))


def _downwards() -> SelectOfScalar[Any]:
    here = select(col(Unit.id)).where(col(Unit.id) == bindparam("unit")).cte("below", recursive=True)
    return select(here.union(select(col(Unit.id)).join(here, col(Unit.parent_id) == here.c.id)).c.id)


BELOW = _downwards()


def _line(finding: Finding, unit: str | None, post: str | None, round_name: str | None, today: date) -> Row:
    clock = (finding.stage, finding.deadline, finding.submitted_on, today)
    its = light(*clock)
    return {
        "number": finding.number,
        "title": finding.title,
        "source": finding.source,
        "round_name": round_name or "",
        "category": finding.category,
        "item": finding.item,
        "severity": finding.severity,
        "unit": unit or "",
        "owner_post": post or "",
        "stage": finding.stage.value,
        "step": STEP_OF[finding.stage].value,
        "light": its.value,
        "deadline": _day(finding.deadline),
        "original_deadline": _day(finding.original_deadline),
        "deadline_type": finding.deadline_type.value,
        "provisional": finding.provisional and finding.stage in LIVE,
        "days_left": days_left(*clock),
        "late": its is Light.RED or closed_late(finding.deadline, finding.submitted_on, finding.closed_on),
        "round": finding.round,
        "cycle": finding.cycle,
        "closed_on": _day(finding.closed_on),
        "confidential": finding.confidential,
        "version": finding.version,
        "extensions": finding.extensions,
        "percent": finding.percent,
    }


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


DETAILS = (
    "condition",
    "root_cause",
    "category_no",
    "item_no",
    "objective",
    "progress",
    "verdict",
    "result",
    "publicity",
    "satisfaction",
    "remarks",
    "sustained",
    "rules_version",
    "review_provisional",
    "extension_reason",
    "merged_into",
)
DAYS = (
    "discovered_on",
    "assigned_on",
    "accepted_on",
    "submitted_on",
    "verified_on",
    "first_closed_on",
    "reopened_on",
    "next_review_on",
    "extension_to",
)
POSTS = {
    "lead_leader": "lead_leader_post_id",
    "responsible_leader": "responsible_leader_post_id",
    "supervisor": "supervisor_post_id",
    "verifier": "verifier_post_id",
}


async def shown(session: AsyncSession, finding: Finding, today: date) -> Row:
    """One finding in the shape of `rectify show --json`."""
    (row,) = await listed(session, today, numbers=[finding.number])
    row |= {name: getattr(finding, name) for name in DETAILS}
    row |= {name: _day(getattr(finding, name)) for name in DAYS}
    for name, column in POSTS.items():
        post_id = getattr(finding, column)
        post = await session.get(Post, post_id) if post_id else None
        row[name] = post.name if post else ""
    found_round = finding.inspection_round_id
    inspection = await session.get(InspectionRound, found_round) if found_round else None
    row["source_doc"] = inspection.document if inspection else ""
    row["assisting"] = [name for name in finding.assisting.split("\n") if name]
    row["defaulted"] = [name for name in finding.defaulted.split(",") if name]
    row["day_count"] = finding.day_count.value
    row["involves_money"] = finding.involves_money
    row["amount_involved"] = _plain(finding.amount_involved)
    for name, kind, columns in BELONGINGS:
        row[name] = await _belonging(session, kind, columns, finding.number)
    row["extension_requests"] = await extending.told(session, finding.number)
    row["events"] = await _events(session, finding.number)
    row["letters"] = await letters(session, finding=finding.number)
    row["mails"] = await mails(session, finding=finding.number)
    row["run"] = await _run(session, finding)
    return row


BELONGINGS: tuple[tuple[str, type[SQLModel], tuple[str, ...]], ...] = (
    ("measures", Measure, ("cycle", "seq", "text", "due_on", "done_on", "tracked")),
    ("progress_entries", ProgressEntry, ("cycle", "round", "at", "by", "percent", "text", "assisting_unit")),
    (
        "evidence",
        Evidence,
        (
            *("id", "cycle", "round", "name", "sha256", "size", "at", "by"),
            *("withdrawn_event", "assisting_unit"),
        ),
    ),
    ("outcomes", OutcomeFigure, ("cycle", "metric", "amount", "unit")),
    ("regulations", Regulation, ("name", "document", "issued_on", "revised")),
)


async def _belonging(
    session: AsyncSession, kind: type[SQLModel], columns: Iterable[str], number: str
) -> list[Row]:
    table = kind.__table__.c  # type: ignore[attr-defined]  # table classes have one
    rows = await session.exec(select(kind).where(table.finding == number).order_by(table.id))
    return [{name: _plain(getattr(row, name)) for name in columns} for row in rows]


def _plain(value: object) -> object:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value if isinstance(value, str | int | bool | None) else str(value)


async def _events(session: AsyncSession, number: str) -> list[Row]:
    rows = await session.exec(select(Event).where(Event.finding == number).order_by(col(Event.seq)))
    return [
        {
            "seq": event.seq,
            "at": _moment(event.at),
            "act": event.act.value,
            "by": event.by,
            "from": event.from_stage.value if event.from_stage else None,
            "to": event.to_stage.value,
            "reason": event.reason,
            "hash": event.hash,
            "round": event.round,
            "cycle": event.cycle,
            "imported": event.imported,
            "recorded_at": _moment(event.recorded_at),
            "said": event.said,
            **{name: _said(event).get(name) for name in ("stands_in", "handed_over", "assists")},
        }
        for event in rows
    ]


def _said(event: Event) -> Row:
    """What was noted with an act by name; imported history has texts."""
    said = json.loads(event.said) if event.said.startswith("{") else {}
    return said if isinstance(said, dict) else {}


async def letters(
    session: AsyncSession, *, finding: str | None = None, ids: Sequence[int] | None = None
) -> list[Row]:
    """Letters decided so far in the shape of `rectify letters --json`, by day."""
    wanted = select(Letter).order_by(col(Letter.due_on), col(Letter.id))
    if finding is not None:
        wanted = wanted.where(Letter.finding == finding)
    if ids is not None:
        wanted = wanted.where(col(Letter.id).in_(ids))
    found = list(await session.exec(wanted))
    those = [x.id for x in found if x.id is not None]
    to, cc = await _addressees(session, those)
    reached, languages = await _reached(session, those), await _languages(session, those)
    rows = [_letter(x, to.get(x.id or 0, []), cc.get(x.id or 0, []), languages) for x in found]
    return [row | {"reached": reached.get(row["id"], [])} for row in rows]


Names = dict[int, list[str]]


async def _addressees(session: AsyncSession, ids: Sequence[int]) -> tuple[Names, Names]:
    to: Names = {}
    cc: Names = {}
    for start in range(0, len(ids), 500):
        rows = await session.exec(
            select(Addressee.letter_id, Addressee.copy_only, Post.name)
            .join(Post, col(Post.id) == col(Addressee.post_id))
            .where(col(Addressee.letter_id).in_(ids[start : start + 500]))
            .order_by(col(Addressee.letter_id), col(Addressee.post_id))
        )
        for letter_id, copy_only, name in rows:
            (cc if copy_only else to).setdefault(letter_id, []).append(name)
    return to, cc


async def _reached(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[Row]]:
    """Whom the mails of a letter went to, for which post, and whether as its holder's stand-in."""
    found: dict[int, list[Row]] = {}
    for start in range(0, len(ids), 500):
        rows = await session.exec(
            select(Addressee, Post.name, Person.name)
            .join(Post, col(Post.id) == col(Addressee.post_id))
            .join(Mail, col(Mail.id) == col(Addressee.mail_id))
            .join(Person, col(Person.id) == col(Mail.person_id))
            .where(col(Addressee.letter_id).in_(ids[start : start + 500]))
            .order_by(col(Addressee.letter_id), col(Addressee.post_id))
        )
        for addressee, post, person in rows:
            said = {"post": post, "person": person, "stands_in": addressee.stands_in}
            found.setdefault(addressee.letter_id, []).append(said)
    return found


async def _languages(session: AsyncSession, ids: Sequence[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for start in range(0, len(ids), 500):
        rows = await session.exec(
            select(Addressee.letter_id, Mail.language)
            .join(Mail, col(Mail.id) == col(Addressee.mail_id))
            .where(col(Addressee.copy_only).is_(False))
            .where(col(Addressee.letter_id).in_(ids[start : start + 500]))
        )
        found |= dict(rows.all())
    return found


def _letter(letter: Letter, to: list[str], cc: list[str], languages: dict[int, str]) -> Row:
    return {
        "finding": letter.finding,
        "cycle": letter.cycle,
        "round": letter.round,
        "rung": letter.rung,
        "kind": letter.kind,
        "date": letter.due_on.isoformat(),
        "to": to,
        "cc": cc,
        "language": languages.get(letter.id or 0, "zh-CN"),
        "state": letter.state.value,
        "id": letter.id,
        "deadline_version": letter.deadline_version,
        "note": letter.note,
        "signed_by": letter.signed_by,
    }


async def mails(
    session: AsyncSession,
    *,
    finding: str | None = None,
    ids: Sequence[int] | None = None,
    states: Sequence[MailState] = (),
    put_off: bool = False,
) -> list[Row]:
    """All, or those with these ids or in these states; with `put_off` also what the server did not take."""
    wanted = select(Mail).order_by(col(Mail.id))
    if ids is not None:
        wanted = wanted.where(col(Mail.id).in_(ids))
    if states:
        waits = (col(Mail.state) == MailState.QUEUED) & (col(Mail.attempts) > 0) & literal(put_off)
        wanted = wanted.where(col(Mail.state).in_(list(states)) | waits)
    if finding is not None:
        carrying = (
            select(Addressee.mail_id)
            .join(Letter, col(Letter.id) == col(Addressee.letter_id))
            .where(Letter.finding == finding)
        )
        wanted = wanted.where(col(Mail.id).in_(carrying))
    return [
        {
            "id": mail.id,
            "message_id": mail.message_id,
            "recipient": mail.recipient,
            "subject": mail.subject,
            "language": mail.language,
            "state": mail.state.value,
            "attempts": mail.attempts,
            "next_at": _moment(mail.next_at),
            "sent_at": _moment(mail.sent_at),
            "note": mail.note,
        }
        for mail in await session.exec(wanted)
    ]


async def _run(session: AsyncSession, finding: Finding) -> Row | None:
    run = await current_run(session, finding.number)
    if run is None:
        return None
    return {
        "id": run.flow_run_id,
        "generation": run.generation,
        "cycle": run.cycle,
        "version_seen": run.version_seen,
        "ended_at": _moment(run.ended_at),
    }


async def _names(session: AsyncSession, posts: Sequence[int]) -> list[str]:
    found = [await session.get(Post, post) for post in dict.fromkeys(posts)]
    return [post.name for post in found if post]


async def _posts_of(session: AsyncSession, account: Account, today: date) -> list[str]:
    return await _names(session, sorted(await book.posts_of(session, account.person_id, today)))


async def accounts(session: AsyncSession, today: date) -> list[Row]:
    rows = await session.exec(select(Account).order_by(col(Account.name)))
    return [
        {
            "account": account.name,
            "person": await book.person_name(session, account.person_id),
            "mailbox": account.mailbox,
            "language": account.language.value,
            "active": account.active,
            "posts": await _posts_of(session, account, today),
        }
        for account in rows
    ]
