"""The rounds (批次) that a ledger names: found, or made, for all rows at once."""

from collections.abc import Iterable
from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.bulk import batches
from models.findings import Finding, InspectionRound
from policy.ledger_rows import LedgerRow


class Rounds:
    """Rounds by source and name, and by id."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session
        self.known: dict[tuple[str, str], InspectionRound] = {}
        self.names: dict[int | None, str] = {None: ""}
        self.wanted: set[tuple[str, str]] = set()

    async def load(self, rows: Iterable[LedgerRow], stored: Iterable[Finding]) -> None:
        """The rounds that rows name, and those that stored findings have."""
        for names in batches(list({row.round_name for row in rows if row.round_name})):
            named = select(InspectionRound).where(col(InspectionRound.name).in_(names))
            self._know(await self.session.exec(named))
        for ids in batches(list({x.inspection_round_id for x in stored} - self.names.keys())):
            had = select(InspectionRound).where(col(InspectionRound.id).in_(ids))
            self._know(await self.session.exec(had))

    async def want(self, rows: Iterable[LedgerRow]) -> None:
        """Make what is new; the first row of a round tells its document, where that is not known."""
        for row in rows:
            key = (row.source, row.round_name)
            if row.round_name and key not in self.wanted:
                self.wanted.add(key)
                found = self.known.get(key) or InspectionRound(source=row.source, name=row.round_name)
                found.document = found.document or row.source_doc
                self.known[key] = found
                self.session.add(found)
        await self.session.flush()
        self._know(list(self.known.values()))

    def id_of(self, row: LedgerRow) -> int | None:
        return self.known[row.source, row.round_name].id if row.round_name else None

    def feedback(self, row: LedgerRow) -> date | None:
        return self.known[row.source, row.round_name].feedback_on if row.round_name else None

    def _know(self, found: Iterable[InspectionRound]) -> None:
        for one in found:
            self.known[one.source, one.name] = one
            self.names[one.id] = one.name
