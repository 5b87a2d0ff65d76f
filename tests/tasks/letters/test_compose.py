"""Every letter in both languages: what it says, and what it must never say."""

import re
from dataclasses import fields, replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from models.rules.shipped import shipped
from policy.lights import Light
from policy.notices import NOTICES
from policy.refusals import Language
from policy.stages import Stage
from tasks.letters.cards import one_line
from tasks.letters.compose import compose
from tasks.letters.facts import LetterFacts, MailFacts
from tasks.letters.words import COLOUR_WORDS, KINDS, days

LINK = "https://rectify.town.example/findings/ZC2026-008"
PORTAL = "https://rectify.town.example/"
EVERY_RUNG = sorted(KINDS)
BOTH = list(Language)

LETTER = LetterFacts(
    rung="yellow_reminder",
    number="ZC2026-008",
    title="道路硬化工程款拨付不及时",
    unit="甲村党支部",
    deadline=date(2026, 11, 30),
    deadline_version=1,
    days_left=10,
    provisional=False,
    stage=Stage.IN_PROGRESS,
    round=1,
    cycle=1,
    as_cc=False,
    link=LINK,
)
MAIL = MailFacts(
    message_id="<42.1@town.example>",
    date=datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC),
    sender="rectify@town.example",
    sender_name="整改跟踪系统",
    recipient="jia@town.example",
    recipient_name="甲村党支部书记",
    language=Language.CHINESE,
    letters=(LETTER,),
    portal=PORTAL,
)


def letter(**facts: Any) -> LetterFacts:
    return replace(LETTER, **facts)


def mail(*letters: LetterFacts, **facts: Any) -> MailFacts:
    return replace(MAIL, letters=letters or MAIL.letters, **facts)


def read(facts: MailFacts) -> EmailMessage:
    message = message_from_bytes(compose(facts), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content = part.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def everything(facts: MailFacts) -> str:
    message = read(facts)
    headers = "\n".join(f"{name}: {value}" for name, value in message.items())
    return "\n".join([headers, body(message, "plain"), body(message, "html")])


def subject(*letters: LetterFacts, language: Language = Language.CHINESE) -> str:
    return str(read(mail(*letters, language=language))["Subject"])


def test_a_subject_says_letter_number_and_days() -> None:
    assert subject(LETTER) == "【黄色提醒】ZC2026-008 距时限10日"
    assert subject(LETTER, language=Language.ENGLISH) == "[Yellow reminder] ZC2026-008 10 days left"


def test_of_several_letters_the_gravest_names_the_mail() -> None:
    late = letter(rung="red_order", number="SJ2026-001", days_left=-35)
    later = letter(rung="red_order", number="SJ2026-002", days_left=-5)
    assert subject(LETTER, later, late) == "【红色督办】SJ2026-001 已逾期35日 等3件"
    english = subject(LETTER, late, language=Language.ENGLISH)
    assert english == "[Red supervision order] SJ2026-001 35 days overdue and 1 more"
    text = body(read(mail(LETTER, later, late)), "plain")
    assert re.findall(r"^([A-Z]{2}2026-\d+)", text, re.M) == ["SJ2026-001", "SJ2026-002", "ZC2026-008"]


@pytest.mark.parametrize(
    ("left", "zh", "en"),
    [
        (10, "距时限10日", "10 days left"),
        (1, "距时限1日", "1 day left"),
        (0, "今日到期", "due today"),
        (-1, "已逾期1日", "1 day overdue"),
        (-35, "已逾期35日", "35 days overdue"),
    ],
)
def test_days_are_said_in_words(left: int, zh: str, en: str) -> None:
    assert days(left, Language.CHINESE) == zh
    assert days(left, Language.ENGLISH) == en


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("rung", EVERY_RUNG)
def test_every_letter_is_written_in_both_languages(rung: str, language: Language) -> None:
    message = read(mail(letter(rung=rung), language=language))
    wording = KINDS[rung].wording(language)
    assert wording.label in str(message["Subject"])
    for kind in ("plain", "html"):
        text = body(message, kind)
        assert "ZC2026-008" in text
        assert "道路硬化工程款拨付不及时" in text
        assert wording.document in text
        assert wording.asks in text
        assert LINK in text
    assert message["Content-Language"] == language.value


@pytest.mark.parametrize("rung", EVERY_RUNG)
def test_chinese_sentences_are_chinese_and_english_ones_english(rung: str) -> None:
    zh, en = KINDS[rung].zh, KINDS[rung].en
    assert not re.search(r"[A-Za-z]", zh.label + zh.document + zh.asks)
    assert (en.label + en.document + en.asks).isascii()
    assert zh.asks.endswith("。")
    assert en.asks.endswith(".")


def test_every_letter_the_rules_call_for_has_words() -> None:
    asked_for = {rung.name for ladder in shipped().ladders for rung in ladder.rungs}
    asked_for |= {notice.rung for notice in NOTICES.values()}
    asked_for |= {"third_return", "quality_order", "accountability"}
    assert len(asked_for) > 25
    assert asked_for <= set(KINDS)


def test_an_unknown_letter_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match="blue_reminder"):
        compose(mail(letter(rung="blue_reminder")))


