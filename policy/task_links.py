"""One-time links: what they are good for, how long, and who may hand them out."""

from collections.abc import Collection

from policy.refusals import NotAllowed
from policy.roles import Role
from policy.stages import STEP_OF, Act, Stage, Step
from policy.words import ACT_WORDS

BY_LINK = (Act.REPORT_PROGRESS, Act.COMPLETE_MEASURE, Act.ATTACH_EVIDENCE, Act.SUBMIT)
"""All that can be done by a link: to report and to submit, never to check or to decide."""
MAKERS = frozenset({Role.INSPECTOR, Role.INSPECTION_OFFICE, Role.ADMINISTRATOR})
MOST_TRIES = 5
"""Wrong PINs that a link bears."""


def is_open(stage: Stage) -> bool:
    """Whether there is something to report."""
    return STEP_OF[stage] is Step.FOLLOW_UP


def check_act(act: Act) -> None:
    """Raises NotAllowed for what no link is good for."""
    if act not in BY_LINK:
        zh, en = ACT_WORDS[act]
        possible_zh = "、".join(ACT_WORDS[one][0] for one in BY_LINK)
        possible_en = ", ".join(ACT_WORDS[one][1] for one in BY_LINK)
        raise NotAllowed(
            f"通过一次性链接不能{zh}。可以：{possible_zh}。",
            f"A one-time link cannot {en}. Possible: {possible_en}.",
        )


def may_make(roles: Collection[Role], posts: Collection[int], verifier_post: int | None) -> bool:
    """Inspectors and administrators; but not who will verify it: they would hand in what they then check."""
    return not MAKERS.isdisjoint(roles) and verifier_post not in posts
