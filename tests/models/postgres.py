"""A PostgreSQL of the tests' own, from Debian's packages, gone when they end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

PACKAGES = Path("/usr/lib/postgresql")
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c log_min_messages=fatal"


def installed() -> Path | None:
    """The newest version's programs, or None."""
    found = sorted(PACKAGES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


class Cluster:
    """A running server on a unix socket in a folder that nobody else knows."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="rectify-pg-"))
        self.made = 0

    def start(self) -> None:
        if os.geteuid() == 0:
            user = pwd.getpwnam("postgres")
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        data = str(self.folder / "data")
        self._run(
            "initdb", "-D", data, "-A", "trust", "-U", "rectify", "--no-sync", "-E", "UTF8", "--locale=C"
        )
        options = f"-c listen_addresses='' -k {self.folder} {FAST}"
        self._run("pg_ctl", "-D", data, "-w", "-s", "-l", str(self.folder / "log"), "-o", options, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-s", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, template: str) -> str:
        """A copy of a database that nobody is using; its URL."""
        self.made += 1
        name = f"test{self.made}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def url(self, name: str) -> str:
        return f"postgresql+asyncpg://rectify@/{name}?host={self.folder}"

    def sql(self, statement: str) -> None:
        self._run("psql", "-h", str(self.folder), "-U", "rectify", "-q", "-c", statement, "postgres")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(
            [*self._as_postgres(), str(self.programs / program), *arguments],
            check=True,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def _as_postgres(self) -> Sequence[str]:
        """PostgreSQL refuses to be run by root."""
        return ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
