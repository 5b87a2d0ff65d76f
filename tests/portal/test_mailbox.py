"""The demo's mailbox: what was answered with 250 is there, and nothing else can be opened."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from models.settings import SmtpSecurity, settings
from policy.refusals import BadInput, NotFound, Unavailable
from portal.mailbox import MOST_BYTES, open_mailbox, opened, received, serve_mailbox
from tasks.smtp import MailServer, Refused, Sent, SmtpAccess, TryAgain

HERE = "127.0.0.1"
RED = "【红色督办】SJ2026-001 已逾期35日"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mailbox"


def at(port: int) -> SmtpAccess:
    return SmtpAccess(HERE, port, SmtpSecurity.NONE, timeout=5)


@pytest.fixture
async def mail(folder: Path) -> AsyncIterator[MailServer]:
    async with open_mailbox(folder, HERE, 0) as port, MailServer(at(port)) as server:
        yield server


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> Iterator[datetime]:
    monkeypatch.setenv("RECTIFY_AS_OF", "2026-11-20T12:00:00+08:00")
    settings.cache_clear()
    yield datetime(2026, 11, 20, 4, tzinfo=UTC)
    settings.cache_clear()


def message(subject: str = RED) -> bytes:
    letter = EmailMessage(policy=SMTP)
    letter["Subject"] = subject
    letter["From"] = "整改跟踪系统 <rectify@localhost>"
    letter["To"] = "甲村党支部书记 <jia@town.example>"
    letter.set_content("请立即组织整改。", cte="base64")
    letter.add_alternative("<p>请立即组织整改。</p>", subtype="html", cte="base64")
    return letter.as_bytes()


async def post(mail: MailServer, content: bytes, to: str = "jia@town.example") -> object:
    async def nothing() -> None:
        """Nothing to store."""

    return await mail.send("rectify@localhost", to, content, before_data=nothing)


async def test_a_mail_answered_with_250_lies_in_the_folder_byte_for_byte(
    mail: MailServer, folder: Path
) -> None:
    content = message()
    outcome = await post(mail, content)
    assert isinstance(outcome, Sent)
    (path,) = folder.iterdir()
    assert path.suffix == ".eml"
    assert path.name in outcome.reply
    assert path.read_bytes() == content


async def test_the_newest_mail_stands_first_even_within_one_moment(
    at_noon: datetime, mail: MailServer, folder: Path
) -> None:
    for number in range(12):
        await post(mail, message(f"第{number}封"))
    lines = received(folder)
    assert [line.subject for line in lines] == [f"第{number}封" for number in reversed(range(12))]
    assert {line.at for line in lines} == {at_noon}


async def test_a_mailbox_opened_again_keeps_what_it_had(at_noon: datetime, folder: Path) -> None:
    for subject in ("先", "后"):
        async with open_mailbox(folder, HERE, 0) as port, MailServer(at(port)) as mail:
            assert isinstance(await post(mail, message(subject)), Sent)
    assert [line.subject for line in received(folder)] == ["后", "先"]


async def test_a_line_tells_who_wrote_to_whom(mail: MailServer, folder: Path) -> None:
    await post(mail, message())
    (line,) = received(folder)
    assert line.subject == RED
    assert line.to == "甲村党支部书记 <jia@town.example>"
    assert line.sender == "整改跟踪系统 <rectify@localhost>"


async def test_an_opened_mail_shows_headers_text_and_html(mail: MailServer, folder: Path) -> None:
    await post(mail, message())
    view = opened(folder, received(folder)[0].name)
    assert dict(view.headers)["Subject"] == RED
    assert view.text.strip() == "请立即组织整改。"
    assert view.html.strip() == "<p>请立即组织整改。</p>"


async def test_many_mails_at_one_moment_are_all_kept(folder: Path) -> None:
    async with open_mailbox(folder, HERE, 0) as port:

        async def one(number: int) -> None:
            async with MailServer(at(port)) as mail:
                assert isinstance(await post(mail, message(f"第{number}封")), Sent)

        await asyncio.gather(*(one(number) for number in range(20)))
    assert {line.subject for line in received(folder)} == {f"第{number}封" for number in range(20)}


async def test_a_chinese_recipient_is_welcome(mail: MailServer, folder: Path) -> None:
    raw = "To: 张书记@town.example\r\nSubject: 你好\r\n\r\nhi\r\n".encode()
    assert isinstance(await post(mail, raw, to="张书记@town.example"), Sent)
    (line,) = received(folder)
    assert (line.to, line.subject) == ("张书记@town.example", "你好")


async def test_a_mail_that_is_too_large_is_refused(mail: MailServer, folder: Path) -> None:
    content = message() + (b"x" * 998 + b"\r\n") * (MOST_BYTES // 1000 + 1)
    outcome = await post(mail, content)
    assert isinstance(outcome, Refused)
    assert outcome.code == 552
    assert received(folder) == []


async def test_a_mail_that_cannot_be_kept_is_not_taken(mail: MailServer, folder: Path) -> None:
    folder.rmdir()
    assert isinstance(await post(mail, message()), TryAgain)


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "../secret.eml",
        "/etc/passwd",
        "..",
        "20261120T120000000000Z-000001.eml\n",
        "20261120T120000000000Z-000001.eml/../../secret.eml",
        "20261120T120000000000Z-000009.eml",
        "secret.eml",
        "20261120T120000000000Z-000001.part",
    ],
)
def test_only_a_listed_mail_can_be_opened(folder: Path, name: str) -> None:
    folder.mkdir()
    (folder / "secret.eml").write_text("Subject: no\n\nno")
    (folder.parent / "secret.eml").write_text("Subject: no\n\nno")
    (folder / "20261120T120000000000Z-000001.eml").write_bytes(message())
    assert [line.subject for line in received(folder)] == [RED]
    with pytest.raises(NotFound, match="没有这封邮件"):
        opened(folder, name)


def test_a_broken_mail_is_shown_as_far_as_it_goes(folder: Path) -> None:
    folder.mkdir()
    name = "20261120T120000000000Z-000001.eml"
    head = b"Subject: \xff\xfe\r\nTo: <<>,\r\nContent-Type: text/plain; charset=klingon\r\n\r\n"
    (folder / name).write_bytes(head + "整改".encode())
    assert opened(folder, name).text == "整改"
    (line,) = received(folder)
    assert line.subject.isprintable()


def test_a_mailbox_never_used_is_empty(folder: Path) -> None:
    assert received(folder) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "mail.example", ""])
async def test_the_mailbox_opens_to_this_machine_only(folder: Path, host: str) -> None:
    with pytest.raises(BadInput, match="只能在本机"):
        await serve_mailbox(folder, host, 0)


async def test_a_taken_port_is_named(folder: Path) -> None:
    async with open_mailbox(folder, HERE, 0) as port:
        with pytest.raises(Unavailable, match=str(port)):
            await serve_mailbox(folder, HERE, port)


async def test_the_mailbox_serves_until_it_is_cancelled_and_frees_its_port(folder: Path) -> None:
    async with open_mailbox(folder, HERE, 0) as port:
        pass
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(serve_mailbox(folder, HERE, port), timeout=0.1)
    async with open_mailbox(folder, HERE, port) as again:
        assert again == port
