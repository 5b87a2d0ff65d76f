"""Trial mails: what the office's templates make of the longest names, before anybody has to read it."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from html import unescape

from policy.refusals import Language
from policy.stages import Stage
from tasks.letters.cards import gravest_first, words
from tasks.letters.facts import LetterFacts, MailFacts
from tasks.letters.paper import HTML, TEXT, BadTemplate, Paper, fill
from tasks.letters.words import KINDS

MARK = "<七&八>"
"""In every name: where it stands in HTML as it is, a title could bring markup of its own."""


def longest(length: int) -> str:
    """A name of so many characters, Chinese first and then one word that nowhere breaks."""
    return (
        (MARK + "青山乡人民政府农业农村和乡村振兴办公室" * 20)[: length - 30] + "Unbreakable" * 2 + "12345678"
    )


LETTER = LetterFacts(
    rung="red_order",
    number="ZC2026-" + "9" * 53,
    title=longest(300),
    unit=longest(200),
    deadline=date(2026, 11, 30),
    deadline_version=1,
    days_left=-1234,
    provisional=True,
    stage=Stage.PENDING_VERIFICATION,
    round=12,
    cycle=12,
    as_cc=False,
    link="https://rectify.town.example/findings/ZC2026-" + "9" * 53,
)


def try_out(paper: Paper) -> None:
    """Raises BadTemplate for what cannot be filled in, leaves findings out, or lets markup through."""
    for mail in mails():
        letters = gravest_first(mail.letters)
        said = words(mail, letters, paper)
        _whole(TEXT, fill(paper.text, said), mail)
        html = fill(paper.html, said)
        if MARK in html:
            raise BadTemplate(
                HTML, 0, "文字没有转义（不要用 safe）", "it lets markup through (do not use safe)"
            )
        _whole(HTML, unescape(html), mail)


def mails() -> Iterator[MailFacts]:
    """One letter, a letter of every kind in every guise, and more letters than are shown in full."""
    for language in Language:
        yield _mail(language, LETTER)
        yield _mail(language, replace(LETTER, deadline=None, days_left=None, round=1, cycle=1))
        yield _mail(language, replace(LETTER, title=""))
        for guise in ({"as_cc": True}, {"title": ""}, {"days_left": 0, "provisional": False}):
            yield _mail(language, *(replace(LETTER, rung=rung, **guise) for rung in KINDS))


def _mail(language: Language, *letters: LetterFacts) -> MailFacts:
    return MailFacts(
        message_id="<trial@town.example>",
        date=datetime(2026, 11, 20, tzinfo=UTC),
        sender="rectify@town.example",
        sender_name="整改跟踪",
        recipient="post@town.example",
        recipient_name=longest(200),
        language=language,
        letters=tuple(_numbered(letter, at) for at, letter in enumerate(letters)),
        portal="https://rectify.town.example/",
    )


def _numbered(letter: LetterFacts, at: int) -> LetterFacts:
    return replace(letter, number=f"{letter.number[:-4]}{at:04}", link=f"{letter.link[:-4]}{at:04}")


def _whole(name: str, text: str, mail: MailFacts) -> None:
    shown = set(re.findall(r"ZC2026-9+\d+", text))
    missing = [letter.number for letter in mail.letters if letter.number not in shown]
    if missing:
        raise BadTemplate(
            name,
            0,
            f"{len(mail.letters)}件的邮件漏写了{len(missing)}个编号（cards 和 groups 都要列出）",
            f"of {len(mail.letters)} findings it leaves out {len(missing)}; print all cards and groups",
        )
