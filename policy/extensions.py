"""Extensions: who may ask for one and until when, who agrees to it, and in how many approvals."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from enum import StrEnum

from policy.deadlines import Calendar, DeadlineType, next_workday
from policy.refusals import BadInput, NotAllowed
from policy.roles import Role
from policy.rules import Rules, Terms
from policy.saying import Limits, Said, needs_text
from policy.stages import Facts
from policy.words import ROLE_WORDS


class Decision(StrEnum):
    """What became of a request; one that lapsed was overtaken by the finding's end."""

    PENDING = "pending"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"


DECISION_WORDS: dict[Decision, tuple[str, str]] = {
    Decision.PENDING: ("待审批", "awaiting a decision"),
    Decision.GRANTED: ("已同意", "granted"),
    Decision.REFUSED: ("不同意", "refused"),
    Decision.LAPSED: ("已失效", "lapsed"),
}


def may_ask(facts: Facts, said: Said, limits: Limits) -> None:
    needs_text(said.reason, "延期理由", "A reason")
    asked = _asked(said)
    if asked is None or facts.deadline is None:
        raise _without_a_date(said)
    if said.sustained:
        needs_text(said.objective, "阶段整改目标", "The goal of this stage")
    _later_date(facts, asked, limits)


def _without_a_date(said: Said) -> BadInput:
    if said.sustained:
        return BadInput("转为持续整改的，请填写下次复核日期。", "Say when it is to be reviewed next.")
    return BadInput("请填写延期至的日期。", "Say until when.")


def _asked(said: Said) -> date | None:
    """What is turned into continuing rectification is due on the day of its next review."""
    return said.next_review_on if said.sustained else said.deadline


def may_extend(facts: Facts, limits: Limits) -> None:
    """Whether an extension may be asked for at all."""
    number, most = facts.number, limits.terms.extensions
    refusals = (
        (
            facts.deadline_type is DeadlineType.IMMEDIATE and most == 0,
            "立行立改事项不能延期",
            "is to be fixed at once and cannot be extended",
        ),
        (facts.extension_to is not None, "已有一份延期申请待审批", "has a request waiting for a decision"),
        (
            facts.extensions >= most,
            f"已延期{facts.extensions}次，不能再延",
            f"was extended {facts.extensions} times already",
        ),
    )
    for is_so, zh, en in refusals:
        if is_so:
            raise NotAllowed(f"{number} {zh}。", f"{number} {en}.")


def _later_date(facts: Facts, new: date, limits: Limits) -> None:
    latest = latest_extension(facts, limits.terms, limits.calendar)
    old = facts.deadline or limits.today
    if not max(old, limits.today) < new <= latest:
        raise BadInput(
            f"延期日期 {new} 应晚于原时限 {old} 和今天，且不超过 {latest}。",
            f"The new date {new} has to be after {old} and today, and not after {latest}.",
        )


def latest_extension(facts: Facts, terms: Terms, calendar: Calendar) -> date:
    """The last day an extension may be asked for.

    Where the terms say so it counts from the nominal deadline, unrolled, and is itself moved off a holiday.
    """
    old = facts.deadline or date.max
    if not terms.extension_from_nominal:
        return old + timedelta(days=terms.longest_extension_days)
    nominal = (facts.nominal_deadline or old) + timedelta(days=terms.longest_extension_days)
    return next_workday(nominal, calendar) if terms.period.roll else nominal


def may_decide(facts: Facts, limits: Limits) -> None:
    """Whether it is for this person to decide; whoever could agree may refuse."""
    _pending(facts)
    _is_next(facts, limits)


def may_agree(facts: Facts, limits: Limits) -> None:
    may_decide(facts, limits)
    _may_last(facts, limits)


def may_approve(facts: Facts, said: Said, limits: Limits) -> None:
    asked = _pending(facts)
    granted, old = said.deadline or asked, facts.deadline or limits.today
    if not max(old, limits.today) < granted <= asked:
        raise BadInput(
            f"批准的日期 {granted} 应晚于原时限 {old} 和今天，且不晚于申请的 {asked}；否则请不同意延期。",
            f"{granted} cannot be granted: it has to be after {old} and today, up to the {asked}"
            " asked for; otherwise refuse the extension.",
        )


def may_refuse(_facts: Facts, said: Said, _limits: Limits) -> None:
    """One refusal is enough."""
    needs_text(said.reason, "理由", "A reason")


def is_last(facts: Facts, rules: Rules) -> bool:
    """Whether one more approval is all it takes."""
    return len(facts.extension_approvals) + 1 >= len(rules.approvals)


def place_of(facts: Facts, rules: Rules, roles: frozenset[Role]) -> int | None:
    """Which of the approvals still wanting somebody with these roles gives: the last one they may give."""
    return _place(rules.approvals, {place for place, _ in facts.extension_approvals}, roles)


def fits(approvals: Sequence[frozenset[Role]], given: Collection[int | None], roles: frozenset[Role]) -> bool:
    """Whether somebody with these roles may give an approval that is not `given` yet."""
    return _place(approvals, given, roles) is not None


def _place(
    approvals: Sequence[frozenset[Role]], given: Collection[int | None], roles: frozenset[Role]
) -> int | None:
    fitting = [place for place, wanted in enumerate(approvals) if place not in given and wanted & roles]
    return max(fitting, default=None)


def wanted(facts: Facts, rules: Rules, given: frozenset[Role] = frozenset()) -> frozenset[Role]:
    """Who may give an approval that is still wanting, once somebody with the roles `given` gave theirs."""
    return wanting(
        rules.approvals, {place for place, _ in facts.extension_approvals} | {place_of(facts, rules, given)}
    )


def wanting(approvals: Sequence[frozenset[Role]], given: Collection[int | None]) -> frozenset[Role]:
    """Who may give one of the approvals that are not `given` yet."""
    return frozenset().union(*(roles for place, roles in enumerate(approvals) if place not in given))


def _pending(facts: Facts) -> date:
    if facts.extension_to is None or facts.deadline is None:
        raise NotAllowed(
            f"{facts.number} 没有待审批的延期申请。", f"{facts.number} has no extension request to decide on."
        )
    return facts.extension_to


def _is_next(facts: Facts, limits: Limits) -> None:
    """One of those whose approval is wanting, and nobody twice."""
    if limits.actor.person in {person for _, person in facts.extension_approvals}:
        raise NotAllowed(
            f"您已同意{facts.number}的延期申请，还须由他人批准。",
            f"You have agreed to the extension of {facts.number}; somebody else has to as well.",
        )
    if place_of(facts, limits.rules, limits.actor.roles) is None:
        zh, en = _named(wanted(facts, limits.rules))
        raise NotAllowed(
            f"{facts.number} 的延期申请现由{zh}审批，您的岗位没有这项权限。",
            f"The extension of {facts.number} is to be decided by: {en}. None of your posts may.",
        )


def _named(roles: frozenset[Role]) -> tuple[str, str]:
    words = [ROLE_WORDS[role] for role in Role if role in roles]
    return "、".join(zh for zh, _ in words), ", ".join(en for _, en in words)


def _may_last(facts: Facts, limits: Limits) -> None:
    if facts.cycle > 1 and is_last(facts, limits.rules) and Role.FIRST_RESPONSIBLE not in limits.actor.roles:
        raise NotAllowed(
            f"{facts.number} 是重启事项，延期须由第一责任人批准。",
            f"{facts.number} was reopened: only the first responsible person may extend it.",
        )
