"""Where a worker answers probes, from its own event loop: a loop that hangs does not answer."""

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import uvicorn
from starlette.applications import Starlette

from models.settings import Settings
from portal import probes
from tasks import measures
from tasks.listening import announced

log = logging.getLogger("rectify.listener")


async def answering(config: Settings, stop: asyncio.Event) -> None:
    """Answer until stopped; not at all where the port is 0."""
    if config.worker_port:
        async with open_listener(config):
            await stop.wait()


@asynccontextmanager
async def open_listener(config: Settings) -> AsyncIterator[str]:
    """The same while the block lasts; yields the address."""
    with bound(config.worker_host, config.worker_port) as where:
        host, port = where.getsockname()[:2]
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        server = uvicorn.Server(_quiet(config))
        serving = asyncio.create_task(server.serve(sockets=[where]))
        try:
            with announced(config.home, address):
                yield address
        finally:
            server.should_exit = True
            await serving


def _quiet(config: Settings) -> uvicorn.Config:
    worker = probes.routes(config, "worker", measures.WORK, aside=about)
    return uvicorn.Config(
        Starlette(routes=worker),
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=1,
    )


def about() -> Mapping[str, object]:
    return {
        "prefect": bool(measures.WORK.get_sample_value("rectify_prefect_up")),
        "runs_under_way": int(measures.WORK.get_sample_value("rectify_runs_under_way") or 0),
    }


def bound(host: str, port: int) -> socket.socket:
    """A socket at this port, or at a free one if another process has it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
    found = socket.create_server((host, 0), family=family)
    log.warning("Port %d is taken; this worker answers probes at port %d.", port, found.getsockname()[1])
    return found
