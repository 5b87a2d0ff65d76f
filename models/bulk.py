"""New rows without the ORM's bookkeeping, which costs four times the statement; many in few statements."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import Executable, Insert, Table, bindparam, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel
from sqlmodel.ext.asyncio.session import AsyncSession

BATCH = 500
"""Findings in one statement: bounds what is held in memory, and the parameters, which databases limit."""

Values = dict[str, Any]
Row = TypeVar("Row", bound=SQLModel)
Item = TypeVar("Item")


def batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), BATCH):
        yield items[start : start + BATCH]


def whole(kind: type[SQLModel], /, **values: Any) -> Values:
    """All columns of a new row: what is said, and the defaults."""
    return {**_defaults(kind), **values}


def unsaved(kind: type[Row], values: Values) -> Row:
    """`values`, to be read like a row: to make one in full costs more than to store it."""
    row = object.__new__(kind)
    object.__setattr__(row, "__dict__", values)
    return row


async def connected(session: AsyncSession) -> AsyncConnection:
    """Its connection, asked for once: a session of ours has one transaction, and asking takes a detour."""
    known: AsyncConnection | None = session.info.get(CONNECTED)
    if known is None:
        known = session.info[CONNECTED] = await session.connection()
    return known


CONNECTED = "connected"


async def store(session: AsyncSession, kind: type[SQLModel], rows: Sequence[Values]) -> None:
    """Insert whole rows."""
    if rows:
        connection = await connected(session)
        await connection.execute(_insert(kind), rows if len(rows) > 1 else rows[0])


async def numbered(session: AsyncSession, kind: type[SQLModel], values: Values) -> int:
    """Insert a whole row that the database gives its number, and say which."""
    connection = await connected(session)
    key = (await connection.execute(_insert(kind), values)).inserted_primary_key
    if key is None:
        raise RuntimeError("a stored row has its number")
    return int(key[0])


async def rewrite(session: AsyncSession, kind: type[SQLModel], key: str, rows: Sequence[Values]) -> None:
    """Set the columns that `rows` name in the rows of the same key; all rows name the same."""
    if not rows:
        return
    columns: Values = {name: bindparam(f"new_{name}") for name in rows[0] if name != key}
    statement = update(_table(kind)).where(_table(kind).c[key] == bindparam("old")).values(columns)
    connection = await connected(session)
    given = [{"old" if name == key else f"new_{name}": row[name] for name in row} for row in rows]
    await connection.execute(statement, given)


@lru_cache
def _defaults(kind: type[SQLModel]) -> Values:
    fields = kind.model_fields.items()
    return {name: field.default for name, field in fields if not field.is_required() and name != "id"}


@lru_cache
def _insert(kind: type[SQLModel]) -> Insert:
    return insert(_table(kind))


@lru_cache
def _table(kind: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(kind.__tablename__)]


async def plain(session: AsyncSession, question: Executable, bound: Values) -> list[Any]:
    """The rows of a question that is built once and names columns, without the ORM's part in it.

    What is not stored yet is, as with the session's own questions.
    """
    if session.new or session.dirty or session.deleted:
        await session.flush()
    connection = await connected(session)
    return list((await connection.execute(question, bound)).all())
