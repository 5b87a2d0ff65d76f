"""Is this zip archive small enough to open? Sizes are measured by inflating; declared ones may lie."""

import zipfile
import zlib
from pathlib import Path
from typing import IO

from policy.refusals import BadLedger

MAX_ENTRIES = 1_000
MAX_ENTRY = 50 * 2**20
MAX_TOTAL = 100 * 2**20
MAX_RATIO = 50
RATIO_FROM = 10 * 2**20
CHUNK = 64 * 1024
DOCTYPE = tuple("<!DOCTYPE".encode(code) for code in ("ascii", "utf-16-le", "utf-16-be"))


def check_archive(path: Path | IO[bytes]) -> None:
    """Raises BadLedger if the archive is damaged, too large when inflated, or holds a DOCTYPE."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            check_directory(entries)
            total = 0
            for entry in entries:
                total += inflated(archive, entry, MAX_TOTAL - total)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as broken:
        raise damaged() from broken


def check_directory(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES:
        raise too_large()
    if len({entry.filename for entry in entries}) != len(entries):
        raise damaged()
    if sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise too_large()
    for entry in entries:
        if entry.flag_bits & 1:
            raise locked()
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise damaged()
        check_size(entry.file_size, entry.compress_size)


def check_size(size: int, compressed: int) -> None:
    if size > MAX_ENTRY or (size > RATIO_FROM and size > MAX_RATIO * max(compressed, 1)):
        raise too_large()


def inflated(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, allowed: int) -> int:
    """Inflate one entry and throw it away; its true size in bytes."""
    size, tail = 0, b""
    with archive.open(entry) as stream:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            check_size(size, entry.compress_size)
            if size > allowed:
                raise too_large()
            seen = tail + chunk
            if any(mark in seen for mark in DOCTYPE):
                raise doctype()
            tail = chunk[-20:]
    return size


def too_large() -> BadLedger:
    return BadLedger(
        "文件解压后过大，不予读取。请只保留台账一张表，另存为 .xlsx 再试。",
        "The file is too large once unpacked and is not read. Keep the ledger sheet only and save it again.",
    )


def doctype() -> BadLedger:
    return BadLedger(
        "文件里有不该有的文档类型声明（DOCTYPE），不予读取。请用 WPS 或 Excel 重新另存为 .xlsx。",
        "The file holds a DOCTYPE declaration and is not read. Save it as .xlsx again.",
    )


def damaged() -> BadLedger:
    return BadLedger(
        "文件已损坏或不是 .xlsx 工作簿。请用 WPS 或 Excel 打开后另存为 .xlsx。",
        "The file is damaged or not an .xlsx workbook. Open it in WPS or Excel and save it as .xlsx.",
    )


def locked() -> BadLedger:
    return BadLedger(
        "文件有打开密码。请去掉密码，另存为 .xlsx 再试。",
        "The file is password-protected. Remove the password and save it as .xlsx.",
    )