def test_facts_hold_nothing_that_a_mail_must_not_say() -> None:
    assert {field.name for field in fields(LetterFacts)} == {
        *("rung", "number", "title", "unit", "deadline", "deadline_version", "days_left"),
        *("provisional", "stage", "round", "cycle", "as_cc", "link"),
    }


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("rung", EVERY_RUNG)
def test_a_confidential_finding_shows_its_number_only(rung: str, language: Language) -> None:
    secret = letter(
        rung=rung, title="", unit="CANARY-UNIT", deadline=date(2031, 7, 8), days_left=-7777, round=8, cycle=9
    )
    text = everything(mail(secret, language=language))
    assert "ZC2026-008" in text
    for canary in ("CANARY", "2031", "7777", "第8轮", "第9次", "round 8", "cycle 9", "整改中", "in progress"):
        assert canary not in text


@pytest.mark.parametrize("rung", EVERY_RUNG)
def test_the_title_stays_out_of_the_headers(rung: str) -> None:
    message = read(mail(letter(rung=rung, title="CANARY")))
    assert "CANARY" not in "".join(str(value) for value in message.values())
    assert "CANARY" in body(message, "plain")


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("rung", EVERY_RUNG)
def test_the_only_links_are_the_finding_and_the_portal(rung: str, language: Language) -> None:
    text = everything(mail(letter(rung=rung), language=language))
    assert set(re.findall(r"https?://[^\s\"<>]+", text)) == {LINK, PORTAL}
    assert "token" not in text.lower()
    assert "<img" not in text
    assert "<script" not in text


def test_equal_facts_give_equal_bytes_and_another_id_another_boundary() -> None:
    assert compose(mail()) == compose(mail(letter()))
    first, second = read(mail()), read(mail(message_id="<43.1@town.example>"))
    assert first.get_boundary() != second.get_boundary()


def test_a_mail_has_the_headers_of_a_machine_that_writes_once() -> None:
    message = read(mail())
    assert message["Message-ID"] == "<42.1@town.example>"
    assert message["Date"] == "Fri, 20 Nov 2026 09:02:03 +0800"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


def test_chinese_survives_the_journey() -> None:
    raw = compose(mail())
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) < 998
    assert b"\n" not in raw.replace(b"\r\n", b"")
    message = message_from_bytes(raw, policy=default)
    assert message["To"].addresses[0].display_name == "甲村党支部书记"
    assert message["To"].addresses[0].addr_spec == "jia@town.example"
    assert message["From"].addresses[0].display_name == "整改跟踪系统"
    assert not message.defects


def test_a_date_that_may_still_move_is_marked() -> None:
    moving = letter(provisional=True, deadline=date(2027, 3, 15))
    assert "2027年3月15日（暂定）" in body(read(mail(moving)), "plain")
    english = body(read(mail(moving, language=Language.ENGLISH)), "plain")
    assert "15 March 2027 (provisional)" in english
    assert "暂定" not in body(read(mail()), "plain")


