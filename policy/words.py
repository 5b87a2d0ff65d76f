"""The trade's words for stages, steps, acts, lights and deadline types: Chinese first, English beside."""

from policy.deadlines import DeadlineType
from policy.escalation import LetterState
from policy.lights import Light
from policy.refusals import Language
from policy.roles import Role
from policy.stages import Act, Stage, Step
from policy.telephone import WhyNot

STAGE_WORDS: dict[Stage, tuple[str, str]] = {
    Stage.DRAFT: ("待派发", "to be assigned"),
    Stage.ASSIGNED: ("待认领", "awaiting acceptance"),
    Stage.DISPUTED: ("异议复核", "disputed"),
    Stage.PLANNING: ("制定方案", "planning"),
    Stage.PLAN_REVIEW: ("方案审核", "plan under review"),
    Stage.IN_PROGRESS: ("整改中", "in progress"),
    Stage.PENDING_VERIFICATION: ("待验收", "awaiting verification"),
    Stage.RETURNED: ("退回整改", "returned"),
    Stage.PENDING_CLOSURE: ("待销号", "awaiting closure"),
    Stage.CLOSED: ("已销号", "closed"),
    Stage.WITHDRAWN: ("作废", "withdrawn"),
    Stage.MERGED: ("并案", "merged"),
}

STEP_WORDS: dict[Step, tuple[str, str]] = {
    Step.ASSIGN: ("派发认领", "assign"),
    Step.FOLLOW_UP: ("整改跟踪", "follow-up"),
    Step.VERIFY: ("验收", "verify"),
    Step.CLOSE: ("销号", "close"),
}

ACT_WORDS: dict[Act, tuple[str, str]] = {
    Act.OPEN: ("登记", "open"),
    Act.ASSIGN: ("派发", "assign"),
    Act.ACCEPT: ("认领", "accept"),
    Act.DISPUTE: ("提出异议", "dispute"),
    Act.UPHOLD: ("维持派发", "uphold"),
    Act.REASSIGN: ("改派", "reassign"),
    Act.FILE_PLAN: ("报送方案", "file plan"),
    Act.APPROVE_PLAN: ("方案通过", "approve plan"),
    Act.RETURN_PLAN: ("方案退回", "return plan"),
    Act.REPORT_PROGRESS: ("填报进展", "report progress"),
    Act.COMPLETE_MEASURE: ("完成措施", "complete measure"),
    Act.ATTACH_EVIDENCE: ("上传佐证", "attach evidence"),
    Act.WITHDRAW_EVIDENCE: ("撤下佐证", "withdraw evidence"),
    Act.SUBMIT: ("提交验收", "submit"),
    Act.TAKE_BACK: ("撤回提交", "take back"),
    Act.PASS_VERIFICATION: ("验收通过", "pass verification"),
    Act.RETURN_FOR_REWORK: ("退回整改", "return for rework"),
    Act.APPROVE_CLOSURE: ("同意销号", "approve closure"),
    Act.DEFER_CLOSURE: ("缓议", "defer closure"),
    Act.REOPEN: ("重启整改", "reopen"),
    Act.WITHDRAW: ("作废", "withdraw"),
    Act.MERGE: ("并案", "merge"),
    Act.REQUEST_EXTENSION: ("申请延期", "request extension"),
    Act.APPROVE_EXTENSION: ("同意延期", "approve extension"),
    Act.REFUSE_EXTENSION: ("不同意延期", "refuse extension"),
    Act.HAND_OVER: ("工作交接", "hand over"),
    Act.LOOK_BACK: ("回头看", "look back"),
    Act.AMEND: ("台账更正", "amend"),
    Act.RECOMPUTE: ("重算时限", "recompute"),
}

LIGHT_WORDS: dict[Light, tuple[str, str]] = {
    Light.GREEN: ("绿", "green"),
    Light.YELLOW: ("黄", "yellow"),
    Light.RED: ("红", "red"),
    Light.SUBMITTED: ("已按时提交", "submitted in time"),
    Light.CLOSED: ("已结", "closed"),
    Light.NONE: ("—", "–"),
}

