"""The rounds 批次 that findings come from: how far each is, entering one, and putting one right."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches

import sqlalchemy
from pydantic import BaseModel, ConfigDict
from sqlalchemy import func
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access import trail
from models.access.sight import Sight, opened, seen
from models.access.trail import Noted
from models.bulk import plain
from models.database import Database
from models.findings import Finding, InspectionRound
from models.orders import Day, Line, Name
from models.rules.recomputing import Because, Move, preview_of, recompute_of
from models.staff import book
from policy.acts import not_by
from policy.office import office_day
from policy.refusals import BadInput, NotFound, Overtaken
from policy.roles import ROLES_FOR, Why
from policy.saying import needs_text
from policy.stages import LIVE, Act, Stage
from policy.trade import Trade


@dataclass(frozen=True)
class Standing:
    """A round, and its findings in sight by stage."""

    round: InspectionRound
    stages: dict[Stage, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.stages.values())

    @property
    def open(self) -> int:
        return sum(self.stages.get(stage, 0) for stage in LIVE)

    @property
    def closed(self) -> int:
        return self.stages.get(Stage.CLOSED, 0)


class RoundWords(BaseModel):
    """A round in people's words."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    source: Line = ""
    name: Name = ""
    document: Name = ""
    feedback_on: Day | None = None


async def names(session: AsyncSession) -> list[tuple[str, str]]:
    """(source, name) of all."""
    return list(await session.exec(select(InspectionRound.source, InspectionRound.name)))


@dataclass(frozen=True)
class Unknown:
    """A round that nobody entered yet, and what may be meant: near names, or other sources that have it."""

    name: str
    near: list[str]
    elsewhere: list[str]


async def unknown(session: AsyncSession, source: str, name: str) -> Unknown | None:
    """None for no round at all, and for one that is there."""
    known = await names(session)
    if not name or (source, name) in known:
        return None
    of_source = sorted({other for of, other in known if of == source})
    near = get_close_matches(name, of_source, n=3, cutoff=0.5)
    return Unknown(name, near, sorted(of for of, other in known if other == name))


async def standings(session: AsyncSession, sight: Sight) -> list[Standing]:
    """All rounds, the latest feedback first, with the findings that the reader opens."""
    counted = (
        sqlalchemy.select(col(Finding.inspection_round_id), col(Finding.stage), func.count())
        .where(seen(sight), opened(sight), col(Finding.inspection_round_id).is_not(None))
        .group_by(col(Finding.inspection_round_id), col(Finding.stage))
    )
    stages: dict[int, dict[Stage, int]] = defaultdict(dict)
    for round_id, stage, count in await plain(session, counted, {}):
        stages[round_id][Stage(stage)] = count
    order = (col(InspectionRound.feedback_on).desc().nulls_last(), col(InspectionRound.id).desc())
    rounds = await session.exec(select(InspectionRound).order_by(*order))
    return [Standing(one, stages[one.id or 0]) for one in rounds]


async def found(session: AsyncSession, round_id: int) -> InspectionRound:
    one = await session.get(InspectionRound, round_id)
    if one is None:
        raise NotFound("没有这个批次。", "There is no such round.")
    return one


async def enter(db: Database, by: str, words: RoundWords, now: datetime) -> int:
    """A new round. Raises BadInput where its source has one of that name."""
    try:
        async with db.writing("round") as session:
            await _may(session, by, words, now)
            await _check_name(session, words, None)
            one = InspectionRound(**words.model_dump())
            session.add(one)
            await session.flush()
            _note(session, by, one, now)
            return one.id or 0
    except IntegrityError as error:
        raise _taken(words) from error


async def foresee(
    db: Database, by: str, round_id: int, words: RoundWords, now: datetime, trade: Trade
) -> list[Move]:
    """The deadlines that would move if the round were changed so."""
    async with db.reading() as session:
        one = await found(session, round_id)
        await _may(session, by, words, now)
        await _check_name(session, words, round_id)
        why = _because(by, one, words)
        return await preview_of(session, trade, why, await _counted(session, round_id)) if why else []


async def change(
    db: Database, by: str, round_id: int, words: RoundWords, seen_as: str, now: datetime, trade: Trade
) -> list[Move]:
    """Put a round right, and count the deadlines that hang on its feedback date anew, each with an event.

    `seen_as` is `state` of the round as the person saw it. Raises Overtaken if it is another one by now.
    """
    try:
        async with db.writing("round") as session:
            await _may(session, by, words, now)
            one = await found(session, round_id)
            if state(one) != seen_as:
                raise Overtaken(
                    "这个批次刚被他人改过，请核对后再保存。",
                    "Somebody else has changed this round. Look again, then save.",
                )
            await _check_name(session, words, round_id)
            why = _because(by, one, words)
            for name in ("name", "document", "feedback_on"):
                setattr(one, name, getattr(words, name))
            session.add(one)
            _note(session, by, one, now)
            await session.flush()
            if why is None:
                return []
            return await recompute_of(session, trade, why, now, await _counted(session, round_id))
    except IntegrityError as error:
        raise _taken(words) from error


def state(one: InspectionRound) -> str:
    return "|".join((one.name, one.document, str(one.feedback_on or "")))


async def _may(session: AsyncSession, by: str, words: RoundWords, now: datetime) -> None:
    today = office_day(now)
    actor = await book.actor(session, by, None, today)
    if not ROLES_FOR[Act.OPEN] & actor.roles:
        raise not_by("批次", "A round", Act.OPEN, Why.NOT_THEIR_ROLE)
    needs_text(words.source, "问题来源", "A source")
    needs_text(words.name, "批次名称", "A name")
    if words.feedback_on and words.feedback_on > today:
        raise BadInput(
            f"反馈日期 {words.feedback_on} 在今天之后。",
            f"The feedback on {words.feedback_on} is yet to come.",
        )


async def _check_name(session: AsyncSession, words: RoundWords, but: int | None) -> None:
    same = select(InspectionRound.id).where(
        InspectionRound.source == words.source, InspectionRound.name == words.name
    )
    if set(await session.exec(same)) - {but}:
        raise _taken(words)


def _taken(words: RoundWords) -> BadInput:
    return BadInput(
        f"“{words.source}”已有名为“{words.name}”的批次，请换一个名称。",
        f"“{words.source}” has a round “{words.name}” already: choose another name.",
    )


def _because(by: str, one: InspectionRound, words: RoundWords) -> Because | None:
    """Why deadlines are counted anew; None if the feedback date stays, or is taken away."""
    if words.feedback_on is None or words.feedback_on == one.feedback_on:
        return None
    said = {"feedback_on": {"旧": str(one.feedback_on or ""), "新": str(words.feedback_on)}}
    zh, en = (
        f"“{words.name}”反馈日期为 {words.feedback_on}",
        f"feedback of “{words.name}” was on {words.feedback_on}",
    )
    return Because(by, zh, en, said, start=words.feedback_on)


async def _counted(session: AsyncSession, round_id: int) -> list[str]:
    """The open findings of the round with a deadline that was counted from some day."""
    wanted = select(Finding.number).where(
        Finding.inspection_round_id == round_id,
        col(Finding.stage).in_(list(LIVE)),
        col(Finding.deadline_from).is_not(None),
    )
    return list(await session.exec(wanted.order_by(col(Finding.number))))


def _note(session: AsyncSession, by: str, one: InspectionRound, now: datetime) -> None:
    trail.note(session, now, Noted.ROUND_SET, by, by=by, note=f"{one.source} {state(one)}")
