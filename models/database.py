"""The database: SQLite in the data folder, or PostgreSQL by URL; sessions that read, sessions that write."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection, ExceptionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from models import sqlite
from models.faults import reach
from models.settings import Settings
from policy.refusals import Unavailable

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: what was acknowledged survives a power cut
    "foreign_keys": 1,
    "busy_timeout": 30000,
    "trusted_schema": 0,
}
WRITES = "rectify_writes"


def database_url(settings: Settings) -> str:
    """With the async driver named; SQLite in the data folder unless a URL is set."""
    return with_driver(settings.database_url or f"sqlite:///{settings.home.resolve() / 'rectify.db'}")


def with_driver(url: str) -> str:
    """The address with the driver that is used here, where it names none."""
    for plain, driver in (
        ("sqlite:///", "sqlite+aiosqlite:///"),
        ("postgresql://", "postgresql+asyncpg://"),
        ("postgres://", "postgresql+asyncpg://"),
    ):
        if url.startswith(plain):
            return driver + url.removeprefix(plain)
    return url


class Database:
    """Sessions over one engine. A writing session is one transaction, committed at its end or not at all."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._writing = self.engine.execution_options(**{WRITES: True})

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        with _spoken():
            async with AsyncSession(self.engine, expire_on_commit=False) as session:
                yield session

    @asynccontextmanager
    async def writing(self, name: str = "write") -> AsyncIterator[AsyncSession]:
        """One transaction. `name` names its fault points `NAME.before_commit` and `NAME.after_commit`."""
        with _spoken():
            async with AsyncSession(self._writing, expire_on_commit=False) as session:
                yield session
                reach(f"{name}.before_commit")
                with _spoken(UNSURE):
                    await session.commit()
                    reach(f"{name}.after_commit")

    @asynccontextmanager
    async def trial(self) -> AsyncIterator[AsyncSession]:
        """One transaction that shows what would be and is never stored. Whoever writes waits for it."""
        with _spoken():
            async with AsyncSession(self._writing, expire_on_commit=False) as session:
                yield session
                await session.rollback()

    def stamp(self) -> tuple[int, ...]:
        """Changes with every commit, and asks nobody; empty where there is no file to look at."""
        file = self.engine.url.database
        if not self.is_sqlite or not file:
            return ()
        found: list[int] = []
        for path in (Path(file), Path(f"{file}-wal")):
            with suppress(FileNotFoundError):
                stat = path.stat()
                found += (stat.st_mtime_ns, stat.st_size)
        return tuple(found)

    async def alone(self, session: AsyncSession, what: int) -> None:
        """Until commit, nobody else is in the part numbered `what`; SQLite has one writer anyway."""
        if not self.is_sqlite:
            await session.exec(ALONE, params={"what": what})  # type: ignore[call-overload]  # textual SQL

    async def beside(self, session: AsyncSession, what: int) -> None:
        """Until commit, nobody is alone in the part numbered `what`; others may be in it beside us."""
        if not self.is_sqlite:
            await session.exec(BESIDE, params={"what": what})  # type: ignore[call-overload]  # textual SQL

    async def close(self) -> None:
        await self.engine.dispose()


ALONE = text("SELECT pg_advisory_xact_lock(:what)")
BESIDE = text("SELECT pg_advisory_xact_lock_shared(:what)")
NOTHING_STORED = (
    "数据库暂时不可用（被占用、磁盘已满或未启动），本次没有保存任何内容，请稍后再试。",
    "The database does not answer (locked, disk full or down). Nothing was stored; try again.",
)
UNSURE = (
    "数据库在保存时没有应答，是否已保存尚不能确定。请先查看，未保存的再办一次。",
    "The database did not answer while it stored this, and it may or may not be stored. Look first.",
)
"""An error at the commit says nothing about the commit: it may have been carried out."""


class _spoken:
    """A database that does not answer is said in one sentence."""

    def __init__(self, words: tuple[str, str] = NOTHING_STORED) -> None:
        self.words = words

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if _is_away(error):
            raise Unavailable(*self.words) from error


NOT_NOW = ("08", "40", "53", "57")
"""Classes of PostgreSQL's error codes: connection lost, deadlock, no room, shutting down."""


def _is_away(error: BaseException | None) -> bool:
    """Whether the database, and not what it was asked, is the trouble; a missing socket is an OSError."""
    if isinstance(error, DBAPIError):
        state = str(getattr(error.orig, "sqlstate", None))
        return isinstance(error, OperationalError) or error.connection_invalidated or state[:2] in NOT_NOW
    return isinstance(error, OSError)


def _engine(url: str) -> AsyncEngine:
    if not url.startswith("sqlite"):
        engine = create_async_engine(
            url, pool_size=5, max_overflow=15, hide_parameters=True, connect_args=OUR_QUESTIONS
        )
        event.listen(engine.sync_engine, "checkout", _on_checkout)
        event.listen(engine.sync_engine, "handle_error", _quote_nobody)
        return engine
    path = url.split(":///", 1)[1]
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(
        url, pool_size=5, max_overflow=15, hide_parameters=True, async_creator=partial(sqlite.connect, path)
    )
    event.listen(engine.sync_engine, "connect", _on_connect)
    event.listen(engine.sync_engine, "begin", _on_begin)
    return engine


def _quote_nobody(context: ExceptionContext) -> None:
    """PostgreSQL and its driver quote values and rows; errors come to stand in logs, rows never."""
    driver = context.original_exception.__cause__
    is_about_values = isinstance(driver, ValueError) or str(getattr(driver, "sqlstate", ""))[:2] == "22"
    for error in (context.sqlalchemy_exception, context.original_exception, driver):
        if error is not None and error.args:
            first = str(error.args[0]).partition("\n")[0]
            error.args = ("a value does not fit" if is_about_values else first, *error.args[1:])
    if driver is not None and hasattr(driver, "detail"):
        driver.detail = None


OUR_QUESTIONS = {"server_settings": {"jit": "off"}}
"""They are small: compiling one takes PostgreSQL longer than answering it."""


def _on_checkout(
    _connection: DBAPIConnection, entry: ConnectionPoolEntry, _lent: PoolProxiedConnection
) -> None:
    """A closed socket is seen without asking; asking (pre-ping) costs three answers a transaction."""
    if entry.driver_connection and entry.driver_connection.is_closed():
        raise DisconnectionError("the server has gone")


def _on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma, value in PRAGMAS.items():
        cursor.execute(f"PRAGMA {pragma} = {value}")
    for pragma, value in PRAGMAS.items():
        cursor.execute(f"PRAGMA {pragma}")
        row = cursor.fetchone()
        if row is None or row[0] != value:
            raise Unavailable(
                f"SQLite 未接受设置 {pragma}={value}，为免丢失数据，拒绝启动。",
                f"SQLite did not take {pragma}={value}; not starting, so that nothing can be lost.",
            )
    cursor.close()


def _on_begin(connection: Connection) -> None:
    """A deferred read-then-write fails at once, whatever the busy timeout; so writers say so first."""
    writes = connection.get_execution_options().get(WRITES)
    sqlite.start(connection.connection.driver_connection, "BEGIN IMMEDIATE" if writes else "BEGIN")


_OPEN: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, Database]] = WeakKeyDictionary()


def database(settings: Settings) -> Database:
    """The database of this event loop; connections are never shared between loops."""
    of_loop = _OPEN.setdefault(asyncio.get_running_loop(), {})
    url = database_url(settings)
    if url not in of_loop:
        of_loop[url] = Database(url)
    return of_loop[url]
