"""The flow UI behind the portal: which of Prefect's files and reads are passed on, and how."""

import re
from collections.abc import Mapping
from urllib.parse import quote

import httpx

from models.settings import Settings
from tasks.prefect_server import UI_BASE, api_url, auth

START = f"{UI_BASE}/v2/"
"""Prefect's present UI; the earlier one is not served through the portal."""
PATIENCE = 20.0

READS = (
    "GET health",
    "GET version",
    "GET admin/version",
    "GET artifacts/{id}",
    "GET artifacts/{key}/latest",
    "GET automations/related-to/{id}",
    "GET concurrency_limits/{id}",
    "GET deployments/{id}",
    "GET deployments/{id}/schedules",
    "GET events/filter/next",
    "GET flow_runs/{id}",
    "GET flow_runs/{id}/graph",
    "GET flow_runs/{id}/graph-v2",
    "GET flow_runs/{id}/logs/download",
    "GET flows/{id}",
    "GET task_runs/{id}",
    "GET ui/task_runs/{id}",
    "GET work_pools/{name}",
    "GET work_pools/{name}/queues/{name}",
    "GET work_queues/{id}",
    "GET work_queues/{id}/status",
    "POST artifacts/count",
    "POST artifacts/filter",
    "POST artifacts/latest/count",
    "POST artifacts/latest/filter",
    "POST automations/count",
    "POST automations/filter",
    "POST block_documents/count",
    "POST concurrency_limits/filter",
    "POST deployments/count",
    "POST deployments/filter",
    "POST deployments/paginate",
    "POST events/count-by/{countable}",
    "POST events/filter",
    "POST flow_runs/count",
    "POST flow_runs/filter",
    "POST flow_runs/history",
    "POST flow_runs/lateness",
    "POST flow_runs/paginate",
    "POST flows/count",
    "POST flows/filter",
    "POST flows/paginate",
    "POST logs/filter",
    "POST saved_searches/filter",
    "POST task_runs/count",
    "POST task_runs/filter",
    "POST task_runs/history",
    "POST task_runs/paginate",
    "POST task_workers/filter",
    "POST ui/flow_runs/count-task-runs",
    "POST ui/flow_runs/history",
    "POST ui/flows/count-deployments",
    "POST ui/flows/next-runs",
    "POST ui/task_runs/count",
    "POST ui/task_runs/dashboard/counts",
    "POST v2/concurrency_limits/filter",
    "POST variables/count",
    "POST work_pools/count",
    "POST work_pools/filter",
    "POST work_pools/{name}/queues/filter",
    "POST work_pools/{name}/workers/filter",
    "POST work_queues/filter",
)
"""All that is passed on to Prefect's API. Not here, though only read: blocks and variables, which may hold
secrets; its settings; what it would fetch from the internet; tokens and polls, which write."""

FILE = re.compile(r"[\w-]+(?:[./][\w-]+)*\.[a-z0-9]+", re.ASCII)
"""A file of the UI; every other address is one of its pages, which are all the same file."""
PASSED_ON = ("accept", "accept-encoding", "content-type", "if-none-match", "if-modified-since")
PASSED_BACK = ("content-type", "content-length", "content-encoding", "content-disposition", "etag", "vary")


ALLOWED = re.compile("|".join(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(read)) for read in READS))


def is_read(method: str, path: str) -> bool:
    """Whether a call of Prefect's API, by its path below `/api/`, changes nothing and tells no secret."""
    return bool(ALLOWED.fullmatch(f"{method} {path}")) and not {".", ".."} & set(path.split("/"))


def run_path(run_id: object) -> str:
    """The page of a run, below the portal's own address."""
    return f"{START}runs/flow-run/{run_id}"


def client(settings: Settings) -> httpx.AsyncClient:
    """Speaks to Prefect with its password, which no browser ever gets; follows nothing, keeps no cookie."""
    name, _, password = auth(settings).partition(":")
    return httpx.AsyncClient(
        base_url=api_url(settings).removesuffix("/api"), auth=(name, password), timeout=PATIENCE
    )


async def file(prefect: httpx.AsyncClient, path: str, headers: Mapping[str, str]) -> httpx.Response:
    """A file of the UI, not read to its end yet."""
    wanted = path if FILE.fullmatch(path) else ""
    return await _asked(prefect, "GET", f"{START}{wanted}", headers)


async def read(
    prefect: httpx.AsyncClient, method: str, path: str, query: str, headers: Mapping[str, str], body: bytes
) -> httpx.Response:
    """The answer to a read, not read to its end yet."""
    url = f"/api/{quote(path)}" + (f"?{query}" if query else "")
    return await _asked(prefect, method, url, headers, body)


async def _asked(
    prefect: httpx.AsyncClient, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
) -> httpx.Response:
    prefect.cookies.clear()
    ours = {name: headers[name] for name in PASSED_ON if name in headers}
    return await prefect.send(
        prefect.build_request(method, url, headers=ours, content=body or None), stream=True
    )


def passed_back(answer: httpx.Response) -> dict[str, str]:
    """The headers that a browser may get from Prefect; no cookie is among them."""
    return {name: answer.headers[name] for name in PASSED_BACK if name in answer.headers}
