"""Deadlines as entries for a calendar: read by the standard, and moved by an extension."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.refusals import Language
from tasks.letters.cards import one_line
from tasks.letters.entries import Entry, calendar
from tasks.letters.facts import LetterFacts
from tasks.letters.trial import longest
from tasks.letters.words import KINDS
from tests.tasks.letters.calendar_reader import Component
from tests.tasks.letters.calendar_reader import read as strictly
from tests.tasks.letters.test_compose import LETTER, LINK, letter, mail
from tests.tasks.letters.test_compose import read as opened

NOW = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)
SETS_A_DAY = {"assignment", "reopened", "extension_approved", "deadline_moved", "handed_over"}
TASK = letter(rung="assignment")


def entries(*letters: LetterFacts, language: Language = Language.CHINESE) -> list[Component]:
    parts = list(opened(mail(*letters, language=language)).iter_attachments())
    if not parts:
        return []
    assert [(x.get_content_type(), x.get_filename()) for x in parts] == [("text/calendar", "deadlines.ics")]
    assert dict(parts[0]["Content-Type"].params) == {"charset": "utf-8", "method": "PUBLISH"}
    content = parts[0].get_payload(decode=True)
    assert isinstance(content, bytes)
    read = strictly(content)
    assert read.lines["METHOD"] == "PUBLISH"
    return read.inner


def test_an_assignment_brings_its_deadline_for_the_calendar() -> None:
    (event,) = entries(TASK)
    assert event.name == "VEVENT"
    assert event.lines["DTSTART;VALUE=DATE"] == "20261130"
    assert event.lines["DTSTAMP"] == "20261120T010203Z"
    assert event.lines["SUMMARY"] == "整改到期：ZC2026-008 道路硬化工程款拨付不及时"
    assert event.lines["URL"] == LINK
    assert LINK in event.lines["DESCRIPTION"]
    (alarm,) = event.inner
    assert alarm.lines["TRIGGER"] == "-P2DT15H30M"
    (english,) = entries(TASK, language=Language.ENGLISH)
    assert english.lines["SUMMARY"] == "Due: ZC2026-008 道路硬化工程款拨付不及时"


@pytest.mark.parametrize("rung", sorted(KINDS))
def test_only_letters_that_set_a_day_bring_an_entry(rung: str) -> None:
    assert bool(entries(letter(rung=rung))) == (rung in SETS_A_DAY)


def test_one_file_holds_the_entries_of_a_whole_mail() -> None:
    found = entries(TASK, letter(number="SJ2026-001"), letter(rung="reopened", number="DC2026-001", cycle=2))
    assert len(found) == len({event.lines["UID"] for event in found}) == 2


def test_an_extension_moves_the_entry_and_a_new_cycle_makes_another() -> None:
    (first,) = entries(TASK)
    (moved,) = entries(
        letter(rung="extension_approved", deadline=date(2026, 12, 31), deadline_version=2, title="另一个标题")
    )
    (again,) = entries(letter(rung="reopened", cycle=2))
    assert moved.lines["UID"] == first.lines["UID"] != again.lines["UID"]
    assert int(moved.lines["SEQUENCE"]) > int(first.lines["SEQUENCE"])
    assert moved.lines["DTSTART;VALUE=DATE"] == "20261231"


def test_a_provisional_deadline_is_marked_in_the_entry() -> None:
    (event,) = entries(letter(rung="assignment", provisional=True))
    assert event.lines["SUMMARY"].startswith("整改到期（暂定）：ZC2026-008")
    (event,) = entries(letter(rung="assignment", provisional=True), language=Language.ENGLISH)
    assert event.lines["SUMMARY"].startswith("Due (provisional): ZC2026-008")


def test_the_entry_of_a_confidential_finding_names_its_number_only() -> None:
    (event,) = entries(letter(rung="assignment", title="", unit="CANARY-UNIT", round=8, cycle=9))
    assert event.lines["SUMMARY"] == "整改到期：ZC2026-008"
    assert event.lines["CLASS"] == "CONFIDENTIAL"
    assert "CANARY" not in str(event)


def test_copies_and_letters_without_a_deadline_bring_no_entry() -> None:
    assert entries(letter(rung="assignment", as_cc=True)) == []
    assert entries(letter(rung="assignment", deadline=None, days_left=None)) == []
    assert entries(LETTER) == []


@pytest.mark.parametrize("number", ["问题〔2026〕8号", "A B;C,D\\E:F", '"8"\r\nX:1'])
def test_any_number_makes_a_legal_id(number: str) -> None:
    (event,) = entries(letter(rung="assignment", number=number))
    assert event.lines["UID"].isascii()
    assert one_line(number) in event.lines["SUMMARY"]


@given(st.text(max_size=400))
def test_whatever_a_title_holds_the_file_is_read_back(text: str) -> None:
    title = one_line(text)
    entry = Entry("1@town.example", 1, date(2026, 11, 30), title, f"一\n{title}", LINK, confidential=False)
    (event,) = strictly(calendar([entry], NOW).encode()).inner
    assert event.lines["SUMMARY"] == title
    assert event.lines["DESCRIPTION"] == f"一\n{title}"


def test_the_longest_names_are_folded_between_characters() -> None:
    (event,) = entries(letter(rung="assignment", title=longest(300), number="Z" * 60))
    assert longest(300) in event.lines["SUMMARY"]
