"""The headers that keep a finding's mails together and a machine's mails apart."""

from email.parser import BytesParser
from email.policy import compat32

import pytest

from tasks.letters.compose import compose
from tasks.letters.threads import MOST_ROOTS
from tests.tasks.letters.test_compose import letter, mail, read

LONG = "rectify@" + "a-very-long-label-of-a-domain." * 7 + "example"


def references(*numbers: str, sender: str = "rectify@town.example") -> list[str]:
    message = read(mail(*(letter(number=number) for number in numbers), sender=sender))
    assert message["In-Reply-To"] == message["References"].split()[-1]
    return str(message["References"]).split()


def test_mails_of_one_finding_answer_to_one_mail_that_was_never_sent() -> None:
    (first,) = references("ZC2026-008")
    assert references("ZC2026-008") == [first]
    assert references("ZC2026-009") != [first]
    assert first.endswith("@town.example>")
    assert first != read(mail())["Message-ID"]


def test_a_mail_of_several_findings_answers_to_each_and_lastly_to_the_gravest() -> None:
    late = letter(rung="red_order", number="SJ2026-001")
    found = str(read(mail(letter(), late, letter(rung="assignment")))["References"]).split()
    assert found == [*references("ZC2026-008"), *references("SJ2026-001")]


def test_however_many_findings_the_header_stays_short() -> None:
    many = [f"ZC2026-{number:03}" for number in range(1000)]
    found = references(*many)
    assert len(found) == MOST_ROOTS
    assert found[-1] == references(many[0])[0]
    head = compose(mail(*(letter(number=number) for number in many), sender=LONG)).partition(b"\r\n\r\n")[0]
    assert len(head) < 8000
    assert max(map(len, head.split(b"\r\n"))) < 998


@pytest.mark.parametrize("sender", ["rectify@town.example", LONG, "rectify@青山乡.example"])
@pytest.mark.parametrize("number", ["ZC2026-008", "问题〔2026〕8号", "a b<c>@\r\nBcc: x", "x" * 60])
def test_ids_are_written_as_they_are_whatever_the_number(number: str, sender: str) -> None:
    raw = compose(mail(letter(number=number), sender=sender))
    head = BytesParser(policy=compat32).parsebytes(raw)
    domain = sender.partition("@")[2]
    for name in ("References", "In-Reply-To", "List-Id"):
        assert "=?" not in str(head[name])
    assert raw.count(f"@{domain}>".encode()) >= 2
    assert "Bcc" not in head


def test_all_mails_of_an_installation_are_one_list() -> None:
    assert read(mail())["List-Id"] == "Rectify letters <letters.rectify.town.example>"
    chinese = str(read(mail(sender="rectify@青山乡.example"))["List-Id"])
    assert chinese.encode("ascii").decode("idna").endswith("<letters.rectify.青山乡.example>")


def test_no_holiday_notice_is_asked_for_but_reports_of_failure_are() -> None:
    message = read(mail())
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "OOF, AutoReply"
