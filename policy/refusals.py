"""The few ways to say no; each message is fit for the person who tried, in Chinese and in English."""

from enum import StrEnum


class Language(StrEnum):
    CHINESE = "zh-CN"
    ENGLISH = "en"


class Refusal(Exception):
    """Something was not done, and nothing was changed. `zh` and `en` say why and what is possible."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh = zh
        self.en = en

    def said(self, language: Language) -> str:
        return self.en if language is Language.ENGLISH else self.zh


class BadInput(Refusal):
    """What was typed or uploaded cannot be understood."""


class BadLedger(BadInput):
    """The file is not a ledger that can be read."""


class NotFound(BadInput):
    """There is no such thing under that name."""


class NotAllowed(Refusal):
    """The act is not possible now, or not for this person."""


class Overtaken(Refusal):
    """Somebody else was faster; look again."""


class Unavailable(Refusal):
    """A part that is needed does not answer, a port is taken, a disk is full."""


class NotSignedIn(Refusal):
    """Nobody is signed in, or no longer."""


class TooOften(Refusal):
    """Tried too often; `seconds` says when to come back."""

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        zh = f"{minutes}分钟" if seconds > 60 else f"{seconds}秒"
        en = f"{minutes} minutes" if seconds > 60 else f"{seconds} seconds"
        super().__init__(f"尝试次数过多，请{zh}后再试。", f"Too many tries. Come back in {en}.")
        self.seconds = seconds