DEADLINE_TYPE_WORDS: dict[DeadlineType, tuple[str, str]] = {
    DeadlineType.IMMEDIATE: ("立行立改", "immediate"),
    DeadlineType.TIME_LIMITED: ("限期整改", "time-limited"),
    DeadlineType.PHASED: ("分阶段整改", "phased"),
    DeadlineType.SUSTAINED: ("长期坚持", "sustained"),
}

LETTER_STATE_WORDS: dict[LetterState, tuple[str, str]] = {
    LetterState.PLANNED: ("计划", "planned"),
    LetterState.QUEUED: ("待发", "queued"),
    LetterState.DRAFTED: ("拟稿待签", "drafted"),
    LetterState.SENT: ("已发", "sent"),
    LetterState.SKIPPED: ("略过", "skipped"),
    LetterState.FAILED: ("失败", "failed"),
    LetterState.IN_DOUBT: ("存疑", "in doubt"),
    LetterState.CANCELLED: ("取消", "cancelled"),
}

ROLE_WORDS: dict[Role, tuple[str, str]] = {
    Role.INSPECTOR: ("检查人员", "inspector"),
    Role.INSPECTION_OFFICE: ("巡察办", "inspection office"),
    Role.OWNER: ("责任人", "action owner"),
    Role.VERIFIER: ("验收人", "verifier"),
    Role.APPROVER: ("销号审批人", "approver"),
    Role.RESPONSIBLE_LEADER: ("责任领导", "in-charge leader"),
    Role.LEAD_LEADER: ("牵头领导", "lead leader"),
    Role.FIRST_RESPONSIBLE: ("第一责任人", "first responsible person"),
    Role.PARTY_HEAD: ("党组织书记", "Party head"),
    Role.UNIT_HEAD: ("单位负责人", "unit head"),
    Role.LIAISON: ("联络员", "liaison"),
    Role.SUPERVISOR: ("督办人", "supervisor"),
    Role.DISCIPLINE: ("纪检监察", "discipline"),
    Role.ORGANISATION_DEPT: ("组织部门", "organisation department"),
    Role.ADMINISTRATOR: ("管理员", "administrator"),
    Role.AUDITOR: ("审计员", "auditor"),
}

WHY_NOT_WORDS: dict[WhyNot, tuple[str, str]] = {
    WhyNot.VACANT: ("岗位空缺", "post vacant"),
    WhyNot.NO_MAILBOX: ("无邮箱", "no mailbox"),
    WhyNot.NOBODY: ("没有可以送达的岗位", "no post has this role"),
    WhyNot.REFUSED: ("邮件被退回", "mail refused"),
    WhyNot.IN_DOUBT: ("是否送达待查", "may not have arrived"),
}


def in_language(words: tuple[str, str], language: Language) -> str:
    return words[1] if language is Language.ENGLISH else words[0]


def state_name(stage: Stage) -> str:
    """What the flow UI's own state column shows: `待验收 · awaiting verification`."""
    return " · ".join(STAGE_WORDS[stage])


def days_in_words(days_left: int) -> tuple[str, str]:
    """`剩10日`, `今日到期`, `已逾期35日`."""
    days = f"{abs(days_left)} {'day' if abs(days_left) == 1 else 'days'}"
    if days_left > 0:
        return f"剩{days_left}日", f"{days} left"
    if days_left == 0:
        return "今日到期", "due today"
    return f"已逾期{-days_left}日", f"{days} overdue"


def light_in_words(light: Light, days_left: int | None, stage: Stage, *, is_late: bool) -> tuple[str, str]:
    """`黄 剩10日`, `已按时提交，待验收`, `已结，逾期销号`: in black and white it says the same."""
    zh, en = LIGHT_WORDS[light]
    if light is Light.SUBMITTED:
        return f"{zh}，{STAGE_WORDS[stage][0]}", f"{en}, {STAGE_WORDS[stage][1]}"
    if light is Light.CLOSED:
        return (f"{zh}，{CLOSED_LATE[0]}", f"{en} {CLOSED_LATE[1]}") if is_late else (zh, en)
    if light is Light.NONE or days_left is None:
        return zh, en
    days = days_in_words(days_left)
    return f"{zh} {days[0]}", f"{en} {days[1]}"


CLOSED_LATE = ("逾期销号", "late")
