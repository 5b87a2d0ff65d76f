"""Letters as they are shown in a mail: the gravest each by itself, the rest of a long mail in lists."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from policy.lights import Light
from policy.refusals import Language
from policy.words import STAGE_WORDS, in_language
from tasks.letters.facts import LetterFacts, MailFacts
from tasks.letters.paper import BadTemplate, Paper
from tasks.letters.words import FRAMES, GRAVITY, Dates, Frame, colour_word, day, days, kind

IN_FULL = 12
"""Letters of a mail that are shown each by itself: as many as somebody reads."""
INK = {Light.RED: "#b3261e", Light.YELLOW: "#8a5a00", Light.GREEN: "#1b6e3c"}
PLAIN_INK = "#33475b"


@dataclass(frozen=True)
class Card:
    """One letter as the templates print it; `asks` are paragraphs."""

    heading: str
    ink: str
    number: str
    title: str
    rows: tuple[tuple[str, str], ...]
    asks: tuple[str, ...]
    link: str


@dataclass(frozen=True)
class Item:
    """One letter in a list. All but number and link are empty where they may not be said."""

    number: str
    title: str
    deadline: str
    days: str
    link: str


@dataclass(frozen=True)
class Group:
    """Letters that ask for the same, under one heading."""

    heading: str
    ink: str
    asks: tuple[str, ...]
    items: tuple[Item, ...]


def gravest_first(letters: tuple[LetterFacts, ...]) -> list[LetterFacts]:
    """By gravity of the letter, then the latest finding first, then by number."""

    def weight(letter: LetterFacts) -> tuple[int, int, str]:
        kind(letter.rung)
        late = letter.days_left if letter.days_left is not None else 10**6
        return GRAVITY[letter.rung], late, letter.number

    return sorted(letters, key=weight)


def subject(letters: Sequence[LetterFacts], language: Language, paper: Paper) -> str:
    """`【黄色提醒】ZC2026-008 距时限10日`; of several letters the first speaks for all."""
    first, frame = letters[0], FRAMES[language]
    label = paper.wording(first.rung, language).label
    text = frame.subject.format(label=label, number=one_line(first.number))
    if kind(first.rung).dates is Dates.DAYS and first.days_left is not None and first.title:
        text += f" {days(first.days_left, language)}"
    if first.as_cc:
        text += frame.copy
    if len(letters) > 1:
        text += frame.and_more.format(count=len(letters), more=len(letters) - 1)
    return text


def words(mail: MailFacts, letters: Sequence[LetterFacts], paper: Paper) -> dict[str, object]:
    """All that the templates of a mail may use; the how-to “letters of your own” lists it."""
    frame = FRAMES[mail.language]
    rest = letters[IN_FULL:]
    return {
        "language": mail.language.value,
        "subject": subject(letters, mail.language, paper),
        "greeting": frame.greeting.format(name=one_line(mail.recipient_name)),
        "opening": _opening(letters, frame),
        "cards": [_card(letter, mail, paper) for letter in letters[:IN_FULL]],
        "rest": frame.rest.format(count=len(rest)) if rest else "",
        "groups": _groups(rest, mail, paper),
        "due": frame.deadline,
        "colon": frame.colon,
        "follow": frame.follow,
        "footer": frame.footer,
        "portal": web(mail.portal),
    }


def one_line(text: str) -> str:
    """Without line breaks, control marks or marks that turn the reading direction."""
    shown = "".join(" " if unicodedata.category(x) in {"Cc", "Zl", "Zp"} else x for x in text)
    return " ".join("".join(x for x in shown if unicodedata.category(x)[0] != "C").split())


def web(address: str) -> str:
    if not re.fullmatch(r"https?://[^\s\x00-\x1f\"<>]+", address):
        raise ValueError(f"“{address}”不是网址。 “{address}” is no web address.")
    return address


def _opening(letters: Sequence[LetterFacts], frame: Frame) -> str:
    only_copies = all(letter.as_cc for letter in letters)
    sentence = frame.opening_copies if only_copies else frame.opening
    return sentence.format(count=len(letters))


def _card(letter: LetterFacts, mail: MailFacts, paper: Paper) -> Card:
    return Card(
        heading=_heading(letter, mail.language, paper),
        ink=_ink(letter),
        number=one_line(letter.number),
        title=one_line(letter.title),
        rows=tuple(_rows(letter, mail.language)),
        asks=_asks(letter, mail, paper),
        link=web(letter.link),
    )


def _groups(letters: Sequence[LetterFacts], mail: MailFacts, paper: Paper) -> list[Group]:
    alike: dict[tuple[str, str, tuple[str, ...]], list[Item]] = {}
    for letter in letters:
        head = (_heading(letter, mail.language, paper), _ink(letter), _asks(letter, mail, paper))
        alike.setdefault(head, []).append(_item(letter, mail.language))
    pieces = FRAMES[mail.language].pieces
    return [
        Group(pieces.format(heading=heading, count=len(items)), ink, asks, tuple(items))
        for (heading, ink, asks), items in alike.items()
    ]


def _item(letter: LetterFacts, language: Language) -> Item:
    said = _said(letter, language)
    return Item(said["number"], said["title"], said["deadline"], said["days"], web(letter.link))


def _ink(letter: LetterFacts) -> str:
    return INK.get(kind(letter.rung).colour, PLAIN_INK)


def _heading(letter: LetterFacts, language: Language, paper: Paper) -> str:
    """A letter's name with its colour in words, for whoever prints in black or cannot tell red from green."""
    name = paper.wording(letter.rung, language).document
    colour = colour_word(kind(letter.rung).colour, language)
    marked = name if colour in name else f"{colour} · {name}"
    return marked + FRAMES[language].copy if letter.as_cc else marked


