"""What a person says with an act, and what a guard may look at before it lets the act through."""

import re
from dataclasses import dataclass, field
from datetime import date

from policy.deadlines import Calendar
from policy.ledger_rows import Outcome
from policy.refusals import BadInput
from policy.roles import Actor
from policy.rules import Rules, Terms

MOST_TEXT = 1000
SHORTEST_MEASURE = 10
EMPTY_WORDS = re.compile(
    "进一步|切实|不断|全面|大力|认真|严格|加强|强化|提高|提升|完善|落实|推进|重视|抓好|做好|管理|监管|认识|教育|学习|责任|工作|制度|力度|意识|措施|机制"
)


@dataclass(frozen=True)
class Said:
    """What a person says with an act; each act looks at the fields it knows. Posts, units, accounts by id."""

    reason: str = ""
    text: str = ""
    percent: int | None = None
    deadline: date | None = None
    measures: tuple[tuple[str, date | None], ...] = ()
    measure: int | None = None
    objective: str = ""
    evidence: int = 0
    """How many files come with the act."""
    outcomes: tuple[Outcome, ...] = field(default_factory=tuple)
    file: str = ""
    """Which piece of evidence is meant: its number, or its hash."""
    basis: str = ""
    into: str = ""
    meeting: str = ""
    sustained: bool = False
    """Asks for the finding to be turned into one of continuing rectification."""
    met_on: date | None = None
    """The day of the meeting."""
    next_review_on: date | None = None


@dataclass(frozen=True)
class Limits:
    """What a guard may look at besides the finding and the words said."""

    rules: Rules
    terms: Terms
    calendar: Calendar
    today: date
    actor: Actor


def needs_text(text: str, zh: str, en: str, least: int = 1) -> None:
    length = len(text.strip())
    if length < least:
        raise BadInput(
            f"请填写{zh}" + (f"（不少于{least}个字，现有{length}个）。" if least > 1 else "。"),
            f"{en} is needed"
            + (f" (at least {least} characters, there are {length})." if least > 1 else "."),
        )
    if length > MOST_TEXT:
        raise BadInput(
            f"{zh}不能超过{MOST_TEXT}字，现有{length}字。",
            f"{en} may have {MOST_TEXT} characters at most, there are {length}.",
        )


def is_vague(measure: str) -> bool:
    """Whether a measure says nothing that could be checked: a few words, or set phrases alone."""
    words = re.sub(r"[\W\d]", "", measure)
    return len(words) < SHORTEST_MEASURE or len(EMPTY_WORDS.sub("", words)) < SHORTEST_MEASURE // 2
