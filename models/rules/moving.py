"""Findings taken over from the rules they were opened under to those in force, with the dates that move."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import ledger, questions
from models.access import trail
from models.access.trail import Noted
from models.database import Database
from models.findings import Finding
from models.rules.recomputing import Because, Move, Told, nobody, preview_of, recompute_of
from models.rules.ruling import may_rule
from models.rules.trade import load
from models.staff import book
from policy.rulebook.file import read
from policy.saying import needs_text
from policy.stages import LIVE, Stage
from policy.words import STAGE_WORDS

Words = tuple[str, str]


@dataclass(frozen=True)
class Wanted:
    """Which findings: those named, or all open ones of a unit and below it, or all."""

    by: str
    reason: str
    numbers: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class Moving:
    """`numbers` go over to `version`; `left` are those that do not, and why."""

    version: int
    numbers: list[str]
    moves: list[Move]
    left: list[tuple[str, Words]]


async def preview(db: Database, wanted: Wanted, now: datetime) -> Moving:
    """Every date that would move. Raises NotFound, BadInput, NotAllowed."""
    async with db.reading() as session:
        return await _moving(session, wanted, now, nobody, dry_run=True)


async def move(db: Database, wanted: Wanted, now: datetime, told: Told = nobody) -> Moving:
    """As `preview`, and it is done: an event for each finding, a letter where a date is another one."""
    async with db.writing("rules") as session:
        moved = await _moving(session, wanted, now, told, dry_run=False)
        note = f"第{moved.version}版：{len(moved.numbers)}项"
        trail.note(session, now, Noted.RULES_MOVED, "", by=wanted.by, note=note)
        return moved


async def if_ruled(db: Database, text: str) -> list[Move]:
    """Every date that would move if this text came into force and all open findings went over to it."""
    async with db.reading() as session:
        trade = await load(session)
        rules = read(text, trade.rules.version + 1)
        ruled = replace(trade, rules=rules, versions={**trade.versions, rules.version: rules})
        chosen = await _chosen(session, Wanted("", ""), rules.version, lock=False)
        going = [one.number for one in chosen if not _stays(one, rules.version)]
        return await preview_of(session, ruled, Because("", "", "", rules_version=rules.version), going)


async def _moving(
    session: AsyncSession, wanted: Wanted, now: datetime, told: Told, *, dry_run: bool
) -> Moving:
    needs_text(wanted.reason, "理由", "A reason")
    trade = await load(session)
    version, reason = trade.rules.version, wanted.reason.strip()
    chosen = await _chosen(session, wanted, version, lock=not dry_run)
    for unit in dict.fromkeys(one.lead_unit_id for one in chosen):
        await may_rule(session, wanted.by, now, unit)
    left = [(one.number, why) for one in chosen if (why := _stays(one, version))]
    going = [one.number for one in chosen if not _stays(one, version)]
    because = Because(wanted.by, reason, reason, rules_version=version)
    if dry_run:
        moves = await preview_of(session, trade, because, going)
    else:
        moves = await recompute_of(session, trade, because, now, going, told)
    return Moving(version, going, moves, left)


@dataclass(frozen=True)
class _Glance:
    number: str
    stage: Stage
    rules_version: int
    lead_unit_id: int | None
    extension_to: date | None


async def _chosen(session: AsyncSession, wanted: Wanted, version: int, *, lock: bool) -> list[_Glance]:
    """By number; where none is named, the open ones under other rules. Kept from acts where they change."""
    columns = [col(getattr(Finding, name)) for name in _Glance.__dataclass_fields__]
    asked = select(*columns).order_by(col(Finding.number))
    for number in wanted.numbers:
        await ledger.find(session, number)
    if wanted.numbers:
        asked = asked.where(col(Finding.number).in_(wanted.numbers))
    else:
        asked = asked.where(col(Finding.stage).in_(list(LIVE)), Finding.rules_version != version)
    if wanted.unit:
        unit = await book.unit_named(session, wanted.unit)
        asked = asked.where(col(Finding.lead_unit_id).in_(await questions.below(session, unit.id)))
    connection = await session.connection()
    rows = await connection.execute(asked.with_for_update(key_share=True) if lock else asked)
    return [_Glance(*row) for row in rows]


def _stays(one: _Glance, version: int) -> Words | None:
    """Why a finding does not go over."""
    if one.stage not in LIVE:
        zh, en = STAGE_WORDS[one.stage]
        return f"{zh}，不再改动", f"it is {en}"
    if one.rules_version == version:
        return f"已按第{version}版规则办理", f"it is under version {version} already"
    if one.extension_to is not None:
        return "有延期申请待审批，办结后再改", "a request for an extension waits for its decision"
    return None
