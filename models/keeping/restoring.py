"""Restoring a backup: only where nothing is, whole or not at all, and no letter is sent blindly after it."""

import asyncio
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from secrets import token_hex

from sqlalchemy import func, update
from sqlmodel import col, select

from models.database import Database
from models.faults import reach
from models.keeping import home
from models.keeping.backups import KEYS, Backup, Place, broken_rows, copy_whole, damaged
from models.keeping.dumps import ending, is_empty, is_sqlite, load, sqlite_file, sync
from models.keeping.files import stored
from models.keeping.home import RESTORING
from models.mailing import letters, outbox
from models.mailing.mail import Letter, Mail, MailState
from models.rules.trade import trade
from models.running import Restore, Run
from models.upgrade import upgrade
from policy.escalation import LetterState
from policy.office import OFFICE, office_day
from policy.refusals import BadInput, NotAllowed
from policy.trade import Trade

AT_A_TIME = 500
UNSENT = (MailState.QUEUED, MailState.CLAIMED, MailState.DATA)


class Mails(StrEnum):
    """What becomes of letters that may have gone out since the backup was taken."""

    HOLD = "hold"  # a person decides on each
    SEND = "send"  # nothing was sent since: the office stood still


@dataclass(frozen=True)
class Moments:
    """Now by the office's clock, which a demo may move, and by the machine's."""

    office: datetime
    real: datetime


@dataclass(frozen=True)
class Held:
    """How many mails are in doubt, and how many letters wait for a signature."""

    mails: int
    letters: int


async def refuse(found: Backup, place: Place, *, with_prefect: bool) -> None:
    """Raises NotAllowed or BadInput if the place holds anything, or is of another kind than the backup."""
    _refuse_full(place.home)
    _refuse_kind(found, "rectify", place.database, "RECTIFY_DATABASE_URL")
    if not await is_empty(place.database):
        raise _holds(place.database, "RECTIFY_DATABASE_URL", "")
    if with_prefect and _holds_prefect(found):
        _refuse_kind(found, "prefect", place.prefect, "RECTIFY_PREFECT_DATABASE_URL")
        if not await is_empty(place.prefect):
            raise _holds(place.prefect, "RECTIFY_PREFECT_DATABASE_URL", "，或加 --without-prefect")


def _refuse_full(folder: Path) -> None:
    """A folder in which a restore was cut short is empty but for what that restore put there."""
    if not folder.exists():
        return
    if (folder / RESTORING).exists():
        for name in (line for line in (folder / RESTORING).read_text().splitlines() if line):
            _remove(folder / name)
    there = [one.name for one in folder.iterdir() if one.name != RESTORING and not _is_bare(one)]
    if there:
        raise NotAllowed(
            f"“{folder}”中已有数据（{there[0]} 等），不会覆盖。请用 --into 指定一个空目录。",
            f"“{folder}” holds data ({there[0]}, …), which is never overwritten. "
            "Name an empty folder with --into.",
        )


def _is_bare(path: Path) -> bool:
    """A folder without anything in it: a disk may be mounted there."""
    return path.is_dir() and not any(path.iterdir())


def _remove(path: Path) -> None:
    if path.is_dir():
        for one in path.iterdir():
            _remove(one)
        with suppress(OSError):  # a mounted disk stays
            path.rmdir()
    else:
        path.unlink(missing_ok=True)


def _refuse_kind(found: Backup, what: str, url: str, setting: str) -> None:
    if f"{what}.{ending(url)}" not in found.manifest.files:
        kind = "PostgreSQL" if is_sqlite(url) else "SQLite"
        raise BadInput(
            f"备份中的“{what}”数据库是 {kind} 的，请相应设置 {setting}。",
            f"The “{what}” database of this backup is {kind}'s: set {setting} accordingly.",
        )


def _holds(url: str, setting: str, or_else: str) -> NotAllowed:
    name = url.rpartition("/")[2].partition("?")[0]
    return NotAllowed(
        f"数据库“{name}”已有数据，不会覆盖。请新建一个空数据库，用 {setting} 指向它{or_else}。",
        f"The database “{name}” holds data, which is never overwritten. Create an empty one and name it in "
        f"{setting}" + (", or add --without-prefect." if or_else else "."),
    )


def _holds_prefect(found: Backup) -> bool:
    return any(name.startswith("prefect.") for name in found.manifest.files)


async def restore(found: Backup, place: Place, now: Moments, mails: Mails, *, with_prefect: bool) -> Held:
    """Put an examined backup into a place that was found empty. Our own database comes last."""
    folder = place.home
    await asyncio.to_thread(_begin, folder)
    reach("restore.begun")
    await asyncio.to_thread(_copy_evidence, found, folder)
    if with_prefect and _holds_prefect(found):
        await _put(found, "prefect", place.prefect)
        await asyncio.to_thread(_copy_keys, found, folder)
    reach("restore.before_database")
    if is_sqlite(place.database):
        held = await _ours_by_file(found, place, now, mails)
    else:
        await load(place.database, found.folder / f"rectify.{ending(place.database)}")
        held = await _made_ready(found, place.database, folder, now, mails)
    reach("restore.before_end")
    await asyncio.to_thread(_end, found, folder)
    return held


