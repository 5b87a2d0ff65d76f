"""What somebody signed in with, in two words, from what their browser calls itself."""

from portal.pages.speech import Speech, Words

BROWSERS: tuple[tuple[str, Words], ...] = (
    ("MicroMessenger", ("微信", "WeChat")),
    ("DingTalk", ("钉钉", "DingTalk")),
    ("Edg", ("Edge", "Edge")),
    ("Firefox", ("火狐", "Firefox")),
    ("Chrome", ("Chrome", "Chrome")),
    ("Safari", ("Safari", "Safari")),
)
SYSTEMS: tuple[tuple[str, Words], ...] = (
    ("HarmonyOS", ("鸿蒙手机", "HarmonyOS")),
    ("Android", ("安卓手机", "Android")),
    ("iPhone", ("苹果手机", "iPhone")),
    ("iPad", ("iPad", "iPad")),
    ("Windows", ("Windows 电脑", "Windows")),
    ("Mac OS", ("苹果电脑", "Mac")),
    ("Linux", ("Linux 电脑", "Linux")),
)
"""The first that is named counts: many name themselves like others too."""


def device(agent: str, speech: Speech) -> str:
    """`安卓手机 · 微信`; as it is where nothing is known of it."""
    known = [
        speech.of(next(words for name, words in names if name in agent))
        for names in (SYSTEMS, BROWSERS)
        if any(name in agent for name, _ in names)
    ]
    return " · ".join(known) or agent[:60] or "—"
