"""One function decides an act: may it happen now, by this person, with what they said, and where it leads."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from policy import extensions, merging, money
from policy.deadlines import Calendar
from policy.refusals import BadInput, NotAllowed
from policy.roles import ROLES_FOR, Actor, Why, assists, hindrance
from policy.rules import Rules
from policy.saying import Limits, Said, needs_text
from policy.stages import MOVES, Act, Facts, Moved, Path, Stage, acts_possible, move
from policy.turns import mover
from policy.words import ACT_WORDS, ROLE_WORDS, STAGE_WORDS

__all__ = ["ROLES_FOR", "Said", "allow", "decide", "is_idle", "is_open", "not_by", "outcome_amount"]

LEAST_REASON = 10


def decide(
    facts: Facts, act: Act, actor: Actor, said: Said, rules: Rules, calendar: Calendar, today: date
) -> Moved:
    """Where `act` leads. Raises NotAllowed, saying what is possible, or BadInput."""
    terms = rules.terms(facts.source, facts.deadline_type)
    limits = Limits(rules, terms, calendar, today, actor)
    allow(facts, act, limits)
    guard = GUARDS.get(act)
    if guard is not None:
        guard(facts, said, limits)
    moved = move(facts, act, Path(terms.plan, terms.plan_review, terms.closure_approval))
    if act is Act.APPROVE_EXTENSION:
        is_last = extensions.is_last(facts, rules)
        return replace(moved, is_partial=not is_last, converts=is_last and facts.extension_converts)
    return moved


def allow(facts: Facts, act: Act, limits: Limits) -> None:
    """Whether the act is open to this person now, whatever they may say with it. Raises NotAllowed."""
    if (facts.stage, act) not in MOVES:
        raise _not_now(facts, act, limits)
    why = hindrance(facts, act, limits.actor)
    if why is not None:
        raise not_by(facts.number, facts.number, act, why)
    if act in READY:
        READY[act](facts, limits)


def _not_now(facts: Facts, act: Act, limits: Limits) -> NotAllowed:
    stage_zh, stage_en = STAGE_WORDS[facts.stage]
    act_zh, act_en = ACT_WORDS[act]
    then_zh, then_en = _instead(facts, limits)
    return NotAllowed(
        f"{facts.number} 现为“{stage_zh}”，不能{act_zh}。{then_zh}",
        f"{facts.number} is “{stage_en}”: cannot {act_en}.{then_en}",
    )


def is_idle(facts: Facts, act: Act) -> bool:
    """Whether the act would be let through, and there is nothing that it could be done to."""
    return act is Act.COMPLETE_MEASURE and not facts.open_measures and not facts.done_measures


def _instead(facts: Facts, limits: Limits) -> tuple[str, str]:
    """What this person can do now; else whose turn it is, if it is anybody's."""
    possible = [ACT_WORDS[one] for one in acts_possible(facts.stage) if is_open(facts, one, limits)]
    if possible:
        zh, en = "、".join(a for a, _ in possible), ", ".join(a for _, a in possible)
        return f"您现在可以：{zh}。", f" You can now: {en}."
    turn = mover(facts.stage)
    if turn is None:
        return "", ""
    zh, en = ROLE_WORDS[turn]
    return f"现在由{zh}办理。", f" It is the turn of the {en}."


def is_open(facts: Facts, act: Act, limits: Limits) -> bool:
    """Whether there is anything in it for this person now."""
    if is_idle(facts, act):
        return False
    try:
        allow(facts, act, limits)
    except NotAllowed:
        return False
    return True


def not_by(subject_zh: str, subject_en: str, act: Act, why: Why) -> NotAllowed:
    """The refusal that names who could do it instead."""
    act_zh, act_en = ACT_WORDS[act]
    zh, en = WHY_WORDS[why]
    return NotAllowed(f"{subject_zh}：您不能{act_zh}。{zh}。", f"{subject_en}: you cannot {act_en}: {en}.")


WHY_WORDS = {
    Why.NOT_THEIR_POST: (
        "此事项由责任人岗位的任职人（或其代班人）办理，您今天不在该岗位",
        "only the holder of the owner post, or their substitute, may do this, and you are not today",
    ),
    Why.ONLY_ASSISTS: (
        "您的单位是协办单位，只能填报本单位进展、上传佐证，其余由责任单位办理",
        "your unit assists: it reports its share and attaches evidence, the responsible unit does all else",
    ),
    Why.NOT_THEIR_ROLE: ("您的岗位没有这项权限", "none of your posts may do this"),
    Why.OWN_WORK: (
        "整改人不能办理自己事项的验收、销号和审批，请由他人办理",
        "nobody verifies, closes or decides on their own work; somebody else has to",
    ),
    Why.VERIFIED_IT: (
        "验收人不能再批准销号，请由他人办理",
        "the verifier cannot also approve the closure; somebody else has to",
    ),
}


