"""The rounds check the invariants by themselves, keep what they find, and clear what is half written."""

import os
from pathlib import Path

from models import heartbeats
from models.database import Database
from models.keeping import files
from models.running import Heartbeat
from tasks import clock
from tasks.verifying import QUICK, WHOLE, is_due, verify
from tests.models.township import assigned, change


async def beats(db: Database) -> dict[str, Heartbeat]:
    async with db.reading() as session:
        return {beat.job: beat for beat in await heartbeats.every(session)}


async def test_all_is_checked_at_first_and_then_only_when_it_is_due(db: Database) -> None:
    assert await is_due(db)
    assert await verify() == 1
    assert {job: beat.note for job, beat in (await beats(db)).items()} == {QUICK: "", WHOLE: ""}
    assert not await is_due(db)
    assert await verify() == 0


async def test_after_an_hour_the_quick_ones_are_checked_and_what_is_broken_is_kept(db: Database) -> None:
    number = await assigned(db, clock.now())
    await verify()
    before = (await beats(db))[WHOLE]
    await change(db, "UPDATE finding SET deadline = NULL WHERE number = :number", number=number)
    await change(db, "UPDATE heartbeat SET at = datetime(at, '-61 minutes')")
    assert await verify() == 1
    found = await beats(db)
    assert found[QUICK].note == "no step is without a clock=1"
    assert found[WHOLE].note == before.note == ""


async def test_half_written_files_of_yesterday_are_cleared_and_whole_ones_stay(
    db: Database, tmp_path: Path
) -> None:
    source = tmp_path / "照片.pdf"
    source.write_bytes(b"%PDF-1.4")
    whole = files.stored(tmp_path, files.keep(source, tmp_path).sha256)
    old, new = whole.with_name(f"{files.HALF}old"), whole.with_name(f"{files.HALF}new")
    for half in (old, new):
        half.write_bytes(b"%PD")
    for aged in (old, whole):
        os.utime(aged, (0, 0))
    await verify()
    assert (old.exists(), new.exists(), whole.exists()) == (False, True, True)
