"""What may be handed in as evidence: name, first bytes and structure have to agree, then the file is kept."""

import os
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import defusedxml.ElementTree
import puremagic

from models.keeping import files
from models.orders import Attached
from policy.refusals import BadInput, BadLedger
from tasks.ledgers import guard

HEAD = 8192
MOST_PIXELS = 200_000_000
"""More than any camera; a small file may say so and burst whoever opens it."""


@dataclass(frozen=True)
class Kind:
    """How a kind of file begins, and what else it has to hold; `is_picture` may be shown in a page."""

    media_type: str
    begins: bytes
    holds: Callable[[str, IO[bytes]], None] | None = None
    is_picture: bool = False


def admit(name: str, stream: IO[bytes], folder: Path) -> Attached:
    """Look a file over and keep it. Raises BadInput naming the file and what would be taken."""
    called = files.plain_name(name)
    inspect(called, stream)
    stream.seek(0)
    return files.take(called, stream, folder)


def inspect(name: str, stream: IO[bytes]) -> None:
    size = stream.seek(0, 2)
    stream.seek(0)
    if size == 0:
        raise BadInput(f"“{name}”是空文件（0字节），请重新选择。", f"“{name}” is empty. Choose it again.")
    if size > files.LARGEST:
        raise BadInput(f"“{name}”超过20MB，请压缩或拆分后再传。", f"“{name}” is larger than 20 MB.")
    kind = kind_of(name)
    if kind is None or files.DANGEROUS & set(endings(name)):
        raise _not_taken(name)
    head = stream.read(HEAD)
    if not head.startswith(kind.begins):
        raise _something_else(name, head)
    if kind.holds is not None:
        stream.seek(0)
        kind.holds(name, stream)


def kind_of(name: str) -> Kind | None:
    found = endings(name)
    return KINDS.get(found[-1]) if found else None


def endings(name: str) -> list[str]:
    return [part.strip().lower() for part in name.split(".")[1:]]


def _png(name: str, stream: IO[bytes]) -> None:
    """A PNG says its size at once."""
    head = stream.read(24)
    width, height = struct.unpack(">II", head[16:24]) if len(head) == 24 else (0, 0)
    if head[12:16] != b"IHDR" or not width or not height:
        raise _damaged(name)
    _fits(name, width, height)


FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Markers of a JPEG after which its size stands (ITU-T T.81, table B.1)."""


def _jpeg(name: str, stream: IO[bytes]) -> None:
    """A JPEG says its size in its first frame, some segments on; without one there is no picture."""
    stream.seek(2)
    while len(head := stream.read(4)) == 4 and head[0] == 0xFF:
        marker, length = head[1], int.from_bytes(head[2:], "big")
        if marker in FRAMES:
            size = stream.read(5)
            if len(size) == 5:
                _fits(name, int.from_bytes(size[3:5], "big"), int.from_bytes(size[1:3], "big"))
            return
        stream.seek(max(length - 2, 0), os.SEEK_CUR)


def _fits(name: str, width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise BadInput(
            f"图片“{name}”尺寸过大（{width}×{height}），请缩小后再传。",
            f"The picture “{name}” is too large ({width}×{height}). Make it smaller.",
        )


def _archive(*parts: str) -> Callable[[str, IO[bytes]], None]:
    def holds(name: str, stream: IO[bytes]) -> None:
        try:
            guard.check_archive(stream)
            with zipfile.ZipFile(stream) as archive:
                _check_parts(name, archive, parts)
        except BadLedger as refusal:
            raise _damaged(name) from refusal

    return holds


ACTIVE_PARTS = re.compile(r"vbaproject\.bin|activex|oleobject|macros?/|\.(exe|js|vbs|bat|dll)$", re.I)
HYPERLINKS = frozenset(
    f"http://{standard}/relationships/hyperlink"
    for standard in ("schemas.openxmlformats.org/officeDocument/2006", "purl.oclc.org/ooxml/officeDocument")
)
"""What may lead out of a document: nothing is fetched before somebody clicks."""


def _check_parts(name: str, archive: zipfile.ZipFile, parts: tuple[str, ...]) -> None:
    names = set(archive.namelist())
    if not names.issuperset(parts):
        raise _something_else(name, b"")
    try:
        reaches_out = any(_reaches_out(archive.read(x)) for x in names if x.lower().endswith(".rels"))
        runs = CONTENT in parts and _runs(archive.read(CONTENT))
    except (SyntaxError, ValueError, LookupError) as error:
        raise _damaged(name) from error
    if runs or reaches_out or any(ACTIVE_PARTS.search(part) for part in names):
        raise BadInput(
            f"“{name}”含有宏、嵌入程序或外部链接，不能作为佐证。请另存为 PDF 再传。",
            f"“{name}” holds macros, programs or links to other files. Save it as PDF and attach that.",
        )


def _elements(part: bytes) -> Iterator[dict[str, str]]:
    """The attributes of each, however they are written. Raises SyntaxError, or ValueError for a DTD."""
    for element in defusedxml.ElementTree.fromstring(part, forbid_dtd=True).iter():
        yield element.attrib


def _reaches_out(part: bytes) -> bool:
    return any(
        found.get("TargetMode", "").strip().lower() == "external"
        and found.get("Type", "").strip() not in HYPERLINKS
        for found in _elements(part)
    )


def _runs(types: bytes) -> bool:
    said = (value for found in _elements(types) for value in found.values())
    return any("macroenabled" in value.lower() for value in said)


CONTENT = "[Content_Types].xml"
KINDS: dict[str, Kind] = {
    "pdf": Kind("application/pdf", b"%PDF-"),
    "jpg": Kind("image/jpeg", b"\xff\xd8\xff", _jpeg, is_picture=True),
    "jpeg": Kind("image/jpeg", b"\xff\xd8\xff", _jpeg, is_picture=True),
    "png": Kind("image/png", b"\x89PNG\r\n\x1a\n", _png, is_picture=True),
    "docx": Kind(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        b"PK\x03\x04",
        _archive(CONTENT, "word/document.xml"),
    ),
    "xlsx": Kind(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        b"PK\x03\x04",
        _archive(CONTENT, "xl/workbook.xml"),
    ),
    "pptx": Kind(
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        b"PK\x03\x04",
        _archive(CONTENT, "ppt/presentation.xml"),
    ),
    "ofd": Kind("application/ofd", b"PK\x03\x04", _archive("OFD.xml")),
}
ACCEPTED = ",".join(f".{ending}" for ending in KINDS)
"""For the file field of a form; a phone offers its camera for pictures."""


def media_type(name: str) -> str:
    """A safe type to serve a file as, whatever it claims to be."""
    kind = kind_of(name)
    return kind.media_type if kind else "application/octet-stream"


def is_picture(name: str) -> bool:
    kind = kind_of(name)
    return kind is not None and kind.is_picture


OLDER = {
    "doc": "docx",
    "xls": "xlsx",
    "ppt": "pptx",
    "wps": "docx",
    "et": "xlsx",
    "heic": "jpg",
    "webp": "jpg",
}


def _not_taken(name: str) -> BadInput:
    known = "、".join(KINDS)
    ending = (endings(name) or [""])[-1]
    better = OLDER.get(ending, "")
    hint_zh = f"请另存为 {better} 再传。" if better else f"可以上传：{known}。"
    hint_en = f"Save it as {better} and attach that." if better else f"Taken are: {', '.join(KINDS)}."
    return BadInput(
        f"“{name}”的类型不能作为佐证。{hint_zh}", f"“{name}” is of a kind that is not taken. {hint_en}"
    )


def _something_else(name: str, head: bytes) -> BadInput:
    ending = endings(name)[-1]
    seems = _seems(head)
    zh = f"，看起来是 {seems}" if seems else ""
    en = f"; it looks like {seems}" if seems else ""
    return BadInput(
        f"“{name}”的内容不是 {ending} 文件{zh}。请用原来的软件打开，另存后再传。",
        f"“{name}” does not hold a {ending} file{en}. Open it where it was made and save it anew.",
    )


def _seems(head: bytes) -> str:
    """A hint only: what the first bytes may belong to."""
    try:
        return puremagic.from_string(head).removeprefix(".") if head else ""
    except (puremagic.PureError, ValueError):
        return ""


def _damaged(name: str) -> BadInput:
    return BadInput(
        f"“{name}”已损坏、不完整或有密码，不能打开。请重新保存后再传。",
        f"“{name}” is damaged, incomplete or has a password. Save it anew and attach that.",
    )
