"""Speak SMTP: one message to one recipient, and say honestly what became of it."""

import asyncio
import re
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from types import TracebackType
from typing import Self

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)
from aiosmtplib.protocol import PERIOD_REGEX, normalize_message_line_endings
from email_validator import EmailNotValidError, validate_email

from models.faults import reach
from models.settings import Settings, SmtpSecurity

TEN_MINUTES = 600.0
"""RFC 5321 4.5.3.2.6: a server may take this long to answer the final dot."""

OUR_SETTINGS = frozenset({530, 534, 535, 538})
"""RFC 4954 and 3207: the server wants a login or encryption, so the mail itself was not refused."""

FAREWELL = 5.0
TROUBLE = (SMTPException, OSError, ValueError)


@dataclass(frozen=True)
class SmtpAccess:
    """Where the mail server is and how it is spoken to. Timeouts are seconds for each step."""

    host: str
    port: int = 25
    security: SmtpSecurity = SmtpSecurity.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    timeout: float = 60.0
    final_timeout: float = TEN_MINUTES


@dataclass(frozen=True)
class Sent:
    """The server answered 250 after the final dot. `reply` is what it said, often its queue number."""

    reply: str


@dataclass(frozen=True)
class Unsent:
    zh: str
    en: str

    @property
    def reason(self) -> str:
        return f"{self.zh} {self.en}"


@dataclass(frozen=True)
class Refused(Unsent):
    """Final. `code` is the server's, or None if we did not even ask it."""

    code: int | None = None


@dataclass(frozen=True)
class TryAgain(Unsent):
    """Nothing was delivered. With `server_down` no other mail would pass now either."""

    server_down: bool = False


@dataclass(frozen=True)
class InDoubt(Unsent):
    """The server had all of the message and did not say whether it took it. Never send it again blindly."""


Outcome = Sent | Refused | TryAgain | InDoubt
BeforeData = Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Envelope:
    sender: str
    recipient: str
    utf8: bool


class MailServer:
    """One connection for many messages, opened when first needed and again whenever it was lost."""

    def __init__(self, access: SmtpAccess) -> None:
        self._access = access
        self._client: SMTP | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            await client.quit(timeout=min(FAREWELL, self._access.timeout))
        except TROUBLE:
            pass
        finally:
            client.close()

    async def send(self, sender: str, recipient: str, message: bytes, *, before_data: BeforeData) -> Outcome:
        """Send `message` and say what became of it; a failing network raises nothing.

        `before_data` is awaited when the server has taken the recipient and has not yet seen a byte of the
        message. What it raises is passed on, and nothing has been sent.
        """
        if not is_address(sender):
            return _bad_sender(sender)
        if not is_address(recipient):
            return Refused(*_not_an_address(recipient))
        envelope = Envelope(sender, recipient, utf8=not (sender + recipient + _header(message)).isascii())
        async with self._turn:
            try:
                return await self._send(envelope, message, before_data)
            except _Stop as stop:
                return stop.outcome
            except asyncio.CancelledError:
                self._hang_up()
                raise

    async def open(self) -> TryAgain | None:
        """Connect before there is anything to send; None if the server is ready for it."""
        async with self._turn:
            try:
                self._client = await _connect(self._access)
            except _Stop as stop:
                if not isinstance(stop.outcome, TryAgain):
                    raise
                return stop.outcome
        return None

    async def _send(self, envelope: Envelope, message: bytes, before_data: BeforeData) -> Outcome:
        client = await self._address(envelope)
        try:
            await before_data()
        except Exception:
            await self._reset(client)
            raise
        await self._announce(client)
        return await self._hand_over(client, message)

    async def _address(self, envelope: Envelope) -> SMTP:
        """A connection on which the server has taken both the sender and the recipient."""
        client = self._client
        if client is not None and client.is_connected:
            try:
                await _name_both(client, envelope)
                return client
            except TROUBLE as trouble:
                await self._reset(client)
                if not _was_closed(trouble):
                    raise _Stop(_not_taken(trouble)) from trouble
        return await self._address_anew(envelope)

    async def _address_anew(self, envelope: Envelope) -> SMTP:
        client = self._client = await _connect(self._access)
        try:
            await _name_both(client, envelope)
        except TROUBLE as trouble:
            await self._reset(client)
            raise _Stop(_not_taken(trouble)) from trouble
        return client

    async def _announce(self, client: SMTP) -> None:
        """DATA, up to the server's 354: until then it has nothing it could deliver."""
        try:
            reach("smtp.data.before")
            reply = await client.execute_command(b"DATA")
            reach("smtp.data.after")
            if reply.code != 354:
                raise SMTPResponseException(reply.code, reply.message)
        except TROUBLE as trouble:
            await self._reset(client)
            raise _Stop(_not_taken(trouble)) from trouble

    async def _hand_over(self, client: SMTP, message: bytes) -> Outcome:
        wire = PERIOD_REGEX.sub(b"..", normalize_message_line_endings(message)) + b".\r\n"
        protocol = client.protocol
        try:
            if protocol is None:
                raise SMTPServerDisconnected("Connection lost")
            reach("smtp.dot.before")
            protocol.write(wire)
        except TROUBLE as trouble:  # raised only while the connection is known to be closed
            self._hang_up()
            return _not_taken(trouble)
        try:
            reach("smtp.dot.after")
            reply = await protocol.read_response(timeout=self._access.final_timeout)
            reach("smtp.answer.after")
        except TROUBLE as trouble:
            self._hang_up()
            return _unanswered(trouble)
        if reply.code == 421:
            self._hang_up()
        return _verdict(reply.code, reply.message)

    async def _reset(self, client: SMTP) -> None:
        """Make the connection fit for the next message, or give it up."""
        try:
            await client.rset()
        except TROUBLE:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = None


