"""The people file (csv or xlsx): one line per holder of a post, read into lines that can be understood."""

from pathlib import Path

from models.staff.staffing import COLUMNS, Holder, understand
from policy.ledger_rows import Remark
from policy.refusals import BadLedger
from tasks.exports.csvfile import as_it_was
from tasks.ledgers.reading import read_sheet
from tasks.ledgers.sheets import Cell, Sheet

NEEDED = ("unit", "post", "person", "account")


def read_people(path: Path) -> tuple[list[Holder], list[Remark]]:
    """All lines, and what is wrong with the others. Raises BadLedger if it is not a people file."""
    sheet = read_sheet(path)
    rows = list(sheet.rows())
    begins = next((n for n, row in enumerate(rows) if set(NEEDED) <= _names(sheet, row).keys()), 0)
    header = _names(sheet, rows[begins]) if rows else {}
    missing = [name for name in NEEDED if name not in header]
    if missing:
        names = "、".join(missing)
        raise BadLedger(
            f"名册缺少列：{names}。表头应为：{','.join(COLUMNS)}。",
            f"The people file lacks {', '.join(missing)}. Its header is {','.join(COLUMNS)}.",
        )
    read = [
        understand(row, {n: _text(sheet.at(row, c)) for n, c in header.items()}) for row in rows[begins + 1 :]
    ]
    holders = [one for one in read if isinstance(one, Holder)]
    return holders, [one for one in read if isinstance(one, Remark)]


def _names(sheet: Sheet, row: int) -> dict[str, int]:
    """The columns of a row that may be the header; a title may stand above it."""
    return {cell.text.strip().lower(): column for column, cell in sheet.cells[row].items()}


def _text(cell: Cell) -> str:
    return cell.day.isoformat() if cell.day else as_it_was(cell.text)
