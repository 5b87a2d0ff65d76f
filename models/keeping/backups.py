"""Backups: one folder for each, whole or not there, beside one store of evidence that all of them share."""

import asyncio
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from models import seals
from models.checks import (
    Sight,
    chains_are_whole,
    last_seal_holds,
    no_letter_is_written_twice,
    rows_equal_their_events,
)
from models.faults import reach
from models.keeping.dumps import copied, ending, is_sqlite, not_copied, sqlite_file, sync
from models.keeping.files import stored
from models.keeping.home import is_demo
from models.upgrade import scripts
from policy import chain, retention
from policy.office import office_day
from policy.refusals import BadInput, NotFound, Unavailable

FORMAT = 1
MANIFEST = "manifest.json"
MAKING = ".making-"
"""A folder that begins so is no backup, nor will it ever be one."""
BLOCK = 1 << 20
KEYS = ("prefect-auth", "prefect-key", "codes-key")
"""Files of the data folder without which Prefect's database cannot be spoken to, nor a code be checked."""
OF_ROWS = (chains_are_whole, rows_equal_their_events, last_seal_holds, no_letter_is_written_twice)
COUNTED = ("finding", "event", "letter", "mail", "evidence")


@dataclass(frozen=True)
class Place:
    """What is backed up, or restored to: a data folder and two databases by URL."""

    home: Path
    database: str
    prefect: str


@dataclass(frozen=True)
class Stored:
    """A file as it has to be."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. Written last: without it there is none."""

    taken_at: str
    revision: str
    files: dict[str, Stored]
    evidence: dict[str, int]
    """SHA-256 → size."""
    missing: list[str]
    """Evidence the rows name, that was not there, or not whole, when the backup was taken."""
    counts: dict[str, int]
    heads: str
    """The seal over the last events of all findings."""
    demo: bool
    notes: list[str] = field(default_factory=list)
    format: int = FORMAT
    program: str = ""
    prefect: str = ""

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.taken_at)


@dataclass(frozen=True)
class Backup:
    """A backup that is whole."""

    folder: Path
    manifest: Manifest

    @property
    def lacks(self) -> list[str]:
        """What should be in it and could not be had."""
        return [*self.manifest.notes, *(f"evidence/{sha256}" for sha256 in self.manifest.missing)]


def installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "0"


async def take(place: Place, store: Path, now: datetime, label: str = "") -> Backup:
    """Copy Prefect's database, then ours, then the evidence ours names, into a new folder of `store`.

    Raises Unavailable, with nothing left that looks like a backup, if it cannot be done.
    """
    with _held(store):
        name = _free_name(store, now, label)
        making = store / f"{MAKING}{name}"
        try:
            making.mkdir(mode=0o700)
            manifest = await _fill(place, store, making, now)
            _write_manifest(making, manifest)
            reach("backup.before_rename")
            making.rename(store / name)
            sync(store)
        except OSError as error:
            raise not_copied(name, error) from error
        finally:
            shutil.rmtree(making, ignore_errors=True)
        reach("backup.after_rename")
    return Backup(store / name, manifest)


async def _fill(place: Place, store: Path, making: Path, now: datetime) -> Manifest:
    notes = await _copy_prefect(place, making)
    reach("backup.after_prefect")
    async with copied(place.database, making / f"rectify.{ending(place.database)}") as session:
        reach("backup.after_database")
        revision = await _revision(session)
        await _verify(session, place, store, now, revision)
        wanted = await _named_evidence(session)
        counts = {table: await _count(session, table) for table in COUNTED}
        heads = chain.seal(await seals.heads_of(session))
    evidence, missing = await asyncio.to_thread(_copy_evidence, place.home, store, wanted)
    reach("backup.after_evidence")
    for key in KEYS:
        if (place.home / key).exists():
            await asyncio.to_thread(_copy_key, place.home / key, making / key)
    return Manifest(
        taken_at=now.isoformat(),
        revision=revision,
        files=await asyncio.to_thread(_measured_all, making),
        evidence=evidence,
        missing=missing,
        counts=counts,
        heads=heads,
        demo=is_demo(place.home),
        notes=notes,
        program=installed("rectify"),
        prefect=installed("prefect"),
    )


async def _copy_prefect(place: Place, making: Path) -> list[str]:
    """Prefect's copy is older than ours, never newer. Where it fails, ours is worth having without it."""
    if not place.prefect or (is_sqlite(place.prefect) and not sqlite_file(place.prefect).exists()):
        return []
    target = making / f"prefect.{ending(place.prefect)}"
    try:
        async with copied(place.prefect, target):
            return []
    except Unavailable as why:
        target.unlink(missing_ok=True)
        return [f"Prefect: {why.en}"]


