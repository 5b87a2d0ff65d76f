"""SQLite's thread, visited once for a statement and all its rows: the visit is what costs."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from aiosqlite import Connection

Row = tuple[Any, ...]
Done = tuple[sqlite3.Cursor, list[Row]]


async def connect(path: str) -> Connection:
    """A connection whose cursors come back with all their rows; nothing is streamed."""
    connection = Brief(lambda: sqlite3.connect(path, check_same_thread=False), iter_chunk_size=1)
    connection._thread.daemon = True  # as SQLAlchemy has it: no connection keeps a process alive
    return await connection


class Brief(Connection):
    """aiosqlite's connection without the visits that ask for nothing."""

    begins = ""
    """How the transaction begins that the next statement is the first of."""
    used = False
    """Whether anything was asked since the last commit; a cancelled question may still be under way."""

    def cursor(self) -> "Answer":  # type: ignore[override]  # theirs visits the thread to be made
        return Answer(self)

    async def commit(self) -> None:
        await self._end(super().commit)

    async def rollback(self) -> None:
        await self._end(super().rollback)

    async def _end(self, how: Callable[[], Awaitable[None]]) -> None:
        if self.used:
            await how()
        self.begins, self.used = "", False

    async def visit(self, how: str, sql: str, parameters: Iterable[Any]) -> Done:
        begins, self.begins, self.used = self.begins, "", True
        done: Done = await self._execute(_run, self._conn, begins, how, sql, parameters)  # type: ignore[no-untyped-call]  # theirs
        return done


def start(connection: Any, how: str) -> None:
    """With the next statement, in one visit."""
    connection.begins = how


def _run(connection: sqlite3.Connection, begins: str, how: str, sql: str, parameters: Iterable[Any]) -> Done:
    if begins:
        connection.execute(begins)
    cursor = getattr(connection, how)(sql, parameters)
    return cursor, cursor.fetchall() if cursor.description else []


class Answer:
    """A cursor as SQLAlchemy's adapter asks for one; its rows are here when its statement is done."""

    arraysize = 1

    def __init__(self, connection: Brief) -> None:
        self._connection = connection
        self._cursor: sqlite3.Cursor | None = None
        self._rows: list[Row] = []

    async def __aenter__(self) -> "Answer":
        return self

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> "Answer":
        self._cursor, self._rows = await self._connection.visit("execute", sql, parameters)
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> "Answer":
        self._cursor, self._rows = await self._connection.visit("executemany", sql, parameters)
        return self

    async def fetchall(self) -> Sequence[Row]:
        return self._rows

    async def close(self) -> None:
        """All rows were fetched: nothing is open."""

    @property
    def description(self) -> Any:
        return self._cursor.description if self._cursor else None

    @property
    def rowcount(self) -> int:
        return self._cursor.rowcount if self._cursor else -1

    @property
    def lastrowid(self) -> int | None:
        return self._cursor.lastrowid if self._cursor else None
