"""The one writer: an act is decided and stored, with its event, letters and wake, in one transaction."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, cast

import sqlalchemy
from sqlalchemy import Executable, Integer, String, and_, bindparam, func, or_, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import extending
from models.access.binding import admit
from models.bulk import connected, plain, store, unsaved, whole
from models.database import Database
from models.effects import EFFECTS, Doing
from models.findings import Evidence, Finding, Measure, OutcomeFigure
from models.history import Event
from models.mailing import letters
from models.orders import Order
from models.rules.trade import knowing
from models.running import Wake
from models.staff import book
from models.staff.people import Account
from policy import acts, chain, extensions, money
from policy.notices import notices
from policy.office import OFFICE, office_day
from policy.refusals import BadInput, NotAllowed, NotFound, Overtaken
from policy.roles import ASSISTING_ACTS, Actor, assisting_post, assists, stands_in_for
from policy.stages import Act, Facts, Money, Moved, Path, Stage, move
from policy.trade import Trade


@dataclass(frozen=True)
class Receipt:
    """What a person is told: the act is stored. The same form sent twice gets the same receipt."""

    number: str
    seq: int
    act: Act
    stage: Stage
    hash: str


async def record(db: Database, order: Order, now: datetime, trade: Trade) -> Receipt:
    """Decide and store one act.

    Raises NotFound, NotAllowed (saying what is possible), BadInput, or Overtaken if somebody was faster.
    """
    try:
        async with db.writing("record") as session:
            await _hold(session, order)
            finding = await taken(session, order.number)
            await _not_overtaken(session, finding, order)
            return await enact(session, finding, order, now, trade)
    except (BadInput, Overtaken, NotAllowed, IntegrityError):
        return await _by_its_twin(db, order)


async def _by_its_twin(db: Database, order: Order) -> Receipt:
    """What came of the same form sent before; if there was none, the refusal stands.

    It is looked for only now: an act has one event and a form one act, so a second one cannot be stored.
    """
    async with db.reading() as session:
        earlier = await receipt_of(session, order.by, order.nonce)
    if earlier is None:
        raise
    return earlier


async def _hold(session: AsyncSession, order: Order) -> None:
    """A merger keeps both findings from other acts, always in the same order: two that cross wait in turn."""
    if order.act is Act.MERGE:
        connection = await connected(session)
        for number in sorted({order.number, order.words.into}):
            await connection.execute(TAKE, {"number": number})


async def taken(session: AsyncSession, number: str) -> Finding:
    """The finding, kept from other acts and from the watch until commit; SQLite has one writer anyway.

    It is a copy of its columns, of which the session knows nothing: the row changes in one step.
    """
    connection = await connected(session)
    found = (await connection.execute(TAKE, {"number": number})).mappings().first()
    if found is None:
        return await find(session, number)  # which says what is near
    return cast(Finding, SimpleNamespace(**found, as_taken=found))


ROW = SQLModel.metadata.tables["finding"]
TAKE = sqlalchemy.select(ROW).where(ROW.c.number == bindparam("number")).with_for_update(key_share=True)


async def enact(
    session: AsyncSession, finding: Finding, order: Order, now: datetime, trade: Trade
) -> Receipt:
    """As `record`, within a transaction that holds more than this act; `finding` is `taken`."""
    today = office_day(now)
    past = await _past(session, finding)
    actor = await book.actor(session, order.by, finding.lead_unit_id, today)
    facts = await _with_more(session, _facts(finding, past), finding)
    before = await _with_approvals(session, facts, finding)
    trade = await knowing(session, trade, finding.rules_version)
    rules, calendar = letters.under(trade, finding)
    came = await admit(session, order, today) if order.link is not None else {}
    moved = acts.decide(before, order.act, actor, _said(order), rules, calendar, today)
    doing = Doing(session, finding, order, actor, before, moved, trade, now, today)
    doing.noted.update(came)
    if assists(before, order.act, actor):
        doing.noted["assists"] = await book.unit_of(session, assisting_post(before, actor))
    lent = stands_in_for(before, order.act, actor)
    if lent is not None:
        doing.noted["stands_in"] = await book.stood_in_for(session, lent, today)
    return await _carry_out(doing, past.head)


async def pass_on(
    session: AsyncSession, finding: Finding, order: Order, now: datetime, trade: Trade
) -> Receipt:
    """Hand a finding on as its post's appointments say: a fact, which nobody's leave is asked for."""
    past = await _past(session, finding)
    before = _facts(finding, past)
    trade = await knowing(session, trade, finding.rules_version)
    moved = move(before, order.act, Path())
    nobody = Actor(order.by, 0, frozenset(), frozenset())
    doing = Doing(session, finding, order, nobody, before, moved, trade, now, office_day(now))
    return await _carry_out(doing, past.head)


async def _carry_out(doing: Doing, head: str) -> Receipt:
    """Store what was decided; `head` is the hash of the finding's last event."""
    session, finding, before = doing.session, doing.finding, doing.before
    act, now = doing.order.act, doing.now
    await _apply(doing)
    finding.version = before.version + 1
    if _starts_a_clock(before, doing.moved, act):
        finding.stage_since, finding.stage_event = doing.today, finding.version
    await letters.settle(session, finding, doing.trade, doing.today)
    await _store(session, finding, before)
    event = chained(finding, _entry(doing), head)
    await store(session, Event, [vars(event)])
    await store(session, Wake, [whole(Wake, **waking(finding, now))])
    rules, moved = doing.rules, doing.moved
    deciders = extensions.wanted(before, rules, doing.actor.roles if moved.is_partial else frozenset())
    for notice in notices(act, moved, rules.returns_until_alert, deciders):
        await letters.notify(session, finding, notice, event.seq, now)
    return as_receipt(event)