async def _verify(session: AsyncSession, place: Place, store: Path, now: datetime, revision: str) -> None:
    """The copy is opened and held to what concerns its rows alone; one of older code as far as can be."""
    if is_sqlite(place.database):
        loose = (await session.exec(text("PRAGMA foreign_key_check"))).all()  # type: ignore[call-overload]  # textual SQL
        if loose:
            raise not_copied("rectify", f"foreign keys of {loose[0][0]} do not hold")
    broken = await broken_rows(session, store, now) if revision == scripts().get_current_head() else []
    if broken:
        raise not_copied("rectify", broken[0])


async def broken_rows(session: AsyncSession, store: Path, now: datetime) -> list[str]:
    sight = Sight(session, store, now, now)
    return [line for holds in OF_ROWS for line in await holds(sight)]


async def _revision(session: AsyncSession) -> str:
    return str((await _rows(session, "SELECT version_num FROM alembic_version"))[0])


async def _named_evidence(session: AsyncSession) -> list[str]:
    return await _rows(session, "SELECT DISTINCT sha256 FROM evidence WHERE sha256 <> '' ORDER BY sha256")


async def _count(session: AsyncSession, table: str) -> int:
    return int((await _rows(session, f"SELECT count(*) FROM {table}"))[0])  # noqa: S608, our own names


async def _rows(session: AsyncSession, sql: str) -> list[str]:
    """By bare SQL, which reads the copies of older code too."""
    return [row[0] for row in (await session.exec(text(sql))).all()]  # type: ignore[call-overload]  # textual SQL


def _copy_evidence(home: Path, store: Path, wanted: list[str]) -> tuple[dict[str, int], list[str]]:
    """Each file once for all backups; the rows were stored after their files, so these are there."""
    there: dict[str, int] = {}
    missing: list[str] = []
    for sha256 in wanted:
        source, target = stored(home, sha256), stored(store, sha256)
        if _is_kept(source, target, sha256) or copy_whole(source, target, sha256):
            there[sha256] = target.stat().st_size
        else:
            missing.append(sha256)
    return there, missing


def _is_kept(source: Path, target: Path, sha256: str) -> bool:
    if not target.exists():
        return False
    is_same = source.exists() and source.stat().st_size == target.stat().st_size
    return is_same or measured(target).sha256 == sha256


def copy_whole(source: Path, target: Path, sha256: str) -> bool:
    """Copy a file under its name only once it is on the disk and has its hash; False if it has another."""
    if not source.is_file():
        return False
    _private(target.parent)
    draft = target.with_name(f"{MAKING}{target.name}")
    try:
        if _copy(source, draft) != sha256:
            return False
        reach("backup.before_evidence")
        draft.replace(target)
        sync(target.parent)
    finally:
        draft.unlink(missing_ok=True)
    return True


def _private(folder: Path) -> None:
    if not folder.exists():
        _private(folder.parent)
        folder.mkdir(exist_ok=True, mode=0o700)


def _copy_key(source: Path, target: Path) -> None:
    _copy(source, target)


def _copy(source: Path, target: Path) -> str:
    """The hash of what was copied."""
    digest = hashlib.sha256()
    with source.open("rb") as old, os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as new:
        while block := old.read(BLOCK):
            digest.update(block)
            new.write(block)
        new.flush()
        os.fsync(new.fileno())
    return digest.hexdigest()


def _measured_all(folder: Path) -> dict[str, Stored]:
    return {file.name: measured(file) for file in sorted(folder.iterdir())}


def measured(file: Path) -> Stored:
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while block := opened.read(BLOCK):
            digest.update(block)
    return Stored(file.stat().st_size, digest.hexdigest())


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    body = asdict(manifest)
    written = json.dumps(body | {"sha256": _digest(body)}, ensure_ascii=False, indent=1)
    draft = folder / f"{MAKING}{MANIFEST}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
        file.write(written)
        file.flush()
        os.fsync(file.fileno())
    reach("backup.before_manifest")
    draft.replace(folder / MANIFEST)
    sync(folder)


