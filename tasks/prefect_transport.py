"""Calls on Prefect's server, given again at once where its database was busy for a moment."""

import asyncio
import random

import httpx

PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4)
"""Seconds before a call that was answered 503 is made again, each more or less by half."""
BUSY = 503


class PatientTransport(httpx.AsyncHTTPTransport):
    """On SQLite Prefect answers 503 wherever two of its writes meet, and has done nothing then.

    Prefect's own client would wait two seconds, then four: it does so only after these tries.
    """

    def __init__(self) -> None:
        super().__init__(retries=3)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        for pause in PAUSES:
            response = await super().handle_async_request(request)
            if response.status_code != BUSY:
                return response
            await response.aclose()
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311
        return await super().handle_async_request(request)
