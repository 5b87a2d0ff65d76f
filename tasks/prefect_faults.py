"""Fault points before and after every call this process makes on Prefect, only where faults are armed."""

import re
from typing import Any

import httpx
from prefect.client import orchestration
from prefect.client.base import PrefectHttpxAsyncClient

from models.faults import is_armed, reach

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
STATE = re.compile(rb'"type": ?"([A-Z]+)"')


def arm() -> None:
    """To be called before the first client is made; it does nothing in production."""
    if is_armed():
        vars(orchestration)["PrefectHttpxAsyncClient"] = _Faulty


class _Faulty(PrefectHttpxAsyncClient):
    """Prefect's client with points around each try of a call, its own retries included."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs, event_hooks={"request": [_before], "response": [_after]})


async def _before(request: httpx.Request) -> None:
    _reach(request, "before")


async def _after(response: httpx.Response) -> None:
    """Prefect has done it; we do not know yet."""
    _reach(response.request, "after")


def _reach(request: httpx.Request, side: str) -> None:
    try:
        reach(f"{name(request)}.{side}")
    except TimeoutError as error:
        raise httpx.ReadTimeout(str(error), request=request) from error
    except ConnectionError as error:
        raise httpx.ReadError(str(error), request=request) from error


def name(request: httpx.Request) -> str:
    """Like `prefect.POST /flow_runs/{}/set_state PAUSED`."""
    path = UUID.sub("{}", request.url.path.removeprefix("/api"))
    state = STATE.search(request.content) if path.endswith("/set_state") else None
    return f"prefect.{request.method} {path}" + (f" {state[1].decode()}" if state else "")
