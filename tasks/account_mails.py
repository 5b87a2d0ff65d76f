"""Mails about an account to whoever has it: nobody tries or changes its lock unknown to them."""

import socket
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from enum import Enum

from models.access import knocking
from models.database import Database
from models.mailing.mail import Mail, MailState
from models.settings import Settings
from models.staff.people import Account
from policy.knocking import ACCOUNT_MAILS
from policy.refusals import Language, TooOften
from tasks import clock

OFFICE = (
    "如果不是您本人或您请人办的，请马上联系整改办。",
    "If neither you nor anybody for you did this, tell the office now.",
)


class Told(Enum):
    """What a mail is about: (subject, text) in Chinese and in English, with the account for {name}."""

    LOCKED = (
        (
            "有人多次输错您的密码",
            "有人用错误的密码多次尝试登录帐号“{name}”，现已放慢；您在自己用过的设备上仍可登录。",
        ),
        (
            "Your password was guessed at",
            "Somebody tried account “{name}” with wrong passwords many times and has to wait now. "
            "You can still sign in from a device you used before.",
        ),
    )
    PASSWORD_GIVEN = (
        (
            "您的密码已被重设",
            "管理员为帐号“{name}”发放了新的初始密码，原密码和已登录的设备均已失效。",
        ),
        (
            "Your password was set anew",
            "An administrator gave account “{name}” a new initial password. "
            "The old one and all sessions are over.",
        ),
    )
    CODE_OFF = (
        ("您的登录验证码已停用", "帐号“{name}”的登录验证码已由管理员停用，现在只用密码登录。"),
        (
            "Your one-time codes were switched off",
            "An administrator switched off the one-time codes of account “{name}”: "
            "it signs in by password alone now.",
        ),
    )


async def tell(db: Database, config: Settings, name: str, what: Told) -> bool:
    """Put it into the outbox, if the account is there and has a mailbox; of the same only so many a day."""
    async with db.reading() as session:
        account = await session.get(Account, name)
    if account is None or not account.active or not account.mailbox:
        return False
    try:
        await knocking.let_through(db, f"told:{what.name}:{name}", ACCOUNT_MAILS, clock.real())
    except TooOften:
        return False
    async with db.writing("account_mail") as session:
        session.add(_mail(account, config, what, clock.now()))
    return True


def _mail(account: Account, config: Settings, what: Told, now: datetime) -> Mail:
    at = 1 if account.language is Language.ENGLISH else 0
    about, text = what.value[at]
    domain = config.mail_from.rpartition("@")[2] or socket.getfqdn()
    mail = EmailMessage()
    mail["Subject"] = about
    mail["From"], mail["To"] = config.mail_from, account.mailbox
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = make_msgid(domain=domain)
    mail.set_content(f"{text.format(name=account.name)}\n{OFFICE[at]}\n")
    return Mail(
        message_id=mail["Message-ID"],
        recipient=account.mailbox,
        person_id=account.person_id,
        language=account.language.value,
        subject=about,
        content=mail.as_bytes(),
        state=MailState.QUEUED,
        next_at=now,
        created_at=now,
    )
