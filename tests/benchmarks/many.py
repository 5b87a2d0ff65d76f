"""Ledgers of any size: one real finding, copied with its chain, letters and run, by the database itself."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from models.database import Database
from models.history import Event
from models.ledger import content
from models.listing.grams import entries, plain
from models.listing.searching import ADD, SAYING
from models.tables import metadata
from policy import chain
from tests.models import township

AT_ONCE = 100_000
INSERT_TEXT = insert(metadata.tables["finding_text"])
PLACE = "@number@"
"""Stands for the number in an event's content."""
COPIED = ("measure", "progress_entry", "evidence", "letter", "run", "step_begun", "wake")
"""Tables with a column `finding` that are copied row by row."""
INSTEAD = {
    "letter": {"state": "CASE WHEN o.state = 'queued' THEN 'sent' ELSE o.state END"},
    "run": {"flow_run_id": "c.run_id"},
    "evidence": {"sha256": "CASE WHEN o.sha256 = '' THEN '' ELSE c.h1 END"},
    "wake": {"done_at": "coalesce(o.done_at, o.queued_at)"},
}
"""What is not as in the model: nothing of a copy waits to be sent or relayed; run and files are its own."""
SAME_LETTER = "n.{0} = o.{0}"
RECURSIVE = (
    "WITH RECURSIVE s(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM s WHERE i < :last) SELECT i FROM s"
)
SERIES = "SELECT i FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS i"
LETTER_KEY = ("cycle", "deadline_version", "rung", "occasion")


@dataclass(frozen=True)
class Copies:
    """Which copies of `model` to make: `prefix` and a number of seven digits, from `first` to `last`.

    `different` are SQL expressions over `c.i`, that number, for columns of the finding that differ.
    """

    model: str
    prefix: str
    last: int
    first: int = 1
    different: Mapping[str, str] = field(default_factory=dict)


async def copy(db: Database, wanted: Copies) -> None:
    """Make the copies, each as if its acts had been recorded: chains right, letters addressed and sent."""
    said = [_said(event) for event in await township.events(db, wanted.model)]
    for first in range(wanted.first, wanted.last + 1, AT_ONCE):
        last = min(wanted.last, first + AT_ONCE - 1)
        async with db.engine.execution_options(rectify_writes=True).begin() as connection:
            here = Here(connection, db.is_sqlite)
            await here.make_ready(len(said))
            await here.number(wanted, first, last, said)
            await here.fill(wanted, len(said))
    await analyse(db)


UNITS = 1000
"""Units made for copies are numbered from here on."""


async def units(db: Database, last: int) -> None:
    """Villages for the copies, as many as are not there yet."""
    series = RECURSIVE if db.is_sqlite else SERIES
    wanted = series.replace(":first", str(UNITS)).replace(":last", str(UNITS + last))
    await township.change(
        db,
        "INSERT INTO unit (id, name, kind, parent_id) SELECT i, '村' || CAST(i AS varchar), 'village', 1"
        f" FROM ({wanted}) AS s WHERE i NOT IN (SELECT id FROM unit)",
    )


def unit_of(findings: int) -> str:
    """The unit of a copy, where each has so many findings."""
    return f"{UNITS} + c.i / {findings}"


async def analyse(db: Database) -> None:
    """Let the database count what it has now; PostgreSQL also tidies up, as it does by itself in a while."""
    async with db.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.exec_driver_sql("ANALYZE" if db.is_sqlite else "VACUUM ANALYZE")


def run_id(number: str) -> UUID:
    """The run of a copy."""
    return UUID(hashlib.md5(number.encode()).hexdigest())


def _said(event: Event) -> str:
    """An event's content with the number left open."""
    return chain.canonical({**content(event), "finding": PLACE})


