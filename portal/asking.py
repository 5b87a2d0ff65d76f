"""Each part of Rectify on this machine, asked over loopback whether it lives and is ready."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import httpx

from models.settings import Settings
from tasks.listening import addresses
from tasks.prefect_server import api_url

PATIENCE = 6.0
"""Longer than a part waits for its database."""


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


async def ask(config: Settings, parts: Sequence[PartName], patience: float = PATIENCE) -> list[Told]:
    """Every part of these kinds; a kind that does not run is told as not alive."""
    async with httpx.AsyncClient(timeout=patience, trust_env=False) as client:
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
