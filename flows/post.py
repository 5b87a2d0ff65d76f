"""The round that sends what lies in the outbox."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
from prefect import flow
from prefect.exceptions import ObjectNotFound

from tasks.post import send, write
from tasks.prefect_runs import PrefectAway, prefect_client, show

log = logging.getLogger("rectify.rounds")


@flow(name="post", flow_run_name="发件", persist_result=False)
async def post() -> int:
    """Put queued letters into mails, one to each person, and send every mail that may go now.

    Returns how many mails were written or accepted. Started by hand; the worker runs its rounds plainly.
    """
    return await write() + await send()


async def post_plainly() -> int:
    """The same round without Prefect."""
    return await write.fn() + await send.fn()


@dataclass
class PostFirst:
    """The round as a worker runs it: mail waits for no answer of Prefect, which is told of it beside.

    A round that did nothing is not shown. What is done within seconds, or while Prefect is slow, is shown
    together.
    """

    run: Callable[[], Awaitable[int]] = post_plainly
    together: float = 5.0
    """Seconds between two that are shown."""
    untold: int = 0
    telling: asyncio.Task[None] | None = None

    async def __call__(self) -> int:
        done = await self.run()
        self.untold += done
        if self.untold and (self.telling is None or self.telling.done()):
            self.telling = asyncio.create_task(self._tell())
        return done

    async def _tell(self) -> None:
        while self.untold:
            done, self.untold = self.untold, 0
            try:
                async with prefect_client() as client:
                    await show(client, "post/post", f"发件 {done}")
            except (PrefectAway, ObjectNotFound, httpx.HTTPStatusError) as away:
                log.info("a round of the post is not shown in the flow UI: %s", away)
            await asyncio.sleep(self.together)