def _reason(_facts: Facts, said: Said, _limits: Limits) -> None:
    needs_text(said.reason, "理由", "A reason")


def _long_reason(_facts: Facts, said: Said, _limits: Limits) -> None:
    needs_text(said.reason, "退回理由", "A reason", LEAST_REASON)


def _plan(facts: Facts, said: Said, _limits: Limits) -> None:
    if not said.measures:
        raise BadInput("方案至少要有一条整改措施。", "A plan needs at least one measure.")
    for text, due_on in said.measures:
        needs_text(text, "整改措施", "A measure")
        if due_on and facts.deadline and due_on > facts.deadline:
            raise BadInput(
                f"措施“{text[:20]}”的日期 {due_on} 晚于完成时限 {facts.deadline}。",
                f"The measure “{text[:20]}” is dated {due_on}, after the deadline {facts.deadline}.",
            )


def _progress(facts: Facts, said: Said, limits: Limits) -> None:
    needs_text(said.text, "进展情况", "A progress text")
    if assists(facts, Act.REPORT_PROGRESS, limits.actor) and (said.percent is not None or said.outcomes):
        raise BadInput(
            "协办单位只填报本单位的进展，进度和成效数据由责任单位填报。",
            "A unit that assists reports its own share; percent and figures are the responsible unit's.",
        )
    if said.percent is None:
        return
    if not 0 <= said.percent <= 100:
        raise BadInput(
            f"进度应为0至100的整数，现为{said.percent}。",
            f"Progress is a whole number from 0 to 100, not {said.percent}.",
        )
    if said.percent < facts.percent and not said.reason.strip():
        raise BadInput(
            f"进度由{facts.percent}%降为{said.percent}%，请说明理由。",
            f"Progress falls from {facts.percent} % to {said.percent} %: give a reason.",
        )


def _measure(_facts: Facts, said: Said, _limits: Limits) -> None:
    if said.measure is None:
        raise BadInput("请写明完成的是第几条措施。", "Say which measure is done.")


def _evidence(_facts: Facts, said: Said, _limits: Limits) -> None:
    if not said.evidence:
        raise BadInput("请附上佐证材料文件。", "Attach a file as evidence.")


def _plans(facts: Facts) -> bool:
    """A plan under way is amended after a return, and made anew after a reopening."""
    return facts.stage is not Stage.IN_PROGRESS or facts.round > 1 or facts.cycle > 1


def _may_plan(facts: Facts, _limits: Limits) -> None:
    if not _plans(facts):
        raise NotAllowed(
            f"{facts.number} 已按方案整改；退回整改或重启以后才能调整方案。",
            f"{facts.number} is under way as planned; its plan is amended after a return or a reopening.",
        )


def _may_submit(facts: Facts, _limits: Limits) -> None:
    if not facts.evidence:
        named_zh = "台账中只列了名称的佐证还没有上传" if facts.named else "还没有佐证材料"
        named_en = "only evidence that a ledger names" if facts.named else "no evidence"
        raise NotAllowed(
            f"{facts.number} {named_zh}，不能提交验收。请先上传佐证。",
            f"{facts.number} has {named_en} yet and cannot be submitted. Attach some first.",
        )
    if facts.open_measures:
        raise NotAllowed(
            f"{facts.number} 还有{facts.open_measures}条措施未完成，不能提交验收。请先逐条办结措施。",
            f"{facts.number} has {facts.open_measures} measures open. Complete them first.",
        )
    money.needs_voucher(facts)


def _submit(facts: Facts, said: Said, _limits: Limits) -> None:
    lacking = money.unsettled(facts, said.outcomes)
    if lacking:
        raise BadInput(*lacking)


def _may_pass(facts: Facts, limits: Limits) -> None:
    _may_close(facts, limits)
    money.needs_voucher(facts)
    lacking = money.unsettled(facts)
    if lacking:
        raise NotAllowed(*lacking)


def _may_close(facts: Facts, _limits: Limits) -> None:
    """What was submitted here came with a file; what a ledger brought was submitted elsewhere."""
    if facts.submitted_by is not None and not facts.evidence and not facts.named:
        raise NotAllowed(
            f"{facts.number} 的佐证材料已全部撤下，不能验收通过或销号。请退回整改，由责任人补传。",
            f"All evidence of {facts.number} was withdrawn: return it, so that other files are attached.",
        )


def _pass(facts: Facts, said: Said, _limits: Limits) -> None:
    if not facts.evidence:
        needs_text(
            said.text,
            f"验收意见：{facts.number} 没有上传的佐证，须写明核对了哪些原件、在哪里看的",
            f"What was looked at and where (no file of {facts.number} was uploaded)",
        )


