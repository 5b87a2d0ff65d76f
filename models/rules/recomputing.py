"""Computed dates counted anew under another calendar or other rules: which move, and what follows."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.bulk import batches, rewrite, store
from models.findings import Finding
from models.following import follow
from models.history import Event
from models.ledger import Entry, chained, heads
from models.mailing import letters
from models.staff.people import Unit
from policy.deadlines import Calendar, DeadlineType, Due
from policy.notices import NOTICES, REVIEW_MOVED
from policy.office import office_day
from policy.recounting import Counted, recount, starts_a_ladder
from policy.stages import ENDED, LIVE, Act, Stage
from policy.trade import Trade

Told = Callable[[int, int], None]
"""Is told how many findings are done, of how many."""


def nobody(_done: int, _total: int) -> None: ...


class What(StrEnum):
    DEADLINE = "deadline"
    REVIEW = "review"


@dataclass(frozen=True)
class Because:
    """Why dates are counted anew, in whose name, and what the event says besides."""

    by: str
    zh: str
    en: str
    said: Mapping[str, Any] = field(default_factory=dict)
    rules_version: int | None = None
    """To which rules the findings go over with it; without one each keeps its own."""
    start: date | None = None
    """From which day deadlines count now, but that of immediate work, which counts from its assignment."""

    def start_of(self, kind: DeadlineType, start: date) -> date:
        return start if self.start is None or kind is DeadlineType.IMMEDIATE else self.start


@dataclass(frozen=True)
class Move:
    """One date that comes out otherwise, or that is certain now (`old` is `new`)."""

    number: str
    unit: str
    what: What
    old: date
    new: date
    nominal: date
    provisional: bool
    why: Because

    @property
    def is_moved(self) -> bool:
        return self.old != self.new


@dataclass(frozen=True)
class _Glance:
    """What the computed dates of a finding hang on."""

    number: str
    stage: Stage
    source: str
    deadline_type: DeadlineType
    rules_version: int
    lead_unit_id: int | None
    deadline_from: date | None
    deadline_by_hand: bool
    deadline: date | None
    provisional: bool
    review_from: date | None
    next_review_on: date | None
    review_provisional: bool


Found = dict[What, Due]
"""What comes out otherwise."""


async def needless(session: AsyncSession, calendar: Calendar) -> list[tuple[str, date]]:
    """Dates that are still provisional although `calendar` knows their year."""
    found: list[tuple[str, date]] = []
    for seen in await _glances(session, None, col(Finding.provisional) | col(Finding.review_provisional)):
        dates = (
            (seen.deadline, seen.provisional and seen.stage in LIVE),
            (seen.next_review_on, seen.review_provisional and seen.stage in {*LIVE, Stage.CLOSED}),
        )
        found += [(seen.number, day) for day, is_open in dates if day and is_open and calendar.knows(day)]
    return found


async def preview(
    session: AsyncSession, trade: Trade, why: Because, units: Collection[int] | None = None
) -> list[Move]:
    """Every date that differs under `trade`, in all findings or in those of `units`, by number."""
    return await _foreseen(session, trade, why, await _glances(session, units))


async def preview_of(session: AsyncSession, trade: Trade, why: Because, numbers: Sequence[str]) -> list[Move]:
    """As `preview`, in the findings named."""
    moves: list[Move] = []
    for some in batches(numbers):
        glances = await _glances(session, None, col(Finding.number).in_(some))
        moves += await _foreseen(session, trade, why, glances)
    return moves


async def _foreseen(
    session: AsyncSession, trade: Trade, why: Because, glances: Sequence[_Glance]
) -> list[Move]:
    names = await _unit_names(session)
    found = [(glance, _found(glance, trade, why)) for glance in glances]
    return [move for glance, new in found for move in _moves(glance, new, names, why)]


async def recompute(
    session: AsyncSession,
    trade: Trade,
    why: Because,
    now: datetime,
    units: Collection[int] | None = None,
    told: Told = nobody,
) -> list[Move]:
    """Move what `preview` lists, each with an event, a wake and, where the day is another one, a letter."""
    concerned = [x.number for x in await _glances(session, units) if _found(x, trade, why)]
    return await recompute_of(session, trade, why, now, concerned, told)


async def recompute_of(
    session: AsyncSession,
    trade: Trade,
    why: Because,
    now: datetime,
    numbers: Sequence[str],
    told: Told = nobody,
) -> list[Move]:
    """As `recompute`, in the findings named; who goes over to other rules has an event in any case."""
    names = await _unit_names(session)
    moves: list[Move] = []
    done = 0
    for some in batches(numbers):
        moves += await _Batch(session, trade, why, now, names).take(some)
        done += len(some)
        told(done, len(numbers))
    return moves


async def _unit_names(session: AsyncSession) -> dict[int | None, str]:
    return dict((await session.exec(select(Unit.id, Unit.name))).all())


async def _glances(
    session: AsyncSession, units: Collection[int] | None, only: ColumnElement[bool] | None = None
) -> list[_Glance]:
    """Open findings with a computed deadline, and all with a computed day of review."""
    columns = [col(getattr(Finding, name)) for name in _Glance.__dataclass_fields__]
    deadline = col(Finding.deadline_from).is_not(None) & col(Finding.stage).in_(list(LIVE))
    wanted = select(*columns).where(or_(deadline, col(Finding.review_from).is_not(None)))
    if units is not None:
        wanted = wanted.where(col(Finding.lead_unit_id).in_(list(units)))
    if only is not None:
        wanted = wanted.where(only)
    connection = await session.connection()
    return [_Glance(*row) for row in await connection.execute(wanted.order_by(col(Finding.number)))]


def _glance(finding: Finding) -> _Glance:
    return _Glance(**{name: getattr(finding, name) for name in _Glance.__dataclass_fields__})


def _found(seen: _Glance, trade: Trade, why: Because) -> Found:
    """By the finding's rules (those it goes over to) and its unit's calendar; dates by hand are left out."""
    version = seen.rules_version if why.rules_version is None else why.rules_version
    rules, calendar = trade.rules_of(version), trade.calendar_of(seen.lead_unit_id)
    found: Found = {}
    if seen.stage in LIVE and seen.deadline_from and seen.deadline and not seen.deadline_by_hand:
        start = why.start_of(seen.deadline_type, seen.deadline_from)
        counted = Counted(start, seen.deadline, seen.provisional)
        period = rules.period(seen.source, seen.deadline_type)
        if new := recount(counted, period, calendar):
            found[What.DEADLINE] = new
    if seen.review_from and seen.next_review_on and seen.stage not in ENDED - {Stage.CLOSED}:
        counted = Counted(seen.review_from, seen.next_review_on, seen.review_provisional)
        if new := recount(counted, rules.look_back, calendar):
            found[What.REVIEW] = new
    return found


def _moves(seen: _Glance, found: Found, names: Mapping[int | None, str], why: Because) -> Iterator[Move]:
    for what, new in found.items():
        old = seen.deadline if what is What.DEADLINE else seen.next_review_on
        if old is None:
            raise RuntimeError("a computed date that moves stands somewhere")
        unit = names.get(seen.lead_unit_id, "")
        yield Move(seen.number, unit, what, old, new.day, new.nominal, new.provisional, why)


CHANGED = (
    "number",
    "version",
    "rules_version",
    "deadline",
    "deadline_from",
    "original_deadline",
    "nominal_deadline",
    "provisional",
    "day_count",
    "deadline_version",
    "deadline_set_on",
    "next_review_on",
    "review_provisional",
)


class _Batch:
    """Findings whose dates change together, in few statements."""

    def __init__(
        self,
        session: AsyncSession,
        trade: Trade,
        why: Because,
        now: datetime,
        names: Mapping[int | None, str],
    ) -> None:
        self.session, self.trade, self.why, self.now, self.names = session, trade, why, now, names

    async def take(self, numbers: Sequence[str]) -> list[Move]:
        """Look again, now that nobody else may change them; store what differs."""
        taken = await self._taken(numbers)
        found = {x.number: (x, _found(_glance(x), self.trade, self.why)) for x in taken}
        changing = {n: (x, new) for n, (x, new) in found.items() if new or self._goes_over(x)}
        earlier = {x.number: (x.rules_version, x.original_deadline) for x in taken}
        moves = {n: list(_moves(_glance(x), new, self.names, self.why)) for n, (x, new) in changing.items()}
        last = await heads(self.session, list(changing))
        findings = [x for x, _ in changing.values()]
        for finding, new in changing.values():
            _write(finding, new, self.why, office_day(self.now))
            if self.why.rules_version is not None:
                _take_over(finding, self.trade, self.why.rules_version, earlier[finding.number][1])
        rows = [{name: getattr(x, name) for name in CHANGED} for x in findings]
        await rewrite(self.session, Finding, "number", rows)
        events = [self._event(x, moves[x.number], earlier[x.number][0], last[x.number]) for x in findings]
        await store(self.session, Event, [vars(event) for event in events])
        await follow(self.session, findings, self.trade, self.now)
        await self._tell(findings, moves)
        return [move for number in changing for move in moves[number]]

    async def _taken(self, numbers: Sequence[str]) -> list[Finding]:
        """The findings, kept from acts and rounds until commit, as copies that the session does not watch."""
        found = await self.session.exec(
            select(Finding)
            .where(col(Finding.number).in_(numbers))
            .order_by(col(Finding.number))
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        findings = list(found)
        for finding in findings:
            self.session.expunge(finding)
        return findings

    def _goes_over(self, finding: Finding) -> bool:
        return self.why.rules_version not in (None, finding.rules_version)

    def _event(self, finding: Finding, moves: Iterable[Move], earlier: int, head: str) -> Event:
        """`finding` is one version further by now, and maybe under other rules than the `earlier` ones."""
        said: dict[str, Any] = dict(self.why.said)
        if finding.rules_version != earlier:
            said["rules_version"] = {"旧": earlier, "新": finding.rules_version}
        for move in moves:
            said[move.what] = {"旧": str(move.old), "新": str(move.new), "暂定": move.provisional}
            said["nominal" if move.what is What.DEADLINE else "nominal_review"] = str(move.nominal)
        words = json.dumps(said, ensure_ascii=False, sort_keys=True)
        entry = Entry(
            Act.RECOMPUTE, self.why.by, self.now, self.now, finding.stage, reason=self.why.zh, said=words
        )
        return chained(finding, entry, head)

    async def _tell(self, findings: Iterable[Finding], moves: Mapping[str, list[Move]]) -> None:
        """Only of dates that are other ones: that a date is certain now is no news to act on."""
        for what, notice in ((What.DEADLINE, NOTICES[Act.RECOMPUTE]), (What.REVIEW, REVIEW_MOVED)):
            told = [x for x in findings if any(m.what is what and m.is_moved for m in moves[x.number])]
            if told:
                await letters.notify_all(self.session, told, notice, self.now)


def _write(finding: Finding, found: Found, why: Because, today: date) -> None:
    if new := found.get(What.DEADLINE):
        if finding.deadline_from is not None:
            finding.deadline_from = why.start_of(finding.deadline_type, finding.deadline_from)
        _write_deadline(finding, new, today)
    if new := found.get(What.REVIEW):
        finding.next_review_on, finding.review_provisional = new.day, new.provisional
    finding.version += 1


def _take_over(finding: Finding, trade: Trade, version: int, original: date | None) -> None:
    """To other rules; the deadline first set stays what it was, right by the rules of its day."""
    finding.rules_version, finding.original_deadline = version, original
    if finding.deadline_from and not finding.deadline_by_hand:
        finding.day_count = trade.rules_of(version).period(finding.source, finding.deadline_type).unit


def _write_deadline(finding: Finding, new: Due, today: date) -> None:
    """The original deadline goes along: it was the same date, counted by the same wrong days."""
    old = finding.deadline
    if old != new.day:
        finding.original_deadline = new.day if finding.original_deadline == old else finding.original_deadline
        if old is not None and starts_a_ladder(old, new.day, today):
            finding.deadline_version += 1
            finding.deadline_set_on = today
    finding.deadline, finding.nominal_deadline = new.day, new.nominal
    finding.provisional = new.provisional
