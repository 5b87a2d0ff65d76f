"""Which process holds a lease or a run, and whether it is known to be gone."""

import os
import socket
from pathlib import Path


def holder() -> str:
    """This process, as others on the machine can find it."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_dead(holder: str) -> bool:
    """Whether the process is known to be gone; of another machine nothing is known."""
    host, _, pid = holder.rpartition(":")
    return host == socket.gethostname() and not Path(f"/proc/{pid}").exists()
