"""A list written into a file as its rows come, and handed on while it is read; nothing of it stays behind."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from tasks.exports import csvfile
from tasks.exports.columns import Cells, Sheet
from tasks.exports.workbook import Workbook

TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
"""The kinds of files, and how each is called in an answer."""
PIECE = 256 * 1024
Rows = AsyncIterable[Iterable[Cells]]


def written(kind: str, sheet: Sheet, rows: Rows) -> AsyncIterator[bytes]:
    """The bytes of the file, piece by piece."""
    return _as_text(sheet, rows) if kind == "csv" else _as_workbook(sheet, rows)


async def _as_text(sheet: Sheet, rows: Rows) -> AsyncIterator[bytes]:
    yield csvfile.head(sheet)
    async for some in rows:
        yield csvfile.lines(some)


async def _as_workbook(sheet: Sheet, rows: Rows) -> AsyncIterator[bytes]:
    """It can be read only once it is whole; compressing it is left to a thread."""
    with TemporaryDirectory(prefix="rectify-export-") as folder:
        file = Path(folder) / "list.xlsx"
        book = Workbook(file, sheet)
        async for some in rows:
            await asyncio.to_thread(book.write, some)
        await asyncio.to_thread(book.close)
        with file.open("rb") as whole:
            while piece := await asyncio.to_thread(whole.read, PIECE):
                yield piece
