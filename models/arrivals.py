"""A row that is new: it becomes a finding at its own stage, with all that belongs to it."""

from collections.abc import Iterable, Iterator
from datetime import date

from models.desk import Desk, deadline_set_on, stage_since
from models.effects import closed_cycle, figure
from models.findings import Evidence, Finding, Measure, ProgressEntry
from models.history import Event
from models.ledger import queue_wake
from models.letters import case
from models.naming import POST_FIELDS
from models.opening import next_number
from models.past import events_of
from policy.deadlines import DayCount, DeadlineType, due
from policy.escalation import next_look, plan
from policy.ledger_rows import LedgerRow
from policy.stages import ENDED, Stage

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
"""Texts that stand in the row as they stand in the finding."""


class Arrivals:
    """Rows that nobody knows yet. `settle` stores in a few large steps what came with each of them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.arrived: list[tuple[LedgerRow, Finding, list[Event]]] = []

    async def bring(self, row: LedgerRow) -> Finding:
        """A finding at its own stage, with its past as imported events."""
        finding = await self._new(row)
        events = events_of(finding, row, self.desk.wanted.by, self.desk.now)
        finding.version = finding.stage_event = events[-1].seq
        letters = plan(case(finding, {}), self.desk.trade.rules, self.desk.trade.calendar, self.desk.today)
        finding.next_look_on = next_look(letters, {})
        self.desk.session.add(finding)
        self.arrived.append((row, finding, events))
        return finding

    async def settle(self) -> None:
        """Events and belongings of all arrivals; live ones get a wake."""
        await self.desk.session.flush()
        for row, finding, events in self.arrived:
            self.desk.session.add_all(events)
            self._belongings(row, finding)
            if finding.stage not in ENDED:
                queue_wake(self.desk.session, finding, self.desk.now)
        await self.desk.session.flush()

    async def _new(self, row: LedgerRow) -> Finding:
        unit = await self.desk.names.unit(row, row.lead_unit)
        kind = row.deadline_type or DeadlineType.TIME_LIMITED
        discovered = row.discovered_on or self.desk.today
        finding = Finding(
            number=row.number or await self._number(row, discovered),
            stage=row.stage or Stage.DRAFT,
            round=(row.returns or 0) + 1,
            cycle=(row.reopens or 0) + 1,
            **{name: getattr(row, name) for name in TEXTS},
            inspection_round_id=await self.desk.round_of(row),
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
            rules_version=self.desk.trade.rules.version,
            stage_since=stage_since(row, self.desk.today),
            created_at=self.desk.now,
        )
        await self._placed(row, finding)
        self._deadline(row, finding)
        return finding

    async def _placed(self, row: LedgerRow, finding: Finding) -> None:
        for name, (column, _roles) in POST_FIELDS.items():
            setattr(finding, column, await self.desk.names.post(row, name))
        finding.verifier_post_id = finding.verifier_post_id or finding.supervisor_post_id

    def _deadline(self, row: LedgerRow, finding: Finding) -> None:
        """Where the ledger gives no date, the rules do; it is reported like every default."""
        finding.deadline_set_on = deadline_set_on(row, finding.discovered_on)
        if finding.deadline is not None or finding.stage is Stage.DRAFT:
            return
        period = self.desk.trade.rules.period(finding.source, finding.deadline_type)
        start = row.assigned_on or finding.discovered_on
        computed = due(start, period, self.desk.trade.calendar)
        finding.deadline = finding.original_deadline = computed.day
        finding.provisional = computed.provisional
        self.desk.warn(
            row,
            "deadline",
            f"未填时限，按规则计为 {computed.day}",
            f"no deadline given: {computed.day} by the rules",
        )

    async def _number(self, row: LedgerRow, discovered: date) -> str:
        number = await next_number(self.desk.session, row.source, discovered)
        self.desk.warn(row, "number", f"未填编号，编为 {number}", f"no number given: numbered {number}")
        return number

    def _belongings(self, row: LedgerRow, finding: Finding) -> None:
        add_measures(self.desk, finding, row.measures, start=1)
        add_evidence(self.desk, finding, row.evidence)
        if row.progress:
            entry = ProgressEntry(
                finding=finding.number,
                cycle=finding.cycle,
                round=finding.round,
                at=self.desk.now,
                by=self.desk.wanted.by,
                percent=finding.percent,
                text=row.progress,
            )
            self.desk.session.add(entry)
        for outcome in row.outcomes:
            self.desk.session.add(figure(finding, outcome))
        if finding.closed_on:
            self.desk.session.add(closed_cycle(finding))


def add_measures(desk: Desk, finding: Finding, texts: Iterable[str], start: int) -> None:
    """Measures from a ledger are not tracked: it does not say which of them are done."""
    for seq, text in enumerate(texts, start):
        desk.session.add(
            Measure(finding=finding.number, cycle=finding.cycle, seq=seq, text=text, tracked=False)
        )


def add_evidence(desk: Desk, finding: Finding, names: Iterable[str]) -> None:
    for name in dict.fromkeys(names):
        desk.session.add(
            Evidence(
                finding=finding.number,
                cycle=finding.cycle,
                round=finding.round,
                name=name,
                at=desk.now,
                by=desk.wanted.by,
            )
        )


def _defaulted(row: LedgerRow) -> Iterator[str]:
    yield from row.defaulted
    for name in ("original_deadline", "day_count", "percent", "extensions"):
        if getattr(row, name) is None:
            yield name
