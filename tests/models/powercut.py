"""What of SQLite's files lies on the disk for sure: their content at the last sync, no byte more."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

XOPEN = 40
"""Where sqlite3_vfs has xOpen, and sqlite3_io_methods xSync, on machines with pointers of eight bytes."""
XSYNC = 40
METHODS = 152
Open = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
)
Sync = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)
KEPT: list[object] = []
"""Files may be closed long after: what SQLite may still call stays."""


class Disk:
    """The files SQLite has opened since, each with what was synced of it.

    To read a database file drops this process's locks on it: nobody else may have it open.
    """

    def __init__(self) -> None:
        self._on_disk: dict[Path, bytes] = {}
        self._names: dict[int, Path] = {}

    def durable(self, path: Path) -> bytes:
        """What a power cut leaves of the file."""
        return self._on_disk[path]

    def _opened(self, file: int, name: int | None) -> None:
        if name is not None:
            path = self._names[file] = Path(ctypes.string_at(name).decode())
            self._on_disk.setdefault(path, path.read_bytes())

    def _synced(self, file: int) -> None:
        if file in self._names:
            self._on_disk[self._names[file]] = self._names[file].read_bytes()


@contextmanager
def watched() -> Iterator[Disk]:
    """SQLite's own file layer, with a note taken at each open and each sync."""
    library = ctypes.CDLL("libsqlite3.so.0")
    library.sqlite3_vfs_find.restype = ctypes.c_void_p
    disk, vfs = Disk(), library.sqlite3_vfs_find(None)
    slot = ctypes.c_void_p.from_address(vfs + XOPEN)
    plain = slot.value
    ours = Open(_opener(disk, Open(plain or 0)))
    KEPT.append(ours)
    slot.value = ctypes.cast(ours, ctypes.c_void_p).value
    try:
        yield disk
    finally:
        slot.value = plain


def _opener(disk: Disk, plain: Any) -> Any:
    def opener(vfs: int, name: int | None, file: int, flags: int, told: int) -> int:
        # The name goes on as the pointer it is: SQLite keeps it.
        code: int = plain(vfs, name, file, flags, told)
        methods = ctypes.c_void_p.from_address(file)
        if code == 0 and methods.value:
            disk._opened(file, name)
            methods.value = _noting(disk, methods.value)
        return code

    return opener


def _noting(disk: Disk, methods: int) -> int:
    """A copy of the file's methods, whose sync tells of it."""
    copy = ctypes.create_string_buffer(ctypes.string_at(methods, METHODS), METHODS)
    slot = ctypes.c_void_p.from_buffer(copy, XSYNC)
    plain = Sync(slot.value or 0)

    def sync(file: int, flags: int) -> int:
        code = plain(file, flags)
        disk._synced(file)
        return int(code)

    ours = Sync(sync)
    slot.value = ctypes.cast(ours, ctypes.c_void_p).value
    KEPT.extend((copy, ours))
    return ctypes.addressof(copy)
