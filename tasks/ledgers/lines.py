"""One row of the sheet as fields and cells, and the notes taken while it is understood."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from policy.ledger_rows import Remark
from tasks.ledgers.headers import UNIT_AND_OWNER, Header, chinese, is_header_again
from tasks.ledgers.sheets import EMPTY, MAX_CELL, Cell, Merge, Sheet, half_width, name, tidy

FILLED_WHEN_MERGED = frozenset({"source", "round_name", "category", "item"})
CONTINUING = ("number", "condition")
SIGNATURE = re.compile(r".{0,20}[:：].*", re.DOTALL)
SIGNED = re.compile(
    r"(?:填表|制表|审核|审批|填报|注|备注|说明|单位|主要负责人|分管|复核|联系|日期).{0,16}[:：]"
)
TOTALS = re.compile(r"(?:合计|总计|小计|共计)[:：]?")
SHOWN = 60


@dataclass
class Notes:
    """Errors and warnings of one file."""

    header_row: int
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    told: set[str] = field(default_factory=set)

    def once(self, column: str, zh: str, en: str) -> None:
        """What concerns a whole column is said once, at the header's row."""
        if column not in self.told:
            self.told.add(column)
            self.warnings.append(Remark(self.header_row, column, "", zh, en))


@dataclass
class Line:
    """The cells of one finding by field, merged cells filled down."""

    row: int
    header: Header
    cells: dict[str, Cell]
    notes: Notes
    defaulted: set[str] = field(default_factory=set)
    bad: bool = False

    def cell(self, field: str) -> Cell:
        return self.cells.get(field, EMPTY)

    def text(self, field: str) -> str:
        """Text of one or more lines."""
        return self.cell(field).text

    def name(self, field: str) -> str:
        """A name: one line."""
        return name(self.cell(field).text)

    def error(self, field: str, zh: str, en: str, value: str | None = None) -> None:
        self.bad = True
        self.notes.errors.append(self.remark(field, zh, en, value))

    def warn(self, field: str, zh: str, en: str, value: str | None = None) -> None:
        self.notes.warnings.append(self.remark(field, zh, en, value))

    def remark(self, field: str, zh: str, en: str, value: str | None) -> Remark:
        shown = self.text(field) if value is None else value
        return Remark(self.row, self.header.text_of(field), shown[:SHOWN], zh, en)

    def default(self, field: str, zh: str, en: str) -> None:
        """The file does not say; a missing column is reported once, an empty cell where it stands."""
        self.defaulted.add(field)
        if field in self.header.fields:
            self.warn(field, zh, en)
        else:
            self.notes.once(chinese(field), f"没有“{chinese(field)}”一列：{zh}", f"There is no column: {en}")

    def derived(self, field: str, said_in: str, zh: str, en: str) -> None:
        """Read out of another cell's words; always reported where it stands."""
        self.defaulted.add(field)
        self.warn(said_in, zh, en)


def lines_of(sheet: Sheet, header: Header, notes: Notes) -> Iterator[Line]:
    """Every finding of the sheet; totals, signatures, notes and repeated headers are passed over."""
    down = Down(sheet, header)
    wide = wide_rows(sheet, header)
    line: Line | None = None
    for row in sheet.rows():
        if row <= header.bottom:
            continue
        own = own_cells(sheet, header, row)
        if not own or is_decoration(sheet, header, row, wide, notes):
            continue
        if line is not None and down.continues(row, line.row, own):
            absorb(line, row, own)
            continue
        if line is not None:
            yield line
        line = Line(row, header, down.filled(row, own), notes)
    if line is not None:
        yield line


def own_cells(sheet: Sheet, header: Header, row: int) -> dict[str, Cell]:
    cells = sheet.cells.get(row, {})
    return {field: cells[column] for field, column in header.fields.items() if column in cells}


