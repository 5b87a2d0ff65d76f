"""What becomes of a mail, whatever the server does to it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from models.settings import Settings, SmtpSecurity
from tasks.smtp import InDoubt, MailServer, Outcome, Refused, Sent, SmtpAccess, TryAgain, access, is_address
from tests.smtp_server import LOOPBACK, Certificates, Rude, SmtpServer

SENDER = "rectify@town.example"
CADRE = "jiacun@town.example"
MESSAGE = b"Message-ID: <1@town.example>\r\nSubject: =?utf-8?B?5o+Q6YaS?=\r\n\r\nfirst\r\n.second\r\n"
SOON = 0.2
"""Seconds a test waits for a server that will never answer."""


@dataclass
class Diary:
    """Stands where the caller stores that the dangerous step begins."""

    server: SmtpServer
    taken_then: list[int] = field(default_factory=list)
    commands_then: list[str] = field(default_factory=list)

    async def note(self) -> None:
        self.taken_then.append(len(self.server.taken))
        self.commands_then = list(self.server.commands)


def plain(server: SmtpServer, *, timeout: float = 5.0, final_timeout: float = 5.0) -> SmtpAccess:
    return SmtpAccess(LOOPBACK, server.port, SmtpSecurity.NONE, timeout=timeout, final_timeout=final_timeout)


async def send(to: SmtpAccess, before_data: Callable[[], Awaitable[None]] | None = None) -> Outcome:
    async with MailServer(to) as mail:
        return await mail.send(SENDER, CADRE, MESSAGE, before_data=before_data or nothing)


async def nothing() -> None:
    """Nobody wants to know."""


@pytest.fixture
def certificates(tmp_path: Path) -> Certificates:
    return Certificates(tmp_path / "ca.pem")


async def test_a_mail_arrives_byte_for_byte_with_its_one_recipient() -> None:
    async with SmtpServer() as server:
        outcome = await send(plain(server))
    assert outcome == Sent("250 2.0.0 queued as 4F3")
    (taken,) = server.taken
    assert (taken.sender, taken.recipients, taken.message) == (SENDER, (CADRE,), MESSAGE)


async def test_the_phase_is_told_after_the_recipient_and_before_data() -> None:
    async with SmtpServer() as server:
        diary = Diary(server)
        await send(plain(server), diary.note)
    assert diary.taken_then == [0]
    assert [command.split()[0] for command in diary.commands_then] == ["EHLO", "MAIL", "RCPT"]
    assert "DATA" in server.commands


async def test_many_mails_go_over_one_connection() -> None:
    async with SmtpServer() as server, MailServer(plain(server)) as mail:
        outcomes = [await mail.send(SENDER, CADRE, MESSAGE, before_data=nothing) for _ in range(20)]
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert (len(server.taken), server.connections) == (20, 1)


async def test_mails_sent_at_one_moment_take_turns() -> None:
    async with SmtpServer() as server, MailServer(plain(server)) as mail:
        people = [f"post{number}@town.example" for number in range(5)]
        await asyncio.gather(*(mail.send(SENDER, who, MESSAGE, before_data=nothing) for who in people))
    assert sorted(taken.recipients for taken in server.taken) == [(who,) for who in people]


async def test_a_connection_that_was_closed_while_idle_is_opened_again_at_once() -> None:
    async with SmtpServer({"MAIL": ["250 ok", Rude.DROP]}) as server, MailServer(plain(server)) as mail:
        first = await mail.send(SENDER, CADRE, MESSAGE, before_data=nothing)
        second = await mail.send(SENDER, CADRE, MESSAGE, before_data=nothing)
    assert isinstance(first, Sent)
    assert isinstance(second, Sent)
    assert (len(server.taken), server.connections) == (2, 2)


async def test_a_server_tired_of_a_connection_gets_a_new_one() -> None:
    replies = {"MAIL": ["250 ok", "421 4.7.0 too many messages in this connection"]}
    async with SmtpServer(replies) as server, MailServer(plain(server)) as mail:
        await mail.send(SENDER, CADRE, MESSAGE, before_data=nothing)
        assert isinstance(await mail.send(SENDER, CADRE, MESSAGE, before_data=nothing), Sent)
    assert server.connections == 2


async def test_a_refused_recipient_does_not_spoil_the_next_mail() -> None:
    replies = {"RCPT": ["550 5.1.1 no such user"]}
    async with SmtpServer(replies) as server, MailServer(plain(server)) as mail:
        first = await mail.send(SENDER, "gone@town.example", MESSAGE, before_data=nothing)
        second = await mail.send(SENDER, CADRE, MESSAGE, before_data=nothing)
    assert isinstance(first, Refused)
    assert first.code == 550
    assert "no such user" in first.zh
    assert isinstance(second, Sent)
    assert [taken.recipients for taken in server.taken] == [(CADRE,)]
    assert server.connections == 1


@pytest.mark.parametrize(
    ("verb", "reply"),
    [
        ("RCPT", "550 5.1.1 no such user"),
        ("RCPT", "553 5.1.3 bad mailbox"),
        ("DATA", "554 5.5.1 no valid recipients"),
        (".", "554 5.7.1 looks like spam"),
        (".", "552 5.3.4 too big"),
    ],
)
async def test_a_refusal_of_the_mail_is_final(verb: str, reply: str) -> None:
    async with SmtpServer({verb: [reply]}) as server:
        outcome = await send(plain(server))
    assert isinstance(outcome, Refused)
    assert outcome.code == int(reply[:3])
    assert reply in outcome.zh
    assert reply in outcome.en


@pytest.mark.parametrize(("reply", "down"), [("550 5.7.1 sender rejected", True), ("555 5.5.4 what?", False)])
async def test_a_refusal_of_our_own_address_is_no_fault_of_the_mail(reply: str, down: bool) -> None:
    async with SmtpServer({"MAIL": [reply]}) as server, MailServer(plain(server)) as mail:
        first = await mail.send(SENDER, CADRE, MESSAGE, before_data=nothing)
        second = await mail.send(SENDER, CADRE, MESSAGE, before_data=nothing)
    assert isinstance(first, TryAgain)
    assert (first.server_down, "RECTIFY_MAIL_FROM" in first.zh) == (down, True)
    assert isinstance(second, Sent)


@pytest.mark.parametrize(
    ("verb", "reply"),
    [
        ("MAIL", "451 4.3.0 try later"),
        ("MAIL", "530 5.7.0 must issue a STARTTLS command first"),
        ("RCPT", "450 4.2.0 greylisted"),
        ("RCPT", "421 4.3.2 shutting down"),
        ("DATA", "451 4.3.0 no space"),
        (".", "451 4.3.0 try later"),
        (".", "421 4.3.2 shutting down"),
        ("MAIL", Rude.DROP),
        ("RCPT", Rude.RESET),
        ("DATA", Rude.DROP),
        ("MAIL", "nonsense"),
    ],
)
async def test_a_mail_that_was_not_taken_is_tried_again(verb: str, reply: str | Rude) -> None:
    async with SmtpServer({verb: [reply]}) as server:
        first = await send(plain(server))
        second = await send(plain(server))
    assert isinstance(first, TryAgain)
    assert "将自动重试" in first.zh
    assert isinstance(second, Sent)


@pytest.mark.parametrize(
    "reply",
    [
        "421 4.3.2 too busy",
        "554 5.0.0 no mail service here",
        Rude.DROP,
        Rude.HANG,
    ],
)
async def test_a_server_that_does_not_greet_keeps_every_mail_waiting(reply: str | Rude) -> None:
    async with SmtpServer({"CONNECT": [reply]}) as server:
        diary = Diary(server)
        outcome = await send(plain(server, timeout=SOON), diary.note)
    assert isinstance(outcome, TryAgain)
    assert outcome.server_down
    assert diary.taken_then == []


async def test_a_refused_ehlo_keeps_the_mail() -> None:
    async with SmtpServer({"EHLO": ["550 5.7.1 bad name"]}) as server:
        outcome = await send(plain(server))
    assert isinstance(outcome, TryAgain)
    assert outcome.server_down


async def test_nobody_listening_keeps_the_mail() -> None:
    async with SmtpServer() as server:
        gone = plain(server)
    outcome = await send(gone)
    assert isinstance(outcome, TryAgain)
    assert outcome.server_down
    assert f"{LOOPBACK}:{gone.port}" in outcome.zh


async def test_no_server_set_keeps_the_mail() -> None:
    outcome = await send(SmtpAccess(""))
    assert isinstance(outcome, TryAgain)
    assert "RECTIFY_SMTP_HOST" in outcome.zh


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
async def test_silence_before_the_message_is_tried_again(verb: str) -> None:
    async with SmtpServer({verb: [Rude.HANG]}) as server:
        outcome = await send(plain(server, timeout=SOON))
    assert isinstance(outcome, TryAgain)
    assert server.taken == []


@pytest.mark.parametrize(
    ("verb", "rude"),
    [
        (".", Rude.DROP),
        (".", Rude.RESET),
        (".", Rude.HANG),
        ("CONTENT", Rude.DROP),
        ("CONTENT", Rude.RESET),
        ("CONTENT", Rude.HANG),
    ],
)
async def test_silence_after_the_message_leaves_it_in_doubt(verb: str, rude: Rude) -> None:
    async with SmtpServer({verb: [rude]}) as server:
        outcome = await send(plain(server, final_timeout=SOON))
    assert isinstance(outcome, InDoubt)
    assert "不能确定" in outcome.zh
    assert len(server.taken) == (1 if verb == "." else 0)


@pytest.mark.parametrize("reply", ["what?", "354 go on"])
async def test_an_answer_nobody_understands_leaves_the_mail_in_doubt(reply: str) -> None:
    async with SmtpServer({".": [reply]}) as server:
        outcome = await send(plain(server))
    assert isinstance(outcome, InDoubt)
    assert reply.split()[0] in outcome.zh


async def test_the_next_mail_gets_a_new_connection_after_one_in_doubt() -> None:
    async with (
        SmtpServer({".": [Rude.HANG]}) as server,
        MailServer(plain(server, final_timeout=SOON)) as mail,
    ):
        assert isinstance(await mail.send(SENDER, CADRE, MESSAGE, before_data=nothing), InDoubt)
        assert isinstance(await mail.send(SENDER, CADRE, MESSAGE, before_data=nothing), Sent)
    assert server.connections == 2


async def test_if_the_phase_cannot_be_stored_nothing_is_sent_and_the_next_mail_passes() -> None:
    async def fail() -> None:
        raise RuntimeError("database is locked")

    async with SmtpServer() as server, MailServer(plain(server)) as mail:
        with pytest.raises(RuntimeError, match="database is locked"):
            await mail.send(SENDER, "first@town.example", MESSAGE, before_data=fail)
        assert server.taken == []
        assert server.commands[-1] == "RSET"
        assert isinstance(await mail.send(SENDER, CADRE, MESSAGE, before_data=nothing), Sent)
    assert [taken.recipients for taken in server.taken] == [(CADRE,)]
    assert server.connections == 1


async def test_a_cancelled_sending_leaves_no_connection_behind() -> None:
    waiting = asyncio.Event()

    async def wait_for_ever() -> None:
        waiting.set()
        await asyncio.Event().wait()

    async with SmtpServer() as server, MailServer(plain(server)) as mail:
        sending = asyncio.create_task(mail.send(SENDER, CADRE, MESSAGE, before_data=wait_for_ever))
        await waiting.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert isinstance(await mail.send(SENDER, CADRE, MESSAGE, before_data=nothing), Sent)
    assert (len(server.taken), server.connections) == (1, 2)


def encrypted(server: SmtpServer, certificates: Certificates, security: SmtpSecurity) -> SmtpAccess:
    return SmtpAccess(
        LOOPBACK, server.port, security, ca_file=str(certificates.ca_file), timeout=5, final_timeout=5
    )


async def test_starttls_encrypts_before_anything_is_said(certificates: Certificates) -> None:
    async with SmtpServer(starttls=certificates.server()) as server:
        outcome = await send(encrypted(server, certificates, SmtpSecurity.STARTTLS))
    assert isinstance(outcome, Sent)
    assert [taken.tls for taken in server.taken] == [True]
    assert [command.split()[0] for command in server.commands][:3] == ["EHLO", "STARTTLS", "EHLO"]


async def test_tls_from_the_first_byte(certificates: Certificates) -> None:
    async with SmtpServer(tls=certificates.server()) as server:
        outcome = await send(encrypted(server, certificates, SmtpSecurity.TLS))
    assert isinstance(outcome, Sent)
    assert [taken.tls for taken in server.taken] == [True]


async def test_a_server_without_starttls_hears_of_no_mail(certificates: Certificates) -> None:
    async with SmtpServer(login=("rectify", "secret")) as server:
        outcome = await send(encrypted(server, certificates, SmtpSecurity.STARTTLS))
    assert isinstance(outcome, TryAgain)
    assert "STARTTLS" in outcome.zh
    assert outcome.server_down
    assert [command.split()[0] for command in server.commands] == ["EHLO"]


@contextmanager
def untrusted(security: SmtpSecurity, kind: str, folder: Path) -> Iterator[tuple[SmtpServer, str]]:
    ours, theirs = Certificates(folder / "ours.pem"), Certificates(folder / "theirs.pem")
    context = theirs.server() if kind == "stranger" else ours.server("mail.elsewhere.example")
    tls = security is SmtpSecurity.TLS
    yield SmtpServer(tls=context if tls else None, starttls=None if tls else context), str(ours.ca_file)


@pytest.mark.parametrize("kind", ["stranger", "other name"])
@pytest.mark.parametrize("security", [SmtpSecurity.STARTTLS, SmtpSecurity.TLS])
async def test_a_bad_certificate_sees_no_mail(security: SmtpSecurity, kind: str, tmp_path: Path) -> None:
    with untrusted(security, kind, tmp_path) as (server, ca_file):
        async with server:
            outcome = await send(SmtpAccess(LOOPBACK, server.port, security, ca_file=ca_file, timeout=5))
    assert isinstance(outcome, TryAgain)
    assert "证书不可信" in outcome.zh
    assert "certificate" in outcome.en
    assert server.taken == []
    assert not any(command.startswith("MAIL") for command in server.commands)


async def test_a_missing_ca_file_is_named(tmp_path: Path) -> None:
    async with SmtpServer() as server:
        outcome = await send(SmtpAccess(LOOPBACK, server.port, ca_file=str(tmp_path / "none.pem")))
    assert isinstance(outcome, TryAgain)
    assert "none.pem" in outcome.zh
    assert server.connections == 0


async def test_the_right_password_opens(certificates: Certificates) -> None:
    async with SmtpServer(starttls=certificates.server(), login=("rectify", "密码")) as server:
        to = encrypted(server, certificates, SmtpSecurity.STARTTLS)
        outcome = await send(SmtpAccess(**{**vars(to), "user": "rectify", "password": "密码"}))
    assert isinstance(outcome, Sent)
    assert [taken.user for taken in server.taken] == ["rectify"]


async def test_the_wrong_password_loses_no_mail_and_is_not_told_on() -> None:
    async with SmtpServer(login=("rectify", "right")) as server:
        to = SmtpAccess(LOOPBACK, server.port, SmtpSecurity.NONE, user="rectify", password="canary")
        outcome = await send(to)
    assert isinstance(outcome, TryAgain)
    assert outcome.server_down
    assert "RECTIFY_SMTP_PASSWORD" in outcome.zh
    assert "canary" not in outcome.reason + repr(to)


async def test_a_server_that_wants_a_login_we_do_not_have_loses_no_mail() -> None:
    async with SmtpServer(login=("rectify", "right")) as server:
        outcome = await send(plain(server))
    assert isinstance(outcome, TryAgain)
    assert outcome.server_down


BAD_ADDRESSES = [
    "",
    "nobody",
    "@town.example",
    "a@",
    "a b@town.example",
    "a@town.example,b@town.example",
    "a@town.example;b@town.example",
    "a@town.example b@town.example",
    "Name <a@town.example>",
    "<a@town.example>",
    "a@town.example>\r\nRCPT TO:<evil@town.example",
    "a@town.example\r\nBcc: evil@town.example",
    "a@town.example\n",
    "a\x00@town.example",
    "a@town..example",
    "a@town.example.",
    "a..b@town.example",
    "a@-town.example",
    "a@[127.0.0.1]",
    "a@b@town.example",
    '"a b"@town.example',
    "a@town.example NOTIFY=NEVER",
    "书记<a@town.example>",
    "a@town。\nexample",
]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
async def test_what_is_not_one_address_never_reaches_the_server(address: str) -> None:
    async with SmtpServer() as server, MailServer(plain(server)) as mail:
        as_recipient = await mail.send(SENDER, address, MESSAGE, before_data=nothing)
        as_sender = await mail.send(address, CADRE, MESSAGE, before_data=nothing)
    assert isinstance(as_recipient, Refused)
    assert isinstance(as_sender, TryAgain)
    assert as_sender.server_down
    assert as_recipient.code is None
    assert "\n" not in as_recipient.zh
    assert server.connections == 0


@pytest.mark.parametrize(
    "address",
    ["a@town.example", "a@jia.test", "rectify@localhost", "a@mail.town.local", "张书记@town.example"],
)
def test_addresses_of_offices_and_demos_are_addresses(address: str) -> None:
    assert is_address(address)


async def test_a_chinese_address_goes_where_the_server_can_read_it() -> None:
    async with SmtpServer(extensions=["8BITMIME", "SMTPUTF8"]) as able, MailServer(plain(able)) as mail:
        outcome = await mail.send(SENDER, "张书记@town.example", MESSAGE, before_data=nothing)
    assert isinstance(outcome, Sent)
    assert able.taken[0].recipients == ("张书记@town.example",)
    async with SmtpServer() as unable, MailServer(plain(unable)) as mail:
        outcome = await mail.send(SENDER, "张书记@town.example", MESSAGE, before_data=nothing)
        after = await mail.send(SENDER, CADRE, MESSAGE, before_data=nothing)
    assert isinstance(outcome, Refused)
    assert "张书记@town.example" in outcome.zh
    assert isinstance(after, Sent)


async def test_what_a_server_says_is_made_fit_to_show() -> None:
    async with SmtpServer({"RCPT": [f"550 no\x1b[31m\x07 {'long ' * 200}"]}) as server:
        outcome = await send(plain(server))
    assert isinstance(outcome, Refused)
    assert outcome.zh.isprintable()
    assert len(outcome.zh) < 300


def test_the_access_is_read_from_the_settings() -> None:
    settings = Settings(
        smtp_host="mail.town.example", smtp_port=465, smtp_security=SmtpSecurity.TLS, smtp_timeout=7
    )
    to = access(settings)
    assert (to.host, to.port, to.security, to.timeout) == ("mail.town.example", 465, SmtpSecurity.TLS, 7)
    assert to.final_timeout == 600
