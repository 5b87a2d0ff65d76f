"""A mail server that does what a test tells it to: real sockets, real certificates, every bad habit."""

import asyncio
import base64
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from types import TracebackType
from typing import Self

import trustme

LOOPBACK = "127.0.0.1"
LONGEST = 2**22  # bytes of a message


class Rude(Enum):
    """What a server may do instead of answering."""

    DROP = "close the connection"
    RESET = "reset the connection"
    HANG = "say nothing and keep the line"


Reply = str | Rude

USUAL: Mapping[str, str] = {
    "CONNECT": "220 test server",
    "MAIL": "250 2.1.0 sender ok",
    "RCPT": "250 2.1.5 recipient ok",
    "RSET": "250 2.0.0 forgotten",
    "DATA": "354 go ahead",
    "CONTENT": "",
    ".": "250 2.0.0 queued as 4F3",
    "QUIT": "221 2.0.0 bye",
}
"""`CONTENT` is the moment after 354 with the message still under way, `.` the one after its last byte."""


@dataclass(frozen=True)
class Taken:
    """A message that arrived whole, whatever was answered to it."""

    sender: str
    recipients: tuple[str, ...]
    message: bytes
    tls: bool
    user: str


@dataclass
class Certificates:
    """A throw-away authority; `ca_file` is what a client must be told to trust it."""

    ca_file: Path
    authority: trustme.CA = field(default_factory=trustme.CA)

    def __post_init__(self) -> None:
        self.authority.cert_pem.write_to_path(str(self.ca_file))

    def server(self, *names: str) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.authority.issue_cert(*(names or (LOOPBACK, "localhost"))).configure_cert(context)
        return context


class SmtpServer:
    """`replies` says, for each verb, what to answer the first time, the second time, and so on.

    After that it answers as usual. `starttls` and `tls` are server contexts; `login` is (user, password).
    """

    def __init__(
        self,
        replies: Mapping[str, Sequence[Reply]] | None = None,
        *,
        starttls: ssl.SSLContext | None = None,
        tls: ssl.SSLContext | None = None,
        login: tuple[str, str] | None = None,
        extensions: Sequence[str] = (),
    ) -> None:
        self.starttls, self.tls, self.login, self.extensions = starttls, tls, login, extensions
        self.taken: list[Taken] = []
        self.commands: list[str] = []
        self.connections = 0
        self.port = 0
        self._waiting = {verb: list(answers) for verb, answers in (replies or {}).items()}
        self._talks: dict[asyncio.Task[object], asyncio.WriteTransport] = {}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._meet, LOOPBACK, self.port, ssl=self.tls, limit=LONGEST
        )
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for transport in self._talks.values():
            transport.abort()
        await asyncio.gather(*self._talks)

    def answer(self, verb: str) -> Reply:
        waiting = self._waiting.get(verb)
        return waiting.pop(0) if waiting else USUAL.get(verb, "502 5.5.1 unknown")

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if talk := asyncio.current_task():
            self._talks[talk] = writer.transport
        try:
            await _Conversation(self, reader, writer, tls=self.tls is not None).run()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()


class _Over(ConnectionError):
    """This server has decided to end the conversation."""


@dataclass
class _Conversation:
    server: SmtpServer
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    tls: bool
    user: str = ""
    sender: str = ""
    recipients: list[str] = field(default_factory=list)

    async def run(self) -> None:
        await self._do("CONNECT")
        while line := (await self.reader.readline()).decode().rstrip("\r\n"):
            self.server.commands.append(line)
            await self._obey(line, line.split()[0].upper())

    async def _obey(self, line: str, verb: str) -> None:
        match verb:
            case "EHLO":
                await self._greet()
            case "STARTTLS":
                await self._encrypt()
            case "AUTH":
                await self._log_in(line)
            case "DATA":
                await self._take()
            case _:
                reply = await self._do(verb)
                self._note(line, verb, accepted=reply.startswith("2"))

    def _note(self, line: str, verb: str, *, accepted: bool) -> None:
        address = line.partition("<")[2].partition(">")[0]
        if verb == "RSET" and accepted:
            self.sender, self.recipients = "", []
        elif verb == "MAIL" and accepted:
            self.sender = address
        elif verb == "RCPT" and accepted:
            self.recipients.append(address)

    async def _do(self, verb: str) -> str:
        """Answer as scripted; the sentence said."""
        if verb == "MAIL" and self.server.login and not self.user:
            return await self._say("530 5.7.0 authentication required")
        if verb == "MAIL" and self.sender:
            return await self._say("503 5.5.1 nested MAIL command")
        reply = self.server.answer(verb)
        if reply is Rude.RESET:
            self.writer.transport.abort()
            raise _Over
        if reply is Rude.DROP:
            raise _Over
        if isinstance(reply, Rude):
            await self.reader.read()
            raise _Over
        return await self._say(reply)

    async def _say(self, reply: str) -> str:
        if reply:
            self.writer.write(f"{reply}\r\n".encode())
            await self.writer.drain()
        return reply

    async def _greet(self) -> None:
        if self.server._waiting.get("EHLO"):
            await self._do("EHLO")
            return
        offers = ["test server", *self.server.extensions]
        if self.server.starttls and not self.tls:
            offers.append("STARTTLS")
        if self.server.login:
            offers.append("AUTH PLAIN")
        lines = [f"250-{offer}" for offer in offers[:-1]] + [f"250 {offers[-1]}"]
        await self._say("\r\n".join(lines))

    async def _encrypt(self) -> None:
        assert self.server.starttls is not None
        await self._say("220 2.0.0 ready")
        # Not writer.start_tls: after a failed handshake it leaves a writer that cannot even be thrown away.
        loop, reader = asyncio.get_running_loop(), asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        transport = await loop.start_tls(
            self.writer.transport, protocol, self.server.starttls, server_side=True
        )
        if transport is None:
            raise _Over
        protocol.connection_made(transport)
        self.reader, self.writer = reader, asyncio.StreamWriter(transport, protocol, reader, loop)
        self.tls = True

    async def _log_in(self, line: str) -> None:
        _, user, password = base64.b64decode(line.split()[2]).decode().split("\0")
        if (user, password) == self.server.login:
            self.user = user
            await self._say("235 2.7.0 welcome")
        else:
            await self._say("535 5.7.8 wrong user or password")

    async def _take(self) -> None:
        if not (await self._do("DATA")).startswith("354"):
            return
        first = await self.reader.readexactly(1)
        await self._do("CONTENT")
        wire = first + await self.reader.readuntil(b"\r\n.\r\n")
        message = b"".join(line.removeprefix(b".") for line in wire[:-3].splitlines(keepends=True))
        self.server.taken.append(Taken(self.sender, tuple(self.recipients), message, self.tls, self.user))
        self.sender, self.recipients = "", []
        await self._do(".")