async def _ours_by_file(found: Backup, place: Place, now: Moments, mails: Mails) -> Held:
    """Under another name until nothing in it would be sent blindly."""
    target = sqlite_file(place.database)
    draft = target.with_name(drafts(target.name)[0])
    for old in drafts(target.name):
        (target.parent / old).unlink(missing_ok=True)
    await asyncio.to_thread(_copy_file, found, "rectify.db", draft)
    held = await _made_ready(found, f"sqlite+aiosqlite:///{draft}", place.home, now, mails)
    await asyncio.to_thread(_rename, draft, target)
    return held


async def _made_ready(found: Backup, url: str, folder: Path, now: Moments, mails: Mails) -> Held:
    """At this code's schema, its chains whole, and nothing on its way to anybody."""
    db = Database(url)
    try:
        await upgrade(db)
        async with db.reading() as session:
            broken = await broken_rows(session, folder, now.office)
        if broken:
            raise damaged(found.folder, broken[0])
        return await settle(db, found.manifest.at, now, mails)
    finally:
        await db.close()


async def settle(db: Database, taken_at: datetime, now: Moments, mails: Mails) -> Held:
    """Runs are to look anew; what may have been sent since the backup waits for a person.

    A mail under way is in doubt in any case. With HOLD, so is every other unsent mail, and letters that were
    waiting or fell due since are drafts, to be signed by whoever knows that they did not go out.
    """
    if mails is Mails.HOLD:
        await _climb(db, await trade(db), now.office)
    day = taken_at.astimezone(OFFICE).strftime("%Y-%m-%d %H:%M")
    why = f"自 {day} 的备份恢复，此后是否已发出待查"
    async with db.writing("restore") as session:
        doubtful = UNSENT if mails is Mails.HOLD else UNSENT[1:]
        found = (await session.exec(select(Mail.id).where(col(Mail.state).in_(doubtful)))).all()
        await outbox.doubt(session, [mail_id for mail_id in found if mail_id is not None], why)
        held = 0
        if mails is Mails.HOLD:
            waiting = col(Letter.state) == LetterState.QUEUED
            held = (await session.exec(select(func.count()).select_from(Letter).where(waiting))).one()
            await session.exec(update(Letter).where(waiting).values(state=LetterState.DRAFTED, note=why))
        await session.exec(update(Run).where(col(Run.ended_at).is_(None)).values(version_seen=0))
        session.add(Restore(stamp=token_hex(8), taken_at=taken_at, at=now.real))
    return Held(len(found), held)


async def _climb(db: Database, held: Trade, now: datetime) -> None:
    """Write what fell due since, so that it is drafted with the rest and not sent by the next round."""
    after = letters.BEGINNING
    while True:
        async with db.reading() as session:
            found = await letters.due(session, office_day(now), after, AT_A_TIME)
        for _, number in found:
            async with db.writing("climb") as session:
                finding = await letters.to_climb(session, number)
                if finding:
                    await letters.climb(session, finding, held, now, office_day(now))
        if len(found) < AT_A_TIME:
            return
        after = found[-1]


PLACED = ("evidence", "prefect", *KEYS, "demo", "rectify.db")
"""What a restore may put into the folder."""


def _begin(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / RESTORING).write_text("\n".join([*PLACED, *drafts("rectify.db")]))
    sync(folder)


def drafts(name: str) -> list[str]:
    """A database's name until it is ready, and what SQLite puts beside it."""
    return [f"{RESTORING}-{name}{more}" for more in ("", "-wal", "-shm")]


def _end(found: Backup, folder: Path) -> None:
    if found.manifest.demo:
        home.make_demo(folder)
    (folder / RESTORING).unlink()
    sync(folder)


def _copy_evidence(found: Backup, folder: Path) -> None:
    for sha256 in found.manifest.evidence:
        if not copy_whole(stored(found.folder.parent, sha256), stored(folder, sha256), sha256):
            raise damaged(found.folder, f"evidence/{sha256[:12]}")


def _copy_keys(found: Backup, folder: Path) -> None:
    for name in KEYS:
        if name in found.manifest.files:
            _copy_file(found, name, folder / name)


async def _put(found: Backup, what: str, url: str) -> None:
    name = f"{what}.{ending(url)}"
    if is_sqlite(url):
        await asyncio.to_thread(_copy_file, found, name, sqlite_file(url))
    else:
        await load(url, found.folder / name)


def _copy_file(found: Backup, name: str, target: Path) -> None:
    if not copy_whole(found.folder / name, target, found.manifest.files[name].sha256):
        raise damaged(found.folder, name)


def _rename(draft: Path, target: Path) -> None:
    """As one file, without a log beside it."""
    with closing(sqlite3.connect(draft)) as db:
        db.execute("PRAGMA journal_mode = delete")
    sync(draft)
    draft.replace(target)
    sync(target.parent)
