"""A row that is known again: what was unknown is filled in, what differs is listed or replaced."""

import json
from decimal import Decimal

from sqlmodel import col, select

from models.arrivals import TEXTS, add_evidence, add_measures
from models.desk import Desk, Difference, deadline_set_on, stage_since
from models.effects import closed_cycle, figure_outcomes
from models.findings import ClosedCycle, Evidence, Finding, InspectionRound, Measure, OutcomeFigure
from models.ledger import Entry, append, follow
from models.naming import POST_FIELDS
from models.people import Post, Unit
from policy.ledger_rows import LedgerRow
from policy.stages import Act, Stage

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

Stated = tuple[str, str, str]
"""A field that the row states and that differs: its name, what is stored, what is stated."""


class Merge:
    """One row beside the finding it describes."""

    def __init__(self, desk: Desk, row: LedgerRow, finding: Finding) -> None:
        self.desk, self.session, self.row, self.finding = desk, desk.session, row, finding

    async def run(self) -> bool:
        """Fill in what was not known; replace what differs only if that was asked for."""
        row, finding, before = self.row, self.finding, self.finding.stage
        changes: dict[str, tuple[str, str]] = {}
        for name, old, new in await self._compared():
            unknown = not old or name in finding.defaulted.split(",") or _adds_to(name, old, new)
            ahead = name in STAGE_FIELDS and row.stage is not before
            if self.desk.wanted.update or (unknown and not ahead):
                await self._write(name)
                changes[name] = (old, new)
            else:
                difference = Difference(row.row, finding.number, self.desk.header(name), old, new)
                self.desk.taken.differences.append(difference)
        if changes:
            await self._amended(changes, before)
        return bool(changes)

    async def _compared(self) -> list[Stated]:
        row, finding = self.row, self.finding
        found: list[Stated] = []
        for name in (*TEXTS, *PLAIN):
            new, old = getattr(row, name), getattr(finding, name)
            if name == "closed_on" and row.stage is not Stage.CLOSED:
                continue
            if name not in row.defaulted and new not in ("", None) and new != old:
                found.append((name, _shown(old), _shown(new)))
        return [*found, *await self._compared_names(), *await self._compared_belongings()]

    async def _compared_names(self) -> list[Stated]:
        row, finding = self.row, self.finding
        found: list[Stated] = []
        for name, (column, _roles) in {**POST_FIELDS, "lead_unit": ("lead_unit_id", ())}.items():
            wanted = getattr(row, name)
            stored = await self._name_of(name, getattr(finding, column))
            if name == "verifier" and not finding.verified_on and not row.verified_on:
                continue
            if wanted and wanted != stored:
                found.append((name, stored, wanted))
        return found

    async def _name_of(self, name: str, stored: int | None) -> str:
        if stored is None:
            return ""
        kind: type[Unit] | type[Post] = Unit if name == "lead_unit" else Post
        found: Unit | Post | None = await self.session.get(kind, stored)
        return found.name if found else ""

    async def _compared_belongings(self) -> list[Stated]:
        row, finding = self.row, self.finding
        found: list[Stated] = []
        for name, stored, stated in (
            ("round_name", await self._round_name(), row.round_name),
            ("assisting", finding.assisting, "\n".join(row.assisting)),
            ("measures", await self._measures(), "\n".join(row.measures)),
            ("evidence", await self._evidence(), "\n".join(row.evidence)),
            ("outcomes", await self._outcomes(), _outcomes_text(row)),
        ):
            missing = set(stated.split("\n")) - set(stored.split("\n"))
            if stated and missing and not (name == "outcomes" and name in row.defaulted):
                found.append((name, stored, stated))
        return found

    async def _round_name(self) -> str:
        key = self.finding.inspection_round_id
        found = await self.session.get(InspectionRound, key) if key else None
        return found.name if found else ""

    async def _measures(self) -> str:
        rows = await self.session.exec(
            select(Measure.text)
            .where(Measure.finding == self.finding.number, Measure.cycle == self.finding.cycle)
            .order_by(col(Measure.seq))
        )
        return "\n".join(rows)

    async def _evidence(self) -> str:
        rows = await self.session.exec(
            select(Evidence.name)
            .where(Evidence.finding == self.finding.number, Evidence.cycle == self.finding.cycle)
            .order_by(col(Evidence.id))
        )
        return "\n".join(rows)

    async def _outcomes(self) -> str:
        rows = await self.session.exec(
            select(OutcomeFigure).where(
                OutcomeFigure.finding == self.finding.number, OutcomeFigure.cycle == self.finding.cycle
            )
        )
        return "\n".join(sorted(_outcome_text(x.metric.value, x.amount, x.unit) for x in rows))

    async def _write(self, name: str) -> None:
        """Write one stated field onto the finding."""
        finding, row = self.finding, self.row
        if name in POST_FIELDS:
            setattr(finding, POST_FIELDS[name][0], await self.desk.names.post(row, name))
        elif name == "lead_unit":
            finding.lead_unit_id = (await self.desk.names.unit(row, row.lead_unit)).id
        elif name == "round_name":
            finding.inspection_round_id = await self.desk.round_of(row)
        elif name == "assisting":
            finding.assisting = "\n".join(row.assisting)
        elif name == "stage":
            await self._stage()
        elif name in {"measures", "evidence", "outcomes"}:
            await self._add(name)
        else:
            setattr(finding, name, getattr(row, name))

    async def _stage(self) -> None:
        finding, row = self.finding, self.row
        finding.stage = row.stage or finding.stage
        finding.round = max(finding.round, (row.returns or 0) + 1)
        finding.cycle = max(finding.cycle, (row.reopens or 0) + 1)
        finding.closed_on = row.closed_on if finding.stage is Stage.CLOSED else None
        finding.stage_since = stage_since(row, self.desk.today)
        key = (finding.number, finding.cycle)
        if finding.closed_on and await self.session.get(ClosedCycle, key) is None:
            self.session.add(closed_cycle(finding))

    async def _add(self, name: str) -> None:
        """Add what is new; nothing that is stored is taken away."""
        desk, finding, row = self.desk, self.finding, self.row
        if name == "measures":
            stored = [text for text in (await self._measures()).split("\n") if text]
            new = [text for text in row.measures if text not in stored]
            add_measures(desk, finding, new, start=len(stored) + 1)
        elif name == "evidence":
            known = set((await self._evidence()).split("\n"))
            add_evidence(desk, finding, [one for one in row.evidence if one not in known])
        else:
            await figure_outcomes(self.session, finding, row.outcomes)
        await self.session.flush()

    async def _amended(self, changes: dict[str, tuple[str, str]], before: Stage) -> None:
        """One event for all that the file changed."""
        desk, row, finding = self.desk, self.row, self.finding
        said = {name: {"旧": old, "新": new} for name, (old, new) in sorted(changes.items())}
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
        self.session.add(finding)
        await self.session.flush()
        entry = Entry(
            Act.AMEND,
            desk.wanted.by,
            desk.now,
            desk.now,
            before,
            said=json.dumps(said, ensure_ascii=False, sort_keys=True),
            imported=True,
        )
        event = await append(self.session, finding, entry)
        await follow(self.session, finding, event, before, desk.trade, desk.now)


def _adds_to(name: str, old: str, new: str) -> bool:
    """Whether a list in the file only goes on from the one that is stored."""
    return name in {"assisting", "measures", "evidence"} and set(old.split("\n")) <= set(new.split("\n"))


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _outcome_text(metric: str, amount: Decimal, unit: str) -> str:
    return f"{metric} {amount.quantize(Decimal('0.01'))}{unit}"


def _outcomes_text(row: LedgerRow) -> str:
    return "\n".join(sorted(_outcome_text(x.metric.value, x.amount, x.unit) for x in row.outcomes))
