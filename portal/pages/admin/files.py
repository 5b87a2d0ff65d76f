"""A small file that is looked at first and stored then: it comes along in the form, and is read again."""

import asyncio
import base64
import binascii
import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from policy.refusals import BadInput
from portal.pages.forms import Sent

LARGEST = 1024 * 1024
"""Bytes: with it the form that holds it is still smaller than any form may be."""
ENDINGS = frozenset({".csv", ".xlsx", ".txt", ".toml"})
Found = TypeVar("Found")


@dataclass(frozen=True)
class Brought:
    """A file as it was chosen; its name says only of what kind it is."""

    name: str
    content: bytes

    @property
    def kept(self) -> str:
        return base64.b64encode(self.content).decode()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    async def read(self, how: Callable[[Path], Found]) -> Found:
        """By what reads files, which may take a while."""
        with tempfile.TemporaryDirectory(prefix="rectify-") as folder:
            path = Path(folder) / f"file{Path(self.name).suffix.lower()}"
            path.write_bytes(self.content)
            return await asyncio.to_thread(how, path)


async def brought(form: Sent) -> Brought:
    """The file chosen, else the one that was looked at before. Raises BadInput."""
    if form.files:
        name, content = form.files[0].filename or "", await form.files[0].read(LARGEST + 1)
    else:
        name, content = form["file_name"], _kept(form["file_kept"])
    if not content:
        raise BadInput("请选择一个文件；空文件不能读取。", "Choose a file; an empty one cannot be read.")
    if len(content) > LARGEST:
        raise BadInput("文件超过1MB，请去掉图片和多余的表后再试。", "The file has more than 1 MB.")
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise BadInput(
            f"不能读取“{ending or name[:40]}”文件，请另存为 .xlsx 或 .csv。",
            f"Files of the kind {ending or name[:40]} cannot be read. Save it as .xlsx or .csv.",
        )
    return Brought(Path(name).name[-80:], content)


def _kept(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
