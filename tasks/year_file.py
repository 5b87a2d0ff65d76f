"""A year's notice of days off as a file (csv or xlsx): a day or a span of days in each line."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from policy.ledger_rows import Remark
from policy.refusals import BadInput, BadLedger
from policy.timelimits import read_day
from policy.years import DayKind, DayLine, YearNotice, idle, problems, year_notice
from tasks.ledgers.reading import read_sheet
from tasks.ledgers.sheets import Cell, half_width

COLUMNS = {
    "date": ("date", "日期", "时间"),
    "kind": ("kind", "类型", "安排"),
    "label": ("label", "名称", "节日", "说明"),
}
KINDS = {
    DayKind.OFF: ("off", "放假", "休息", "放假调休"),
    DayKind.WORK: ("work", "上班", "调休上班", "补班"),
}
SPAN = re.compile(r"(.+?)(?:\.\.|至|到|~)(.+)")
LONGEST_LABEL = 60


def read_year(path: Path, source: str) -> tuple[YearNotice | None, list[Remark], list[Remark]]:
    """The notice, or None with what is wrong in single lines; and lines that change nothing.

    Raises BadLedger if the file is no such table, BadInput if it cannot be a whole year's notice.
    """
    sheet = read_sheet(path)
    rows = list(sheet.rows())
    header = _header(sheet.cells[rows[0]] if rows else {})
    read = [_line(row, {name: sheet.at(row, at) for name, at in header.items()}) for row in rows[1:]]
    lines = [one for one in read if isinstance(one, DayLine)]
    errors = [one for one in read if isinstance(one, Remark)] or problems(lines)
    if errors:
        return None, errors, []
    return year_notice(lines, source), [], idle(lines)


def _header(cells: Mapping[int, Cell]) -> dict[str, int]:
    found = dict(_named(cells))
    missing = [COLUMNS[name][1] for name in ("date", "kind") if name not in found]
    if missing:
        raise BadLedger(
            f"缺少列：{'、'.join(missing)}。第一行应为：日期,类型,名称（或 date,kind,label）。",
            f"Columns are missing: {', '.join(missing)}. The first line is date,kind,label.",
        )
    return found


def _named(cells: Mapping[int, Cell]) -> Iterator[tuple[str, int]]:
    for column, cell in cells.items():
        text = half_width(cell.text).lower()
        for name, words in COLUMNS.items():
            if text in words:
                yield name, column


def _line(row: int, cells: Mapping[str, Cell]) -> DayLine | Remark:
    texts = {name: cell.day.isoformat() if cell.day else cell.text for name, cell in cells.items()}
    word = half_width(texts["kind"]).lower()
    kind = next((kind for kind, words in KINDS.items() if word in words), None)
    if kind is None:
        known = "应写“放假”或“调休上班”（off、work）", "is neither off nor work (放假, 调休上班)"
        return Remark(row, "kind", texts["kind"][:60], *known)
    said = half_width(texts["date"])
    span = SPAN.fullmatch(said)
    try:
        first, last = (read_day(text) for text in (span.groups() if span else (said,) * 2))
    except BadInput as refusal:
        return Remark(row, "date", texts["date"][:60], refusal.zh.rstrip("。"), refusal.en.rstrip("."))
    return DayLine(row, first, last, kind, texts.get("label", "")[:LONGEST_LABEL])
