"""Taking in a ledger: new rows become findings, known rows are compared, all in one transaction."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from models.database import Database
from models.findings import Finding
from models.importing.arrivals import Arrivals
from models.importing.desk import Desk, Taken, Wanted
from models.importing.known import Known, text_key
from models.importing.merging import Amendments
from models.importing.naming import Names
from models.importing.rounds import Rounds
from models.opening import INTAKE
from policy.ledger_rows import LedgerRow, ReadLedger, Remark
from policy.office import office_day
from policy.trade import Trade


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
        self.read, self.taken = read, taken
        self.names = Names(session, read.columns, wanted.create_units, wanted.gives_roles)
        self.known = Known(session, self.names)
        self.rounds = Rounds(session)
        self.desk = Desk(
            session, read.columns, self.names, self.rounds, wanted, now, office_day(now), trade, taken
        )
        self.seen: dict[str, int] = {}

    async def run(self, progress: Progress) -> None:
        rows = self.read.rows
        await self.names.load()
        await self.known.load(rows)
        await self.rounds.load(rows, self.known.findings.values())
        good = [row for row in rows if not self._refused(row)]

        def told() -> None:
            progress(self.taken.imported + self.taken.updated + self.taken.unchanged, len(good))

        await Arrivals(self.desk).take([row for row in good if self.known.of(row) is None], told)
        for again in self._waves(good):
            await Amendments(self.desk, self.known).take(again, told)
        self.taken.warnings.extend(sorted(self.names.made, key=lambda remark: remark.row))

    def _waves(self, rows: Iterable[LedgerRow]) -> list[list[tuple[LedgerRow, Finding]]]:
        """Known rows with their findings; where several rows mean one finding, each in a wave of its own."""
        waves: list[list[tuple[LedgerRow, Finding]]] = []
        met: Counter[str] = Counter()
        for row in rows:
            finding = self.known.of(row)
            if finding is not None:
                if met[finding.number] == len(waves):
                    waves.append([])
                waves[met[finding.number]].append((row, finding))
                met[finding.number] += 1
        return waves

    def _refused(self, row: LedgerRow) -> bool:
        problems = [*self.names.problems(row), *self._doubled(row)]
        self.taken.errors.extend(problems)
        return bool(problems)

    def _doubled(self, row: LedgerRow) -> Iterator[Remark]:
        """A second row with the same number, or without one the same unit and text, in one file."""
        key = row.number or "\n".join(text_key(row.lead_unit, row.condition))
        first = self.seen.setdefault(key, row.row)
        if first != row.row:
            name, value = ("number", row.number) if row.number else ("condition", row.condition)
            column = self.desk.header(name)
            yield Remark(row.row, column, value[:60], f"与第{first}行重复", f"repeats row {first}")
