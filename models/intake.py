"""Taking in a ledger: new rows become findings, known rows are compared, all in one transaction."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.arrivals import Arrivals
from models.database import Database
from models.desk import Desk, Taken, Wanted
from models.findings import Finding
from models.letters import Trade
from models.merging import Merge
from models.naming import Names
from models.opening import INTAKE
from policy.ledger_rows import LedgerRow, ReadLedger, Remark
from policy.office import office_day


class _Undone(Exception):
    """Leave the transaction without storing anything."""


Progress = Callable[[int, int], None]
"""Is told how many rows are done, and of how many."""


async def take_in(
    db: Database,
    read: ReadLedger,
    wanted: Wanted,
    now: datetime,
    trade: Trade,
    progress: Progress = lambda _done, _all: None,
) -> Taken:
    """Store the good rows in one transaction, or none: see `Wanted`. Bad rows are in `errors`."""
    taken = Taken(errors=list(read.errors), warnings=list(read.warnings))
    try:
        async with db.writing("intake") as session:
            await db.alone(session, INTAKE)
            await _Intake(session, read, wanted, now, trade, taken).run(progress)
            if wanted.dry_run or (taken.errors and not wanted.skip_bad_rows):
                raise _Undone
    except _Undone:
        if not wanted.dry_run:
            taken.imported = taken.updated = 0
    return taken


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
        self.session, self.read, self.taken = session, read, taken
        self.names = Names(session, read.columns, wanted.create_units)
        today = office_day(now)
        self.desk = Desk(session, read.columns, self.names, wanted, now, today, trade, taken)
        self.arrivals = Arrivals(self.desk)
        self.by_text: dict[tuple[str, str], str] = {}
        self.stored: dict[str, Finding] = {}
        self.seen: dict[str, int] = {}

    async def run(self, progress: Progress) -> None:
        await self.names.load()
        await self._load_known()
        good = [row for row in self.read.rows if not self._refused(row)]
        for done, row in enumerate(good, start=1):
            await self._take(row)
            progress(done, len(good))
        await self.arrivals.settle()
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
            column = self.desk.header(name)
            yield Remark(row.row, column, value[:60], f"与第{first}行重复", f"repeats row {first}")

    def _known(self, row: LedgerRow) -> Finding | None:
        number = row.number or self.by_text.get(_text_key(row.lead_unit, row.condition), "")
        if row.number and row.number not in self.stored:
            return None
        return self.stored.get(number)

    async def _take(self, row: LedgerRow) -> None:
        known = self._known(row)
        if known is None:
            finding = await self.arrivals.bring(row)
            self.stored[finding.number] = finding
            self.taken.imported += 1
        elif await Merge(self.desk, row, known).run():
            self.taken.updated += 1
        else:
            self.taken.unchanged += 1


def _text_key(unit: str, text: str) -> tuple[str, str]:
    return unit, re.sub(r"[\s，。；、,.;:：“”\"]", "", text)


def _chunks(values: list[object] | list[str] | list[int | None]) -> Iterator[list[object]]:
    for start in range(0, len(values), 500):
        yield list(values[start : start + 500])
