"""Backups and restores on both databases: whole, or not there; and nothing is sent blindly afterwards."""

import asyncio
import json
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from models.checks import check
from models.database import Database
from models.guidance import current_run, key_of, new_generation
from models.keeping import backups, restoring
from models.keeping.backups import MANIFEST, Backup, Place
from models.keeping.dumps import is_sqlite
from models.keeping.files import keep, stored
from models.keeping.restoring import Held, Mails, Moments
from models.ledger import find
from models.running import Run
from models.upgrade import upgrade
from policy.refusals import BadInput, NotAllowed, Refusal, Unavailable
from policy.stages import Act, Stage
from tests.models import township
from tests.models.postgres import Cluster
from tests.models.township import NOW, act, asked, assigned, brought_to, change

LATER = NOW + timedelta(hours=20)
MOMENTS = Moments(LATER, LATER)


@dataclass
class Town:
    """A township's own place: folder, database, Prefect's file; and where its backups go."""

    db: Database
    place: Place
    store: Path

    async def backup(self) -> Backup:
        return await backups.take(self.place, self.store, NOW)

    async def evidence(self, number: str, content: bytes) -> str:
        """Attach a real file. Its hash."""
        path = self.store.parent / "佐证.pdf"
        path.write_bytes(content)
        kept = keep(path, self.place.home)
        await act(self.db, number, Act.ATTACH_EVIDENCE, "owner", files=(kept,))
        return kept.sha256


@pytest_asyncio.fixture(loop_scope="session")
async def own(bare: Database, tmp_path: Path) -> AsyncIterator[Town]:
    home = tmp_path / "home"
    (home / "prefect").mkdir(parents=True)
    (home / "prefect-auth").write_text("rectify:secret")
    prefect = home / "prefect" / "prefect.db"
    with closing(sqlite3.connect(prefect)) as file:
        file.execute("CREATE TABLE flow_run (id)")
    await upgrade(bare)
    await township.staff(bare)
    yield Town(bare, Place(home, bare.url, f"sqlite+aiosqlite:///{prefect}"), tmp_path / "backups")


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, own: Town, tmp_path: Path) -> Place:
    """Somewhere empty, for the same kind of database."""
    home = tmp_path / "restored"
    url = f"sqlite+aiosqlite:///{home / 'rectify.db'}"
    if not is_sqlite(own.place.database):
        cluster: Cluster = request.getfixturevalue("cluster")
        url = cluster.create()
    return Place(home, url, f"sqlite+aiosqlite:///{home / 'prefect' / 'prefect.db'}")


async def restored(found: Path, place: Place, mails: Mails = Mails.HOLD) -> Held:
    backup = backups.examine(found)
    await restoring.refuse(backup, place, with_prefect=True)
    return await restoring.restore(backup, place, MOMENTS, mails, with_prefect=True)


COLUMNS = {"finding": "number", "event": "hash", "evidence": "sha256", "letter": "rung", "person": "name"}


async def content(db: Database) -> dict[str, list[str]]:
    return {
        table: sorted(map(str, await asked(db, f"SELECT {column} FROM {table}")))
        for table, column in COLUMNS.items()
    }


async def test_what_is_restored_is_what_was_backed_up(own: Town, elsewhere: Place) -> None:
    number = await brought_to(own.db, Stage.PLAN_REVIEW)
    await act(own.db, number, Act.APPROVE_PLAN, "inspector")
    digest = await own.evidence(number, b"%PDF one")
    before = await content(own.db)
    await restored((await own.backup()).folder, elsewhere)
    db = Database(elsewhere.database)
    try:
        assert await content(db) == before
        assert stored(elsewhere.home, digest).read_bytes() == b"%PDF one"
        assert (elsewhere.home / "prefect-auth").read_text() == "rectify:secret"
        assert (elsewhere.home / "prefect" / "prefect.db").exists()
        broken = [one for one in await check(db, elsewhere.home, LATER, LATER) if not one.ok]
        waiting = {"live findings have a run", "wakes get through"}  # nothing was running
        assert {one.name for one in broken} <= waiting
        assert (await act(db, number, Act.REPORT_PROGRESS, "owner", text="继续", percent=70)).number == number
    finally:
        await db.close()


