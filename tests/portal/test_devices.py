"""What somebody signed in with."""

import pytest

from policy.refusals import Language
from portal.pages.devices import device
from portal.pages.speech import Speech


@pytest.mark.parametrize(
    ("agent", "said"),
    [
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile MicroMessenger/8.0", "安卓手机 · 微信"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120 Safari/537 Edg/120", "Windows 电脑 · Edge"),
        ("curl/8", "curl/8"),
        ("", "—"),
    ],
)
def test_a_device_is_named_in_two_words(agent: str, said: str) -> None:
    assert device(agent, Speech(Language.CHINESE)) == said