async def _apply(doing: Doing) -> None:
    """What the act changes besides; a reopened finding is changed in its new cycle."""
    finding, moved, act = doing.finding, doing.moved, doing.order.act
    if act in EFFECTS and act is not Act.REOPEN:
        await EFFECTS[act](doing)
    finding.stage, finding.round, finding.cycle = moved.stage, moved.round, moved.cycle
    if act is Act.REOPEN:
        await EFFECTS[act](doing)


COLUMNS = sorted(column.name for column in ROW.c if not column.primary_key)
STORE = update(ROW).where(ROW.c.number == bindparam("its_number"), ROW.c.version == bindparam("seen"))


async def _store(session: AsyncSession, finding: Finding, before: Facts) -> None:
    """Take the next version, with all that changed, by compare-and-set; who comes second is told so."""
    now, was = vars(finding), vars(finding)["as_taken"]
    row = {name: now[name] for name in COLUMNS if now[name] != was[name]}
    connection = await connected(session)
    stored = await connection.execute(STORE, {"its_number": before.number, "seen": before.version, **row})
    if stored.rowcount != 1:
        raise _overtaken(before.number, "")


def _starts_a_clock(before: Facts, moved: Moved, act: Act) -> bool:
    """A change of stage starts its clock; so do a new owner and a deferral."""
    changed = (before.stage, before.round, before.cycle) != (moved.stage, moved.round, moved.cycle)
    return changed or act in {Act.REASSIGN, Act.DEFER_CLOSURE}


def waking(finding: Finding, now: datetime) -> dict[str, Any]:
    """The columns of a wake for the finding as it stands."""
    return {"finding": finding.number, "version": finding.version, "queued_at": now, "next_at": now}


async def find(session: AsyncSession, number: str) -> Finding:
    finding = await session.get(Finding, number)
    if finding is None:
        known = await book.near(session, col(Finding.number), number)
        raise NotFound(*book.unknown("问题", "finding", number, known))
    return finding


@dataclass(frozen=True)
class Past:
    """What other rows say of a finding's cycle; `head` is the hash of its last event."""

    head: str
    evidence: int
    named: int
    files: int
    open_measures: int
    done_measures: int
    submitters: frozenset[int]


async def _past(session: AsyncSession, finding: Finding) -> Past:
    bound = {"number": finding.number, "cycle": finding.cycle, "version": finding.version}
    rows = await plain(session, PAST, bound)
    head, evidence, named, files, open_measures, done_measures, _ = rows[0]
    submitters = frozenset(person for *_, person in rows if person is not None)
    return Past(head, evidence, named, files, open_measures, done_measures, submitters)


