"""Who has to be told by telephone: a letter that did not arrive, while it still matters that it did not."""

from dataclasses import dataclass
from enum import StrEnum

from policy.escalation import rests
from policy.stages import ENDED, Stage


class WhyNot(StrEnum):
    """Why a letter did not arrive, or may not have."""

    VACANT = "vacant"
    NO_MAILBOX = "no_mailbox"
    NOBODY = "nobody"
    REFUSED = "refused"
    IN_DOUBT = "in_doubt"


@dataclass(frozen=True)
class Undelivered:
    """A letter as far as it depends on how the finding went on. `occasion` is 0 on the deadline's ladder."""

    cycle: int
    deadline_version: int
    rung: str
    occasion: int
    is_signed: bool


@dataclass(frozen=True)
class Standing:
    """How the finding stands, and the event that brought it there."""

    stage: Stage
    cycle: int
    deadline_version: int
    stage_event: int


def still_matters(letter: Undelivered, finding: Standing) -> bool:
    """Whether somebody has to be told what the letter says.

    Nobody has to where people went on without it: whoever it asked has acted, or the deadline moved. Of an
    ended finding that is what ended it, a closure or a withdrawal, and the look back.
    """
    if letter.cycle != finding.cycle:
        return False
    if letter.occasion:
        return letter.occasion >= finding.stage_event
    if finding.stage in ENDED:
        return letter.rung == "look_back_due"
    is_asked = letter.is_signed or not rests(finding.stage)
    return is_asked and letter.deadline_version == finding.deadline_version
