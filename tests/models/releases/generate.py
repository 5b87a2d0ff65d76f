"""A township with findings at every stage, as a release left it: both dumps of this folder were made by this.

Run it once, with the code of the release: check it out elsewhere, put this file into it, and there
`python -m tests.models.releases.generate FOLDER`. What it wrote is then kept here and never made again.
"""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from models import guidance, seals
from models.database import Database
from models.ledger import find
from models.settings import Settings
from models.upgrade import upgrade
from policy.stages import Act, Stage, Step
from tasks.post import write_mails
from tasks.watch import climb_due
from tests.models.postgres import Cluster, installed
from tests.models.township import NOW, act, asked, assigned, brought_to, change, opened, staff

MAILED = ("sent", "claimed", "data", "failed", "in_doubt", "queued")


async def lived_in(db: Database) -> None:
    await upgrade(db)
    await staff(db)
    await opened(db)
    for stage in list(Stage):
        if stage in {Stage.ASSIGNED, Stage.PLANNING, Stage.PLAN_REVIEW, Stage.IN_PROGRESS}:
            await guided(db, await brought_to(db, stage))
        if stage in {Stage.PENDING_VERIFICATION, Stage.PENDING_CLOSURE, Stage.CLOSED}:
            await guided(db, await brought_to(db, stage))
    disputed = await assigned(db)
    await act(db, disputed, Act.DISPUTE, "owner", reason="不属本村")
    returned = await brought_to(db, Stage.PENDING_VERIFICATION)
    await act(db, returned, Act.RETURN_FOR_REWORK, "verifier", reason="材料不全，请补充会议记录")
    withdrawn = (await opened(db)).number
    await act(db, withdrawn, Act.WITHDRAW, "inspector", reason="重复登记")
    late = await assigned(db, NOW - timedelta(days=200), discovered_on="2026-04-01")
    await climb_due(db, NOW)
    config = Settings(_env_file=None, mail_from="rectify@town.example")
    await write_mails(db, config, NOW)
    mails = await asked(db, "SELECT id FROM mail ORDER BY id")
    for mail, state in zip(mails, MAILED, strict=False):
        await change(
            db,
            "UPDATE mail SET state = :state, note = :state, claimed_at = created_at WHERE id = :id",
            state=state,
            id=mail,
        )
    await change(db, "UPDATE mail SET content = substr(content, 1, 100)")  # the bytes themselves tell nothing
    await seals.seal_day(db, NOW)
    await act(db, late, Act.ACCEPT, "owner", now=NOW + timedelta(hours=1))


async def guided(db: Database, number: str) -> None:
    """A run of its own, which has seen the newest version and begun its first step."""
    async with db.writing() as session:
        finding = await find(session, number)
        await guidance.new_generation(session, finding, None, NOW)
        await guidance.begin_step(session, finding, Step.ASSIGN, NOW)
    run = f"00000000-0000-4000-8000-{int(number.rpartition('-')[2]):012d}"
    async with db.writing() as session:
        await guidance.look(session, number, 1, run, "town:1", NOW)


def dumped(file: Path) -> str:
    with closing(sqlite3.connect(file)) as db:
        return "\n".join(db.iterdump()) + "\n"


def pg_dumped(cluster: Cluster, name: str, programs: Path) -> str:
    words = [str(programs / "pg_dump"), "-h", str(cluster.folder), "-U", "rectify", "--inserts", name]
    said = subprocess.run(words, check=True, capture_output=True, text=True, env={**os.environ}).stdout
    left_out = ("--", "\\", "SET ", "SELECT pg_catalog.set_config")
    return "\n".join(line for line in said.splitlines() if line and not line.startswith(left_out)) + "\n"


async def generate(folder: Path) -> None:
    programs = installed()
    assert programs is not None
    file = folder / "made.db"
    cluster = Cluster(programs)
    cluster.start()
    try:
        for url in (f"sqlite+aiosqlite:///{file}", cluster.create()):
            db = Database(url)
            await lived_in(db)
            [version] = await asked(db, "SELECT version_num FROM alembic_version")
            await db.close()
        (folder / f"{version}.sqlite.sql").write_text(dumped(file), encoding="utf-8")
        (folder / f"{version}.postgresql.sql").write_text(
            pg_dumped(cluster, "test1", programs), encoding="utf-8"
        )
    finally:
        cluster.stop()
        file.unlink()


if __name__ == "__main__":
    asyncio.run(generate(Path(sys.argv[1])))
