"""A row that is known again: what was unknown is filled in, what differs is listed or replaced."""

import json
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from models import following
from models.bulk import batches, rewrite, store, unsaved, whole
from models.effects import figure, frozen, keep_deadline, set_by_hand
from models.findings import ClosedCycle, Finding, OutcomeFigure
from models.history import Event
from models.importing.arrivals import TEXTS, add_evidence, add_measures
from models.importing.desk import Desk, Difference, deadline_set_on, stage_since
from models.importing.fates import Kind
from models.importing.known import Cycle, Known
from models.importing.naming import POST_FIELDS
from models.ledger import heads, link_values
from models.listing import searching
from policy.ledger_rows import LedgerRow, Outcome
from policy.money import in_words
from policy.stages import Act, Stage

NAMED = {*POST_FIELDS, "lead_unit"}
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

DECIDED = frozenset({*STAGE_FIELDS, "stage", "deadline", "original_deadline", "extensions"})
"""What somebody decided by an act, once it stands there."""

Stated = tuple[str, str, str]
"""A field that the row states and that differs: its name, what is stored, what is stated."""


class Merge:
    """One row beside the finding it describes."""

    def __init__(self, desk: Desk, known: Known, row: LedgerRow, finding: Finding) -> None:
        self.desk, self.known, self.row, self.finding = desk, known, row, finding
        self.before = finding.stage
        self.changes: dict[str, tuple[str, str]] = {}

    @property
    def cycle(self) -> Cycle:
        return self.finding.number, self.finding.cycle

    def compare(self) -> bool:
        """What was not known is to be filled in; what differs is replaced only if that was asked for."""
        row, finding = self.row, self.finding
        for name, old, new in self._compared():
            unknown = not old or name in finding.defaulted.split(",") or _adds_to(name, old, new)
            ahead = name in STAGE_FIELDS and row.stage is not self.before
            if self._may_write(name) and (self.desk.wanted.update or (unknown and not ahead)):
                self.changes[name] = (old, new)
            else:
                difference = Difference(row.row, finding.number, self.desk.header(name), old, new)
                self.desk.taken.differences.append(difference)
        return bool(self.changes)

    def _may_write(self, name: str) -> bool:
        """A stage is never but decided; a deadline may also have been filled in by rule."""
        if self.desk.wanted.decides or name not in DECIDED:
            return True
        if name == "stage" or (name in STAGE_FIELDS and self.row.stage is not self.before):
            return False
        return not getattr(self.finding, name) or name in self.finding.defaulted.split(",")

    def note(self) -> None:
        """Tell what becomes of the row."""
        kind = Kind.CHANGED if self.changes else Kind.UNCHANGED
        changes = {self.desk.header(name): change for name, change in self.changes.items()}
        self.desk.taken.fates.note(kind, self.row, self.finding.number, changes)

    def write(self) -> None:
        """Write what the file changes onto the finding, which is now one version further."""
        for name in self.changes:
            self._write(name)
        self._amended()

    def event(self, previous: str) -> Event:
        """One event for all that the file changed; `previous` is the hash of the one before."""
        desk, finding = self.desk, self.finding
        said = {name: {"旧": old, "新": new} for name, (old, new) in sorted(self.changes.items())}
        values = whole(
            Event,
            finding=finding.number,
            seq=finding.version,
            at=desk.now,
            recorded_at=desk.now,
            act=Act.AMEND,
            by=desk.wanted.by,
            imported=True,
            from_stage=self.before,
            to_stage=finding.stage,
            round=finding.round,
            cycle=finding.cycle,
            said=json.dumps(said, ensure_ascii=False, sort_keys=True),
            previous=previous,
        )
        event = unsaved(Event, values)
        values["hash"] = link_values(values)
        return event

    def _compared(self) -> list[Stated]:
        row, finding = self.row, self.finding
        found: list[Stated] = []
        for name in (*TEXTS, *PLAIN):
            new, old = getattr(row, name), getattr(finding, name)
            if name == "closed_on" and row.stage is not Stage.CLOSED:
                continue
            if new != old and new not in ("", None) and name not in row.defaulted:
                found.append((name, _shown(old), _shown(new)))
        return [*found, *self._compared_money(), *self._compared_names(), *self._compared_belongings()]

    def _compared_money(self) -> list[Stated]:
        """That it involves money says less than how much."""
        row, finding = self.row, self.finding
        says_less = row.involves_money and finding.involves_money and row.amount_involved is None
        if row.involves_money is None or says_less:
            return []
        stored = in_words(finding.involves_money, finding.amount_involved)
        stated = in_words(row.involves_money, row.amount_involved)
        return [("amount_involved", "" if stored == "否" else stored, stated)] if stated != stored else []

    def _compared_names(self) -> list[Stated]:
        row, finding, names = self.row, self.finding, self.desk.names
        found: list[Stated] = []
        for name, (column, _roles) in POST_FIELDS.items():
            wanted, stored = getattr(row, name), names.post_names.get(getattr(finding, column), "")
            if name == "verifier" and not finding.verified_on and not row.verified_on:
                continue
            if wanted and wanted != stored:
                found.append((name, stored, wanted))
        stored = names.unit_names.get(finding.lead_unit_id, "")
        if row.lead_unit and row.lead_unit != stored:
            found.append(("lead_unit", stored, row.lead_unit))
        return found

    def _compared_belongings(self) -> list[Stated]:
        row, finding, known = self.row, self.finding, self.known
        found: list[Stated] = []
        for name, stored, stated in (
            ("round_name", self.desk.rounds.names[finding.inspection_round_id], row.round_name),
            ("assisting", finding.assisting, "\n".join(row.assisting)),
            ("measures", "\n".join(known.measures.get(self.cycle, ())), "\n".join(row.measures)),
            ("evidence", "\n".join(known.evidence.get(self.cycle, ())), "\n".join(row.evidence)),
            (
                "outcomes",
                _figures_text(known.figures.get(self.cycle, {}).values()),
                _figures_text(row.outcomes),
            ),
        ):
            missing = set(stated.split("\n")) - set(stored.split("\n"))
            if stated and missing and not (name == "outcomes" and name in row.defaulted):
                found.append((name, stored, stated))
        return found

    def _write(self, name: str) -> None:
        """Write one stated field onto the finding."""
        finding, row = self.finding, self.row
        if name in POST_FIELDS:
            setattr(finding, POST_FIELDS[name][0], self.desk.names.post_id(row, name))
        elif name == "lead_unit":
            finding.lead_unit_id = self.desk.names.unit_id(row)
        elif name == "round_name":
            finding.inspection_round_id = self.desk.rounds.id_of(row)
        elif name == "assisting":
            finding.assisting = "\n".join(row.assisting)
        elif name == "stage":
            self._stage()
        elif name == "amount_involved":
            finding.involves_money, finding.amount_involved = bool(row.involves_money), row.amount_involved
        elif name in {"measures", "evidence", "outcomes"}:
            self._add(name)
        elif name == "deadline" and row.deadline:
            set_by_hand(finding, row.deadline)
        else:
            setattr(finding, name, getattr(row, name))

    def _stage(self) -> None:
        finding, row = self.finding, self.row
        finding.stage = row.stage or finding.stage
        finding.round = max(finding.round, (row.returns or 0) + 1)
        finding.cycle = max(finding.cycle, (row.reopens or 0) + 1)
        finding.closed_on = row.closed_on if finding.stage is Stage.CLOSED else None
        finding.stage_since = stage_since(row, self.desk.today)
        if finding.closed_on and self.cycle not in self.known.closed:
            self.known.closed.add(self.cycle)
            self.desk.keep(ClosedCycle, **frozen(finding))

    def _add(self, name: str) -> None:
        """Add what is new; nothing that is stored is taken away."""
        desk, finding, row = self.desk, self.finding, self.row
        if name == "measures":
            stored = self.known.measures.setdefault(self.cycle, [])
            new = [text for text in row.measures if text not in stored]
            add_measures(desk, finding, new, start=len(stored) + 1)
            stored += new
        elif name == "evidence":
            files = self.known.evidence.setdefault(self.cycle, [])
            missing = [one for one in row.evidence if one not in files]
            add_evidence(desk, finding, missing)
            files += missing
        else:
            self._figure()

    def _figure(self) -> None:
        """A metric given again replaces the one before."""
        figures = self.known.figures.setdefault(self.cycle, {})
        for outcome in self.row.outcomes:
            if outcome.metric in figures:
                figures[outcome.metric].amount = outcome.amount
            else:
                figures[outcome.metric] = figure(self.finding, outcome)
                self.desk.session.add(figures[outcome.metric])

    def _amended(self) -> None:
        desk, row, finding, changes = self.desk, self.row, self.finding, self.changes
        if "next_review_on" in changes:
            finding.review_from, finding.review_provisional = None, False
        if changes.keys() & {"deadline_type", "source"}:
            keep_deadline(finding)
        kept = [name for name in finding.defaulted.split(",") if name and name not in changes]
        finding.defaulted = ",".join(kept)
        finding.version += 1
        if changes.keys() & DEADLINE_FIELDS:
            finding.deadline_version += "deadline" in changes
            finding.stage_event = finding.version
        if row.stage is finding.stage:
            finding.stage_since = min(finding.stage_since, stage_since(row, desk.today))
        if "deadline" not in changes and finding.deadline_set_on:
            finding.deadline_set_on = min(
                finding.deadline_set_on, deadline_set_on(row, finding.discovered_on)
            )


