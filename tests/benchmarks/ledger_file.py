"""A large ledger in the shape of the township's own: its findings again and again, each in other words."""

from itertools import cycle, islice
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

import portal

SAMPLE = Path(portal.__file__).parent / "demo" / "sample_ledger.xlsx"
FIRST = 5
"""The row of the sample in which its first finding stands."""
NUMBER, SOURCE, CATEGORY, MEASURES, EVIDENCE = 2, 3, 4, 13, 19
TEXTS = (6, 12, 16, 18)
"""Condition, objective, progress, result: no two findings say the same."""


def write_ledger(path: Path, rows: int, *, numbered: bool = True) -> Path:
    """`rows` findings under the sample's title, header and formats."""
    book = openpyxl.load_workbook(SAMPLE)
    sheet = book["整改台账"]
    findings = _findings(sheet)
    sheet.delete_rows(FIRST, sheet.max_row)
    for merged in [m for m in sheet.merged_cells.ranges if m.min_row >= FIRST]:
        sheet.merged_cells.remove(merged)
    for index, finding in enumerate(islice(cycle(findings), rows)):
        _write(sheet, FIRST + index, _another(finding, index, numbered))
    book.save(path)
    return path


def _findings(sheet: Worksheet) -> list[list[Any]]:
    """The sample's rows of cells; what is merged over several findings stands in each."""
    found: list[list[Any]] = []
    for row in sheet.iter_rows(min_row=FIRST, values_only=True):
        if not row[NUMBER - 1]:
            continue
        cells: list[Any] = list(row)
        for column in (SOURCE, CATEGORY):
            cells[column - 1] = cells[column - 1] or found[-1][column - 1]
        found.append(cells)
    return found


def _another(finding: list[Any], index: int, numbered: bool) -> list[Any]:
    cells = list(finding)
    cells[0] = index + 1
    cells[NUMBER - 1] = f"TZ{index:05}" if numbered else None
    for column in TEXTS:
        cells[column - 1] = cells[column - 1] and f"{cells[column - 1]}（第{index + 1}处）"
    if cells[MEASURES - 1]:
        cells[MEASURES - 1] = cells[MEASURES - 1].replace("；", f"（{index + 1}）；")
    if cells[EVIDENCE - 1]:
        cells[EVIDENCE - 1] = cells[EVIDENCE - 1].replace(".", f"{index + 1}.")
    return cells


def _write(sheet: Worksheet, row: int, finding: list[Any]) -> None:
    for column, value in enumerate(finding, start=1):
        cell = sheet.cell(row, column, value)
        if cell.is_date:
            cell.number_format = 'yyyy"年"m"月"d"日"'
