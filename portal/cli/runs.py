"""What the command line asks of Prefect, over plain HTTP: importing Prefect takes longer than the answer."""

import httpx

from models.checks import Invariant
from models.database import Database
from models.questions import Row
from models.settings import Settings, settings
from tasks.flow_ui import run_path
from tasks.prefect_server import api_url, auth

PATIENCE = 2.0


async def seen(run: Row | None) -> Row | None:
    """The run with its address and, while Prefect answers, the state it shows there."""
    if run is None:
        return None
    config = settings()
    url = f"{config.portal_url}{run_path(run['id'])}"
    return run | {"url": url, "state_name": await _state_name(config, run["id"])}


async def _state_name(config: Settings, run_id: str) -> str | None:
    if not run_id:
        return None
    try:
        async with _client(config) as client:
            answer = await client.get(f"/flow_runs/{run_id}")
    except httpx.HTTPError:
        return None
    found = answer.json() if answer.is_success else {}
    return str(found["state_name"]) if found.get("state_name") else None


def _client(config: Settings) -> httpx.AsyncClient:
    name, _, password = auth(config).partition(":")
    return httpx.AsyncClient(base_url=api_url(config), auth=(name, password), timeout=PATIENCE)


async def answers(config: Settings) -> bool:
    try:
        async with _client(config) as client:
            return (await client.get("/health")).is_success
    except httpx.HTTPError:
        return False


async def squared(db: Database, config: Settings) -> list[Invariant]:
    """Whether Prefect's runs fit the rows; nothing while Prefect does not answer."""
    if not await answers(config):
        return []
    from tasks.prefect_server import apply, client_environment

    apply(client_environment(config))
    from tasks.prefect_runs import prefect_client
    from tasks.squaring import survey

    async with prefect_client() as client:
        found = await survey(db, client)
    lines = [f"{number} 没有现行运行，或运行未跟上" for number in found.wake]
    lines += [f"{number} 的第{generation}代运行已失联" for number, generation in found.lost]
    lines += [f"运行 {run.id}（{run.number}）无主" for run in found.orphans]
    return [Invariant("runs fit the rows", lines, "运行与台账相符")]
