"""Backups and restores of this installation: where its data lies, by its settings."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from models.database import database_url
from models.keeping import backups, restoring
from models.keeping.backups import Backup, Place
from models.keeping.restoring import Held, Mails, Moments
from models.settings import Settings
from models.upgrade import Before
from policy.refusals import NotAllowed, Unavailable
from tasks import clock
from tasks.prefect_server import database as prefect_database
from tasks.processes import using


def place(config: Settings) -> Place:
    """A Prefect server elsewhere, whose database is not named, keeps its own backups."""
    is_elsewhere = config.prefect_api_url and not config.prefect_database_url
    prefect = "" if is_elsewhere else prefect_database(config)
    return Place(config.home.absolute(), database_url(config), prefect)


def store(config: Settings) -> Path:
    return config.backup_folder or config.home / "backups"


@dataclass(frozen=True)
class Kept:
    """A new backup, and the old ones that went for it."""

    backup: Backup
    gone: list[str]


async def keep(config: Settings, now: datetime) -> Kept:
    """The daily backup, then the old ones that need not be kept. Works in a thread of its own."""

    async def work() -> Kept:
        folder = store(config)
        taken = await backups.take(place(config), folder, now)
        gone = backups.prune(folder, now, config.backup_keep_days, config.backup_keep_months)
        return Kept(taken, gone)

    return await asyncio.to_thread(lambda: asyncio.run(work()))


async def take(config: Settings, folder: Path, now: datetime) -> Backup:
    return await backups.take(place(config), folder, now)


def before_upgrade(config: Settings) -> Before | None:
    """A backup named after the revision that is left. Raises Unavailable, naming the way around it."""
    if config.upgrade_without_backup:
        return None

    async def work(revision: str) -> None:
        try:
            await backups.take(place(config), store(config), clock.real(), f"revision-{revision}")
        except Unavailable as why:
            raise Unavailable(
                f"升级数据库前的备份没有成功，未升级：{why.zh}"
                "如已另行备份，可设 RECTIFY_UPGRADE_WITHOUT_BACKUP=true 后再启动。",
                f"Nothing was upgraded, since the backup before it failed: {why.en} "
                "If you have one of your own, set RECTIFY_UPGRADE_WITHOUT_BACKUP=true and start again.",
            ) from why

    return work


async def restore(
    config: Settings, source: Path, now: datetime, mails: Mails, *, with_prefect: bool
) -> tuple[Backup, Held]:
    """Put the backup into the data folder and databases of the settings, if they are empty and unused."""
    target = place(config)
    _refuse_used(target.home)
    found = await asyncio.to_thread(backups.examine, source)
    await restoring.refuse(found, target, with_prefect=with_prefect)
    moments = Moments(now, clock.real())
    return found, await restoring.restore(found, target, moments, mails, with_prefect=with_prefect)


def _refuse_used(home: Path) -> None:
    running = using(home)
    if running:
        listed = ", ".join(map(str, running))
        raise NotAllowed(
            f"“{home}”正被程序使用（进程 {listed}）。请先全部停止，再恢复。",
            f"“{home}” is in use (process {listed}). Stop everything first, then restore.",
        )
