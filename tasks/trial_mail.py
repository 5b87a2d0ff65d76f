"""A test mail to oneself: not a letter, sent at once, and what the mail server said to it."""

import socket
from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from models.settings import Settings
from policy.refusals import BadInput, Language
from tasks.smtp import InDoubt, MailServer, Sent, access, is_address

PATIENCE = 10.0
"""Seconds for each step: somebody waits at the page."""


@dataclass(frozen=True)
class Tried:
    """What became of it, in one sentence each."""

    ok: bool
    zh: str
    en: str


async def try_mail(config: Settings, recipient: str, language: Language, now: datetime) -> Tried:
    """Raises BadInput where there is nobody to send to, or nothing to send with."""
    if not config.smtp_host:
        raise BadInput(
            "尚未设置邮件服务器（RECTIFY_SMTP_HOST），函件都在等候。",
            "No mail server is set (RECTIFY_SMTP_HOST); letters wait.",
        )
    if not is_address(recipient):
        raise BadInput("您的帐号没有邮箱，请先填写。", "Your account has no mailbox: fill it in first.")
    patient = replace(access(config), timeout=min(config.smtp_timeout, PATIENCE), final_timeout=3 * PATIENCE)
    async with MailServer(patient) as server:
        outcome = await server.send(
            config.mail_from, recipient, _mail(config, recipient, language, now), before_data=_nothing
        )
    if isinstance(outcome, Sent):
        said = outcome.reply[:120]
        return Tried(
            True,
            f"邮件服务器已收下，将送到 {recipient}（应答：{said}）。",
            f"The mail server took it for {recipient} (it said: {said}).",
        )
    zh, en = outcome.zh.rstrip("。"), outcome.en.rstrip(".")
    if isinstance(outcome, InDoubt):
        return Tried(False, f"不能确定是否送达：{zh}。", f"Whether it arrived is not known: {en}.")
    return Tried(False, f"没有送出：{zh}。", f"It was not sent: {en}.")


async def _nothing() -> None: ...


def _mail(config: Settings, recipient: str, language: Language, now: datetime) -> bytes:
    is_english = language is Language.ENGLISH
    mail = EmailMessage()
    mail["Subject"] = "Rectify: a test mail" if is_english else "【测试】整改跟踪测试邮件"
    mail["From"], mail["To"] = config.mail_from, recipient
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid(domain=config.mail_from.rpartition("@")[2] or socket.getfqdn())
    mail.set_content(
        "This is a test mail from Rectify. Letters will reach you in the same way.\n"
        if is_english
        else "这是整改跟踪的测试邮件。收到它，说明函件也能送到您的邮箱。\n"
    )
    return mail.as_bytes()