def access(settings: Settings) -> SmtpAccess:
    return SmtpAccess(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
        ca_file=settings.smtp_ca_file,
        timeout=settings.smtp_timeout,
    )


@lru_cache(maxsize=4096)
def is_address(text: str) -> bool:
    """Whether `text` is exactly one address by its shape: no name, no list, no line break."""
    # Offices use `.local` and bare host names inside; under `.test` the library judges only the shape.
    try:
        validate_email(
            f"{text}.test", check_deliverability=False, globally_deliverable=False, test_environment=True
        )
    except EmailNotValidError:
        return False
    return True


class _Stop(Exception):
    """The message goes no further, and nothing of it was handed over."""

    def __init__(self, outcome: Refused | TryAgain) -> None:
        super().__init__(outcome.en)
        self.outcome = outcome


async def _connect(to: SmtpAccess) -> SMTP:
    """Connected, greeted, encrypted and logged in, as `to` demands."""
    if not to.host:
        raise _Stop(
            _waiting("尚未设置邮件服务器（RECTIFY_SMTP_HOST）", "No mail server is set (RECTIFY_SMTP_HOST)")
        )
    try:
        client = SMTP(
            hostname=to.host,
            port=to.port,
            timeout=to.timeout,
            local_hostname=_own_name(),
            use_tls=to.security is SmtpSecurity.TLS,
            start_tls=False,
            tls_context=await _trusted(to),
        )
    except TROUBLE as trouble:
        raise _Stop(_bad_ca_file(to, trouble)) from trouble
    try:
        await _greet(client, to)
    except TROUBLE as trouble:
        client.close()
        raise _Stop(_not_ready(to, trouble)) from trouble
    except BaseException:
        client.close()
        raise
    return client


async def _greet(client: SMTP, to: SmtpAccess) -> None:
    reach("smtp.connect.before")
    await client.connect()
    reach("smtp.connect.after")
    await client.ehlo()
    reach("smtp.ehlo.after")
    if to.security is SmtpSecurity.STARTTLS:
        if not client.supports_extension("starttls"):
            raise _Stop(
                _waiting(
                    f"邮件服务器 {to.host} 不支持 STARTTLS 加密，未发送任何内容；"
                    "请更换服务器，或修改 RECTIFY_SMTP_SECURITY",
                    f"The mail server {to.host} offers no STARTTLS, nothing was sent; "
                    "use another server or change RECTIFY_SMTP_SECURITY",
                )
            )
        await client.starttls()
        await client.ehlo()
    if to.user:
        await client.login(to.user, to.password)