@dataclass
class Here:
    """One transaction, and how its database says things."""

    connection: AsyncConnection
    is_sqlite: bool

    async def make_ready(self, events: int) -> None:
        if self.is_sqlite:
            raw = await self.connection.get_raw_connection()
            driver = raw.driver_connection
            assert driver is not None
            await driver.create_function("linked", 2, _linked, deterministic=True)
            await driver.create_function("run_of", 1, lambda number: str(run_id(number)), deterministic=True)
        else:  # neither triggers nor foreign keys look
            await self.run("SET LOCAL session_replication_role = replica")
        hashes = ", ".join(f"h{seq} varchar(64)" for seq in range(events + 1))
        await self.run("DROP TABLE IF EXISTS copies")
        await self.run(
            f"CREATE TEMP TABLE copies (i int, number varchar(60) PRIMARY KEY, run_id varchar(36), {hashes})"
        )

    async def number(self, wanted: Copies, first: int, last: int, said: Sequence[str]) -> None:
        """The numbers of the copies, each with the hashes of its chain."""
        told = {"prefix": wanted.prefix, "first": first, "last": last, "genesis": chain.GENESIS}
        await self.run(f"INSERT INTO copies (i, number, run_id, h0) {self._numbers()}", **told)
        for seq, one in enumerate(said, start=1):
            link = self._link(f"h{seq - 1}", f"replace(CAST(:said AS text), '{PLACE}', number)")
            await self.run(f"UPDATE copies SET h{seq} = {link}", said=one)

    async def fill(self, wanted: Copies, events: int) -> None:
        """Rows in every table, as the model has them."""
        await self.insert("finding", "number", wanted.model, {"number": "c.number", **wanted.different})
        previous = " ".join(f"WHEN {seq} THEN c.h{seq - 1}" for seq in range(1, events + 1))
        hashes = " ".join(f"WHEN {seq} THEN c.h{seq}" for seq in range(1, events + 1))
        chained = {"previous": f"CASE o.seq {previous} END", "hash": f"CASE o.seq {hashes} END"}
        for table, instead in ({"event": chained} | {name: INSTEAD.get(name, {}) for name in COPIED}).items():
            await self.insert(table, "finding", wanted.model, {"finding": "c.number", **instead})
        await self._address(wanted.model)
        await self._write_down()

    async def _write_down(self) -> None:
        """What each says, for search."""
        said = f"SELECT {', '.join(SAYING)} FROM finding WHERE number IN (SELECT number FROM copies)"
        rows = (await self.connection.execute(text(said))).all()
        told = [{"finding": row[0], "words": plain("\n".join(row))} for row in rows]
        await self.connection.execute(INSERT_TEXT, told)
        if self.is_sqlite:
            entered = [{"finding": row["finding"], "entries": entries(row["words"])} for row in told]
            await self.connection.execute(ADD, entered)

    async def insert(self, table: str, key: str, model: str, instead: Mapping[str, str]) -> None:
        columns = [column.name for column in metadata.tables[table].columns if column.name != "id"]
        values = ", ".join(instead.get(name, f'o."{name}"') for name in columns)
        names = ", ".join(f'"{name}"' for name in columns)
        copied = f'FROM {table} o CROSS JOIN copies c WHERE o."{key}" = :model'
        await self.run(f"INSERT INTO {table} ({names}) SELECT {values} {copied}", model=model)

    async def _address(self, model: str) -> None:
        same = " AND ".join(SAME_LETTER.format(name) for name in LETTER_KEY)
        await self.run(
            "INSERT INTO addressee (letter_id, post_id, copy_only)"
            " SELECT n.id, a.post_id, a.copy_only FROM copies c JOIN letter n ON n.finding = c.number"
            f" JOIN letter o ON o.finding = :model AND {same} JOIN addressee a ON a.letter_id = o.id",
            model=model,
        )

    async def run(self, statement: str, **values: Any) -> None:
        await self.connection.execute(text(statement), values)

    def _numbers(self) -> str:
        series = RECURSIVE if self.is_sqlite else SERIES
        digits = "printf('%07d', i)" if self.is_sqlite else "lpad(CAST(i AS text), 7, '0')"
        run = "run_of(number)" if self.is_sqlite else "CAST(CAST(md5(number) AS uuid) AS text)"
        numbered = f"SELECT i, CAST(:prefix AS text) || {digits} AS number FROM ({series}) AS s"
        return f"SELECT i, number, {run} AS run_id, CAST(:genesis AS text) AS h0 FROM ({numbered}) AS n"

    def _link(self, previous: str, said: str) -> str:
        if self.is_sqlite:
            return f"linked({previous}, {said})"
        return f"encode(sha256(convert_to({previous} || chr(10) || {said}, 'UTF8')), 'hex')"


def _linked(previous: str, said: str) -> str:
    return hashlib.sha256(f"{previous}\n{said}".encode()).hexdigest()
