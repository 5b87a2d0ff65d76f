"""A consistent copy of one database while it is in use: `VACUUM INTO` on SQLite, `pg_dump` on PostgreSQL."""

import asyncio
import os
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from policy.refusals import Unavailable

PACKAGES = Path("/usr/lib/postgresql")
"""Where Debian puts the programs of each version."""
PASSED_ON = {"ssl": "PGSSLMODE", "sslmode": "PGSSLMODE", "host": "PGHOST", "port": "PGPORT"}
"""What an address may say behind its question mark, and how PostgreSQL's own programs are told."""


def is_sqlite(url: str) -> bool:
    return url.startswith("sqlite")


def sqlite_file(url: str) -> Path:
    return Path(make_url(url).database or "")


def ending(url: str) -> str:
    """What a copy's name ends in: a SQLite file can be opened, a dump is for pg_restore."""
    return "db" if is_sqlite(url) else "dump"


@asynccontextmanager
async def copied(url: str, target: Path) -> AsyncIterator[AsyncSession]:
    """Copy the database to `target`; the session sees exactly what was copied, and may only read.

    Raises Unavailable, in one sentence, if it cannot be copied: no room, no pg_dump, no database.
    """
    copying = _sqlite_copied(url, target) if is_sqlite(url) else _postgres_copied(url, target)
    async with copying as session:
        yield session


@asynccontextmanager
async def _sqlite_copied(url: str, target: Path) -> AsyncIterator[AsyncSession]:
    await asyncio.to_thread(_vacuum_into, sqlite_file(url), target)
    async with opened(target) as session:
        yield session


def _vacuum_into(source: Path, target: Path) -> None:
    try:
        target.touch(0o600)  # an empty file is taken, with its mode
        with closing(_read_only(source)) as db:
            db.execute("VACUUM INTO ?", (str(target),))
        sync(target)
        with closing(_read_only(target)) as copy:
            damage = [row[0] for row in copy.execute("PRAGMA integrity_check") if row[0] != "ok"]
    except (sqlite3.Error, OSError) as error:
        raise not_copied(source.name, error) from error
    if damage:
        raise not_copied(source.name, damage[0])


def _uri(file: Path) -> str:
    return file.absolute().as_uri()


def _read_only(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{_uri(file)}?mode=ro", uri=True, timeout=30, isolation_level=None)


@asynccontextmanager
async def opened(copy: Path) -> AsyncIterator[AsyncSession]:
    """A copied SQLite file, left as it is to the last byte."""
    engine = create_async_engine(f"sqlite+aiosqlite:///{_uri(copy)}?mode=ro&immutable=1&uri=true")
    try:
        async with AsyncSession(engine) as session:
            yield session
    finally:
        await engine.dispose()


@asynccontextmanager
async def _postgres_copied(url: str, target: Path) -> AsyncIterator[AsyncSession]:
    """The dump and the session share one exported snapshot."""
    name = make_url(url).database or ""
    engine = create_async_engine(url, isolation_level="REPEATABLE READ")
    try:
        async with engine.connect() as connection:
            program = await _program("pg_dump", connection)
            snapshot = (await connection.execute(text("SELECT pg_export_snapshot()"))).scalar_one()
            await asyncio.to_thread(target.touch, 0o600)
            await _run(program, url, "--format=custom", f"--snapshot={snapshot}", f"--file={target}")
            await _run(program.with_name("pg_restore"), url, "--file=/dev/null", str(target))
            sync(target)
            async with AsyncSession(connection) as session:
                yield session
    except (DBAPIError, OSError) as error:
        raise not_copied(name, error) from error
    finally:
        await engine.dispose()


async def load(url: str, dump: Path) -> None:
    """Fill an empty PostgreSQL database, whole or not at all."""
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            program = await _program("pg_restore", connection)
    finally:
        await engine.dispose()
    name = make_url(url).database or ""
    how = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges")
    await _run(program, url, *how, f"--dbname={name}", str(dump))


async def is_empty(url: str) -> bool:
    """Whether there is no database file yet, or no table in the PostgreSQL database."""
    if is_sqlite(url):
        return not sqlite_file(url).exists()
    engine = create_async_engine(url)
    try:
        async with engine.connect() as connection:
            tables = (
                "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
            )
            return not (await connection.execute(text(tables))).scalar_one()
    except (DBAPIError, OSError) as error:
        name = make_url(url).database
        raise Unavailable(
            f"PostgreSQL 数据库“{name}”连接不上，请先建好空库并核对地址。",
            f"The PostgreSQL database “{name}” cannot be reached. Create it, empty, and check the address.",
        ) from error
    finally:
        await engine.dispose()


async def _program(name: str, connection: AsyncConnection) -> Path:
    """The newest of this name. Raises Unavailable if there is none as new as the server."""
    wanted = int((await connection.execute(text("SHOW server_version_num"))).scalar_one()) // 10000
    found = [(await _major(path), path) for path in _programs(name)]
    if not found or max(found)[0] < wanted:
        raise Unavailable(
            f"备份和恢复 PostgreSQL 需要 {name} {wanted} 或更新版本，请先安装 postgresql-client-{wanted}。",
            f"A PostgreSQL database needs {name} {wanted} or newer: install postgresql-client-{wanted}.",
        )
    return max(found)[1]


def _programs(name: str) -> list[Path]:
    on_path = shutil.which(name)
    return [*([Path(on_path)] if on_path else []), *PACKAGES.glob(f"*/bin/{name}")]


async def _major(program: Path) -> int:
    asked = await asyncio.create_subprocess_exec(
        str(program), "--version", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    said, _ = await asked.communicate()
    version = re.search(rb"\) (\d+)", said)
    return int(version[1]) if version else 0


async def _run(program: Path, url: str, *arguments: str) -> None:
    """The address goes by environment: a command line, with a password in it, is for all to read."""
    running = await asyncio.create_subprocess_exec(
        str(program),
        *arguments,
        env=_environment(url),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await running.communicate()
    except BaseException:
        running.kill()
        raise
    if running.returncode:
        lines = said.decode(errors="replace").strip().splitlines() or [f"{running.returncode}"]
        raise not_copied(program.name, lines[0])


def _environment(url: str) -> Mapping[str, str]:
    where = make_url(url)
    said = {
        "PGHOST": where.host,
        "PGPORT": str(where.port) if where.port else None,
        "PGUSER": where.username,
        "PGPASSWORD": where.password,
        "PGDATABASE": where.database,
    } | {PASSED_ON[name]: str(value) for name, value in where.query.items() if name in PASSED_ON}
    return {**os.environ, "PGCONNECT_TIMEOUT": "30"} | {name: value for name, value in said.items() if value}


def sync(path: Path) -> None:
    """Make sure the file, or what the folder names, lies on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def not_copied(what: str, why: object) -> Unavailable:
    return Unavailable(
        f"“{what}”不能复制（{_short(why)}），本次没有生成备份，原有备份未受影响。",
        f"“{what}” cannot be copied ({_short(why)}). No backup was made; earlier ones are untouched.",
    )


def _short(why: object) -> str:
    cause = getattr(why, "orig", None) or why
    said = getattr(cause, "strerror", None) or str(cause)
    return " ".join(said.split())[:200]
