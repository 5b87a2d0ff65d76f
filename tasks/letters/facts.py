"""What a mail may say: facts, decided and looked up by others."""

from dataclasses import dataclass
from datetime import date, datetime

from policy.refusals import Language
from policy.stages import Stage


@dataclass(frozen=True)
class LetterFacts:
    """All a mail may say of a finding. An empty `title` means confidential: then only the number is said.

    `days_left` is negative when late, and none past a deadline that was kept by submitting. `rung` is a key
    of `words.KINDS`.
    """

    rung: str
    number: str
    title: str
    unit: str
    deadline: date | None
    deadline_version: int
    days_left: int | None
    provisional: bool
    stage: Stage
    round: int
    cycle: int
    as_cc: bool
    link: str


@dataclass(frozen=True)
class MailFacts:
    """One mail to one recipient. `date` is aware; `recipient_name` is a post, not a person."""

    message_id: str
    date: datetime
    sender: str
    sender_name: str
    recipient: str
    recipient_name: str
    language: Language
    letters: tuple[LetterFacts, ...]
    portal: str
