"""A small load balancer, standing for haproxy: each connection goes to a server that takes it."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from types import TracebackType
from typing import Self

LOOPBACK = "127.0.0.1"
CHUNK = 65536


@dataclass
class Balancer:
    """Listens on a port of its own and leads each connection to the next of the backends that are up."""

    backends: list[int]
    port: int = 0
    turn: Iterator[int] = field(default_factory=count)
    talks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._meet, LOOPBACK, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for talk in self.talks:
            talk.cancel()
        await asyncio.gather(*self.talks, return_exceptions=True)

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.ensure_future(self._lead(reader, writer))
        self.talks.add(talk)
        talk.add_done_callback(self.talks.discard)

    async def _lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = next(self.turn)
        for step in range(len(self.backends)):
            try:
                port = self.backends[(first + step) % len(self.backends)]
                there, back = await asyncio.open_connection(LOOPBACK, port)
            except OSError:
                continue
            await asyncio.gather(_carry(reader, back), _carry(there, writer))
            return
        writer.close()


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    """Until one side is gone; then the other is told."""
    with suppress(OSError):
        while chunk := await source.read(CHUNK):
            target.write(chunk)
            await target.drain()
    target.close()
