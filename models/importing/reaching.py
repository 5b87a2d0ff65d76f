"""Rows of a ledger that are not the importer's to bring in: of units, or findings, out of their sight."""

from dataclasses import replace

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.access.sight import Sight, opened, seen
from models.bulk import batches
from models.findings import Finding
from models.staff.people import Unit
from policy.ledger_rows import LedgerRow, ReadLedger, Remark


async def in_sight(session: AsyncSession, read: ReadLedger, sight: Sight) -> ReadLedger:
    """Such rows are errors, so that nothing is changed or told of what the importer may not open."""
    if sight.units is None and sight.trusted is None:
        return read
    named = await session.exec(select(Unit.id, Unit.name))
    units = {name for unit, name in named if sight.units is None or unit in sight.units}
    theirs = await _others(session, [row.number for row in read.rows if row.number], sight)
    errors = [
        _remark(row, read, "lead_unit" if row.lead_unit not in units else "number")
        for row in read.rows
        if row.lead_unit not in units or row.number in theirs
    ]
    bad = {error.row for error in errors}
    rows = tuple(row for row in read.rows if row.row not in bad)
    return replace(read, rows=rows, errors=(*read.errors, *errors))


async def _others(session: AsyncSession, numbers: list[str], sight: Sight) -> set[str]:
    """Numbers of findings that are stored and not shown whole."""
    found: set[str] = set()
    for some in batches(numbers):
        is_theirs = ~(seen(sight) & opened(sight))
        found |= set(
            await session.exec(select(Finding.number).where(col(Finding.number).in_(some), is_theirs))
        )
    return found


def _remark(row: LedgerRow, read: ReadLedger, column: str) -> Remark:
    header = read.columns.get(column, column)
    if column == "number":
        zh, en = "编号已被管辖范围以外的问题使用。", "The number is taken by a finding out of your reach."
        return Remark(row.row, header, row.number, zh, en)
    zh, en = "该单位不在您的管辖范围内。", "The unit is out of your reach."
    return Remark(row.row, header, row.lead_unit, zh, en)
