"""Read a ledger that somebody handed in: every good row, and every reason why another is not."""

import re
import stat
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from policy.ledger_rows import LedgerRow, ReadLedger
from policy.refusals import BadInput, BadLedger
from policy.timelimits import plain, read_day
from tasks.ledgers.csvfile import read_csv
from tasks.ledgers.headers import UNIT_AND_OWNER, Header, chinese, find_header
from tasks.ledgers.lines import Notes, lines_of
from tasks.ledgers.rows import About, read_row
from tasks.ledgers.sheets import Sheet, half_width, name
from tasks.ledgers.workbook import read_workbook

MAX_FILE = 10 * 2**20
TEXT_FILES = frozenset({".csv", ".txt", ".tsv"})
BOOKS = frozenset({".xlsx", ".xlsm"})
OLE = bytes.fromhex("d0cf11e0a1b11ae1")
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
SOURCES = (
    *("提级巡察", "专项巡察", "巡察", "巡视", "审计", "督查", "信访", "12345", "自查", "述职评议"),
    *("民主生活会", "组织生活会", "专项行动", "上级转办"),
)
MEASURED = frozenset(("个", "份", "万元", "元", "项", "件", "户", "人", "亩", "条", "次", "处", "%"))
UNIT_LINE = re.compile(r"(?:被检查|受检|责任|整改)?单位(?:名称)?:(.+)")
AS_OF = re.compile(
    r"(?:数据截止|数据截至|截止|截至|统计时间|截止日期|截止时间)[:到于]?(\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?)"
)


def read_ledger(path: Path, *, today: date, source: str = "") -> ReadLedger:
    """All rows of an .xlsx or .csv ledger. `source` is for rows that name none.

    Raises BadLedger if the file cannot be read at all, or lacks a column that is needed.
    """
    sheet = read_sheet(path)
    header = needed(find_header(sheet))
    above = texts_above(sheet, header)
    about = About(
        today=today,
        source=name(source) or source_in(above),
        unit=unit_in(above),
        as_of=as_of_in(above),
        measured_in=frozenset(measured_in(above)),
        zero=sheet.zero,
    )
    check_columns(header, about)
    notes = Notes(header.bottom)
    warn_of_columns(header, notes)
    rows = read_rows(sheet, header, about, notes)
    return ReadLedger(
        rows=tuple(rows),
        errors=tuple(sorted(notes.errors, key=lambda r: r.row)),
        warnings=tuple(sorted(notes.warnings, key=lambda r: r.row)),
        columns=columns(header),
        as_of=about.as_of,
    )


def read_rows(sheet: Sheet, header: Header, about: About, notes: Notes) -> list[LedgerRow]:
    rows: list[LedgerRow] = []
    seen: dict[str, int] = {}
    found = False
    for line in lines_of(sheet, header, notes):
        found = True
        number = half_width(line.text("number"))
        if number and number in seen:
            line.error(
                "number", f"与第{seen[number]}行的编号相同。", f"The same number as in row {seen[number]}."
            )
        seen.setdefault(number, line.row)
        row = read_row(line, about)
        if row is not None:
            rows.append(row)
    if not found:
        raise BadLedger("表头下面没有一行问题。", "There is not a single finding under the header.")
    return rows


def read_sheet(path: Path) -> Sheet:
    content = read_file(path)
    if content.startswith(OLE):
        raise old_or_locked(content)
    if content.startswith(b"PK"):
        return read_workbook(path)
    ending = path.suffix.lower()
    if ending in TEXT_FILES:
        return read_csv(content)
    if ending in BOOKS:
        raise BadLedger(
            "文件已损坏或不是 .xlsx 工作簿。请用 WPS 或 Excel 打开后另存为 .xlsx。",
            "The file is damaged or not an .xlsx workbook. Save it as .xlsx with WPS or Excel.",
        )
    raise BadLedger(
        f"不能读取“{ending or path.name}”文件。请另存为 .xlsx 或 .csv。",
        f"Files of the kind {ending or path.name} cannot be read. Save it as .xlsx or .csv.",
    )


