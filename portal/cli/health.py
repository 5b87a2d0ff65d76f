"""Whether everything on this machine is alive and ready, asked of each part over loopback."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Annotated, Any

import httpx
import typer

from models.settings import Settings, settings
from portal.cli.findings import Json
from portal.cli.printing import as_json, is_english, say, table
from tasks.listening import addresses
from tasks.prefect_server import api_url

PATIENCE = 6.0
"""Longer than a part waits for its database."""
COLUMNS = (("部分", "part"), ("地址", "address"), ("存活", "alive"), ("就绪", "ready"), ("说明", "notes"))
YES, NO = ("是", "yes"), ("否", "no")


class PartName(StrEnum):
    SERVER = "server"
    PORTAL = "portal"
    WORKER = "worker"


@dataclass(frozen=True)
class Told:
    """What one part says of itself."""

    part: PartName
    address: str
    alive: bool
    ready: bool
    said: Mapping[str, Any] = field(default_factory=dict)


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


async def ask(config: Settings, parts: Sequence[PartName]) -> list[Told]:
    """Every part of these kinds; a kind that does not run is told as not alive."""
    async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
        asked = [_ask(client, part, root) for part in parts for root in _roots(config, part)]
        return list(await asyncio.gather(*asked))


def _roots(config: Settings, part: PartName) -> list[str]:
    """Where the part answers; of workers there may be several, and none that listens."""
    match part:
        case PartName.SERVER:
            return [api_url(config)]
        case PartName.PORTAL:
            host = f"[{config.portal_host}]" if ":" in config.portal_host else config.portal_host
            return [f"http://{host}:{config.portal_port}"]
        case PartName.WORKER:
            return [f"http://{address}" for address in addresses(config.home).values()] or [""]


async def _ask(client: httpx.AsyncClient, part: PartName, root: str) -> Told:
    if not root:
        return Told(part, "", alive=False, ready=False)
    alive, ready = await asyncio.gather(_get(client, f"{root}/health"), _get(client, f"{root}/ready"))
    said = ready.json() if ready is not None and part is not PartName.SERVER else {}
    return Told(part, root, alive=_is_well(alive), ready=_is_well(ready), said=said)


async def _get(client: httpx.AsyncClient, url: str) -> httpx.Response | None:
    try:
        return await client.get(url)
    except httpx.HTTPError:
        return None


def _is_well(answer: httpx.Response | None) -> bool:
    return answer is not None and answer.is_success


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