def _digest(body: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def read(folder: Path) -> Backup:
    """The backup in this folder, by its manifest. Raises NotFound if it has none, BadInput if it is cut."""
    file = folder / MANIFEST
    if not file.is_file() or folder.name.startswith(MAKING):
        raise NotFound(
            f"“{folder}”不是一份完整的备份（没有 {MANIFEST}）。",
            f"“{folder}” is no backup, or an unfinished one: it has no {MANIFEST}.",
        )
    try:
        body = json.loads(file.read_bytes())
        promised = body.pop("sha256")
        if promised != _digest(body):
            raise ValueError(MANIFEST)
        files = {name: Stored(**one) for name, one in body.pop("files").items()}
        if body["format"] != FORMAT:
            raise newer(folder, f"format {body['format']}")
        return Backup(folder, Manifest(files=files, **body))
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise damaged(folder, MANIFEST) from error


def damaged(folder: Path, what: str) -> BadInput:
    return BadInput(
        f"备份“{folder}”已损坏（{what}），没有恢复任何内容。请用另一份备份。",
        f"The backup “{folder}” is damaged ({what}). Nothing was restored; use another one.",
    )


def newer(folder: Path, what: str) -> BadInput:
    return BadInput(
        f"备份“{folder}”由更新版本的程序生成（{what}），请先升级本程序再恢复。",
        f"The backup “{folder}” was made by a newer Rectify ({what}). Upgrade first, then restore.",
    )


def examine(folder: Path) -> Backup:
    """The backup, every byte of it read. Raises BadInput if one is not as it was, or newer code made it."""
    found = read(folder)
    _refuse_newer(found)
    for name, promised in found.manifest.files.items():
        if not _is_as(folder / name, promised):
            raise damaged(folder, name)
    for sha256, size in found.manifest.evidence.items():
        if not _is_as(stored(folder.parent, sha256), Stored(size, sha256)):
            raise damaged(folder, f"evidence/{sha256[:12]}")
    return found


def _is_as(file: Path, promised: Stored) -> bool:
    try:
        return file.stat().st_size == promised.size and measured(file) == promised
    except OSError:
        return False


def _refuse_newer(found: Backup) -> None:
    manifest = found.manifest
    if manifest.revision not in {script.revision for script in scripts().walk_revisions()}:
        raise newer(found.folder, manifest.revision)
    for name, there in (("rectify", manifest.program), ("prefect", manifest.prefect)):
        if _numbers(there) > _numbers(installed(name)):
            raise newer(found.folder, f"{name} {there}")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def backups(store: Path) -> list[Backup]:
    """Those that are whole, oldest first."""
    found: list[Backup] = []
    for folder in sorted(store.glob(f"*/{MANIFEST}")):
        try:
            found.append(read(folder.parent))
        except BadInput:
            continue
    return sorted(found, key=lambda one: one.manifest.at)


def newest(folder: Path) -> Backup:
    """The backup in this folder, or the newest of those it holds."""
    held = [] if (folder / MANIFEST).exists() else backups(folder)
    return held[-1] if held else read(folder)


def prune(store: Path, now: datetime, days: int, months: int) -> list[str]:
    """Take away the backups that need not be kept. The evidence stays: the newest ones name all of it."""
    with _held(store):
        known = backups(store)
        taken = [office_day(one.manifest.at) for one in known]
        gone = retention.superfluous(taken, office_day(now), days, months)
        names = [one.folder.name for one, day in zip(known, taken, strict=True) if day in gone]
        for name in names:
            shutil.rmtree((store / name).rename(store / f"{MAKING}{name}"))
    return names


@contextmanager
def _held(store: Path) -> Iterator[None]:
    """One at a time, and what a killed one left is cleared."""
    try:
        store.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(store / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise not_copied(str(store), error) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _clear(store)
        yield
    except BlockingIOError as error:
        raise Unavailable(
            f"“{store}”中正在进行另一次备份，请稍后再试。",
            f"Another backup into “{store}” is under way. Try again later.",
        ) from error
    finally:
        os.close(lock)


def _clear(store: Path) -> None:
    for debris in (*store.glob(f"{MAKING}*"), *store.glob(f"evidence/*/{MAKING}*")):
        if debris.is_dir():
            shutil.rmtree(debris)
        else:
            debris.unlink()


def _free_name(store: Path, now: datetime, label: str) -> str:
    """The moment, in UTC, and what the backup was taken before."""
    name = f"{now:%Y-%m-%dT%H%M%SZ}" + (f"-{label}" if label else "")
    taken = sum(1 for _ in store.glob(f"{name}*"))
    return f"{name}-{taken + 1}" if taken else name
