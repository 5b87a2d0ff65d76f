"""Letters put into mails: on the office's own paper, and with the deadline for the calendar."""

import logging
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from sqlmodel import select

from models.database import Database
from models.findings import Finding
from models.mailing.mail import Mail
from models.settings import settings
from tasks.letters.own import paper
from tasks.post import write_mails
from tests.models.township import NOW, assigned, change
from tests.tasks.letters.calendar_reader import read

HEAD = "简称：任务\n文种：整改任务书\n\n"


async def written(db: Database) -> dict[str, EmailMessage]:
    """The mails now in the outbox, by whom they are for."""
    await write_mails(db, settings(), NOW)
    async with db.reading() as session:
        mails = list(await session.exec(select(Mail)))
    found = {mail.recipient: message_from_bytes(mail.content, policy=default) for mail in mails}
    assert {mail.recipient: mail.subject for mail in mails} == {to: x["Subject"] for to, x in found.items()}
    return {to: message for to, message in found.items() if isinstance(message, EmailMessage)}


def put(home: Path, text: str) -> None:
    folder = home / "templates" / "zh-CN"
    folder.mkdir(parents=True)
    (folder / "assignment.txt").write_text(HEAD + text, encoding="utf-8")


def said(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    return str(part.get_content()) if part else ""


async def test_an_assignment_brings_the_findings_own_deadline(db: Database) -> None:
    number = await assigned(db)
    async with db.reading() as session:
        finding = (await session.exec(select(Finding).where(Finding.number == number))).one()
    message = (await written(db))["owner@village.example"]
    (enclosed,) = message.iter_attachments()
    content = enclosed.get_payload(decode=True)
    assert isinstance(content, bytes)
    (event,) = read(content).inner
    assert finding.deadline is not None
    assert event.lines["DTSTART;VALUE=DATE"] == finding.deadline.isoformat().replace("-", "")
    assert event.lines["SEQUENCE"] == str(finding.deadline_version)
    assert number in event.lines["SUMMARY"]


async def test_everybody_is_written_to_in_their_own_language(db: Database) -> None:
    await change(db, "UPDATE account SET language = 'en' WHERE name = 'clerk'")
    number = await assigned(db)
    mails = await written(db)
    assert mails["owner@village.example"]["Subject"].startswith(f"【交办单】{number} ")
    assert mails["clerk@village.example"]["Subject"].startswith(f"[Assignment] {number} ")


async def test_copies_bring_none(db: Database) -> None:
    await assigned(db)
    message = (await written(db))["clerk@village.example"]
    assert "（抄送）" in message["Subject"]
    assert list(message.iter_attachments()) == []


async def test_letters_are_written_on_the_offices_own_paper(db: Database) -> None:
    put(settings().home, "请{{ unit }}整改{{ number }}。")
    number = await assigned(db)
    message = (await written(db))["owner@village.example"]
    assert message["Subject"].startswith(f"【任务】{number}")
    assert f"整改{number}。" in said(message)


async def test_a_template_that_fails_after_its_trial_keeps_nobody_from_their_mail(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    put(settings().home, "{% if number|length < 60 %}{{ 1 // 0 }}{% endif %}请整改。")
    assert paper(settings().home).own == ("zh-CN/assignment.txt",)
    await assigned(db)
    with caplog.at_level(logging.WARNING):
        message = (await written(db))["owner@village.example"]
    assert "该问题交由你处整改" in said(message)
    assert "zh-CN/assignment.txt fails in line 4" in caplog.text
