"""Which addresses are called, when again, and how a call is signed."""

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from policy.hooks import TRIES, check_address, pause_after, signature
from policy.refusals import BadInput


@pytest.mark.parametrize(
    "url",
    [
        "https://example.cn/hook?x=1",
        "https://10.0.0.7:8443/",
        "http://127.0.0.1:9000/hook",
        "http://localhost/hook",
        "http://[::1]:9000/",
        "http://192.168.3.4/hook",
        "http://10.1.2.3/",
        "http://[fd12::1]/",
    ],
)
def test_https_goes_anywhere_and_http_no_further_than_the_office(url: str) -> None:
    check_address(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.cn/hook",
        "http://example.cn/hook",
        "http://8.8.8.8/",
        "http://169.254.169.254/latest/meta-data",
        "http://0.0.0.0/",
        "http://2130706433/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https://",
        "https://user:word@example.cn/",
        "https://example.cn/#part",
        "https://example.cn:99999/",
        "https://exa mple.cn/",
        "https://example.cn\\@127.0.0.1/",
        "https://example.cn/\r\nX: y",
        "https://例子.cn/",
        "https://[::1/",
        "https://169.254.169.254/latest/meta-data",
        "https://[fe80::1]/",
        "https://0.0.0.0/",
        "https://example.cn/" + "x" * 500,
    ],
)
def test_nothing_else_is_called(url: str) -> None:
    with pytest.raises(BadInput):
        check_address(url)


def test_pauses_grow_for_days_until_it_is_given_up() -> None:
    pauses = [pause_after(tries) for tries in range(1, TRIES)]
    known = [pause for pause in pauses if pause is not None]
    assert len(known) == TRIES - 1
    assert known == sorted(known)
    assert sum(known, timedelta()) > timedelta(days=2)
    assert pause_after(TRIES) is None


def test_a_call_is_signed_as_standard_webhooks_says() -> None:
    """The example of the scheme's own libraries."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    signed = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert signed == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


HOW_TO = Path(__file__).parents[2] / "docs" / "how-to" / "use-the-api.md"


def test_who_receives_can_check_a_message_as_the_how_to_says() -> None:
    told: dict[str, Any] = {}
    exec(HOW_TO.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0], told)
    secret, body, now = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"type": "test"}', int(time.time())

    def sent(at: int, said: bytes) -> bool:
        headers = {"webhook-id": "msg_1", "webhook-timestamp": str(at)}
        signed = headers | {"webhook-signature": signature(secret, "msg_1", at, body)}
        return bool(told["is_ours"](secret, signed, said))

    assert sent(now, body)
    assert not sent(now, body + b" ")
    assert not sent(now - 3600, body)
