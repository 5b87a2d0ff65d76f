"""From facts to the bytes of one mail: pure, and the same bytes for the same facts."""

import re
from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from hashlib import sha256

from policy.office import OFFICE
from tasks.letters.cards import gravest_first, one_line, web, words
from tasks.letters.entries import FILE_NAME, Entry, calendar
from tasks.letters.facts import LetterFacts, MailFacts
from tasks.letters.paper import SHIPPED, Paper, fill
from tasks.letters.threads import HEADERS, known_as, list_id, roots
from tasks.letters.words import FRAMES, kind


def compose(mail: MailFacts, paper: Paper = SHIPPED) -> bytes:
    """The whole message, seven-bit unless an address is not. ValueError if the facts make no mail."""
    if not mail.letters:
        raise ValueError("邮件中没有函件。 A mail needs at least one letter.")
    letters = gravest_first(mail.letters)
    said = words(mail, letters, paper)
    message = _headed(mail, letters, str(said["subject"]))
    message.set_content(fill(paper.text, said), cte="base64")
    message.add_alternative(fill(paper.html, said), subtype="html", cte="base64")
    _bound(message, f"rectify-{_hash(mail)}")
    entries = [_entry(letter, mail) for letter in letters if _sets_a_day(letter)]
    if entries:
        _enclose(message, calendar(entries, mail.date))
        _bound(message, f"rectify-mail-{_hash(mail)}")
    message["Content-Language"] = mail.language.value  # last: a new body takes the content headers with it
    return message.as_bytes()


def _headed(mail: MailFacts, letters: Sequence[LetterFacts], about: str) -> EmailMessage:
    ascii_only = (mail.sender + mail.recipient).isascii()
    policy = SMTP if ascii_only else SMTPUTF8
    message = EmailMessage(policy=policy.clone(header_factory=HEADERS))
    message["Message-ID"] = _message_id(mail.message_id)
    message["Date"] = _date(mail.date)
    message["From"] = _address(mail.sender_name, mail.sender)
    message["To"] = _address(mail.recipient_name, mail.recipient)
    message["Subject"] = about
    threads = roots([letter.number for letter in letters], _domain(mail))
    message["In-Reply-To"] = threads[-1]
    message["References"] = " ".join(threads)
    message["List-Id"] = list_id(_domain(mail))
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"  # Exchange; a report of failure is still wanted
    return message


def _enclose(message: EmailMessage, entries: str) -> None:
    message.add_attachment(entries, subtype="calendar", cte="base64", filename=FILE_NAME)
    *_, attached = message.iter_attachments()
    attached.set_param("method", "PUBLISH")


def _bound(message: EmailMessage, boundary: str) -> None:
    """The library would choose one by chance."""
    message.set_boundary(boundary)


def _hash(mail: MailFacts) -> str:
    return sha256(mail.message_id.encode()).hexdigest()[:32]


def _sets_a_day(letter: LetterFacts) -> bool:
    """Only for whoever has to keep it: a leader's calendar is not for copies."""
    return kind(letter.rung).in_calendar and letter.deadline is not None and not letter.as_cc


def _entry(letter: LetterFacts, mail: MailFacts) -> Entry:
    if letter.deadline is None:
        raise ValueError(f"{letter.number} 没有时限。 {letter.number} has no deadline.")
    frame, link = FRAMES[mail.language], web(letter.link)
    mark = frame.provisional.format(date="") if letter.provisional else ""
    what = f"{one_line(letter.number)} {one_line(letter.title)}".strip()
    return Entry(
        uid=f"{known_as(letter.number)}-{letter.cycle}@{_domain(mail)}",
        sequence=letter.deadline_version,
        on=letter.deadline,
        summary=frame.due.format(mark=mark, what=what),
        description=f"{frame.follow}{link}",
        link=link,
        confidential=not letter.title,
    )


def _address(name: str, spec: str) -> Address:
    part = r"[^\s\x00-\x1f\x7f<>()\[\]@,;:\\\"]+"
    if not re.fullmatch(f"{part}@{part}", spec):
        raise ValueError(f"“{one_line(spec)}”不是一个邮件地址。 It is not one e-mail address.")
    user, _, domain = spec.partition("@")
    return Address(one_line(name), user, domain)


def _domain(mail: MailFacts) -> str:
    return mail.sender.rpartition("@")[2]


def _message_id(text: str) -> str:
    if not re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", text):
        raise ValueError(f"“{text}”不是 Message-ID。 “{text}” is no Message-ID.")
    return text


def _date(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("邮件日期缺少时区。 The date of a mail needs a time zone.")
    return format_datetime(moment.astimezone(OFFICE))