async def test_a_backup_taken_while_acts_are_recorded_is_whole(own: Town, elsewhere: Place) -> None:
    numbers = [await brought_to(own.db, Stage.PLAN_REVIEW) for _ in range(3)]
    for number in numbers:
        await act(own.db, number, Act.APPROVE_PLAN, "inspector")

    async def work(number: str) -> None:
        for turn in range(6):
            await own.evidence(number, f"%PDF {number} {turn}".encode())

    taking = asyncio.create_task(own.backup())
    await asyncio.gather(*(work(number) for number in numbers))
    taken = await taking
    assert taken.lacks == []
    await restored(taken.folder, elsewhere)
    db = Database(elsewhere.database)
    try:
        named = set(await asked(db, "SELECT sha256 FROM evidence"))
        assert named == set(taken.manifest.evidence)
        assert all(stored(elsewhere.home, digest).exists() for digest in named)
    finally:
        await db.close()


async def test_the_manifest_says_what_is_in_it(own: Town) -> None:
    await assigned(own.db)
    taken = await own.backup()
    manifest = backups.read(taken.folder).manifest
    assert manifest == taken.manifest
    assert manifest.counts["finding"] == 1
    assert manifest.revision == (await asked(own.db, "SELECT version_num FROM alembic_version"))[0]
    names = {name.partition(".")[0] for name in manifest.files}
    assert names == {"rectify", "prefect", "prefect-auth"}


