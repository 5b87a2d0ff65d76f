"""The words of ledgers for stages and kinds of time limits."""

import re

from policy.deadlines import DayCount, DeadlineType
from policy.stages import Stage
from tasks.ledgers.sheets import half_width

STAGES: dict[Stage, str] = {
    Stage.DRAFT: "待派发 未派发 待交办 草稿",
    Stage.ASSIGNED: "待认领 未认领 已派发 已交办 待签收 未启动 未开始",
    Stage.DISPUTED: "异议复核 异议 有异议",
    Stage.PLANNING: "制定方案 方案制定 制定方案中",
    Stage.PLAN_REVIEW: "方案审核 方案审核中 方案待审",
    Stage.IN_PROGRESS: (
        "整改中 正在整改 进行中 推进中 正在推进 未完成 未整改 未整改到位 部分完成 办理中 正在办理 持续整改 "
        "持续推进 长期坚持 未办结 阶段性完成 整改推进中"
    ),
    Stage.PENDING_VERIFICATION: "待验收 待复查 待核查 已提交 已提交验收 验收中 待核验",
    Stage.RETURNED: "退回整改 退回 已退回 验收不通过 验收未通过",
    Stage.PENDING_CLOSURE: "待销号 验收通过 已验收",
    Stage.CLOSED: "已销号 销号 已结",
    Stage.WITHDRAWN: "作废 已作废 已撤销 撤销",
    Stage.MERGED: "并案 已并案 并案处理",
}
DONE_WORDS = (
    "完成 已完成 整改完成 已整改完成 已完成整改 完成整改 已整改 已整改到位 整改到位 办结 "
    "已办结 是 √ TRUE true"
)
DONE = frozenset(DONE_WORDS.split())
NOT_DONE = frozenset(("否", "未", "×", "x", "X", "FALSE", "false", "没有"))
NOT_CLOSED = NOT_DONE | {"未销号", "待销号"}
STAGE_OF = {word: stage for stage, words in STAGES.items() for word in (stage.value, *words.split())}
DEADLINE_TYPES: dict[str, DeadlineType] = {
    **dict.fromkeys(
        ("immediate", "立行立改", "立即整改", "即知即改", "立改", "立查立改"), DeadlineType.IMMEDIATE
    ),
    **dict.fromkeys(("time_limited", "限期整改", "限期", "限时整改"), DeadlineType.TIME_LIMITED),
    **dict.fromkeys(("phased", "分阶段整改", "分阶段", "阶段整改"), DeadlineType.PHASED),
    **dict.fromkeys(("sustained", "长期坚持", "持续整改", "长期整改", "持续坚持"), DeadlineType.SUSTAINED),
}
DAY_COUNTS: dict[str, DayCount] = {
    **dict.fromkeys(("calendar_days", "自然日", "日历日", "天", "日"), DayCount.CALENDAR_DAYS),
    **dict.fromkeys(("working_days", "工作日"), DayCount.WORKING_DAYS),
    **dict.fromkeys(("months", "月", "个月", "日历月", "自然月"), DayCount.MONTHS),
}
PASSED = re.compile(r"(?:已?通过|合格|达标|同意|符合|已?整改到位|已?整改完成|已整改|已完成|完成)")


def stage_word(text: str) -> tuple[Stage | None, bool]:
    """(stage, done): `已完成` is done but no stage. (None, False): the word is not known."""
    word = half_width(text)
    short = re.sub(r"逾期|超期|按期|按时|提前|[/,，、;；()。]", "", word)
    if stage := STAGE_OF.get(word) or STAGE_OF.get(short):
        return stage, False
    if word in DONE or short in DONE:
        return None, True
    if word in NOT_DONE or (word and short in ("", "已", "未完成")):
        return Stage.IN_PROGRESS, False
    return None, False


def passed(verdict: str) -> bool | None:
    """Whether a verdict is a pass; None if it does not say."""
    word = half_width(verdict)
    if not word:
        return None
    if re.match(r"不|未|没|退回|否", word):
        return False
    return True if PASSED.match(word) else None
