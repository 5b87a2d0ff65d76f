"""A PostgreSQL of the tests' own, from Debian's packages, gone when they end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

PACKAGES = Path("/usr/lib/postgresql")
KEEP = """
CREATE FUNCTION keep(name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE t text;
BEGIN
    EXECUTE format('CREATE SCHEMA %I', name);
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE %I.%I AS TABLE public.%I', name, t, t);
    END LOOP;
END $$
"""
RESTORE = """
CREATE FUNCTION restore(name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE t text;
BEGIN
    SET LOCAL session_replication_role = replica;  -- neither triggers nor foreign keys look
    FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('DELETE FROM public.%I', t);
        EXECUTE format('INSERT INTO public.%I SELECT * FROM %I.%I', t, name, t);
    END LOOP;
    FOR t IN SELECT table_name FROM information_schema.columns
             WHERE table_schema = 'public' AND column_name = 'id' LOOP
        EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), coalesce(max(id), 0) + 1, false)'
                       ' FROM public.%I', t, 'id', t);
    END LOOP;
END $$
"""
"""Contents of all tables put aside in a schema of their own, and put back: quicker than a new database."""

FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c log_min_messages=fatal"


def installed() -> Path | None:
    """The newest version's programs, or None."""
    found = sorted(PACKAGES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


DURABLE = "-c log_min_messages=fatal"
"""As an office runs it: what was acknowledged survives a power cut."""
CRASH_SAFE = f"{DURABLE} -c fsync=off -c full_page_writes=off -c max_connections=200"
"""What was acknowledged survives the server's death, if not a power cut."""


class Cluster:
    """A running server on a unix socket in a folder that nobody else knows."""

    def __init__(self, programs: Path, options: str = FAST) -> None:
        self.programs = programs
        self.options = options
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
        self.resume()

    def resume(self) -> None:
        data, options = str(self.folder / "data"), f"-c listen_addresses='' -k {self.folder} {self.options}"
        self._run("pg_ctl", "-D", data, "-w", "-s", "-l", str(self.folder / "log"), "-o", options, "start")

    def crash(self) -> None:
        """Die without a word, and start again."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-s", "stop")
        self.resume()

    def pause(self) -> None:
        """Stop at once, whoever is connected; what was committed is kept."""
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "fast", "-s", "stop")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "-s", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self) -> str:
        """The URL of a new database without any table."""
        self.made += 1
        name = f"test{self.made}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE template0")
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