def test_a_finding_without_a_deadline_has_none_in_its_letter() -> None:
    undated = letter(deadline=None, days_left=None)
    assert subject(undated) == "【黄色提醒】ZC2026-008"
    assert "整改时限：" not in body(read(mail(undated)), "plain")


@pytest.mark.parametrize("rung", ["closed", "withdrawn", "merged"])
def test_what_is_over_counts_no_more_days(rung: str) -> None:
    over = letter(rung=rung, days_left=-35)
    assert subject(over) == f"【{KINDS[rung].zh.label}】ZC2026-008"
    assert "逾期" not in body(read(mail(over)), "plain")


def test_a_later_round_and_cycle_are_named() -> None:
    text = body(read(mail(letter(stage=Stage.RETURNED, round=3, cycle=2))), "plain")
    assert "退回整改 · 第2次办理 · 第3轮整改" in text
    assert "轮整改" not in body(read(mail()), "plain")


def test_a_copy_says_that_it_is_one() -> None:
    copy = letter(as_cc=True)
    assert subject(copy) == "【黄色提醒】ZC2026-008 距时限10日（抄送）"
    text = body(read(mail(copy)), "plain")
    assert "此件抄送" in text
    assert "抄送如下，请知悉" in text


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("rung", [rung for rung, kind in KINDS.items() if kind.colour is not Light.NONE])
def test_a_colour_is_always_said_in_words(rung: str, language: Language) -> None:
    words = COLOUR_WORDS[KINDS[rung].colour]
    message = read(mail(letter(rung=rung, title="x", unit="y"), language=language))
    assert words[BOTH.index(language)] in body(message, "html")
    assert words[BOTH.index(language)] in body(message, "plain")


def test_markup_in_a_title_is_only_text() -> None:
    html = body(read(mail(letter(title="<script>alert(1)</script>&"))), "html")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


INJECTION = "甲\r\nBcc: evil@town.example\r\n\r\n假函件\u2028\u202e\x00"


@pytest.mark.parametrize("fact", ["number", "title", "unit"])
def test_a_line_break_in_a_finding_makes_no_header_and_no_line(fact: str) -> None:
    message = read(mail(letter(**{fact: INJECTION})))
    assert "Bcc" not in message
    assert [line for line in body(message, "plain").splitlines() if line.startswith(("Bcc", "假"))] == []


@pytest.mark.parametrize("fact", ["recipient_name", "sender_name"])
def test_a_line_break_in_a_name_makes_no_header(fact: str) -> None:
    message = read(mail(**{fact: INJECTION}))
    assert "Bcc" not in message
    assert len(message["To"].addresses) == len(message["From"].addresses) == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"recipient": "a@town.example\r\nBcc: evil@town.example"},
        {"recipient": "a@town.example, b@town.example"},
        {"sender": "a@town.example\nBcc: evil@town.example"},
        {"message_id": "<1@town.example>\r\nBcc: evil@town.example"},
        {"message_id": "1"},
        {"date": datetime(2026, 11, 20)},  # noqa: DTZ001
        {"portal": "javascript:alert(1)"},
        {"letters": ()},
        {"letters": (replace(LETTER, link="https://a.example/ x"),)},
        {"letters": (replace(LETTER, link="javascript:alert(1)"),)},
    ],
)
def test_facts_that_make_no_honest_mail_are_refused(facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        compose(replace(MAIL, **facts))


def test_a_chinese_address_is_written_as_it_is() -> None:
    raw = compose(mail(recipient="张书记@town.example"))
    assert b"<\xe5\xbc\xa0\xe4\xb9\xa6\xe8\xae\xb0@town.example>" in raw
    assert compose(mail()).isascii()


def test_one_line_keeps_words_and_drops_tricks() -> None:
    assert one_line("  甲\t村\r\n党\u200b支部\u202e ") == "甲 村 党支部"
