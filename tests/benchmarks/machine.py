"""What the figures were measured on."""

import os
import platform
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from tests.models.postgres import installed

PACKAGES = ("prefect", "sqlalchemy", "sqlmodel", "aiosqlite", "asyncpg", "aiosmtplib", "openpyxl", "dbos")


def facts() -> Mapping[str, str]:
    """Cores, processor, memory, room on the disk, versions."""
    return {
        "cores": str(os.cpu_count()),
        "processor": _processor(),
        "memory": f"{_memory() / 2**30:.0f} GiB",
        "disk free": f"{shutil.disk_usage(Path.cwd()).free / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "PostgreSQL": _postgresql(),
    } | {name: _version(name) for name in PACKAGES if _version(name)}


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _postgresql() -> str:
    programs = installed()
    if programs is None:
        return "not installed"
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    return said.stdout.split()[2]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
