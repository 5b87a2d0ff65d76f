"""The demo's own mail server on this machine, and how the pages read what it received."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from weakref import WeakSet

from aiosmtpd.smtp import SMTP, Envelope, Session

from policy.refusals import BadInput, NotFound, Unavailable
from tasks import clock

MOST_BYTES = 10 * 1024 * 1024
STAMP = "%Y%m%dT%H%M%S%f"
NAME = re.compile(r"\d{8}T\d{12}Z-\d{6}\.eml")
ENDING = ".eml"


@dataclass(frozen=True)
class Received:
    """One line of the mailbox. `name` opens it; `at` is aware, UTC."""

    name: str
    at: datetime
    subject: str
    to: str
    sender: str


@dataclass(frozen=True)
class MessageView:
    """A message as it can be shown. `html` is a stranger's: show it only in a sandboxed frame."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str


async def serve_mailbox(folder: Path, host: str, port: int) -> None:
    """Receive mail for anyone and keep it in `folder`, until cancelled."""
    async with open_mailbox(folder, host, port):
        await asyncio.Event().wait()


@asynccontextmanager
async def open_mailbox(folder: Path, host: str, port: int) -> AsyncIterator[int]:
    """The same while the block lasts; yields the port, chosen by the system if `port` is 0."""
    _only_here(host)
    loop, postbox, talks = asyncio.get_running_loop(), _Postbox(folder), WeakSet[SMTP]()

    def talk() -> SMTP:
        protocol = SMTP(
            postbox, data_size_limit=MOST_BYTES, enable_SMTPUTF8=True, hostname="localhost", loop=loop
        )
        talks.add(protocol)
        return protocol

    try:
        server = await loop.create_server(talk, host, port)
    except OSError as error:
        raise Unavailable(
            f"邮箱端口 {host}:{port} 不能使用（{error.strerror}）。请用 RECTIFY_MAILBOX_PORT 换一个端口。",
            f"The mailbox cannot listen on {host}:{port} ({error.strerror}). Set RECTIFY_MAILBOX_PORT.",
        ) from error
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for protocol in talks:
            if protocol.transport is not None:
                protocol.transport.close()


def received(folder: Path) -> list[Received]:
    """What has arrived, newest first."""
    return [_line(folder / name) for name in sorted(_names(folder), reverse=True)]


def opened(folder: Path, name: str) -> MessageView:
    """The message `received` listed under `name`. Raises NotFound for anything else."""
    path = folder / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise NotFound("邮箱中没有这封邮件。", "There is no such message in the mailbox.")
    message = message_from_bytes(path.read_bytes(), policy=default)
    return MessageView(
        headers=tuple((key, _shown(value)) for key, value in message.items()),
        text=_body(message, "plain"),
        html=_body(message, "html"),
    )


class _Postbox:
    """What aiosmtpd asks when a message has come."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._count = max((int(name[-10:-4]) for name in _names(folder)), default=0)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002
        content = envelope.original_content or b""
        self._count += 1
        name = f"{clock.now().strftime(STAMP)}Z-{self._count % 10**6:06d}{ENDING}"
        try:
            await asyncio.to_thread(_keep, self._folder / name, content)
        except OSError as error:
            return f"452 4.3.1 Not kept: {error.strerror}"
        return f"250 2.0.0 Kept as {name}"


def _keep(path: Path, content: bytes) -> None:
    """Once this returns, the message survives a power cut; until then nobody sees half of it."""
    draft = path.with_suffix(".part")
    with draft.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    directory = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _only_here(host: str) -> None:
    try:
        here = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here:
        raise BadInput(
            f"演示邮箱只能在本机（127.0.0.1）上监听，不能用“{host}”。",
            f"The demo mailbox listens on this machine only (127.0.0.1), not on “{host}”.",
        )


def _names(folder: Path) -> list[str]:
    return [path.name for path in folder.glob(f"*{ENDING}") if NAME.fullmatch(path.name)]


def _line(path: Path) -> Received:
    with path.open("rb") as file:
        message = BytesHeaderParser(policy=default).parse(file)
    return Received(
        name=path.name,
        at=datetime.strptime(path.name.partition("Z")[0], STAMP).replace(tzinfo=UTC),
        subject=_shown(message.get("Subject", "")),
        to=_shown(message.get("To", "")),
        sender=_shown(message.get("From", "")),
    )


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    if part is None:
        return ""
    try:
        content = part.get_content()
    except (LookupError, ValueError):  # a charset or an encoding nobody knows
        content = part.get_payload(decode=True)
    return content if isinstance(content, str) else bytes(content or b"").decode("utf-8", "replace")


def _shown(value: object) -> str:
    """A header with raw UTF-8 arrives as surrogates; give it back its letters."""
    return str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")
