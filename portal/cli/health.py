"""Whether everything on this machine is alive and ready, asked of each part over loopback."""

import asyncio
from dataclasses import asdict
from typing import Annotated

import typer

from models.settings import settings
from portal.asking import PartName, Told, ask
from portal.cli.findings import Json
from portal.cli.printing import as_json, is_english, say, table

COLUMNS = (("部分", "part"), ("地址", "address"), ("存活", "alive"), ("就绪", "ready"), ("说明", "notes"))
YES, NO = ("是", "yes"), ("否", "no")


def add_to(app: typer.Typer) -> None:
    app.command(help="各部分是否正常 Whether every part on this machine is alive and ready.")(health)


def health(
    parts: Annotated[list[PartName] | None, typer.Argument(help="server | portal | worker")] = None,
    json: Json = False,
) -> None:
    """Exit 0 if all of them are, 1 if one is not: for systemd, cron and containers."""
    told = asyncio.run(ask(settings(), parts or list(PartName)))
    is_well = all(one.alive and one.ready for one in told)
    if json:
        as_json({"ok": is_well, "parts": [asdict(one) for one in told]})
    else:
        table(COLUMNS, [_row(one) for one in told])
        if is_well:
            say("各部分正常。", "Every part is well.")
    raise typer.Exit(0 if is_well else 1)


def _row(told: Told) -> tuple[str, ...]:
    english = is_english()
    alive, ready = ((YES if so else NO)[english] for so in (told.alive, told.ready))
    return told.part, told.address, alive, ready, _notes(told)


def _notes(told: Told) -> str:
    """What is missing, and what is worth knowing."""
    if not told.address:
        return ("没有在运行", "does not run")[is_english()]
    missing = [name for name, so in told.said.get("needs", {}).items() if not so]
    aside = told.said.get("aside", {})
    notes = [f"{name}: {NO[is_english()]}" for name in missing]
    return ", ".join([*notes, *(f"{name}: {_short(value)}" for name, value in aside.items())])


def _short(value: object) -> str:
    return (YES if value else NO)[is_english()] if isinstance(value, bool) else str(value)
