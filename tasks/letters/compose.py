"""From facts to the bytes of one mail: pure, and the same bytes for the same facts."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from policy.lights import Light
from policy.office import OFFICE
from policy.refusals import Language
from policy.stages import Stage
from policy.words import STAGE_WORDS, in_language
from tasks.letters.words import FRAMES, GRAVITY, Dates, Frame, colour_word, day, days, kind

PAPER = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
INK = {Light.RED: "#b3261e", Light.YELLOW: "#8a5a00", Light.GREEN: "#1b6e3c"}
PLAIN_INK = "#33475b"


@dataclass(frozen=True)
class LetterFacts:
    """All a mail may say of a finding. An empty `title` means confidential: then only the number is said.

    `days_left` is negative when late. `rung` is a key of `words.KINDS`.
    """

    rung: str
    number: str
    title: str
    unit: str
    deadline: date | None
    days_left: int | None
    provisional: bool
    stage: Stage
    round: int
    cycle: int
    as_cc: bool
    link: str


@dataclass(frozen=True)
class MailFacts:
    """One mail to one recipient. `date` is aware; `recipient_name` is a post, not a person."""

    message_id: str
    date: datetime
    sender: str
    sender_name: str
    recipient: str
    recipient_name: str
    language: Language
    letters: tuple[LetterFacts, ...]
    portal: str


@dataclass(frozen=True)
class Card:
    """One letter as the templates print it."""

    heading: str
    ink: str
    number: str
    title: str
    rows: tuple[tuple[str, str], ...]
    asks: str
    link: str


def compose(mail: MailFacts) -> bytes:
    """The whole message, seven-bit unless an address is not. ValueError if the facts make no mail."""
    if not mail.letters:
        raise ValueError("邮件中没有函件。 A mail needs at least one letter.")
    letters = gravest_first(mail.letters)
    frame = FRAMES[mail.language]
    words = {
        "language": mail.language.value,
        "subject": subject(letters, mail.language),
        "greeting": frame.greeting.format(name=one_line(mail.recipient_name)),
        "opening": _opening(letters, frame),
        "cards": [_card(letter, mail.language) for letter in letters],
        "colon": frame.colon,
        "follow": frame.follow,
        "footer": frame.footer,
        "portal": _web(mail.portal),
    }
    message = _headed(mail, str(words["subject"]))
    message.set_content(PAPER.get_template("mail.txt").render(words), cte="base64")
    message.add_alternative(PAPER.get_template("mail.html").render(words), subtype="html", cte="base64")
    message["Content-Language"] = mail.language.value  # last: a new body takes the content headers with it
    message.set_boundary(f"rectify-{sha256(mail.message_id.encode()).hexdigest()[:32]}")
    return message.as_bytes()


def gravest_first(letters: tuple[LetterFacts, ...]) -> list[LetterFacts]:
    """By gravity of the letter, then the latest finding first, then by number."""

    def weight(letter: LetterFacts) -> tuple[int, int, str]:
        kind(letter.rung)
        late = letter.days_left if letter.days_left is not None else 10**6
        return GRAVITY[letter.rung], late, letter.number

    return sorted(letters, key=weight)


def subject(letters: list[LetterFacts], language: Language) -> str:
    """`【黄色提醒】ZC2026-008 距时限10日`; of several letters the first speaks for all."""
    first, frame = letters[0], FRAMES[language]
    what = kind(first.rung)
    text = frame.subject.format(label=what.wording(language).label, number=one_line(first.number))
    if what.dates is Dates.DAYS and first.days_left is not None and first.title:
        text += f" {days(first.days_left, language)}"
    if first.as_cc:
        text += frame.copy
    if len(letters) > 1:
        text += frame.and_more.format(count=len(letters), more=len(letters) - 1)
    return text


def one_line(text: str) -> str:
    """Without line breaks, control marks or marks that turn the reading direction."""
    shown = "".join(" " if unicodedata.category(x) in {"Cc", "Zl", "Zp"} else x for x in text)
    return " ".join("".join(x for x in shown if unicodedata.category(x)[0] != "C").split())


def _headed(mail: MailFacts, about: str) -> EmailMessage:
    ascii_only = (mail.sender + mail.recipient).isascii()
    message = EmailMessage(policy=SMTP if ascii_only else SMTPUTF8)
    message["Message-ID"] = _message_id(mail.message_id)
    message["Date"] = _date(mail.date)
    message["From"] = _address(mail.sender_name, mail.sender)
    message["To"] = _address(mail.recipient_name, mail.recipient)
    message["Subject"] = about
    message["Auto-Submitted"] = "auto-generated"
    return message


def _address(name: str, spec: str) -> Address:
    part = r"[^\s\x00-\x1f\x7f<>()\[\]@,;:\\\"]+"
    if not re.fullmatch(f"{part}@{part}", spec):
        raise ValueError(f"“{one_line(spec)}”不是一个邮件地址。 It is not one e-mail address.")
    user, _, domain = spec.partition("@")
    return Address(one_line(name), user, domain)


def _message_id(text: str) -> str:
    if not re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", text):
        raise ValueError(f"“{text}”不是 Message-ID。 “{text}” is no Message-ID.")
    return text


def _date(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError("邮件日期缺少时区。 The date of a mail needs a time zone.")
    return format_datetime(moment.astimezone(OFFICE))


def _web(address: str) -> str:
    if not re.fullmatch(r"https?://[^\s\x00-\x1f\"<>]+", address):
        raise ValueError(f"“{address}”不是网址。 “{address}” is no web address.")
    return address


def _opening(letters: list[LetterFacts], frame: Frame) -> str:
    only_copies = all(letter.as_cc for letter in letters)
    sentence = frame.opening_copies if only_copies else frame.opening
    return sentence.format(count=len(letters))


def _card(letter: LetterFacts, language: Language) -> Card:
    frame, what = FRAMES[language], kind(letter.rung)
    wording = what.wording(language)
    return Card(
        heading=_heading(letter, language),
        ink=INK.get(what.colour, PLAIN_INK),
        number=one_line(letter.number),
        title=one_line(letter.title),
        rows=tuple(_rows(letter, language)) if letter.title else (),
        asks=frame.copied.format(asks=wording.asks) if letter.as_cc else wording.asks,
        link=_web(letter.link),
    )


def _heading(letter: LetterFacts, language: Language) -> str:
    """A letter's name with its colour in words, for whoever prints in black or cannot tell red from green."""
    what = kind(letter.rung)
    name, colour = what.wording(language).document, colour_word(what.colour, language)
    marked = name if colour in name else f"{colour} · {name}"
    return marked + FRAMES[language].copy if letter.as_cc else marked


def _rows(letter: LetterFacts, language: Language) -> list[tuple[str, str]]:
    frame, shown = FRAMES[language], kind(letter.rung).dates
    rows = [(frame.unit, one_line(letter.unit)), (frame.stage, _stage(letter, language))]
    if letter.deadline is not None and shown is not Dates.NONE:
        on = day(letter.deadline, language)
        rows.append((frame.deadline, frame.provisional.format(date=on) if letter.provisional else on))
    if letter.days_left is not None and shown is Dates.DAYS:
        rows.append((frame.left, days(letter.days_left, language)))
    return [(name, value) for name, value in rows if value]


def _stage(letter: LetterFacts, language: Language) -> str:
    frame = FRAMES[language]
    notes = [frame.cycle.format(n=letter.cycle)] if letter.cycle > 1 else []
    notes += [frame.round.format(n=letter.round)] if letter.round > 1 else []
    return " · ".join([in_language(STAGE_WORDS[letter.stage], language), *notes])
