"""A mail server that takes everything at once and keeps nothing, in a process of its own.

`python -m tests.benchmarks.smtp_sink` says its port, and once its input is closed how many mails it took.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"
END = b"\r\n.\r\n"


class Sink(asyncio.Protocol):
    """One connection: answers each line, and DATA until its dot."""

    taken = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self.transport, self.left, self.in_data = transport, b"", False
        self._say(b"220 sink")

    def data_received(self, data: bytes) -> None:
        self.left += data
        while END in self.left if self.in_data else b"\r\n" in self.left:
            if self.in_data:
                self.left = self.left.partition(END)[2]
                self.in_data, Sink.taken = False, Sink.taken + 1
                self._say(b"250 2.0.0 taken")
            else:
                line, _, self.left = self.left.partition(b"\r\n")
                self._obey(line[:4].upper())

    def _obey(self, verb: bytes) -> None:
        self.in_data = verb == b"DATA"
        self._say({b"DATA": b"354 go ahead", b"QUIT": b"221 bye"}.get(verb, b"250 ok"))
        if verb == b"QUIT":
            self.transport.close()

    def _say(self, reply: bytes) -> None:
        self.transport.write(reply + b"\r\n")


@dataclass
class Running:
    port: int
    taken: int = 0
    """Known once it has ended."""


@contextmanager
def running() -> Iterator[Running]:
    """The sink as a process beside this one."""
    words = [sys.executable, "-m", "tests.benchmarks.smtp_sink"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        sink = Running(int(process.stdout.readline()))
        try:
            yield sink
        finally:
            process.stdin.close()
            sink.taken = int(process.stdout.readline() or 0)


async def main() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Sink, LOOPBACK, 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201
    await loop.run_in_executor(None, sys.stdin.read)
    print(Sink.taken, flush=True)  # noqa: T201


if __name__ == "__main__":
    asyncio.run(main())
