"""A small HTTP server for tests, on the loopback: each request is answered as the test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.smtp_server import LOOPBACK


@dataclass(frozen=True)
class Call:
    """One request."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    """By their names in small letters."""


Answer = Callable[[Call], Awaitable[tuple[int, bytes]]]


@asynccontextmanager
async def answering(answer: Answer, *headers: str, port: int = 0) -> AsyncIterator[str]:
    """The URL of a server that gives `answer(call)`, status and JSON, to each call; and these headers."""
    meetings: set[asyncio.Task[None]] = set()

    async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        meetings.add(task)
        while call := await _heard(reader):
            status, body = await answer(call)
            lines: tuple[str, ...] = (
                f"HTTP/1.1 {status} -",
                "Content-Type: application/json",
                f"Content-Length: {len(body)}",
            )
            lines += headers
            writer.write("\r\n".join([*lines, "", ""]).encode() + body)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(met, LOOPBACK, port)
    try:
        yield f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in meetings:
            task.cancel()
        await asyncio.gather(*meetings, return_exceptions=True)


async def _heard(reader: asyncio.StreamReader) -> Call | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    method, path, _ = head[0].split(" ")
    parts = (line.split(": ", 1) for line in head[1:] if line)
    headers = {name.lower(): value for name, value in parts}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Call(method, path, body, headers)
