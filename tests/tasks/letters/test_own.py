"""The office's own templates: they take the place of the shipped ones, or are refused with a reason."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from jinja2 import UndefinedError

from models.findings import Finding
from models.staff.people import Post, Unit
from policy.refusals import Language
from tasks.letters import own
from tasks.letters.cards import subject
from tasks.letters.compose import compose
from tasks.letters.facts import LetterFacts
from tasks.letters.own import KNOWN, LETTERS, read, shipped_source
from tasks.letters.paper import SHIPPED, BadTemplate, Paper
from tasks.letters.trial import LETTER, mails, try_out
from tests.tasks.letters.test_compose import body, letter, mail
from tests.tasks.letters.test_compose import read as opened

ORDER = "zh-CN/red_order.txt"
HEAD = "简称：红色督办\n文种：红色督办函\n\n"


def put(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def opened_with(paper: Paper, *letters: LetterFacts) -> EmailMessage:
    message = message_from_bytes(compose(mail(*letters), paper), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def refused(folder: Path) -> BadTemplate:
    with pytest.raises(BadTemplate) as refusal:
        read(folder)
    return refusal.value


def test_the_shipped_templates_stand_their_own_trial() -> None:
    try_out(SHIPPED)


def test_the_trial_has_every_letter_in_both_languages_and_the_longest_names() -> None:
    tried = {(mail.language, letter.rung) for mail in mails() for letter in mail.letters}
    assert tried == set(LETTERS.values())
    columns = Finding.__table__.c, Unit.__table__.c, Post.__table__.c  # type: ignore[attr-defined]
    finding, unit, post = columns
    assert len(LETTER.number) == finding.number.type.length
    assert len(LETTER.title) == finding.title.type.length
    assert len(LETTER.unit) == unit.name.type.length
    assert {len(mail.recipient_name) for mail in mails()} == {post.name.type.length}


def test_a_word_that_is_missing_is_an_error() -> None:
    for template in (SHIPPED.text, SHIPPED.html):
        with pytest.raises(UndefinedError):
            template.render({})


def test_without_a_folder_everything_is_as_shipped(tmp_path: Path) -> None:
    assert read(tmp_path / "templates").own == ()
    put(tmp_path, ".DS_Store", b"\xff")
    assert read(tmp_path).own == ()


def test_the_shipped_templates_can_be_copied_and_that_changes_nothing(tmp_path: Path) -> None:
    for name in KNOWN:
        put(tmp_path, name, shipped_source(name))
    paper = read(tmp_path)
    assert sorted(paper.own) == sorted(KNOWN)
    for language, rung in LETTERS.values():
        facts = mail(letter(rung=rung), letter(rung=rung, number="X-1", as_cc=True), language=language)
        assert compose(facts, paper) == compose(facts)


def test_one_file_rewords_one_letter_in_one_language(tmp_path: Path) -> None:
    asks = "请{{ unit }}于三日内报告。\n\n{% if days %}该问题{{ days }}。{% endif %}\n"
    paper = read(put(tmp_path, ORDER, f"简称：督办\n文种：督办通知书\n\n{asks}"))
    late = letter(rung="red_order", days_left=-3)
    message = opened_with(paper, late)
    assert message["Subject"] == "【督办】ZC2026-008 已逾期3日"
    text = body(message, "plain")
    assert "红色 · 督办通知书" in text
    assert "\n请甲村党支部于三日内报告。\n该问题已逾期3日。\n" in text
    html = body(message, "html")
    assert ">请甲村党支部于三日内报告。</p>" in html
    assert ">该问题已逾期3日。</p>" in html
    english = mail(late, language=Language.ENGLISH)
    assert compose(english, paper) == compose(english)
    assert subject([late], Language.CHINESE, SHIPPED) == "【红色督办】ZC2026-008 已逾期3日"


def test_a_reworded_letter_says_no_more_of_a_confidential_finding(tmp_path: Path) -> None:
    words = " ".join(f"[{{{{ {word} }}}}]" for word in sorted(own.IN_LETTERS))
    paper = read(put(tmp_path, ORDER, HEAD + words))
    secret = letter(rung="red_order", title="", unit="CANARY", days_left=-7777)
    raw = body(opened_with(paper, secret), "plain")
    assert "CANARY" not in raw
    assert "7777" not in raw
    assert "2026年" not in raw
    assert "[ZC2026-008]" in raw
    assert "[甲村党支部书记]" in raw


def test_names_in_a_reworded_letter_are_only_text(tmp_path: Path) -> None:
    paper = read(put(tmp_path, ORDER, HEAD + "关于{{ title }}。"))
    message = opened_with(paper, letter(rung="red_order", title="<b>{{ unit }}\r\n</b>"))
    assert "关于&lt;b&gt;{{ unit }} &lt;/b&gt;。" in body(message, "html")


def test_a_whole_mail_can_be_laid_out_anew(tmp_path: Path) -> None:
    source = """{{ greeting }}
{% for card in cards %}{{ card.number }} {{ card.heading }} {{ card.asks|join }}
{% endfor %}
{% for group in groups %}{{ group.heading }}
{% for item in group.items %}{{ item.number }} {% endfor %}{% endfor %}
"""
    paper = read(put(tmp_path, "mail.txt", source))
    message = opened_with(paper, letter(rung="red_order"))
    assert body(message, "plain").startswith("甲村党支部书记：\nZC2026-008 红色督办函 该问题")
    assert body(message, "html") == body(opened(mail(letter(rung="red_order"))), "html")


@pytest.mark.parametrize(
    ("name", "text", "line", "zh", "en"),
    [
        (ORDER, HEAD + "请办理。\n{{ numbr }}", 5, "“numbr”", "did you mean “number”"),
        (ORDER, HEAD + "{% if days == 3 %}{{ tilte }}{% endif %}好", 4, "“tilte”", "did you mean “title”"),
        (ORDER, HEAD + "{{ number.foo }}", 4, "“foo”", "no “foo”"),
        (ORDER, HEAD + "\n\n{% if %}", 6, "写法有误", "not well written"),
        (ORDER, HEAD + "{{ number|nosuch }}", 4, "nosuch", "nosuch"),
        (ORDER, HEAD + "{{ 1 // 0 }}", 4, "ZeroDivisionError", "cannot be filled in"),
        (ORDER, HEAD + "{{ number.__class__ }}", 4, "不许", "may not"),
        (ORDER, HEAD + "{% include 'mail.txt' %}", 4, "不能引用其他文件", "other files"),
        (ORDER, HEAD + "{{ title }}", 0, "空的", "says nothing"),
        (ORDER, HEAD, 0, "空的", "says nothing"),
        (ORDER, "", 1, "简称", "label"),
        (ORDER, "请办理。", 1, "简称", "label"),
        (ORDER, "简称：督办\n请办理。", 2, "文种", "document"),
        (ORDER, "简称：督办\n文种：函\n请办理。", 3, "空行", "empty"),
        (ORDER, f"简称：{'督' * 41}\n文种：函\n\n请办理。", 1, "最多40个字", "at most 40"),
        (ORDER, "简称：{{ title }}\n文种：函\n\n请办理。", 1, "花括号", "braces"),
        (ORDER, HEAD.encode() + b"\xc7\xeb", 4, "不是 UTF-8", "not UTF-8"),
        ("mail.txt", "{{ subject }}", 0, "漏写了", "leaves out"),
        ("mail.txt", "{{ greeting }}\n{{ unit }}", 2, "“unit”", "“unit”"),
        ("mail.html", shipped_source("mail.html").replace("card.title", "card.titel"), 15, "titel", "titel"),
        ("mail.html", shipped_source("mail.html").replace("}}", "|safe }}"), 0, "转义", "markup"),
    ],
)
def test_a_template_that_is_no_good_is_refused_with_its_line_and_the_reason(
    name: str, text: str | bytes, line: int, zh: str, en: str, tmp_path: Path
) -> None:
    bad = refused(put(tmp_path, name, text))
    assert (bad.name, bad.line) == (name, line)
    assert name in bad.zh
    assert name in bad.en
    assert zh in bad.zh
    assert en in bad.en
    assert "\n" not in bad.zh + bad.en


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("red_order.txt", "zh-CN/red_order.txt"),
        ("zh-CN/red_oder.txt", "zh-CN/red_order.txt"),
        ("en/red_order.html", "en/red_order.txt"),
        ("zh/assignment.txt", "zh-CN/assignment.txt"),
        ("mails.html", "mail.html"),
        ("mail.txt~", "mail.txt"),
    ],
)
def test_a_file_nobody_would_read_is_refused_with_the_nearest_name(
    name: str, meant: str, tmp_path: Path
) -> None:
    bad = refused(put(tmp_path, name, HEAD + "请办理。"))
    assert name in bad.zh
    assert f"“{meant}”" in bad.zh
    assert f"“{meant}”" in bad.en


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    put(tmp_path, "templates", "")
    assert "文件夹" in refused(tmp_path / "templates").zh


def test_windows_files_are_read_as_well(tmp_path: Path) -> None:
    source = "\ufeff" + (HEAD + "请办理。\n").replace("\n", "\r\n")
    paper = read(put(tmp_path, ORDER, source))
    assert "请办理。" in body(opened_with(paper, letter(rung="red_order")), "plain")


def test_a_folder_is_read_once_so_that_a_file_half_written_spoils_no_mail(tmp_path: Path) -> None:
    put(tmp_path, f"templates/{ORDER}", HEAD + "请办理。")
    first = own.paper(tmp_path)
    put(tmp_path, f"templates/{ORDER}", "简称：")
    assert own.paper(tmp_path) is first