def is_decoration(sheet: Sheet, header: Header, row: int, wide: frozenset[int], notes: Notes) -> bool:
    """Not a finding: a sum, a signature, a note, a heading over the whole width, the header once more."""
    texts = [cell.text for _, cell in sorted(sheet.cells[row].items())]
    if TOTALS.fullmatch(half_width(texts[0])) or is_header_again(sheet, header, row):
        return True
    if all(SIGNATURE.fullmatch(text) for text in texts) and SIGNED.match(half_width(texts[0])):
        return True
    if len(texts) == 1 and row in wide:
        zh, en = (
            "整行合并，当作小标题，没有读入。",
            "Merged over the whole width: taken as a heading, not read.",
        )
        notes.warnings.append(Remark(row, "", texts[0][:SHOWN], zh, en))
        return True
    return False


def wide_rows(sheet: Sheet, header: Header) -> frozenset[int]:
    """Rows merged over more than half of the table."""
    return frozenset(m.top for m in sheet.merges if m.top == m.bottom and m.width * 2 > len(header.texts))


class Down:
    """Merged cells, read downwards."""

    def __init__(self, sheet: Sheet, header: Header) -> None:
        self.sheet, self.header = sheet, header
        self.last: dict[str, Cell] = {}
        self.by_column: dict[int, list[Merge]] = {column: [] for column in header.fields.values()}
        for merge in sorted(sheet.merges, key=lambda m: m.top):
            if merge.top > header.bottom and merge.bottom > merge.top and merge.left in self.by_column:
                self.by_column[merge.left].append(merge)

    def merge_at(self, column: int, row: int) -> Merge | None:
        merges = self.by_column[column]
        at = bisect_right(merges, row, key=lambda m: m.top) - 1
        return merges[at] if at >= 0 and row <= merges[at].bottom else None

    def filled(self, row: int, own: dict[str, Cell]) -> dict[str, Cell]:
        cells = dict(own)
        for field_, column in self.header.fields.items():
            if field_ in cells:
                continue
            merge = self.merge_at(column, row)
            if merge is not None:
                cells[field_] = self.sheet.at(merge.top, column)
            elif field_ in FILLED_WHEN_MERGED and self.by_column[column] and field_ in self.last:
                cells[field_] = self.last[field_]
        self.last = cells
        return cells

    def continues(self, row: int, start: int, own: dict[str, Cell]) -> bool:
        """One finding over several rows: its number or its condition is one merged cell."""
        if any(field_ in own for field_ in CONTINUING):
            return False
        columns = (self.header.fields[f] for f in CONTINUING if f in self.header.fields)
        merges = (self.merge_at(column, row) for column in columns)
        return any(merge is not None and merge.top == start < row for merge in merges)


def absorb(line: Line, row: int, own: dict[str, Cell]) -> None:
    """Add the measures of a further row of the same finding; say what else stood there."""
    measure = own.pop("measures", None)
    if measure is not None and len(line.text("measures")) <= MAX_CELL:
        joined = "\n".join(t for t in (line.text("measures"), measure.text) if t)
        line.cells["measures"] = Cell(joined)
    if not own:
        return
    names = "、".join(line.header.texts[line.header.fields[f]] for f in own)
    line.warn(
        next(iter(own)),
        f"第{row}行与本行是同一问题（合并单元格）；那一行的“{names}”没有读入。",
        f"Row {row} belongs to the same finding (merged cells); its {names} was not read.",
        next(iter(own.values())).text,
    )


def check_cells(line: Line) -> None:
    """Error values and endless texts."""
    for field_, cell in line.cells.items():
        if cell.fault:
            line.error(field_, "单元格是错误值，请改正公式。", "The cell holds an error value.")
        elif len(cell.text) > MAX_CELL:
            line.error(
                field_, f"文字超过{MAX_CELL}字，请精简。", f"The text is longer than {MAX_CELL} characters."
            )


def split_unit_and_owner(line: Line) -> None:
    """`整改牵头部门/负责人` holds two names, parted by a slash, a line break or a semicolon."""
    both = line.cells.get(UNIT_AND_OWNER)
    if both is None:
        return
    unit, *owner = re.split(r"[/／\\|;；\n]", tidy(both.text), maxsplit=1)
    line.cells.setdefault("lead_unit", Cell(unit.strip()))
    if owner:
        line.cells.setdefault("owner_post", Cell(owner[0].strip()))
