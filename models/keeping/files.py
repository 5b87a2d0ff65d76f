"""Evidence files, kept once under their SHA-256 in the data folder, outside any web root."""

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import IO

from models.faults import reach
from models.orders import Attached
from policy.refusals import BadInput, NotFound, Unavailable

LARGEST = 20 * 1024 * 1024
LONGEST_NAME = 255
PIECE = 256 * 1024
HALF = "tmp"
"""How the name of a file begins that is not whole yet."""
PROGRAMS = "exe bat cmd com msi scr ps1 vbs js jar sh dll lnk py php"
ACTIVE_PAGES = "html htm xhtml hta svg docm xlsm pptm"
DANGEROUS = frozenset((PROGRAMS + " " + ACTIVE_PAGES).split())


def keep(path: Path, folder: Path) -> Attached:
    """Copy a file into the store; the row that names it comes after.

    Raises BadInput, NotFound, or Unavailable where there is no room for it.
    """
    _check(path)
    try:
        with path.open("rb") as stream:
            return take(path.name, stream, folder)
    except OSError as error:
        raise BadInput(
            f"“{path.name}”不能读取：{error.strerror}。", f"“{path.name}” cannot be read: {error.strerror}."
        ) from error


def take(name: str, stream: IO[bytes], folder: Path) -> Attached:
    """Copy what a stream holds into the store, a piece at a time; as `keep`, but any kind of file."""
    (folder / "evidence").mkdir(parents=True, exist_ok=True)
    try:
        digest, size = _copy(stream, folder)
    except OSError as error:
        raise Unavailable(
            f"佐证文件不能保存（{error.strerror}），本次没有办理。",
            f"The evidence cannot be stored ({error.strerror}). Nothing was done.",
        ) from error
    return Attached(plain_name(name), digest, size)


def plain_name(name: str) -> str:
    """As it was called where it came from: no folders, one line, nothing that turns the reading around."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(letter for letter in last if letter.isprintable() or letter.isspace())
    return " ".join(kept.split())[-LONGEST_NAME:] or "佐证"


def stored(folder: Path, sha256: str) -> Path:
    return folder / "evidence" / sha256[:2] / sha256


def _check(path: Path) -> None:
    if not path.is_file():
        raise NotFound(f"找不到文件“{path}”。", f"There is no file “{path}”.")
    size = path.stat().st_size
    if size == 0:
        raise BadInput(f"“{path.name}”是空文件。", f"“{path.name}” is empty.")
    if size > LARGEST:
        raise BadInput(f"“{path.name}”超过20MB，请压缩或拆分后再传。", f"“{path.name}” is larger than 20 MB.")
    endings = [part.strip().lower() for part in path.name.split(".")[1:]]
    if not endings or DANGEROUS & set(endings):
        raise BadInput(
            f"“{path.name}”的类型不能作为佐证。请上传 pdf、jpg、png、docx、xlsx 等文件。",
            f"“{path.name}” is of a kind that is not taken. Attach pdf, jpg, png, docx, xlsx or the like.",
        )


def _copy(stream: IO[bytes], folder: Path) -> tuple[str, int]:
    """Whole or not at all: under its name only once it lies on the disk, and the name there too."""
    known, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder / "evidence", prefix=HALF, delete=False) as copy:
        half = Path(copy.name)
        try:
            while piece := stream.read(PIECE):
                size += len(piece)
                known.update(piece)
                copy.write(piece)
            copy.flush()
            reach("evidence.before_fsync")
            os.fsync(copy.fileno())
        except OSError:
            half.unlink()
            raise
    _place(half, stored(folder, known.hexdigest()))
    return known.hexdigest(), size


def _place(half: Path, target: Path) -> None:
    if target.exists():
        half.unlink()
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        reach("evidence.before_rename")
        half.replace(target)
        reach("evidence.after_rename")
    for folder in target.parents[:3]:
        _sync(folder)
    reach("evidence.after_fsync")


def clear(folder: Path, before: float) -> int:
    """Take away what a killed process left half written, last touched before then (in seconds since 1970).

    Whole files stay, even those that no row names yet: an act may be about to, or an older copy of the rows.
    """
    halves = (*folder.glob(f"evidence/{HALF}*"), *folder.glob(f"evidence/*/{HALF}*"))
    left = [path for path in halves if path.stat().st_mtime < before]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
