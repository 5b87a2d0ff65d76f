"""A worker of its own process, as `rectify worker` starts it, for the deployments of a given file."""

import asyncio
import sys
from pathlib import Path

from models.settings import settings
from tasks import logs
from tasks.prefect_server import apply, client_environment


def main() -> None:
    logs.begin("worker")
    apply(client_environment(settings()))

    from flows.worker import run_worker, serve

    async def work(stop: asyncio.Event) -> None:
        await run_worker(settings(), stop=stop, deployments=Path(sys.argv[1]))

    serve(work)


if __name__ == "__main__":
    main()