def read_file(path: Path) -> bytes:
    """The content of a plain file of at most 10 MB."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise BadLedger(f"“{path.name}”不是文件。", f"{path.name} is not a file.")
        if found.st_size > MAX_FILE:
            raise BadLedger(
                f"文件超过 {MAX_FILE // 2**20} MB。请删去图片和其他工作表后再试。",
                f"The file is larger than {MAX_FILE // 2**20} MB. Remove pictures and other sheets.",
            )
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE + 1)
    except (OSError, ValueError) as failed:
        reason = "没有这个文件" if isinstance(failed, FileNotFoundError) else "文件打不开，请检查权限"
        raise BadLedger(f"{reason}：{path.name}。", f"The file cannot be opened: {path.name}.") from failed
    if not content.strip():
        raise BadLedger("文件是空的。", "The file is empty.")
    return content


def old_or_locked(content: bytes) -> BadLedger:
    if ENCRYPTED in content:
        return BadLedger(
            "文件有打开密码。请去掉密码，另存为 .xlsx 再试。",
            "The file is password-protected. Remove the password and save it as .xlsx.",
        )
    return BadLedger(
        "这是旧式 .xls 文件。请另存为 .xlsx 再试。", "This is an old .xls file. Save it as .xlsx."
    )


def needed(header: Header | None) -> Header:
    if header is None:
        raise BadLedger(
            "没有找到台账的表头。表头至少要有“具体表现”和“责任单位”两列。",
            "No ledger header was found. It needs at least the columns 具体表现 and 责任单位.",
        )
    return header


def check_columns(header: Header, about: About) -> None:
    """Raises BadLedger naming the columns that are missing."""
    have = header.fields
    if "condition" not in have and "title" not in have:
        raise missing("condition", "")
    if "lead_unit" not in have and UNIT_AND_OWNER not in have and not about.unit:
        raise missing("lead_unit", "，或在表头上方写一行“责任单位：……”")
    if "source" not in have and not about.source:
        raise missing("source", "，或导入时另选问题来源（命令行写 --source 审计）")


def missing(field: str, otherwise: str) -> BadLedger:
    hint = " Or name it with --source." if field == "source" else ""
    return BadLedger(
        f"缺少“{chinese(field)}”一列。请补上这一列，或改用这个列名{otherwise}。",
        f"The column {chinese(field)} ({field}) is missing.{hint}",
    )


def warn_of_columns(header: Header, notes: Notes) -> None:
    for column in header.unknown:
        text = header.texts[column]
        notes.once(text, "不认识这一列，没有读入。", "This column is not known and was not read.")
    for column, field in header.repeated:
        text = header.texts[column]
        first = header.text_of(field)
        notes.once(
            f"{text}",
            f"与“{first}”意思相同，以前者为准，没有读入。",
            f"It means the same as {first}, which was read instead.",
        )


def columns(header: Header) -> dict[str, str]:
    found = {field: header.texts[column] for field, column in header.fields.items()}
    both = found.pop(UNIT_AND_OWNER, None)
    return found if both is None else {"lead_unit": both, "owner_post": both, **found}


def texts_above(sheet: Sheet, header: Header) -> list[str]:
    """What stands over the table: title, reporting unit, date, units of measure."""
    rows = (sheet.cells[row] for row in sheet.rows() if row < header.top)
    return [cell.text for cells in rows for cell in cells.values()]


def source_in(texts: Iterable[str]) -> str:
    joined = plain(" ".join(texts))
    return next((source for source in SOURCES if source in joined), "")


def as_of_in(texts: Iterable[str]) -> date | None:
    for text in texts:
        if found := AS_OF.search(plain(text)):
            try:
                return read_day(found[1])
            except BadInput:
                continue
    return None


def unit_in(texts: Iterable[str]) -> str:
    """`单位：甲村党支部` over a ledger of one unit; not `单位：个、份、万元`."""
    for text in texts:
        found = UNIT_LINE.fullmatch(plain(text))
        if found and not MEASURED.issuperset(re.split(r"[、,/]", found[1])):
            return name(found[1])
    return ""


def measured_in(texts: Iterable[str]) -> set[str]:
    lines = (UNIT_LINE.fullmatch(plain(text)) for text in texts)
    return {unit for found in lines if found for unit in re.split(r"[、,/]", found[1]) if unit in MEASURED}
