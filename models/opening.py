"""Opening a finding by hand: its number, its round, and at once its first assignment where that is known."""

import json
import re
from datetime import date, datetime

from sqlalchemy import bindparam
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.bulk import store, whole
from models.database import Database
from models.effects import place, set_deadline
from models.findings import Finding, InspectionRound
from models.history import Event
from models.ledger import Entry, Receipt, as_receipt, chained, receipt_of, waking
from models.listing import searching
from models.mailing import letters
from models.numbering import next_number, note
from models.orders import OpenWords, Placing
from models.running import Wake
from models.staff import book
from models.staff.people import PostRole
from policy import acts
from policy.deadlines import DeadlineType
from policy.notices import ASSIGNMENT
from policy.office import office_day
from policy.refusals import BadInput
from policy.roles import ROLES_FOR, Actor, Why, lending_post
from policy.stages import Act, Stage
from policy.trade import Trade

INTAKE = 7101
"""The advisory lock under which ledgers are taken in; findings are opened one by one beside each other."""


async def open_finding(
    db: Database, by: str, words: OpenWords, now: datetime, trade: Trade, nonce: str | None = None
) -> Receipt:
    """Open one finding: in `draft`, or assigned at once when unit and post are given."""
    try:
        return await _open(db, by, words, now, trade, nonce)
    except IntegrityError:  # somebody stored the same form, number or round in the same moment
        return await _open(db, by, words, now, trade, nonce)


async def _open(
    db: Database, by: str, words: OpenWords, now: datetime, trade: Trade, nonce: str | None
) -> Receipt:
    today = office_day(now)
    async with db.writing("open") as session:
        await db.beside(session, INTAKE)
        known = await receipt_of(session, by, nonce)
        if known is not None:
            return known
        words = await dated(session, words)
        actor = await _opener(session, by, words, today)
        finding = await _new(session, actor, words, now, trade)
        finding.number = await _number(session, words, today)
        at_once = bool(words.unit and words.post)
        said = await _opening(session, actor, words, today)
        own = None if at_once else nonce
        opening = Entry(Act.OPEN, by, now, now, None, words.reason, said=said, nonce=own)
        events = [chained(finding, opening)]
        if at_once:
            await _assign(session, finding, words, trade, today)
            assignment = Entry(Act.ASSIGN, by, now, now, Stage.DRAFT, nonce=nonce)
            events.append(chained(finding, assignment, events[0].hash))
        await letters.look_ahead(session, finding, trade, today, written=())
        await store(session, Finding, [finding.model_dump()])
        await searching.write(session, [finding])
        await store(session, Event, [vars(event) for event in events])
        await store(session, Wake, [whole(Wake, **waking(finding, now))])
        if at_once:
            await letters.notify(session, finding, ASSIGNMENT, finding.version, now)
        return as_receipt(events[-1])


async def try_out(db: Database, by: str, words: OpenWords, now: datetime, trade: Trade) -> None:
    """Store nothing; raises what `open_finding` would: NotAllowed for a vacant post, BadInput, NotFound."""
    today = office_day(now)
    async with db.trial() as session:
        words = await dated(session, words)
        actor = await _opener(session, by, words, today)
        finding = await _new(session, actor, words, now, trade)
        await _number(session, words, today)
        if words.unit and words.post:
            await _assign(session, finding, words, trade, today)


async def earlier(db: Database, by: str, nonce: str) -> Receipt | None:
    """What came of the same form, if it was sent before."""
    async with db.reading() as session:
        return await receipt_of(session, by, nonce)


async def dated(session: AsyncSession, words: OpenWords) -> OpenWords:
    """A finding of a round was discovered on the day the round's feedback was given, unless it says when."""
    if words.discovered_on or not words.round_name:
        return words
    named = await _round(session, words.source, words.round_name)
    given = named.feedback_on if named else None
    return words.model_copy(update={"discovered_on": given}) if given else words


async def begun(session: AsyncSession, words: OpenWords, today: date) -> date:
    """The day from which its time to be put right would count; immediate work aside."""
    named = await _round(session, words.source, words.round_name) if words.round_name else None
    return (named.feedback_on if named else None) or words.discovered_on or today


async def _round(session: AsyncSession, source: str, name: str) -> InspectionRound | None:
    named = select(InspectionRound).where(InspectionRound.source == source, InspectionRound.name == name)
    return (await session.exec(named)).first()


async def _opener(session: AsyncSession, by: str, words: OpenWords, today: date) -> Actor:
    _check_opening(words, today)
    unit = await book.unit_named(session, words.unit) if words.unit else None
    actor = await book.actor(session, by, unit.id if unit else None, today)
    if not ROLES_FOR[Act.OPEN] & actor.roles:
        raise acts.not_by("新问题", "A new finding", Act.OPEN, Why.NOT_THEIR_ROLE)
    return actor


async def _opening(session: AsyncSession, actor: Actor, words: OpenWords, today: date) -> str:
    said = words.model_dump(mode="json", exclude_defaults=True)
    lent = lending_post(ROLES_FOR[Act.OPEN], actor)
    if lent is not None:
        said["stands_in"] = await book.stood_in_for(session, lent, today)
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


async def _assign(session: AsyncSession, finding: Finding, words: Placing, trade: Trade, today: date) -> None:
    """The first assignment, at once."""
    finding.assigned_on = today
    await set_deadline(session, finding, words, trade, today)
    finding.stage, finding.version = Stage.ASSIGNED, finding.version + 1
    finding.stage_since, finding.stage_event = today, finding.version


async def _new(session: AsyncSession, actor: Actor, words: OpenWords, now: datetime, trade: Trade) -> Finding:
    today = office_day(now)
    unit = await book.unit_named(session, words.unit) if words.unit else None
    kind = words.deadline_type or DeadlineType.TIME_LIMITED
    finding = Finding(
        number="",  # given when all is known: it keeps others waiting
        stage=Stage.DRAFT,
        title=words.title or _first_words(words.condition),
        source=words.source,
        lead_unit_id=unit.id if unit else None,
        inspection_round_id=await round_id(session, words.source, words.round_name, words.source_doc),
        **words.model_dump(include=PLAIN),
        involves_money=bool(words.about_money),
        amount_involved=words.amount_involved,
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
    await place(session, finding, words.model_copy(update={"unit": ""}), today)
    if words.deadline:
        await set_deadline(session, finding, words, trade, today)
    return finding


async def _number(session: AsyncSession, words: OpenWords, today: date) -> str:
    if not words.number:
        return await next_number(session, words.source, words.discovered_on or today)
    await note(session, words.number)
    if await session.get(Finding, words.number):
        raise BadInput(f"编号“{words.number}”已被使用。", f"The number “{words.number}” is taken.")
    return words.number


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
    return (await session.exec(INSPECTING, params={"posts": list(posts)})).first()


INSPECTING = (
    select(PostRole.post_id)
    .where(col(PostRole.post_id).in_(bindparam("posts", expanding=True)))
    .where(col(PostRole.role).in_(list(ROLES_FOR[Act.OPEN])))
    .order_by(col(PostRole.post_id))
)


async def round_id(session: AsyncSession, source: str, name: str, document: str) -> int | None:
    """The round of that source and name, made if it is new; None without a name."""
    if not name:
        return None
    found = await _round(session, source, name)
    row = found or InspectionRound(source=source, name=name, document=document)
    row.document = row.document or document
    session.add(row)
    await session.flush()
    return row.id
