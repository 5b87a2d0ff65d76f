"""What processes cost, read from the system: the measured ones do not notice."""

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu(*pids: int) -> float:
    """Seconds of processor time of these processes and their children so far, ended ones included."""
    return sum(_cpu(pid) for pid in pids)


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    own = sum(int(field) for field in fields[11:15]) / TICKS  # user, system, and those of ended children
    return own + sum(_cpu(child) for child in _children(pid))


def _children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").glob("*/children"))
        return [int(child) for one in tasks for child in one.read_text().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def memory(pid: int) -> float:
    """MiB of a process's own memory that are in RAM."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
