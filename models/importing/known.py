"""What is stored about the findings that a file names: asked for once, for all rows."""

import re
from collections.abc import Iterable, Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.bulk import batches
from models.findings import ClosedCycle, Evidence, Finding, Measure, OutcomeFigure
from models.importing.naming import Names
from policy.ledger_rows import LedgerRow

Cycle = tuple[str, int]
"""A finding's number, and its cycle."""
LAYOUT = re.compile(r"[\s，。；、,.;:：“”\"]")


def text_key(unit: str, text: str) -> tuple[str, str]:
    """By this a row without a number is known again."""
    return unit, LAYOUT.sub("", text)


class Known:
    """Findings by number, with their texts and figures by cycle; locked until commit."""

    def __init__(self, session: AsyncSession, names: Names) -> None:
        self.session, self.names = session, names
        self.findings: dict[str, Finding] = {}
        self.by_text: dict[tuple[str, str], str] = {}
        self.measures: dict[Cycle, list[str]] = {}
        self.evidence: dict[Cycle, list[str]] = {}
        self.figures: dict[Cycle, dict[str, OutcomeFigure]] = {}
        self.closed: set[Cycle] = set()

    async def load(self, rows: Sequence[LedgerRow]) -> None:
        stated = {row.number for row in rows if row.number}
        await self._load_texts([row for row in rows if not row.number], stated)
        await self._load_findings(stated | set(self.by_text.values()))
        await self._load_belongings(list(self.findings))

    def of(self, row: LedgerRow) -> Finding | None:
        number = row.number or self.by_text.get(text_key(row.lead_unit, row.condition), "")
        return self.findings.get(number)

    async def _load_texts(self, rows: Iterable[LedgerRow], stated: set[str]) -> None:
        """The numbers behind the texts of rows without one; those the file names elsewhere come first."""
        wanted = {text_key(row.lead_unit, row.condition) for row in rows}
        units = {name: unit.id for name, unit in self.names.units.items() if name in {u for u, _ in wanted}}
        found: list[tuple[str, int | None, str]] = []
        for some in batches(list(units.values())):
            columns = select(Finding.number, Finding.lead_unit_id, Finding.condition)
            found += await self.session.exec(columns.where(col(Finding.lead_unit_id).in_(some)))
        for number, unit, text in sorted(found, key=lambda x: (x[0] not in stated, x[0])):
            key = text_key(self.names.unit_names[unit], text)
            if key in wanted:
                self.by_text.setdefault(key, number)

    async def _load_findings(self, numbers: set[str]) -> None:
        """Loaded and let go: what changes is written for all of them in one statement."""
        for some in batches(sorted(numbers)):
            wanted = select(Finding).where(col(Finding.number).in_(some)).order_by(col(Finding.number))
            for finding in await self.session.exec(wanted.with_for_update()):
                self.session.expunge(finding)
                self.findings[finding.number] = finding

    async def _load_belongings(self, numbers: Sequence[str]) -> None:
        for some in batches(numbers):
            measures = select(Measure.finding, Measure.cycle, Measure.text).order_by(col(Measure.seq))
            for number, cycle, text in await self.session.exec(
                measures.where(col(Measure.finding).in_(some))
            ):
                self.measures.setdefault((number, cycle), []).append(text)
            evidence = select(Evidence.finding, Evidence.cycle, Evidence.name).order_by(col(Evidence.id))
            for number, cycle, name in await self.session.exec(
                evidence.where(col(Evidence.finding).in_(some))
            ):
                self.evidence.setdefault((number, cycle), []).append(name)
            figures = select(OutcomeFigure).where(col(OutcomeFigure.finding).in_(some))
            for figure in await self.session.exec(figures):
                self.figures.setdefault((figure.finding, figure.cycle), {})[figure.metric] = figure
            closed = select(ClosedCycle.finding, ClosedCycle.cycle).where(col(ClosedCycle.finding).in_(some))
            self.closed.update(await self.session.exec(closed))
