"""Which passwords are good enough, and how often one may try."""

from datetime import UTC, datetime, timedelta

import pytest

from policy import knocking, passwords
from policy.knocking import Bucket
from policy.refusals import BadInput, TooOften

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "password",
    ["", "short", "1234567", "12345678", "Password1", "88888888", "aaaaaaaaa", "bingcun1", "BINGCUN123"],
)
def test_what_is_short_or_guessable_is_refused(password: str) -> None:
    with pytest.raises(BadInput):
        passwords.check(password, "bingcun")


@pytest.mark.parametrize(
    "password", ["水库边有三棵老柳树", "correct horse battery", "x" * 60 + "yz", "a b c d e"]
)
def test_a_sentence_is_good_whatever_it_is_made_of(password: str) -> None:
    passwords.check(password, "bingcun")


@pytest.mark.parametrize(
    "password",
    [
        "bingcun2026",
        "Zhenggai@2026",
        "admin2026!!",
        "qwertyui123456",
        "asdfgh654321",
        "zyxwvutsr",
        "abcabcabc",
        "12ab12ab12ab",
        "19780314",
        "13905711234",
        "33012719780314123X",
        "张建国@2026",
        "丙村党支部123",
        "Passw0rd!!1",
    ],
)
def test_what_others_think_of_first_is_refused(password: str) -> None:
    with pytest.raises(BadInput, match="太容易猜到"):
        passwords.check(password, "bingcun", {"张建国", "丙村党支部"})


@pytest.mark.parametrize(
    "password",
    [
        "另一个好密码的话",
        "three old willows",
        "Xk4-wq9z-Tm2p",
        "丙村有三棵老柳树2026",
        "20年修好那座桥",
        "k7mq-x2vd-9rtb",
    ],
)
def test_one_of_ones_own_is_taken(password: str) -> None:
    passwords.check(password, "bingcun", {"张建国", "丙村党支部"})


def test_one_that_is_longer_than_is_taken_is_said() -> None:
    with pytest.raises(BadInput, match="128"):
        passwords.check("长" * 129, "bingcun")


BUCKET = Bucket(5, 180)


def test_a_bucket_takes_its_size_at_once_and_then_one_at_a_time() -> None:
    level = 0.0
    for _ in range(5):
        assert not knocking.is_full(level, BUCKET)
        level += 1
    assert knocking.is_full(level, BUCKET)
    assert knocking.wait(level, BUCKET) == 180
    later = knocking.drained(level, NOW, NOW + timedelta(seconds=180), BUCKET)
    assert not knocking.is_full(later, BUCKET)
    assert knocking.is_full(later + 1, BUCKET)


def test_a_clock_set_back_neither_fills_nor_drains() -> None:
    assert knocking.drained(3.0, NOW, NOW - timedelta(days=2), BUCKET) == 3.0


def test_the_wait_is_said_in_minutes_or_seconds() -> None:
    assert "3分钟" in TooOften(180).zh
    assert "20秒" in TooOften(20).zh
