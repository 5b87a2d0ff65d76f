"""Opening a finding by hand: its number, its round, and at once its first assignment where that is known."""

import json
import re
from datetime import date, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import book, letters
from models.database import Database
from models.effects import place, set_deadline
from models.findings import Finding, InspectionRound
from models.history import Event
from models.ledger import Entry, Receipt, append, as_receipt, follow, receipt_of
from models.letters import Trade
from models.numbering import next_number, note
from models.orders import OpenWords, Placing
from models.people import PostRole
from policy import acts
from policy.deadlines import DeadlineType
from policy.notices import ASSIGNMENT
from policy.office import office_day
from policy.refusals import BadInput
from policy.roles import ROLES_FOR, Why
from policy.stages import Act, Stage

INTAKE = 7101
"""The advisory lock under which numbers are given out and ledgers taken in."""


async def open_finding(
    db: Database, by: str, words: OpenWords, now: datetime, trade: Trade, nonce: str | None = None
) -> Receipt:
    """Open one finding: in `draft`, or assigned at once when unit and post are given."""
    today = office_day(now)
    async with db.writing("open") as session:
        await db.alone(session, INTAKE)
        earlier = await receipt_of(session, by, nonce)
        if earlier is not None:
            return earlier
        finding = await _new(session, by, words, now, trade)
        at_once = bool(words.unit and words.post)
        opening = Entry(Act.OPEN, by, now, now, None, said=_opening(words), nonce=None if at_once else nonce)
        event = await append(session, finding, opening)
        await follow(session, finding, event, Stage.DRAFT, trade, now)
        if at_once:
            placing = Placing.model_validate(words.model_dump(include=set(Placing.model_fields)))
            assignment = Entry(Act.ASSIGN, by, now, now, Stage.DRAFT, nonce=nonce)
            event = await _assign_at_once(session, finding, assignment, placing, trade, today)
        return as_receipt(event)


def _opening(words: OpenWords) -> str:
    said = words.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


async def _assign_at_once(
    session: AsyncSession,
    finding: Finding,
    entry: Entry,
    placing: Placing,
    trade: Trade,
    today: date,
) -> Event:
    await place(session, finding, placing, today)
    finding.assigned_on = today
    set_deadline(finding, placing, trade, today)
    finding.stage, finding.version = Stage.ASSIGNED, finding.version + 1
    finding.stage_since, finding.stage_event = today, finding.version
    session.add(finding)
    await session.flush()
    event = await append(session, finding, entry)
    await follow(session, finding, event, Stage.DRAFT, trade, entry.at)
    await letters.notify(session, finding, ASSIGNMENT, event.seq, entry.at)
    return event


async def _new(session: AsyncSession, by: str, words: OpenWords, now: datetime, trade: Trade) -> Finding:
    today = office_day(now)
    _check_opening(words, today)
    unit = await book.unit_named(session, words.unit) if words.unit else None
    actor = await book.actor(session, by, unit.id if unit else None, today)
    if not ROLES_FOR[Act.OPEN] & actor.roles:
        raise acts.not_by("新问题", "A new finding", Act.OPEN, Why.NOT_THEIR_ROLE)
    kind = words.deadline_type or DeadlineType.TIME_LIMITED
    finding = Finding(
        number=words.number or await next_number(session, words.source, words.discovered_on or today),
        stage=Stage.DRAFT,
        title=words.title or _first_words(words.condition),
        source=words.source,
        inspection_round_id=await round_id(session, words.source, words.round_name, words.source_doc),
        **words.model_dump(include=PLAIN),
        deadline_type=kind,
        sustained=kind is DeadlineType.SUSTAINED,
        day_count=words.day_count or trade.rules.period(words.source, kind).unit,
        discovered_on=words.discovered_on or today,
        opened_on=today,
        stage_since=today,
        rules_version=trade.rules.version,
        inspector_post_id=await _inspecting_post(session, actor.posts),
        created_at=now,
    )
    if await session.get(Finding, finding.number):
        raise BadInput(f"编号“{finding.number}”已被使用。", f"The number “{finding.number}” is taken.")
    await note(session, finding.number)
    await place(session, finding, Placing(**words.model_dump(include=PLACES)), today)
    if words.deadline:
        set_deadline(finding, words, trade, today)
    session.add(finding)
    await session.flush()
    return finding


PLAIN = {
    "category_no",
    "category",
    "item_no",
    "item",
    "condition",
    "root_cause",
    "severity",
    "confidential",
    "objective",
}
PLACES = {"unit", "lead_leader", "responsible_leader", "supervisor", "verifier", "assisting"}


def _check_opening(words: OpenWords, today: date) -> None:
    for value, zh, en in (
        (words.source, "问题来源（source）", "A source"),
        (words.condition, "具体表现（condition）", "The condition"),
    ):
        if not value:
            raise BadInput(f"请填写{zh}。", f"{en} is needed.")
    if words.post and not words.unit:
        raise BadInput("写了岗位，还请填写责任单位（unit）。", "A post is named: name its unit too.")
    if words.discovered_on and words.discovered_on > today:
        raise BadInput(
            f"发现日期 {words.discovered_on} 在今天之后。",
            f"The day of discovery {words.discovered_on} is in the future.",
        )


def _first_words(condition: str) -> str:
    """A title where none is given: the condition up to its first stop."""
    return (re.split(r"[，。；：,;:\n]", condition)[0].strip() or condition)[:30]


async def _inspecting_post(session: AsyncSession, posts: frozenset[int]) -> int | None:
    found = await session.exec(
        select(PostRole.post_id)
        .where(col(PostRole.post_id).in_(posts), col(PostRole.role).in_(list(ROLES_FOR[Act.OPEN])))
        .order_by(col(PostRole.post_id))
    )
    return found.first()


async def round_id(session: AsyncSession, source: str, name: str, document: str) -> int | None:
    """The round of that source and name, made if it is new; None without a name."""
    if not name:
        return None
    found = await session.exec(
        select(InspectionRound).where(InspectionRound.source == source, InspectionRound.name == name)
    )
    row = found.first() or InspectionRound(source=source, name=name, document=document)
    row.document = row.document or document
    session.add(row)
    await session.flush()
    return row.id