async def test_only_its_owner_may_read_a_backup(own: Town) -> None:
    number = await brought_to(own.db, Stage.PLAN_REVIEW)
    await act(own.db, number, Act.APPROVE_PLAN, "inspector")
    await own.evidence(number, b"%PDF secret")
    taken = await own.backup()
    for path in (own.store, *own.store.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path
    assert taken.folder.parent == own.store


async def test_evidence_is_copied_once_for_all_backups(own: Town) -> None:
    number = await brought_to(own.db, Stage.PLAN_REVIEW)
    await act(own.db, number, Act.APPROVE_PLAN, "inspector")
    digest = await own.evidence(number, b"%PDF one")
    await own.backup()
    copy = stored(own.store, digest)
    before = copy.stat()
    second = await own.backup()
    after = copy.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert second.manifest.evidence == {digest: 8}


async def test_evidence_that_rotted_is_said_and_the_rest_is_kept(own: Town) -> None:
    number = await brought_to(own.db, Stage.PLAN_REVIEW)
    await act(own.db, number, Act.APPROVE_PLAN, "inspector")
    good, bad = await own.evidence(number, b"%PDF good"), await own.evidence(number, b"%PDF bad!")
    stored(own.place.home, bad).write_bytes(b"%PDF rot!")
    taken = await own.backup()
    assert taken.lacks == [f"evidence/{bad}"]
    assert list(taken.manifest.evidence) == [good]
    assert not stored(own.store, bad).exists()


async def test_a_broken_chain_is_no_backup_and_earlier_ones_stay(own: Town) -> None:
    number = await assigned(own.db)
    first = await own.backup()
    sqlite = is_sqlite(own.place.database)
    drop = "DROP TRIGGER event_no_update" if sqlite else "DROP TRIGGER event_append_only ON event"
    await change(own.db, drop)
    await change(own.db, "UPDATE event SET reason = '改' WHERE finding = :number AND seq = 1", number=number)
    with pytest.raises(Unavailable, match=number):
        await own.backup()
    assert [one.folder for one in backups.backups(own.store)] == [first.folder]
    assert list(own.store.glob(".making*")) == []


DAMAGES = ("rectify.*", "prefect.*", "prefect-auth", MANIFEST, "../evidence/*/*")


@pytest.mark.parametrize("kind", DAMAGES)
async def test_a_damaged_backup_is_refused(own: Town, elsewhere: Place, kind: str) -> None:
    number = await brought_to(own.db, Stage.PLAN_REVIEW)
    await act(own.db, number, Act.APPROVE_PLAN, "inspector")
    await own.evidence(number, b"%PDF one")
    folder = (await own.backup()).folder
    [file] = folder.glob(kind) if not kind.startswith("..") else own.store.glob(kind[3:])
    whole = file.read_bytes()
    middle = len(whole) // 2
    flipped = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    for damaged in (flipped, whole[:-1], None):
        file.unlink()
        if damaged is not None:
            file.write_bytes(damaged)
        with pytest.raises(BadInput, match="备份"):
            await restored(folder, elsewhere)
        file.write_bytes(whole)
    assert not elsewhere.home.exists()
    assert backups.examine(folder).folder == folder


@pytest.mark.parametrize(
    "change", [{"revision": "9999"}, {"program": "99.0"}, {"prefect": "99.0"}, {"format": 2}]
)
async def test_a_newer_backup_is_refused(own: Town, elsewhere: Place, change: dict[str, object]) -> None:
    await assigned(own.db)
    taken = await own.backup()
    (taken.folder / MANIFEST).unlink()
    backups._write_manifest(taken.folder, replace(taken.manifest, **change))  # type: ignore[arg-type]
    with pytest.raises(BadInput, match="更新版本"):
        await restored(taken.folder, elsewhere)


async def test_what_holds_data_is_never_restored_over(own: Town) -> None:
    await assigned(own.db)
    taken = await own.backup()
    with pytest.raises(NotAllowed, match="不会覆盖"):
        await restored(taken.folder, own.place)
    home = own.store.parent / "new"
    with pytest.raises(NotAllowed, match="已有数据"):
        await restored(taken.folder, replace(own.place, home=home))


async def test_a_disk_mounted_for_the_evidence_is_no_data(own: Town, elsewhere: Place) -> None:
    await assigned(own.db)
    (elsewhere.home / "evidence").mkdir(parents=True)
    await restored((await own.backup()).folder, elsewhere)
    assert not (elsewhere.home / ".restoring").exists()


async def test_a_backup_goes_only_into_its_own_kind_of_database(own: Town, elsewhere: Place) -> None:
    await assigned(own.db)
    taken = await own.backup()
    other = (
        "sqlite+aiosqlite:////nowhere/x.db"
        if "postgresql" in own.place.database
        else "postgresql+asyncpg://x/y"
    )
    with pytest.raises(BadInput, match="RECTIFY_DATABASE_URL"):
        await restored(taken.folder, replace(elsewhere, database=other))


async def mailed(db: Database, number: str, state: str) -> None:
    """A mail in this state for the finding's first letter."""
    await change(
        db,
        "INSERT INTO mail (message_id, recipient, person_id, language, subject, content, state, attempts,"
        " next_at, claimed_at, claimed_by, note, created_at)"
        " SELECT :id, 'a@x.example', (SELECT min(id) FROM person), 'zh-CN', 's', '', :state, 0,"
        " created_at, created_at, '', '', created_at FROM letter WHERE finding = :number",
        id=f"<{state}-{number}@x>",
        state=state,
        number=number,
    )
    await change(
        db,
        "UPDATE addressee SET mail_id = (SELECT max(id) FROM mail) WHERE letter_id IN"
        " (SELECT id FROM letter WHERE finding = :number)",
        number=number,
    )


@pytest.mark.parametrize(
    ("mails", "states", "letters"),
    [
        (
            Mails.HOLD,
            {"queued": "in_doubt", "claimed": "in_doubt", "data": "in_doubt", "sent": "sent"},
            "drafted",
        ),
        (
            Mails.SEND,
            {"queued": "queued", "claimed": "in_doubt", "data": "in_doubt", "sent": "sent"},
            "queued",
        ),
    ],
)
async def test_what_may_have_gone_out_since_waits_for_a_person(
    own: Town, elsewhere: Place, mails: Mails, states: dict[str, str], letters: str
) -> None:
    numbers = {state: await assigned(own.db) for state in states}
    unmailed = await assigned(own.db)
    for state, number in numbers.items():
        await mailed(own.db, number, state)
    held = await restored((await own.backup()).folder, elsewhere, mails)
    db = Database(elsewhere.database)
    try:
        rows = dict(zip(
            await asked(db, "SELECT message_id FROM mail ORDER BY id"),
            await asked(db, "SELECT state FROM mail ORDER BY id"),
            strict=True,
        ))  # fmt: skip
        assert rows == {f"<{state}-{numbers[state]}@x>": after for state, after in states.items()}
        told = await asked(db, "SELECT state FROM letter WHERE finding = :number", number=unmailed)
        assert told == [letters]
        assert held.mails == list(states.values()).count("in_doubt")
        assert all(await asked(db, "SELECT note FROM mail WHERE state = 'in_doubt'"))
    finally:
        await db.close()


async def test_letters_due_between_backup_and_restore_are_drafted(own: Town, elsewhere: Place) -> None:
    number = await brought_to(own.db, Stage.PLANNING)
    taken = await own.backup()
    late = NOW + timedelta(days=400)
    backup = backups.examine(taken.folder)
    await restoring.restore(backup, elsewhere, Moments(late, late), Mails.HOLD, with_prefect=False)
    db = Database(elsewhere.database)
    try:
        rungs = await asked(
            db, "SELECT rung FROM letter WHERE finding = :n AND due_on > '2026-11-21'", n=number
        )
        states = await asked(
            db, "SELECT state FROM letter WHERE finding = :n AND due_on > '2026-11-21'", n=number
        )
        assert rungs
        assert "drafted" in states
        assert "queued" not in states
    finally:
        await db.close()


async def test_after_a_restore_every_run_is_looked_at_and_made_under_a_new_key(
    own: Town, elsewhere: Place
) -> None:
    number = await assigned(own.db)
    async with own.db.writing() as session:
        run = await new_generation(session, await find(session, number), None, NOW)
        run.version_seen, run.flow_run_id = 2, "11111111-1111-1111-1111-111111111111"
        assert await key_of(session, run) == f"{number}/1"
    await restored((await own.backup()).folder, elsewhere)
    db = Database(elsewhere.database)
    try:
        async with db.reading() as session:
            kept = await current_run(session, number)
            assert kept is not None
            assert kept.version_seen == 0, "the watch wakes it, whatever Prefect shows"
            [stamp] = await asked(db, "SELECT stamp FROM restore")
            assert await key_of(session, Run(finding=number, generation=2, cycle=1)) == f"{number}/2/{stamp}"
    finally:
        await db.close()


async def test_a_second_backup_at_the_same_time_is_refused(own: Town) -> None:
    with backups._held(own.store), pytest.raises(Unavailable, match="另一次备份"):
        await own.backup()
    assert (await own.backup()).lacks == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for two backups of a township, not for large evidence."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2000k,mode=700", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("only root may mount a small disk here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


async def test_a_disk_that_is_full_leaves_the_earlier_backups(own: Town, small_disk: Path) -> None:
    number = await brought_to(own.db, Stage.PLAN_REVIEW)
    await act(own.db, number, Act.APPROVE_PLAN, "inspector")
    first = await backups.take(own.place, small_disk, NOW)
    await own.evidence(number, b"%PDF" + bytes(3 << 20))
    with pytest.raises(Unavailable, match="不能复制"):
        await backups.take(own.place, small_disk, NOW)
    assert [one.folder for one in backups.backups(small_disk)] == [first.folder]
    assert {path.name for path in small_disk.iterdir()} == {".lock", "evidence", first.folder.name}
    assert backups.examine(first.folder).manifest == first.manifest


async def test_no_room_for_the_database_itself_is_said_too(own: Town, small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(1990 * 1024))
    with pytest.raises(Unavailable, match="不能复制"):
        await backups.take(own.place, small_disk, NOW)
    assert backups.backups(small_disk) == []


async def test_old_backups_go_and_the_newest_stays(own: Town) -> None:
    await assigned(own.db)
    for age in (40, 39, 20, 3, 0):
        await backups.take(own.place, own.store, NOW - timedelta(days=age))
    gone = backups.prune(own.store, NOW, days=14, months=12)
    assert [name[:10] for name in gone] == ["2026-10-12", "2026-10-31"]
    assert len(backups.backups(own.store)) == 3


async def test_without_its_last_line_it_is_no_backup(own: Town) -> None:
    await assigned(own.db)
    taken = await own.backup()
    body = json.loads((taken.folder / MANIFEST).read_text())
    body["counts"]["finding"] = 7
    (taken.folder / MANIFEST).write_text(json.dumps(body))
    with pytest.raises(Refusal):
        backups.read(taken.folder)
    assert backups.backups(own.store) == []
