"""Taking in a ledger: new rows become findings at their own stage, known rows are compared."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.database import Database
from models.effects import closed_cycle, figure_outcomes
from models.findings import (
    ClosedCycle,
    Evidence,
    Finding,
    InspectionRound,
    Measure,
    OutcomeFigure,
    ProgressEntry,
)
from models.ledger import Entry, append, follow, queue_wake
from models.letters import Trade, case
from models.naming import POST_FIELDS, Names
from models.opening import INTAKE, next_number, round_id
from models.past import events_of
from models.people import Post, Unit
from policy.deadlines import DayCount, DeadlineType, due
from policy.escalation import next_look, plan
from policy.ledger_rows import LedgerRow, ReadLedger, Remark
from policy.office import office_day
from policy.stages import ENDED, Act, Stage


@dataclass(frozen=True)
class Wanted:
    """How to take a ledger in, and in whose name."""

    by: str
    dry_run: bool = False
    skip_bad_rows: bool = False
    create_units: bool = False
    update: bool = False


@dataclass(frozen=True)
class Difference:
    """A known finding for which the file says something else than what is stored."""

    row: int
    number: str
    column: str
    old: str
    new: str


@dataclass
class Taken:
    """What came of an import."""

    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


class _Undone(Exception):
    """Leave the transaction without storing anything."""


async def take_in(db: Database, read: ReadLedger, wanted: Wanted, now: datetime, trade: Trade) -> Taken:
    """Store the good rows in one transaction, or none: see `Wanted`. Bad rows are in `errors`."""
    taken = Taken(errors=list(read.errors), warnings=list(read.warnings))
    try:
        async with db.writing("intake") as session:
            await db.alone(session, INTAKE)
            await _Intake(session, read, wanted, now, trade, taken).run()
            if wanted.dry_run or (taken.errors and not wanted.skip_bad_rows):
                raise _Undone
    except _Undone:
        if not wanted.dry_run:
            taken.imported = taken.updated = 0
    return taken


TEXTS = (
    "source",
    "category_no",
    "category",
    "item_no",
    "item",
    "title",
    "condition",
    "root_cause",
    "severity",
    "objective",
    "progress",
    "verdict",
    "result",
    "publicity",
    "satisfaction",
    "remarks",
    "extension_reason",
)
PLAIN = (
    "deadline_type",
    "day_count",
    "discovered_on",
    "assigned_on",
    "accepted_on",
    "original_deadline",
    "deadline",
    "next_review_on",
    "percent",
    "submitted_on",
    "verified_on",
    "closed_on",
    "first_closed_on",
    "reopened_on",
    "extensions",
    "stage",
)
DEADLINE_FIELDS = frozenset({"deadline", "stage"})
STAGE_FIELDS = frozenset(
    {"submitted_on", "verified_on", "verdict", "closed_on", "first_closed_on", "reopened_on"}
)
"""What a stage brings with it: never filled in for a finding that stands at another one."""


class _Intake:
    """One import under way, inside one transaction."""

    def __init__(
        self,
        session: AsyncSession,
        read: ReadLedger,
        wanted: Wanted,
        now: datetime,
        trade: Trade,
        taken: Taken,
    ) -> None:
        self.session, self.read, self.wanted = session, read, wanted
        self.now, self.today, self.trade, self.taken = now, office_day(now), trade, taken
        self.names = Names(session, read.columns, wanted.create_units)
        self.by_text: dict[tuple[str, str], str] = {}
        self.stored: dict[str, Finding] = {}
        self.seen: dict[str, int] = {}

    async def run(self) -> None:
        await self.names.load()
        await self._load_known()
        good = [row for row in self.read.rows if not self._refused(row)]
        for row in good:
            await self._take(row)
        self.taken.warnings.extend(self.names.made)

    async def _load_known(self) -> None:
        numbers = [row.number for row in self.read.rows if row.number]
        units = [u.id for u in self.names.units.values() if u.name in {r.lead_unit for r in self.read.rows}]
        for column, values in ((Finding.number, numbers), (Finding.lead_unit_id, units)):
            for some in _chunks(values):
                wanted = select(Finding).where(col(column).in_(some)).order_by(col(Finding.number))
                found = await self.session.exec(wanted.with_for_update())
                self.stored |= {finding.number: finding for finding in found}
        unit_names = {unit.id: unit.name for unit in self.names.units.values()}
        for finding in self.stored.values():
            key = _text_key(unit_names.get(finding.lead_unit_id, ""), finding.condition)
            self.by_text.setdefault(key, finding.number)

    def _refused(self, row: LedgerRow) -> bool:
        problems = [*self.names.problems(row), *self._doubled(row)]
        self.taken.errors.extend(problems)
        return bool(problems)

    def _doubled(self, row: LedgerRow) -> Iterator[Remark]:
        """A second row with the same number, or without one the same unit and text, in one file."""
        key = row.number or "\n".join(_text_key(row.lead_unit, row.condition))
        first = self.seen.setdefault(key, row.row)
        if first != row.row:
            name, value = ("number", row.number) if row.number else ("condition", row.condition)
            column = self.read.columns.get(name, name)
            yield Remark(row.row, column, value[:60], f"与第{first}行重复", f"repeats row {first}")

    def _known(self, row: LedgerRow) -> Finding | None:
        number = row.number or self.by_text.get(_text_key(row.lead_unit, row.condition), "")
        if row.number and row.number not in self.stored:
            return None
        return self.stored.get(number)

    async def _take(self, row: LedgerRow) -> None:
        known = self._known(row)
        if known is None:
            await self._import(row)
            self.taken.imported += 1
        elif await self._merge(row, known):
            self.taken.updated += 1
        else:
            self.taken.unchanged += 1

    async def _import(self, row: LedgerRow) -> None:
        finding = await self._new(row)
        events = events_of(finding, row, self.wanted.by, self.now)
        finding.version = finding.stage_event = events[-1].seq
        self.session.add(finding)
        await self.session.flush()
        self.session.add_all(events)
        await self._belongings(row, finding)
        letters = plan(case(finding, {}), self.trade.rules, self.trade.calendar, self.today)
        finding.next_look_on = next_look(letters, {})
        if finding.stage not in ENDED:
            queue_wake(self.session, finding, self.now)
        self.stored[finding.number] = finding

    async def _new(self, row: LedgerRow) -> Finding:
        unit = await self.names.unit(row, row.lead_unit)
        kind = row.deadline_type or DeadlineType.TIME_LIMITED
        discovered = row.discovered_on or self.today
        finding = Finding(
            number=row.number or await self._number(row, discovered),
            stage=row.stage or Stage.DRAFT,
            round=(row.returns or 0) + 1,
            cycle=(row.reopens or 0) + 1,
            **{name: getattr(row, name) for name in TEXTS},
            inspection_round_id=await round_id(self.session, row.source, row.round_name, row.source_doc),
            confidential=row.confidential,
            lead_unit_id=unit.id,
            assisting="\n".join(row.assisting),
            deadline_type=kind,
            sustained=row.sustained or kind is DeadlineType.SUSTAINED,
            next_review_on=row.next_review_on,
            day_count=row.day_count or DayCount.CALENDAR_DAYS,
            discovered_on=discovered,
            opened_on=discovered,
            assigned_on=row.assigned_on,
            accepted_on=row.accepted_on,
            deadline=row.deadline,
            original_deadline=row.original_deadline or row.deadline,
            deadline_by_hand=row.deadline is not None,
            extensions=row.extensions or 0,
            percent=row.percent if row.percent is not None else 100 * (row.closed_on is not None),
            submitted_on=row.submitted_on,
            verified_on=row.verified_on,
            closed_on=row.closed_on,
            first_closed_on=row.first_closed_on,
            reopened_on=row.reopened_on,
            defaulted=",".join(sorted(_defaulted(row))),
            rules_version=self.trade.rules.version,
            stage_since=_stage_since(row, self.today),
            created_at=self.now,
        )
        await self._placed(row, finding)
        self._deadline(row, finding)
        return finding

    async def _placed(self, row: LedgerRow, finding: Finding) -> None:
        for name, (column, _roles) in POST_FIELDS.items():
            setattr(finding, column, await self.names.post(row, name))
        finding.verifier_post_id = finding.verifier_post_id or finding.supervisor_post_id

    def _deadline(self, row: LedgerRow, finding: Finding) -> None:
        """Where the ledger gives no date, the rules do; it is reported like every default."""
        finding.deadline_set_on = row.reopened_on or row.assigned_on or finding.discovered_on
        if finding.deadline is not None or finding.stage is Stage.DRAFT:
            return
        period = self.trade.rules.period(finding.source, finding.deadline_type)
        start = row.assigned_on or finding.discovered_on
        computed = due(start, period, self.trade.calendar)
        finding.deadline = finding.original_deadline = computed.day
        finding.provisional = computed.provisional
        self._warn(
            row,
            "deadline",
            f"未填时限，按规则计为 {computed.day}",
            f"no deadline given: {computed.day} by the rules",
        )

    async def _number(self, row: LedgerRow, discovered: date) -> str:
        number = await next_number(self.session, row.source, discovered)
        self._warn(row, "number", f"未填编号，编为 {number}", f"no number given: numbered {number}")
        return number

    def _warn(self, row: LedgerRow, name: str, zh: str, en: str) -> None:
        self.taken.warnings.append(Remark(row.row, self.read.columns.get(name, name), "", zh, en))

    async def _belongings(self, row: LedgerRow, finding: Finding) -> None:
        self.add_measures(finding, row.measures, start=1)
        self.add_evidence(finding, row.evidence)
        if row.progress:
            entry = ProgressEntry(
                finding=finding.number,
                cycle=finding.cycle,
                round=finding.round,
                at=self.now,
                by=self.wanted.by,
                percent=finding.percent,
                text=row.progress,
            )
            self.session.add(entry)
        await figure_outcomes(self.session, finding, row.outcomes)
        if finding.closed_on:
            self.session.add(closed_cycle(finding))

    def add_measures(self, finding: Finding, texts: Iterable[str], start: int) -> None:
        """Measures from a ledger are not tracked: it does not say which of them are done."""
        for seq, text in enumerate(texts, start):
            self.session.add(
                Measure(finding=finding.number, cycle=finding.cycle, seq=seq, text=text, tracked=False)
            )

    def add_evidence(self, finding: Finding, names: Iterable[str]) -> None:
        for name in dict.fromkeys(names):
            self.session.add(
                Evidence(
                    finding=finding.number,
                    cycle=finding.cycle,
                    round=finding.round,
                    name=name,
                    at=self.now,
                    by=self.wanted.by,
                )
            )

    async def _merge(self, row: LedgerRow, finding: Finding) -> bool:
        """Fill in what was not known; replace what differs only if that was asked for."""
        before = finding.stage
        changes: dict[str, tuple[str, str]] = {}
        for name, old, new, write in await self._compared(row, finding):
            unknown = not old or name in finding.defaulted.split(",") or _adds_to(name, old, new)
            ahead = name in STAGE_FIELDS and row.stage is not before
            if self.wanted.update or (unknown and not ahead):
                await write()
                changes[name] = (old, new)
            else:
                column = self.read.columns.get(name, name)
                self.taken.differences.append(Difference(row.row, finding.number, column, old, new))
        if changes:
            await self._amended(row, finding, changes, before)
        return bool(changes)

    async def _compared(self, row: LedgerRow, finding: Finding) -> list[tuple[str, str, str, "_Write"]]:
        """Fields that the row states and that differ: name, stored, stated, and how to write it."""
        derived = row.defaulted
        found: list[tuple[str, str, str, _Write]] = []
        for name in (*TEXTS, *PLAIN):
            new, old = getattr(row, name), getattr(finding, name)
            if name == "closed_on" and row.stage is not Stage.CLOSED:
                continue
            if name not in derived and new not in ("", None) and new != old:
                found.append((name, _shown(old), _shown(new), _Write(self, row, finding, name, new)))
        found.extend(await self._compared_names(row, finding))
        found.extend(await self._compared_belongings(row, finding))
        return found

    async def _compared_names(self, row: LedgerRow, finding: Finding) -> list[tuple[str, str, str, "_Write"]]:
        found = []
        for name, (column, _roles) in {**POST_FIELDS, "lead_unit": ("lead_unit_id", ())}.items():
            wanted = getattr(row, name)
            stored = await self._name_of(name, getattr(finding, column))
            if name == "verifier" and not finding.verified_on and not row.verified_on:
                continue
            if wanted and wanted != stored:
                found.append((name, stored, wanted, _Write(self, row, finding, name, wanted)))
        return found

    async def _name_of(self, name: str, stored: int | None) -> str:
        if stored is None:
            return ""
        kind: type[Unit] | type[Post] = Unit if name == "lead_unit" else Post
        found: Unit | Post | None = await self.session.get(kind, stored)
        return found.name if found else ""

    async def _compared_belongings(
        self, row: LedgerRow, finding: Finding
    ) -> list[tuple[str, str, str, "_Write"]]:
        found = []
        for name, stored, stated in (
            ("round_name", await self._round_name(finding), row.round_name),
            ("assisting", finding.assisting, "\n".join(row.assisting)),
            ("measures", await self._measures(finding), "\n".join(row.measures)),
            ("evidence", await self._evidence(finding), "\n".join(row.evidence)),
            ("outcomes", await self._outcomes(finding), _outcomes_text(row)),
        ):
            missing = set(stated.split("\n")) - set(stored.split("\n"))
            if stated and missing and not (name == "outcomes" and name in row.defaulted):
                found.append((name, stored, stated, _Write(self, row, finding, name, stated)))
        return found

    async def _round_name(self, finding: Finding) -> str:
        key = finding.inspection_round_id
        found = await self.session.get(InspectionRound, key) if key else None
        return found.name if found else ""

    async def _measures(self, finding: Finding) -> str:
        rows = await self.session.exec(
            select(Measure.text)
            .where(Measure.finding == finding.number, Measure.cycle == finding.cycle)
            .order_by(col(Measure.seq))
        )
        return "\n".join(rows)

    async def _evidence(self, finding: Finding) -> str:
        rows = await self.session.exec(
            select(Evidence.name)
            .where(Evidence.finding == finding.number, Evidence.cycle == finding.cycle)
            .order_by(col(Evidence.id))
        )
        return "\n".join(rows)

    async def _outcomes(self, finding: Finding) -> str:
        rows = await self.session.exec(
            select(OutcomeFigure).where(
                OutcomeFigure.finding == finding.number, OutcomeFigure.cycle == finding.cycle
            )
        )
        return "\n".join(sorted(_outcome_text(x.metric.value, x.amount, x.unit) for x in rows))

    async def _amended(
        self, row: LedgerRow, finding: Finding, changes: dict[str, tuple[str, str]], before: Stage
    ) -> None:
        said = {name: {"旧": old, "新": new} for name, (old, new) in sorted(changes.items())}
        kept = [name for name in finding.defaulted.split(",") if name and name not in changes]
        finding.defaulted = ",".join(kept)
        finding.version += 1
        if changes.keys() & DEADLINE_FIELDS:
            finding.deadline_version += "deadline" in changes
            finding.stage_event = finding.version
        if row.stage is finding.stage:
            finding.stage_since = min(finding.stage_since, _stage_since(row, self.today))
        self.session.add(finding)
        await self.session.flush()
        entry = Entry(
            Act.AMEND,
            self.wanted.by,
            self.now,
            self.now,
            before,
            said=json.dumps(said, ensure_ascii=False, sort_keys=True),
            imported=True,
        )
        event = await append(self.session, finding, entry)
        await follow(self.session, finding, event, before, self.trade, self.now)


class _Write:
    """Writes one stated field onto a stored finding."""

    def __init__(self, intake: _Intake, row: LedgerRow, finding: Finding, name: str, value: object) -> None:
        self.intake, self.row, self.finding, self.name, self.value = intake, row, finding, name, value

    async def __call__(self) -> None:
        session, finding, row = self.intake.session, self.finding, self.row
        if self.name in POST_FIELDS:
            setattr(finding, POST_FIELDS[self.name][0], await self.intake.names.post(row, self.name))
        elif self.name == "lead_unit":
            finding.lead_unit_id = (await self.intake.names.unit(row, row.lead_unit)).id
        elif self.name == "round_name":
            finding.inspection_round_id = await round_id(session, row.source, row.round_name, row.source_doc)
        elif self.name == "assisting":
            finding.assisting = "\n".join(row.assisting)
        elif self.name == "stage":
            await self._stage()
        elif self.name in {"measures", "evidence", "outcomes"}:
            await self._belongings()
        else:
            setattr(finding, self.name, self.value)

    async def _stage(self) -> None:
        finding, row = self.finding, self.row
        finding.stage = row.stage or finding.stage
        finding.round = max(finding.round, (row.returns or 0) + 1)
        finding.cycle = max(finding.cycle, (row.reopens or 0) + 1)
        finding.closed_on = row.closed_on if finding.stage is Stage.CLOSED else None
        finding.stage_since = _stage_since(row, self.intake.today)
        key = (finding.number, finding.cycle)
        if finding.closed_on and await self.intake.session.get(ClosedCycle, key) is None:
            self.intake.session.add(closed_cycle(finding))

    async def _belongings(self) -> None:
        """Add what is new; nothing that is stored is taken away."""
        intake, finding, row = self.intake, self.finding, self.row
        if self.name == "measures":
            stored = [text for text in (await intake._measures(finding)).split("\n") if text]
            new = [text for text in row.measures if text not in stored]
            intake.add_measures(finding, new, start=len(stored) + 1)
        elif self.name == "evidence":
            known = set((await intake._evidence(finding)).split("\n"))
            intake.add_evidence(finding, [name for name in row.evidence if name not in known])
        else:
            await figure_outcomes(intake.session, finding, row.outcomes)
        await intake.session.flush()


def _adds_to(name: str, old: str, new: str) -> bool:
    """Whether a list in the file only goes on from the one that is stored."""
    return name in {"assisting", "measures", "evidence"} and set(old.split("\n")) <= set(new.split("\n"))


def _defaulted(row: LedgerRow) -> Iterator[str]:
    yield from row.defaulted
    for name in ("original_deadline", "day_count", "percent", "extensions"):
        if getattr(row, name) is None:
            yield name


def _stage_since(row: LedgerRow, today: date) -> date:
    """The day the finding came to its stage; today where the ledger does not say, so no clock is invented."""
    since = {
        Stage.DRAFT: row.discovered_on if "discovered_on" not in row.defaulted else None,
        Stage.ASSIGNED: row.assigned_on,
        Stage.PENDING_VERIFICATION: row.submitted_on,
        Stage.RETURNED: row.verified_on,
        Stage.PENDING_CLOSURE: row.verified_on,
        Stage.CLOSED: row.closed_on,
        Stage.IN_PROGRESS: row.reopened_on or row.accepted_on,
    }
    return since.get(row.stage or Stage.DRAFT) or today


def _text_key(unit: str, text: str) -> tuple[str, str]:
    return unit, re.sub(r"[\s，。；、,.;:：“”\"]", "", text)


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _outcome_text(metric: str, amount: Decimal, unit: str) -> str:
    return f"{metric} {amount.quantize(Decimal('0.01'))}{unit}"


def _outcomes_text(row: LedgerRow) -> str:
    return "\n".join(sorted(_outcome_text(x.metric.value, x.amount, x.unit) for x in row.outcomes))


def _chunks(values: list[object] | list[str] | list[int | None]) -> Iterator[list[object]]:
    for start in range(0, len(values), 500):
        yield list(values[start : start + 500])