def _asked_of_the_past() -> Executable:
    """The last event with the counts of this cycle, on a line for each person who submitted or assisted."""
    number, cycle = bindparam("number", type_=String), bindparam("cycle", type_=Integer)
    last, submitted = aliased(Event), aliased(Event)
    stands = select(func.count()).where(
        col(Evidence.finding) == number, col(Evidence.withdrawn_event).is_(None)
    )
    files = stands.where(col(Evidence.sha256) != "")
    evidence = files.where(col(Evidence.cycle) == cycle)
    named = stands.where(col(Evidence.cycle) == cycle, col(Evidence.sha256) == "")
    measures = select(func.count()).where(
        col(Measure.finding) == number, col(Measure.cycle) == cycle, col(Measure.tracked)
    )
    open_ones = measures.where(col(Measure.done_on).is_(None)).scalar_subquery()
    done_ones = measures.where(col(Measure.done_on).is_not(None)).scalar_subquery()
    as_assistant = and_(
        col(submitted.act).in_(sorted(ASSISTING_ACTS)), col(submitted.said).contains('"assists":')
    )
    by_submitting = and_(
        col(submitted.finding) == number,
        col(submitted.cycle) == cycle,
        or_(col(submitted.act) == Act.SUBMIT, as_assistant),
    )
    return (
        sqlalchemy.select(
            col(last.hash),
            *(count.scalar_subquery() for count in (evidence, named, files)),
            open_ones,
            done_ones,
            col(Account.person_id),
        )
        .select_from(last)
        .outerjoin(submitted, by_submitting)
        .outerjoin(Account, col(Account.name) == col(submitted.by))
        .where(col(last.finding) == number, col(last.seq) == bindparam("version"))
        .distinct()
    )


PAST = _asked_of_the_past()


async def facts_now(session: AsyncSession, finding: Finding) -> Facts:
    """The finding as the rules see it now, for whoever asks what could be done with it."""
    facts = await _with_more(session, _facts(finding, await _past(session, finding)), finding)
    return await _with_approvals(session, facts, finding)


def _facts(finding: Finding, past: Past) -> Facts:
    """The finding as the rules see it, frozen before anything changes."""
    return Facts(
        number=finding.number,
        stage=finding.stage,
        round=finding.round,
        cycle=finding.cycle,
        version=finding.version,
        deadline_type=finding.deadline_type,
        deadline=finding.deadline,
        deadline_version=finding.deadline_version,
        source=finding.source,
        nominal_deadline=finding.nominal_deadline,
        owner_post=finding.owner_post_id,
        verifier_post=finding.verifier_post_id,
        submitted_by=finding.submitted_by,
        submitters=past.submitters,
        verified_by=finding.verified_by,
        verified_on=finding.verified_on,
        evidence=past.evidence,
        named=past.named,
        files=past.files,
        open_measures=past.open_measures,
        done_measures=past.done_measures,
        percent=finding.percent,
        extensions=finding.extensions,
        extension_to=finding.extension_to,
    )


async def _with_more(session: AsyncSession, facts: Facts, finding: Finding) -> Facts:
    """What is asked of few findings only."""
    if finding.involves_money:
        facts = replace(facts, money=await _money(session, finding))
    if finding.assisting and not finding.confidential:  # who only assists does not open those
        posts = await book.assistants(session, finding.assisting.split("\n"))
        facts = replace(facts, assisting_posts=posts)
    return facts


async def _money(session: AsyncSession, finding: Finding) -> Money:
    """What of it was settled, and what shows that."""
    in_cycle = (OutcomeFigure.finding == finding.number, OutcomeFigure.cycle == finding.cycle)
    figures = {x.metric: x.amount for x in await session.exec(select(OutcomeFigure).where(*in_cycle))}
    uploaded = (
        Evidence.finding == finding.number,
        Evidence.cycle == finding.cycle,
        Evidence.sha256 != "",
        col(Evidence.withdrawn_event).is_(None),
    )
    names = await session.exec(select(Evidence.name).where(*uploaded))
    vouchers = sum(money.is_voucher(name) for name in names)
    return Money(finding.amount_involved, money.settling(figures), vouchers)


async def _with_approvals(session: AsyncSession, facts: Facts, finding: Finding) -> Facts:
    """Who asked for the extension that waits, and who agreed to it."""
    if facts.extension_to is None:
        return facts
    request = await extending.pending(session, finding)
    agreed = await extending.approvals(session, finding)
    return replace(
        facts,
        extension_by=request.asked_by,
        extension_converts=request.sustained,
        extension_approvals=tuple((one.place, one.person_id) for one in agreed),
    )


def _said(order: Order) -> acts.Said:
    words = order.words
    return acts.Said(
        reason=words.reason,
        text=words.text,
        percent=words.percent,
        deadline=words.deadline,
        measures=words.measures,
        measure=words.measure,
        objective=words.objective,
        evidence=len(order.files),
        outcomes=words.outcomes,
        file=words.file,
        basis=words.basis,
        into=words.into,
        meeting=words.meeting,
        met_on=words.met_on,
        sustained=words.sustained,
        next_review_on=words.next_review_on,
    )


