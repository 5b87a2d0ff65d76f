"""A row that is new: it becomes a finding at its own stage, with all that belongs to it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date

from models.bulk import Values, batches, unsaved, whole
from models.effects import figured, frozen
from models.findings import ClosedCycle, Evidence, Finding, Measure, OutcomeFigure, ProgressEntry
from models.history import Event
from models.importing.desk import Desk, deadline_set_on, stage_since
from models.importing.fates import Kind
from models.importing.naming import POST_FIELDS
from models.importing.past import events_of
from models.ledger import waking
from models.listing import searching
from models.mailing.letters import case, under
from models.numbering import Numbering, prefix_of, series_of
from models.running import Wake
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
    """Rows that nobody knows yet."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    async def take(self, rows: Sequence[LedgerRow], told: Callable[[], None]) -> None:
        """Each becomes a finding at its own stage, with its past as imported events; live ones get a wake."""
        desk = self.desk
        for row in rows:
            desk.names.want(row, ("lead_unit", *POST_FIELDS))
        await desk.names.make()
        await desk.rounds.want(rows)
        numbering = await self._numbering(rows)
        for some in batches(rows):
            numbered = [(row, self._number(row, numbering)) for row in some]
            findings = [self._bring(row, number) for row, number in numbered]
            for row, number in numbered:
                desk.taken.fates.note(Kind.NEW, row, number)
            await desk.put_away()
            await searching.write(desk.session, findings)
            desk.taken.imported += len(some)
            told()
        await desk.session.flush()

    async def _numbering(self, rows: Sequence[LedgerRow]) -> Numbering:
        stated = [row.number for row in rows if row.number]
        unnumbered = [prefix_of(row.source, self._discovered(row)) for row in rows if not row.number]
        numbering = Numbering(self.desk.session, stated)
        await numbering.load([*series_of(stated), *unnumbered])
        return numbering

    def _number(self, row: LedgerRow, numbering: Numbering) -> str:
        if row.number:
            numbering.note(row.number)
            return row.number
        number = numbering.give(prefix_of(row.source, self._discovered(row)))
        self.desk.warn(row, "number", f"未填编号，编为 {number}", f"no number given: numbered {number}")
        return number

    def _discovered(self, row: LedgerRow) -> date:
        return row.discovered_on or self.desk.today

    def _bring(self, row: LedgerRow, number: str) -> Finding:
        desk = self.desk
        values = self._values(row, number)
        finding = unsaved(Finding, values)
        events = events_of(finding, row, desk.wanted.by, desk.now)
        values["version"] = values["stage_event"] = events[-1].seq
        letters = plan(case(finding, {}), *under(desk.trade, finding), desk.today)
        values["next_look_on"] = next_look(letters, {})
        desk.keep_whole(Finding, values)
        for event in events:
            desk.keep_whole(Event, vars(event))
        self._belongings(row, finding)
        if finding.stage not in ENDED:
            desk.keep(Wake, **waking(finding, desk.now))
        return finding

    def _values(self, row: LedgerRow, number: str) -> Values:
        kind = row.deadline_type or DeadlineType.TIME_LIMITED
        discovered = self._discovered(row)
        values = whole(
            Finding,
            number=number,
            stage=row.stage or Stage.DRAFT,
            round=(row.returns or 0) + 1,
            cycle=(row.reopens or 0) + 1,
            **{name: getattr(row, name) for name in TEXTS},
            inspection_round_id=self.desk.rounds.id_of(row),
            confidential=row.confidential,
            involves_money=bool(row.involves_money),
            amount_involved=row.amount_involved,
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
            deadline_set_on=deadline_set_on(row, discovered),
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
        return values | self._places(row) | self._deadline(row, values)

    def _places(self, row: LedgerRow) -> Values:
        names = self.desk.names
        places = {column: names.post_id(row, name) for name, (column, _roles) in POST_FIELDS.items()}
        places["lead_unit_id"] = names.unit_id(row)
        places["verifier_post_id"] = places["verifier_post_id"] or places["supervisor_post_id"]
        return places

    def _deadline(self, row: LedgerRow, values: Values) -> Values:
        """Where the ledger gives no date, the rules do; it is reported like every default."""
        if row.deadline is not None or values["stage"] is Stage.DRAFT:
            return {}
        trade, feedback = self.desk.trade, self.desk.rounds.feedback(row)
        start = row.assigned_on or values["discovered_on"]
        if feedback and values["deadline_type"] is not DeadlineType.IMMEDIATE:
            start = feedback
        period = trade.rules.period(row.source, values["deadline_type"])
        computed = due(start, period, trade.calendar_of(self.desk.names.unit_id(row)))
        self.desk.warn(
            row,
            "deadline",
            f"未填时限，按规则计为 {computed.day}",
            f"no deadline given: {computed.day} by the rules",
        )
        return {
            "deadline": computed.day,
            "original_deadline": computed.day,
            "deadline_from": start,
            "nominal_deadline": computed.nominal,
            "provisional": computed.provisional,
        }

    def _belongings(self, row: LedgerRow, finding: Finding) -> None:
        desk = self.desk
        add_measures(desk, finding, row.measures, start=1)
        add_evidence(desk, finding, row.evidence)
        if row.progress:
            desk.keep(
                ProgressEntry,
                finding=finding.number,
                cycle=finding.cycle,
                round=finding.round,
                at=desk.now,
                by=desk.wanted.by,
                percent=finding.percent,
                text=row.progress,
            )
        for outcome in row.outcomes:
            desk.keep(OutcomeFigure, **figured(finding, outcome))
        if finding.closed_on:
            desk.keep(ClosedCycle, **frozen(finding))


def add_measures(desk: Desk, finding: Finding, texts: Iterable[str], start: int) -> None:
    """Measures from a ledger are not tracked: it does not say which of them are done."""
    for seq, text in enumerate(texts, start):
        desk.keep(Measure, finding=finding.number, cycle=finding.cycle, seq=seq, text=text, tracked=False)


def add_evidence(desk: Desk, finding: Finding, names: Iterable[str]) -> None:
    for name in dict.fromkeys(names):
        desk.keep(
            Evidence,
            finding=finding.number,
            cycle=finding.cycle,
            round=finding.round,
            name=name,
            at=desk.now,
            by=desk.wanted.by,
        )


def _defaulted(row: LedgerRow) -> Iterator[str]:
    yield from row.defaulted
    for name in ("original_deadline", "day_count", "percent", "extensions"):
        if getattr(row, name) is None:
            yield name