def _asks(letter: LetterFacts, mail: MailFacts, paper: Paper) -> tuple[str, ...]:
    """In paragraphs. A copy is told that it is one."""
    said = _said(letter, mail.language) | {
        "recipient": one_line(mail.recipient_name),
        "link": web(letter.link),
    }
    lines = paper.asks(letter.rung, mail.language, said).splitlines()
    paragraphs = [text for text in map(one_line, lines) if text]
    if not paragraphs:
        name = f"{mail.language}/{letter.rung}.txt"
        raise BadTemplate(name, 0, "有的函件正文是空的", "for some findings it says nothing")
    if letter.as_cc:
        paragraphs[0] = FRAMES[mail.language].copied.format(asks=paragraphs[0])
    return tuple(paragraphs)


def _said(letter: LetterFacts, language: Language) -> dict[str, str]:
    """What may be said of the finding in words; of a confidential one its number."""
    shown = kind(letter.rung).dates if letter.title else Dates.NONE
    is_dated = letter.deadline is not None and shown is not Dates.NONE
    counts = shown is Dates.DAYS and letter.days_left is not None
    return {
        "number": one_line(letter.number),
        "title": one_line(letter.title),
        "unit": one_line(letter.unit) if letter.title else "",
        "stage": _stage(letter, language) if letter.title else "",
        "deadline": _deadline(letter, language) if is_dated else "",
        "days": days(letter.days_left or 0, language) if is_dated and counts else "",
    }


def _deadline(letter: LetterFacts, language: Language) -> str:
    on = day(letter.deadline, language) if letter.deadline else ""
    return FRAMES[language].provisional.format(date=on) if letter.provisional else on


def _rows(letter: LetterFacts, language: Language) -> list[tuple[str, str]]:
    frame, said = FRAMES[language], _said(letter, language)
    rows = (
        (frame.unit, said["unit"]),
        (frame.stage, said["stage"]),
        (frame.deadline, said["deadline"]),
        (frame.left, said["days"]),
    )
    return [(name, value) for name, value in rows if value]


def _stage(letter: LetterFacts, language: Language) -> str:
    frame = FRAMES[language]
    notes = [frame.cycle.format(n=letter.cycle)] if letter.cycle > 1 else []
    notes += [frame.round.format(n=letter.round)] if letter.round > 1 else []
    return " · ".join([in_language(STAGE_WORDS[letter.stage], language), *notes])