class Amendments:
    """Known rows that change something: stored together, with one event for each finding."""

    def __init__(self, desk: Desk, known: Known) -> None:
        self.desk, self.session, self.known = desk, desk.session, known

    async def take(self, rows: Sequence[tuple[LedgerRow, Finding]], told: Callable[[], None]) -> None:
        """Compare all, store what changes. No finding may stand in `rows` twice."""
        merges = [Merge(self.desk, self.known, row, finding) for row, finding in rows]
        changing = [merge for merge in merges if merge.compare()]
        for merge in merges:
            merge.note()
        self.desk.taken.unchanged += len(merges) - len(changing)
        for merge in changing:
            self.desk.names.want(merge.row, (name for name in merge.changes if name in NAMED))
        await self.desk.names.make()
        await self.desk.rounds.want(merge.row for merge in changing if "round_name" in merge.changes)
        for some in batches(changing):
            await self._store(some)
            self.desk.taken.updated += len(some)
            told()
        told()

    async def _store(self, merges: Sequence[Merge]) -> None:
        last = await heads(self.session, [merge.finding.number for merge in merges])
        for merge in merges:
            merge.write()
        findings = [merge.finding for merge in merges]
        await rewrite(self.session, Finding, "number", [finding.model_dump() for finding in findings])
        said = [merge.finding for merge in merges if not merge.changes.keys().isdisjoint(searching.SAYING)]
        await searching.write_again(self.session, said)
        await self.desk.put_away()
        events = [merge.event(last[merge.finding.number]) for merge in merges]
        await store(self.session, Event, [vars(event) for event in events])
        await self.session.flush()
        await following.follow(self.session, findings, self.desk.trade, self.desk.now)


def _adds_to(name: str, old: str, new: str) -> bool:
    """Whether a list in the file only goes on from the one that is stored."""
    return name in {"assisting", "measures", "evidence"} and set(old.split("\n")) <= set(new.split("\n"))


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _figures_text(figures: Iterable[Outcome | OutcomeFigure]) -> str:
    exact = Decimal("0.01")
    return "\n".join(sorted(f"{x.metric.value} {x.amount.quantize(exact)}{x.unit}" for x in figures))
