"""Which process holds a lease or a run, and whether it is known to be gone."""

import os
import socket
from pathlib import Path


def holder() -> str:
    """This process, as others on the machine can find it, and no later one of the same number."""
    return f"{socket.gethostname()}:{os.getpid()}:{_began(str(os.getpid()))}"


def is_dead(holder: str) -> bool:
    """Whether the process is known to be gone; of another machine nothing is known."""
    host, _, process = holder.partition(":")
    pid, _, began = process.partition(":")
    found = _began(pid)
    return host == socket.gethostname() and (not found or found != (began or found))


def _began(pid: str) -> str:
    """When the process began, in the machine's own ticks; nothing if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def using(folder: Path) -> list[int]:
    """The processes that hold a file of this folder open, as far as we may look."""
    inside = f"{folder.absolute()}/"
    found = {int(path.parts[2]) for path in Path("/proc").glob("[0-9]*/fd/*") if _leads_to(path, inside)}
    return sorted(found - {os.getpid()})


def _leads_to(link: Path, inside: str) -> bool:
    try:
        return str(link.readlink()).startswith(inside)
    except OSError:
        return False
