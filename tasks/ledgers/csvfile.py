"""Read a csv ledger: its encoding and its separator are found out, not asked for.

The row number is that of the record, blank ones counted, as a spreadsheet would show it: a cell of several
lines is one row.
"""

import csv
import io
from collections.abc import Iterator
from itertools import islice

from policy.refusals import BadLedger
from tasks.ledgers.headers import HEADER_DEPTH, score
from tasks.ledgers.sheets import MAX_CELL, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Cell, Sheet, tidy

SEPARATORS = (",", ";", "\t")
BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


def read_csv(content: bytes) -> Sheet:
    """Raises BadLedger if it is no text, or no table."""
    text = decoded(content)
    if "\0" in text:
        raise not_text()
    return Sheet("csv", dict(checked(records(text, separator(text)))))


def decoded(content: bytes) -> str:
    for mark, encoding in BOMS:
        if content.startswith(mark):
            return attempt(content, encoding) or ""
    text = attempt(content, "utf-8")
    return text if text is not None else attempt(content, "gb18030") or ""


def attempt(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        if encoding == "utf-8":
            return None
        raise not_text() from None


def separator(text: str) -> str:
    """The separator that makes the most of the header."""

    def known(mark: str) -> int:
        try:
            return score(Sheet("", dict(islice(records(text, mark), HEADER_DEPTH))))
        except BadLedger:
            return -1

    return max(SEPARATORS, key=known)


def records(text: str, mark: str) -> Iterator[tuple[int, dict[int, Cell]]]:
    """Row number and cells of every record that says something."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        for row, record in enumerate(reader, start=1):
            while record and not record[-1]:
                record.pop()
            check_place(row, len(record))
            texts = ((column, tidy(said[: MAX_CELL + 1])) for column, said in enumerate(record, start=1))
            cells = {column: Cell(said) for column, said in texts if said}
            if cells:
                yield row, cells
    except csv.Error as broken:
        raise BadLedger(
            "csv 文件的引号或分隔符不成对，读不下去。请另存为 .xlsx 再试。",
            "The csv file's quotes or separators do not match up. Save it as .xlsx.",
        ) from broken


def checked(rows: Iterator[tuple[int, dict[int, Cell]]]) -> Iterator[tuple[int, dict[int, Cell]]]:
    count = 0
    for row, cells in rows:
        count += len(cells)
        if count > MAX_CELLS:
            check_place(MAX_ROWS + 1, len(cells))
        yield row, cells


def check_place(row: int, column: int) -> None:
    if row > MAX_ROWS or column > MAX_COLUMNS:
        raise BadLedger(
            f"表格超出范围：最多{MAX_ROWS}行、{MAX_COLUMNS}列。请删去多余内容。",
            f"The table is too large: the limit is {MAX_ROWS} rows and {MAX_COLUMNS} columns.",
        )


def not_text() -> BadLedger:
    return BadLedger(
        "这不是文字表格：既不是 UTF-8，也不是 GB18030 编码的 csv。请另存为 .xlsx 再试。",
        "This is no text table: neither UTF-8 nor GB18030. Save it as .xlsx.",
    )
