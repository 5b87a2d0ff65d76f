"""A sheet on its way from the child process to us, as JSON."""

import json
from datetime import date
from decimal import Decimal

from tasks.ledgers.sheets import Cell, Merge, Sheet

Packed = list[int | str]


def dump(sheet: Sheet) -> str:
    return json.dumps(
        {
            "name": sheet.name,
            "zero": sheet.zero.isoformat(),
            "merges": [[m.top, m.left, m.bottom, m.right] for m in sheet.merges],
            "rows": [
                [row, [packed(column, cell) for column, cell in cells.items()]]
                for row, cells in sheet.cells.items()
            ],
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def load(text: str | bytes) -> Sheet:
    """Raises ValueError, KeyError or TypeError if it is not what `dump` wrote."""
    found = json.loads(text)
    known: dict[tuple[int | str, ...], Cell] = {}
    cells = {int(row): {int(p[0]): unpacked(known, p) for p in packs} for row, packs in found["rows"]}
    merges = [Merge(*(int(edge) for edge in edges)) for edges in found["merges"]]
    return Sheet(str(found["name"]), cells, merges, date.fromisoformat(found["zero"]))


def packed(column: int, cell: Cell) -> Packed:
    if cell.fault:
        return [column, cell.text, "e"]
    if cell.day is not None:
        return [column, cell.text, "d"]
    if cell.number is not None:
        return [column, cell.text, "p" if cell.percent else "n", str(cell.number)]
    return [column, cell.text]


def unpacked(known: dict[tuple[int | str, ...], Cell], pack: Packed) -> Cell:
    """What says the same is one cell: it is made, and kept, once."""
    said = tuple(pack[1:])
    if said not in known:
        known[said] = made(pack)
    return known[said]


def made(pack: Packed) -> Cell:
    text = str(pack[1])
    match pack[2:]:
        case ["e"]:
            return Cell(text, fault=True)
        case ["d"]:
            return Cell(text, day=date.fromisoformat(text))
        case [kind, number]:
            return Cell(text, number=Decimal(str(number)), percent=kind == "p")
    return Cell(text)
