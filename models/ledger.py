"""The one writer: an act is decided and stored, with its event, letters and wake, in one transaction."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import book, letters
from models.database import Database
from models.effects import EFFECTS, Doing, counts
from models.findings import Finding
from models.history import Event
from models.letters import Trade
from models.orders import Order
from models.people import Account
from models.running import Wake
from policy import acts, chain
from policy.notices import notices
from policy.office import OFFICE, office_day
from policy.refusals import NotAllowed, NotFound, Overtaken
from policy.stages import Act, Facts, Moved, Stage


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
            earlier = await receipt_of(session, order.by, order.nonce)
            if earlier is not None:
                return earlier
            finding = await find(session, order.number)
            await _not_overtaken(session, finding, order)
            return await _act(session, finding, order, now, trade)
    except (Overtaken, NotAllowed, IntegrityError):
        return await _by_its_twin(db, order)


async def _by_its_twin(db: Database, order: Order) -> Receipt:
    """What came of the same form sent at the same moment; if there was none, the refusal stands."""
    async with db.reading() as session:
        earlier = await receipt_of(session, order.by, order.nonce)
    if earlier is None:
        raise
    return earlier


async def _act(session: AsyncSession, finding: Finding, order: Order, now: datetime, trade: Trade) -> Receipt:
    today = office_day(now)
    actor = await book.actor(session, order.by, finding.lead_unit_id, today)
    before = await facts(session, finding)
    moved = acts.decide(before, order.act, actor, _said(order), trade.rules, today)
    finding = await _claim(session, before)
    doing = Doing(session, finding, order, actor, moved, trade, now, today)
    await _apply(doing, before)
    event = await append(session, finding, _entry(order, before, now))
    await follow(session, finding, event, before.stage, trade, now)
    for notice in notices(order.act, moved):
        await letters.notify(session, finding, notice, event.seq, now)
    return as_receipt(event)


async def _claim(session: AsyncSession, before: Facts) -> Finding:
    """Take the next version by compare-and-set; whoever comes second is told so."""
    claimed = await session.exec(
        update(Finding)
        .where(col(Finding.number) == before.number, col(Finding.version) == before.version)
        .values(version=before.version + 1)
        .execution_options(synchronize_session=False)
    )
    if claimed.rowcount != 1:
        raise _overtaken(before.number, "")
    finding = await find(session, before.number)
    await session.refresh(finding)
    return finding


async def _apply(doing: Doing, before: Facts) -> None:
    finding, moved = doing.finding, doing.moved
    if doing.order.act in EFFECTS and doing.order.act is not Act.REOPEN:
        await EFFECTS[doing.order.act](doing)
    finding.stage, finding.round, finding.cycle = moved.stage, moved.round, moved.cycle
    if doing.order.act is Act.REOPEN:
        await EFFECTS[Act.REOPEN](doing)
    if _starts_a_clock(before, moved, doing.order.act):
        finding.stage_since, finding.stage_event = doing.today, finding.version
    doing.session.add(finding)
    await doing.session.flush()


def _starts_a_clock(before: Facts, moved: Moved, act: Act) -> bool:
    """A change of stage starts its clock; so do a new owner and a deferral."""
    changed = (before.stage, before.round, before.cycle) != (moved.stage, moved.round, moved.cycle)
    return changed or act in {Act.REASSIGN, Act.DEFER_CLOSURE}


async def follow(
    session: AsyncSession, finding: Finding, event: Event, before: Stage, trade: Trade, now: datetime
) -> None:
    """What every stored event brings with it: moot letters cancelled, the next look noted, a wake queued."""
    await letters.cancel_moot(session, finding)
    await letters.look_ahead(session, finding, trade, office_day(now))
    if event.to_stage is not before or event.seq == 1 or event.act in VISIBLE:
        queue_wake(session, finding, now)


VISIBLE = frozenset(Act) - {Act.HAND_OVER}
"""Acts the run has to look at: all that change its card in the flow UI."""


def queue_wake(session: AsyncSession, finding: Finding, now: datetime) -> None:
    session.add(Wake(**waking(finding, now)))


def waking(finding: Finding, now: datetime) -> dict[str, Any]:
    """The columns of a wake for the finding as it stands."""
    return {"finding": finding.number, "version": finding.version, "queued_at": now, "next_at": now}


async def find(session: AsyncSession, number: str) -> Finding:
    finding = await session.get(Finding, number)
    if finding is None:
        numbers = list(await session.exec(select(Finding.number)))
        raise NotFound(*book.unknown("问题", "finding", number, numbers))
    return finding


async def facts(session: AsyncSession, finding: Finding) -> Facts:
    """The finding as the rules see it, frozen before anything changes."""
    evidence, open_measures = await counts(session, finding)
    return Facts(
        number=finding.number,
        stage=finding.stage,
        round=finding.round,
        cycle=finding.cycle,
        version=finding.version,
        deadline_type=finding.deadline_type,
        deadline=finding.deadline,
        deadline_version=finding.deadline_version,
        owner_post=finding.owner_post_id,
        verifier_post=finding.verifier_post_id,
        submitted_by=finding.submitted_by,
        submitters=await _submitters(session, finding),
        verified_by=finding.verified_by,
        evidence=evidence,
        open_measures=open_measures,
        percent=finding.percent,
        extensions=finding.extensions,
        extension_to=finding.extension_to,
    )


async def _submitters(session: AsyncSession, finding: Finding) -> frozenset[int]:
    persons = await session.exec(
        select(Account.person_id)
        .join(Event, col(Event.by) == col(Account.name))
        .where(Event.finding == finding.number, Event.cycle == finding.cycle, Event.act == Act.SUBMIT)
    )
    return frozenset(persons)


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
        basis=words.basis,
        into=words.into,
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


def _entry(order: Order, before: Facts, now: datetime) -> Entry:
    said = order.words.model_dump(mode="json", exclude_defaults=True)
    said |= {"files": [f"{file.name} {file.sha256}" for file in order.files]} if order.files else {}
    return Entry(
        order.act,
        order.by,
        at=now,
        recorded_at=now,
        from_stage=before.stage,
        reason=order.words.reason,
        said=json.dumps(said, ensure_ascii=False, sort_keys=True) if said else "",
        nonce=order.nonce,
    )


async def append(session: AsyncSession, finding: Finding, entry: Entry) -> Event:
    """Chain one event to the finding's history; its number is the finding's version."""
    seq = finding.version
    last = await session.get(Event, (finding.number, seq - 1)) if seq > 1 else None
    event = Event(
        finding=finding.number,
        seq=seq,
        at=entry.at,
        recorded_at=entry.recorded_at,
        act=entry.act,
        by=entry.by,
        imported=entry.imported,
        from_stage=entry.from_stage,
        to_stage=finding.stage,
        round=finding.round,
        cycle=finding.cycle,
        reason=entry.reason,
        said=entry.said,
        nonce=entry.nonce,
        previous=last.hash if last else chain.GENESIS,
        hash="",
    )
    event.hash = link(event)
    session.add(event)
    await session.flush()
    return event


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
