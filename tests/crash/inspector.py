"""The harness's eye: a process of its own that looks at database, Prefect and journals. Nobody kills it."""

import asyncio
import json
import sys
from typing import Any

from models.settings import settings
from tasks import clock
from tasks.prefect_server import apply, client_environment

SUPERVISOR = "verifier"


async def main() -> None:
    from portal.cli.running import ready
    from tasks.prefect_runs import prefect_client
    from tests.browsing import let_in
    from tests.crash.oracle import Oracle

    db = await ready()
    async with prefect_client() as client:
        oracle = Oracle(db, client, settings().home)
        await let_in(db)
        print(json.dumps({"ready": True}), flush=True)
        for line in iter(sys.stdin.readline, ""):
            try:
                said: Any = await _answer(oracle, line.strip())
            except Exception as error:  # Prefect may be down just now
                said = {"lines": [f"cannot look: {error!r}"]}
            print(json.dumps(said), flush=True)


async def _answer(oracle: Any, asked: str) -> dict[str, list[str]]:
    if asked == "broken":
        return {"lines": await oracle.broken(clock.now())}
    await oracle.hurry(clock.now())
    settled = await oracle.settle(SUPERVISOR, clock.now())
    return {"lines": settled + await oracle.unrest()}


if __name__ == "__main__":
    apply(client_environment(settings()))
    asyncio.run(main())