@dataclass(frozen=True)
class Entry:
    """An event to be appended: who did what when, and what was said."""

    act: Act
    by: str
    at: datetime
    recorded_at: datetime
    from_stage: Stage | None
    reason: str = ""
    said: str = ""
    nonce: str | None = None
    imported: bool = False


def _entry(doing: Doing) -> Entry:
    order, now = doing.order, doing.now
    said = order.words.model_dump(mode="json", exclude_defaults=True) | doing.noted
    said |= {"files": [f"{file.name} {file.sha256}" for file in order.files]} if order.files else {}
    return Entry(
        order.act,
        order.by,
        at=now,
        recorded_at=now,
        from_stage=doing.before.stage,
        reason=order.words.reason,
        said=json.dumps(said, ensure_ascii=False, sort_keys=True) if said else "",
        nonce=order.nonce,
    )


def chained(finding: Finding, entry: Entry, head: str = chain.GENESIS) -> Event:
    """The event that comes behind `head` in the finding's history, to be stored by its `vars`.

    Its number is the finding's version.
    """
    values = {
        "finding": finding.number,
        "seq": finding.version,
        "at": entry.at,
        "recorded_at": entry.recorded_at,
        "act": entry.act,
        "by": entry.by,
        "imported": entry.imported,
        "from_stage": entry.from_stage,
        "to_stage": finding.stage,
        "round": finding.round,
        "cycle": finding.cycle,
        "reason": entry.reason,
        "said": entry.said,
        "nonce": entry.nonce,
        "previous": head,
    }
    return unsaved(Event, {**values, "hash": link_values(values)})


async def heads(session: AsyncSession, numbers: Sequence[str]) -> dict[str, str]:
    """The hashes of the last events as they are stored."""
    last = (col(Finding.number) == col(Event.finding)) & (col(Finding.version) == col(Event.seq))
    found = await session.exec(
        select(Event.finding, Event.hash).join(Finding, last).where(col(Event.finding).in_(numbers))
    )
    return dict(found.all())


LINKED = ("finding", "seq", "by", "imported", "round", "cycle", "reason", "said", "nonce")


def link(event: Event) -> str:
    """The hash an event ought to have."""
    return link_values(_columns(event))


def content(event: Event) -> dict[str, chain.Plain]:
    """What an event's hash is taken over."""
    return content_of_values(_columns(event))


def _columns(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in Event.model_fields}


def link_values(event: Mapping[str, Any]) -> str:
    """As `link`, of an event's columns."""
    return chain.link(event["previous"], content_of_values(event))


def content_of_values(event: Mapping[str, Any]) -> dict[str, chain.Plain]:
    """As `content`, of an event's columns."""
    content: dict[str, chain.Plain] = {name: event[name] for name in LINKED}
    content["at"] = _at_the_office(event["at"])
    content["recorded_at"] = _at_the_office(event["recorded_at"])
    content["act"] = event["act"].value
    content["from"] = event["from_stage"].value if event["from_stage"] else None
    content["to"] = event["to_stage"].value
    return content


@lru_cache(maxsize=1024)
def _at_the_office(moment: datetime) -> str:
    return moment.astimezone(OFFICE).isoformat()


async def receipt_of(session: AsyncSession, by: str, nonce: str | None) -> Receipt | None:
    if nonce is None:
        return None
    found = (await session.exec(select(Event).where(Event.by == by, Event.nonce == nonce))).first()
    return as_receipt(found) if found else None


def as_receipt(event: Event) -> Receipt:
    return Receipt(event.finding, event.seq, event.act, event.to_stage, event.hash)


async def since(session: AsyncSession, number: str, version: int) -> list[Event]:
    """What was recorded after that version, the last hundred of it."""
    newest = (
        select(Event)
        .where(Event.finding == number, col(Event.seq) > version)
        .order_by(col(Event.seq).desc())
        .limit(100)
    )
    return list(await session.exec(newest))[::-1]


async def _not_overtaken(session: AsyncSession, finding: Finding, order: Order) -> None:
    if order.version is not None and order.version != finding.version:
        last = await session.get(Event, (finding.number, finding.version))
        raise _overtaken(finding.number, last.by if last else "")


def _overtaken(number: str, by: str) -> Overtaken:
    who_zh, who_en = (f"由“{by}”", f"by “{by}”") if by else ("被他人", "by somebody else")
    return Overtaken(
        f"{number} 已{who_zh}更新，请刷新后再办理。",
        f"{number} was changed {who_en} in the meantime. Look again, then decide.",
    )
