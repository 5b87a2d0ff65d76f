"""Where the workers of this machine answer probes: a file for each, named by it, in the data folder."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tasks.processes import holder, is_dead

FOLDER = "listening"


@contextmanager
def announced(home: Path, address: str) -> Iterator[None]:
    """Tell the processes of this machine where this one answers."""
    folder = home / FOLDER
    folder.mkdir(exist_ok=True)
    for name in (path.name for path in folder.iterdir()):
        if is_dead(name):
            (folder / name).unlink(missing_ok=True)
    file = folder / holder()
    file.write_text(address)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def addresses(home: Path) -> dict[str, str]:
    """Workers of this machine that have not ended: `host:pid` → address."""
    files = sorted((home / FOLDER).glob(f"{socket.gethostname()}:*"))
    return {file.name: file.read_text() for file in files if not is_dead(file.name)}
