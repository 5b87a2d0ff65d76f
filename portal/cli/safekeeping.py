"""Commands that keep everything safe: backup, restore."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from models.database import Database
from models.keeping import backups
from models.keeping.backups import Backup
from models.keeping.restoring import Held, Mails
from models.settings import settings
from portal.cli.findings import Json
from portal.cli.printing import as_json, say
from portal.cli.running import override, with_database
from tasks import clock, safekeeping


def add_to(app: typer.Typer) -> None:
    app.command("backup", help="备份 Both databases and the evidence, while everything runs.")(backup)
    app.command("restore", help="恢复 A backup, into an empty data folder.")(restore)


def backup(
    folder: Annotated[Path | None, typer.Argument(metavar="DIR", help="备份目录 Where to.")] = None,
    json: Json = False,
) -> None:
    """A backup lacking something that should be in it ends with exit code 1."""
    store = folder or safekeeping.store(settings())

    async def work(_db: Database) -> Backup:
        return await safekeeping.take(settings(), store, clock.real())

    taken = with_database(work)
    if json:
        as_json({"folder": str(taken.folder), "counts": taken.manifest.counts, "lacks": taken.lacks})
    else:
        counts = taken.manifest.counts
        say(
            f"已备份到 {taken.folder}：问题{counts['finding']}条，记录{counts['event']}条，"
            f"佐证文件{len(taken.manifest.evidence)}个。",
            f"Backed up to {taken.folder}: {counts['finding']} findings, {counts['event']} events, "
            f"{len(taken.manifest.evidence)} evidence files.",
        )
        for line in taken.lacks:
            say(f"缺少：{line}", f"Lacking: {line}")
    if taken.lacks:
        raise typer.Exit(1)


def restore(
    source: Annotated[Path, typer.Argument(metavar="DIR", help="备份，或备份目录（取最新） The backup.")],
    into: Annotated[str, typer.Option("--into", help="恢复到此空目录 An empty data folder.")] = "",
    mails: Annotated[
        Mails, typer.Option("--mails", help="未发函件 hold: 待人确认 for a person to decide | send: 照发")
    ] = Mails.HOLD,
    without_prefect: Annotated[
        bool, typer.Option("--without-prefect", help="不恢复流程库 Make all runs anew.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检验备份 Only examine it.")] = False,
) -> None:
    """What may have been sent since the backup was taken is held for a person, unless --mails send."""
    override(home=into)
    found = backups.newest(source)
    if dry_run:
        found = backups.examine(found.folder)
        say(f"备份 {found.folder} 完好。", f"The backup {found.folder} is whole.")
        return
    config, now = settings(), clock.now()
    restored, held = asyncio.run(
        safekeeping.restore(config, found.folder, now, mails, with_prefect=not without_prefect)
    )
    _tell(restored, held, mails)


def _tell(restored: Backup, held: Held, mails: Mails) -> None:
    at = clock.office_time(restored.manifest.at)
    say(
        f"已恢复 {at} 的备份到 {settings().home}。启动后，巡查会使各运行与台账一致。",
        f"Restored the backup of {at} to {settings().home}. Once started, the watch squares runs and rows.",
    )
    if mails is Mails.HOLD:
        say(
            f"备份之后可能已发出的，不会自动再发：存疑邮件{held.mails}封（rectify mail），"
            f"待签函件{held.letters}份（rectify letters），请督办人逐一确认。",
            f"What may have gone out since is not sent again by itself: {held.mails} mails in doubt "
            f"(rectify mail), {held.letters} letters to be signed (rectify letters); a supervisor decides.",
        )
