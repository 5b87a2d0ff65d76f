"""Evidence files, kept once under their SHA-256 in the data folder, outside any web root."""

import hashlib
import os
import tempfile
from pathlib import Path

from models.faults import reach
from models.orders import Attached
from policy.refusals import BadInput, NotFound, Unavailable

LARGEST = 20 * 1024 * 1024
LONGEST_NAME = 255
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
        content = path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"“{path.name}”不能读取：{error.strerror}。", f"“{path.name}” cannot be read: {error.strerror}."
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    try:
        _store(content, stored(folder, digest))
    except OSError as error:
        raise Unavailable(
            f"佐证文件不能保存（{error.strerror}），本次没有办理。",
            f"The evidence cannot be stored ({error.strerror}). Nothing was done.",
        ) from error
    return Attached(" ".join(path.name.split())[-LONGEST_NAME:], digest, len(content))


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


def _store(content: bytes, target: Path) -> None:
    """Whole or not at all: under its name only once it lies on the disk, and the name there too."""
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        _place(content, target)
    for folder in target.parents[:3]:
        _sync(folder)
    reach("evidence.after_fsync")


def _place(content: bytes, target: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=HALF, delete=False) as copy:
        try:
            copy.write(content)
            copy.flush()
            reach("evidence.before_fsync")
            os.fsync(copy.fileno())
        except OSError:
            Path(copy.name).unlink()
            raise
    reach("evidence.before_rename")
    Path(copy.name).replace(target)
    reach("evidence.after_rename")


def clear(folder: Path, before: float) -> int:
    """Take away what a killed process left half written, last touched before then (in seconds since 1970).

    Whole files stay, even those that no row names yet: an act may be about to, or an older copy of the rows.
    """
    left = [path for path in folder.glob(f"evidence/*/{HALF}*") if path.stat().st_mtime < before]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)


def _sync(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