def _has_files(facts: Facts, _limits: Limits) -> None:
    if not facts.files:
        raise NotAllowed(
            f"{facts.number} 没有可以撤下的佐证材料。", f"{facts.number} has no evidence to withdraw."
        )


def _withdraw_evidence(_facts: Facts, said: Said, _limits: Limits) -> None:
    needs_text(said.file, "撤下哪一份佐证", "Which evidence is withdrawn")
    needs_text(said.reason, "撤下理由", "A reason")


def _reopen(_facts: Facts, said: Said, _limits: Limits) -> None:
    needs_text(said.reason, "重启原因", "A reason")
    needs_text(said.basis, "重启依据（如回头看记录、信访件）", "The basis (a look-back, a petition …)")


def _merge(facts: Facts, said: Said, _limits: Limits) -> None:
    needs_text(said.reason, "并案理由", "A reason")
    needs_text(said.into, "并入的问题编号", "The number of the finding to merge into")
    merging.not_itself(facts.number, said.into)


def _approve_closure(facts: Facts, said: Said, limits: Limits) -> None:
    if limits.terms.review_meeting and not (said.meeting.strip() and said.met_on):
        raise BadInput(
            f"{facts.number} 按规则须经集体审议，请写明会议和日期，如“第12次党委会”。",
            f"By the rules a meeting has to agree to the closure of {facts.number}: name it and its day.",
        )
    if said.met_on and said.met_on > limits.today:
        raise BadInput(
            f"会议日期 {said.met_on} 在今天之后。", f"The day of the meeting {said.met_on} is in the future."
        )
    if said.met_on and facts.verified_on and said.met_on < facts.verified_on:
        raise BadInput(
            f"会议日期 {said.met_on} 早于 {facts.number} 的验收日期 {facts.verified_on}。",
            f"{facts.number} was verified on {facts.verified_on}, after the meeting on {said.met_on}.",
        )


def _look_back(_facts: Facts, said: Said, limits: Limits) -> None:
    needs_text(said.text, "回头看情况", "What was found")
    if said.next_review_on and said.next_review_on <= limits.today:
        raise BadInput(
            f"下次复核日期 {said.next_review_on} 应晚于今天。",
            f"The next review {said.next_review_on} has to be after today.",
        )


READY: dict[Act, Callable[[Facts, Limits], None]] = {
    Act.FILE_PLAN: _may_plan,
    Act.WITHDRAW_EVIDENCE: _has_files,
    Act.SUBMIT: _may_submit,
    Act.PASS_VERIFICATION: _may_pass,
    Act.APPROVE_CLOSURE: _may_close,
    Act.REQUEST_EXTENSION: extensions.may_extend,
    Act.APPROVE_EXTENSION: extensions.may_agree,
    Act.REFUSE_EXTENSION: extensions.may_decide,
}
"""What has to be so before there is anything to say."""

GUARDS: dict[Act, Callable[[Facts, Said, Limits], None]] = {
    Act.DISPUTE: _reason,
    Act.FILE_PLAN: _plan,
    Act.RETURN_PLAN: _reason,
    Act.REPORT_PROGRESS: _progress,
    Act.COMPLETE_MEASURE: _measure,
    Act.ATTACH_EVIDENCE: _evidence,
    Act.WITHDRAW_EVIDENCE: _withdraw_evidence,
    Act.PASS_VERIFICATION: _pass,
    Act.SUBMIT: _submit,
    Act.RETURN_FOR_REWORK: _long_reason,
    Act.APPROVE_CLOSURE: _approve_closure,
    Act.DEFER_CLOSURE: _reason,
    Act.LOOK_BACK: _look_back,
    Act.REOPEN: _reopen,
    Act.WITHDRAW: _reason,
    Act.MERGE: _merge,
    Act.REQUEST_EXTENSION: extensions.may_ask,
    Act.APPROVE_EXTENSION: extensions.may_approve,
    Act.REFUSE_EXTENSION: extensions.may_refuse,
}

FIGURE = re.compile(r"(?P<amount>[0-9]{1,12}(?:\.[0-9]{1,2})?)\s*(?P<unit>[A-Za-z\u4e00-\u9fff]{1,4}|%)")


def outcome_amount(text: str) -> tuple[Decimal, str]:
    """`346万元` → (346, 万元). Raises BadInput for words, signs, a missing unit or more than two decimals."""
    plain = text.strip().translate(str.maketrans("０１２３４５６７８９．", "0123456789."))
    found = FIGURE.fullmatch(plain)
    if found is None:
        raise BadInput(
            f"“{text}”不是带单位的数额。请写成 346万元、16份。",
            f"“{text}” is not an amount with its unit. Write it like 346万元 or 16份.",
        )
    return Decimal(found["amount"]), found["unit"]