async def _trusted(to: SmtpAccess) -> ssl.SSLContext | None:
    if to.security is SmtpSecurity.NONE:
        return None
    context = await asyncio.to_thread(ssl.create_default_context)
    if to.ca_file:
        await asyncio.to_thread(context.load_verify_locations, to.ca_file)
    return context


def _own_name() -> str:
    """What we call ourselves in EHLO; an address literal where the machine has no proper name."""
    name = socket.gethostname()
    return name if re.fullmatch(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", name) else "[127.0.0.1]"


async def _name_both(client: SMTP, envelope: Envelope) -> None:
    if envelope.utf8 and not client.supports_extension("smtputf8"):
        raise _Stop(_needs_utf8(envelope))
    options = ["SMTPUTF8", "BODY=8BITMIME"] if envelope.utf8 else []
    reach("smtp.mail.before")
    await client.mail(envelope.sender, options=options, encoding="utf-8")
    reach("smtp.mail.after")
    await client.rcpt(envelope.recipient, encoding="utf-8")
    reach("smtp.rcpt.after")


def _was_closed(trouble: Exception) -> bool:
    """A server may close a connection that lay idle or was used often; a new one will do."""
    if isinstance(trouble, SMTPResponseException):
        return trouble.code == 421
    return isinstance(trouble, ConnectionError)


def _header(message: bytes) -> str:
    return message.partition(b"\r\n\r\n")[0].decode("utf-8", "replace")


# What is said about it


def _verdict(code: int, text: str) -> Outcome:
    """What the answer to the final dot means."""
    if 200 <= code < 300:
        return Sent(_said(code, text))
    if 400 <= code < 600:
        return _answered(code, text)
    return _garbled(_said(code, text))


def _garbled(said: str) -> InDoubt:
    return InDoubt(
        f"邮件已全部交出，邮件服务器的答复无法理解（{said}），不能确定是否收下。",
        f"The whole message was handed over and the answer makes no sense ({said}): "
        "it may or may not have been taken.",
    )


def _unanswered(trouble: Exception) -> InDoubt:
    if isinstance(trouble, SMTPResponseException):
        return _garbled(_clean(trouble.message))
    en = "did not answer" if isinstance(trouble, SMTPTimeoutError) else "hung up"
    zh = "没有答复" if isinstance(trouble, SMTPTimeoutError) else "断开了连接"
    return InDoubt(
        f"邮件已全部交出，邮件服务器{zh}，不能确定是否收下。",
        f"The whole message was handed over, then the mail server {en}: it may or may not have taken it.",
    )


def _not_taken(trouble: Exception) -> Refused | TryAgain:
    """Trouble before a byte of the message had left us."""
    if isinstance(trouble, SMTPSenderRefused) and _is_final(trouble.code):
        return _sender_refused(trouble)
    if isinstance(trouble, SMTPResponseException):
        return _answered(trouble.code, trouble.message)
    if isinstance(trouble, TimeoutError):
        return _waiting("邮件服务器没有及时答复", "The mail server did not answer in time", down=False)
    return _waiting("邮件服务器断开了连接", "The mail server hung up", down=False)


def _answered(code: int, text: str) -> Refused | TryAgain:
    said = _said(code, text)
    if code in OUR_SETTINGS:
        return _waiting(
            f"邮件服务器要求登录或加密（{said}）；请核对 RECTIFY_SMTP_ 各项设置",
            f"The mail server wants a login or encryption ({said}); check the RECTIFY_SMTP_ settings",
        )
    if _is_final(code):
        return Refused(f"邮件服务器拒收：{said}。", f"The mail server refused it: {said}.", code)
    return _waiting(
        f"邮件服务器暂不接收：{said}", f"The mail server does not take it now: {said}", down=code == 421
    )


def _is_final(code: int) -> bool:
    return 500 <= code < 600 and code not in OUR_SETTINGS


NO_SUCH_OPTION = 555
"""RFC 5321 4.1.1.11: this one mail asked for more than the server can do."""


def _sender_refused(trouble: SMTPSenderRefused) -> TryAgain:
    """Our own address is the same in all mails, so it is no fault of this one."""
    said = _said(trouble.code, trouble.message)
    return _waiting(
        f"邮件服务器不接受发件地址（{said}）；请核对 RECTIFY_MAIL_FROM",
        f"The mail server does not accept our address as the sender ({said}); check RECTIFY_MAIL_FROM",
        down=trouble.code != NO_SUCH_OPTION,
    )


def _bad_sender(text: str) -> TryAgain:
    shown = _clean(text)
    return _waiting(
        f"RECTIFY_MAIL_FROM“{shown}”不是有效的邮件地址",
        f"RECTIFY_MAIL_FROM “{shown}” is not one valid e-mail address",
    )


def _not_ready(to: SmtpAccess, trouble: Exception) -> TryAgain:
    """Trouble before the server was ready for a mail; its cause is never the mail."""
    where = f"{to.host}:{to.port}"
    for cause in _causes(trouble):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return _waiting(
                f"邮件服务器 {where} 的证书不可信（{cause.verify_message}），未发送任何内容；"
                "请核对 RECTIFY_SMTP_HOST，或设置 RECTIFY_SMTP_CA_FILE",
                f"The certificate of {where} cannot be trusted ({cause.verify_message}), nothing was sent; "
                "check RECTIFY_SMTP_HOST or set RECTIFY_SMTP_CA_FILE",
            )
    if isinstance(trouble, SMTPAuthenticationError):
        said = _said(trouble.code, trouble.message)
        return _waiting(
            f"邮件服务器 {where} 不接受用户名或密码（{said}）；"
            "请核对 RECTIFY_SMTP_USER 和 RECTIFY_SMTP_PASSWORD",
            f"{where} does not accept user name or password ({said}); "
            "check RECTIFY_SMTP_USER and RECTIFY_SMTP_PASSWORD",
        )
    if isinstance(trouble, SMTPResponseException):
        said = _said(trouble.code, trouble.message)
        return _waiting(f"邮件服务器 {where} 暂不服务：{said}", f"{where} does not serve us now: {said}")
    if isinstance(trouble, TimeoutError):
        return _waiting(
            f"邮件服务器 {where} 在{to.timeout:g}秒内没有应答",
            f"{where} did not answer within {to.timeout:g} s",
        )
    return _waiting(
        f"无法与邮件服务器 {where} 建立连接（{_clean(str(trouble))}）",
        f"Cannot connect to {where} ({_clean(str(trouble))})",
    )


def _causes(trouble: BaseException | None) -> Iterator[BaseException]:
    while trouble is not None:
        yield trouble
        trouble = trouble.__cause__


def _waiting(zh: str, en: str, *, down: bool = True) -> TryAgain:
    return TryAgain(f"{zh}。将自动重试。", f"{en}. It will be tried again.", server_down=down)


def _bad_ca_file(to: SmtpAccess, trouble: Exception) -> TryAgain:
    said = _clean(str(trouble))
    return _waiting(
        f"无法读取 RECTIFY_SMTP_CA_FILE“{to.ca_file}”（{said}）",
        f"RECTIFY_SMTP_CA_FILE “{to.ca_file}” cannot be read ({said})",
    )


def _not_an_address(text: str) -> tuple[str, str]:
    shown = _clean(text)
    return (
        f"“{shown}”不是有效的邮件地址，未发送。请更正后重发。",
        f"“{shown}” is not one valid e-mail address; nothing was sent. Correct it first.",
    )


def _needs_utf8(envelope: Envelope) -> Refused:
    return Refused(
        f"邮件服务器不支持含中文等字符的邮件地址（{envelope.recipient}），未发送。",
        f"The mail server cannot take addresses with other than ASCII letters ({envelope.recipient}).",
    )


def _said(code: int, text: str) -> str:
    return f"{code} {_clean(text)}".strip()


def _clean(text: str) -> str:
    """A stranger's words, made safe to store and to show: one line, printable, not long."""
    line = " ".join(text.encode("utf-8", "replace").decode().split())
    return "".join(letter for letter in line if letter.isprintable())[:200]
