"""What the file of rules may contain: each key, what it means, and what may stand behind it."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from difflib import get_close_matches
from enum import StrEnum

from policy.deadlines import DayCount
from policy.roles import DECIDERS, SIGNERS, Role

LONGEST = 3660
"""Days that any clock may run: ten years."""


class Wrong(Exception):
    """What stands there is not possible; `at` leads to the element of a list."""

    def __init__(self, zh: str, en: str, *at: int) -> None:
        super().__init__(zh)
        self.zh, self.en, self.at = zh, en, at


@dataclass(frozen=True)
class Key:
    """`take` returns the value as the rules keep it, or raises Wrong; `zh` and `en` say what it means."""

    zh: str
    en: str
    possible: str
    take: Callable[[object], object]


def meant(name: str, known: Iterable[str]) -> tuple[str, str]:
    """`，您是否要写 number`, for a name that is nearly a known one; all of them where none is near."""
    known = list(known)
    near = get_close_matches(name, known, n=1, cutoff=0.6)
    if near:
        return f"，您是否要写“{near[0]}”", f"; did you mean “{near[0]}”"
    return f"，可以是：{'、'.join(known)}", f"; it may be {', '.join(known)}"


def _whole(least: int, most: int) -> Callable[[object], object]:
    def take(value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Wrong("应为整数（不加引号）", "has to be a whole number, without quotes")
        if not least <= value <= most:
            raise Wrong(f"{value} 不行，应为{least}至{most}", f"{value} will not do: from {least} to {most}")
        return value

    return take


def _flag(value: object) -> object:
    if not isinstance(value, bool):
        raise Wrong("应为 true 或 false（不加引号）", "has to be true or false, without quotes")
    return value


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise Wrong("应为加引号的文字", "has to be a text in quotes")
    return value


def _unit(value: object) -> object:
    return _one_of(DayCount, value, *("没有“{}”这种单位{}", "there is no unit “{}”{}"))


def _one_of(kind: type[StrEnum], value: object, zh: str, en: str, *at: int) -> object:
    known = [one.value for one in kind]
    if value not in known:
        near_zh, near_en = meant(str(value), known)
        raise Wrong(zh.format(value, near_zh), en.format(value, near_en), *at)
    return kind(value)


HOUR = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def _hour(value: object) -> object:
    if isinstance(value, time):
        return value
    found = HOUR.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Wrong(f'“{value}”不是钟点，应写成 "08:30"', f'“{value}” is no time of day like "08:30"')
    return time(int(found[1]), int(found[2]))


def _roles(
    least: int = 0, among: frozenset[Role] | None = None, zh: str = "", en: str = ""
) -> Callable[[object], object]:
    """A list of roles; `zh` and `en` say what those outside of `among` may not do."""

    def take(value: object) -> object:
        if not isinstance(value, list):
            raise Wrong('应为方括号里的岗位职责，如 ["owner"]', 'has to be a list of roles like ["owner"]')
        if len(value) < least:
            raise Wrong("至少要写一个岗位职责", "has to name at least one role")
        return tuple(_role(one, place, among, zh, en) for place, one in enumerate(value))

    return take


def _role(value: object, place: int, among: frozenset[Role] | None, zh: str, en: str) -> Role:
    role = _one_of(Role, value, "没有“{}”这种岗位职责{}", "there is no role “{}”{}", place)
    if among is not None and role not in among:
        may = [one.value for one in Role if one in among]
        raise Wrong(
            f"“{value}”{zh}，可以是：{'、'.join(may)}", f"“{value}” {en}; it may be {', '.join(may)}", place
        )
    return Role(str(role))


def _approvals(value: object) -> object:
    if not isinstance(value, list) or not 1 <= len(value) <= 5:
        raise Wrong("应写一至五级审批，每级一个方括号", "has to be one to five lists of roles")
    return tuple(_stage(one, place) for place, one in enumerate(value))


def _stage(value: object, place: int) -> frozenset[Role]:
    decide = _roles(1, DECIDERS, "不能审批延期", "may not decide on extensions")
    try:
        taken = decide(value)
    except Wrong as wrong:
        raise Wrong(wrong.zh, wrong.en, place, *wrong.at) from None
    return frozenset(taken) if isinstance(taken, tuple) else frozenset()


DAYS = f"1–{LONGEST}"
YES_NO = "true, false"
UNITS = ", ".join(DayCount)
ROLES = "roles, as in the people file"

HOURS: Mapping[str, Key] = {
    "opens": Key("开始发函", "mails go out from", "a time of day", _hour),
    "closes": Key("停止发函", "no mail goes out from", "a time of day", _hour),
}
PERIOD: Mapping[str, Key] = {
    "number": Key("期限", "how long", f"{DAYS}, months 1–120", _whole(1, LONGEST)),
    "unit": Key("单位", "of what", UNITS, _unit),
    "roll": Key("节假日顺延", "an end on a day off moves to the next working day", YES_NO, _flag),
}
TERMS: Mapping[str, Key] = {
    **PERIOD,
    "plan": Key("报整改方案", "a plan is filed before the work", YES_NO, _flag),
    "plan_review": Key("审核方案", "the plan is reviewed", YES_NO, _flag),
    "closure_approval": Key("批准销号", "closing needs an approval of its own", YES_NO, _flag),
    "review_meeting": Key("集体审议", "closing has to name the meeting that agreed", YES_NO, _flag),
    "extensions": Key("延期次数", "how often it may be extended", "0–12", _whole(0, 12)),
    "longest_extension_days": Key(
        "每次最长延期日数", "calendar days that one extension may add", DAYS, _whole(1, LONGEST)
    ),
    "extension_from_nominal": Key(
        "延期从未顺延的时限起算",
        "they count from the deadline before it was moved off a holiday",
        YES_NO,
        _flag,
    ),
}
STEPS = {
    "assignment": ("派发", "to assign"),
    "acceptance": ("认领", "to accept"),
    "review": ("方案审核、异议复核", "to review a plan or a dispute"),
    "verification": ("验收", "to verify"),
    "closure": ("销号审批", "to approve a closure"),
    "look_back": ("回头看", "until what is to be kept up is looked at again"),
}
EXTENSION: Mapping[str, Key] = {
    "approvals": Key(
        "延期审批",
        "who agrees: an approval for each list, by different people",
        "one to five lists of roles",
        _approvals,
    )
}
RETURNS: Mapping[str, Key] = {
    "until_order": Key(
        "第几次退回发黄色督办单", "the return that calls for the quality order", "1–99", _whole(1, 99)
    ),
    "until_alert": Key(
        "第几次退回报告督办人", "the return that alerts the supervisor", "1–99", _whole(1, 99)
    ),
}
RUNG: Mapping[str, Key] = {
    "rung": Key("函件", "which letter", "a letter of this ladder", _text),
    "days_left": Key(
        "时限前几日",
        "days before the last day; -1 is the first day late",
        f"±{LONGEST}",
        _whole(-LONGEST, LONGEST),
    ),
    "workdays_late": Key("逾期第几个工作日", "working days late", DAYS, _whole(1, LONGEST)),
    "workdays_after": Key(
        "起算后第几个工作日", "working days after the start", f"0–{LONGEST}", _whole(0, LONGEST)
    ),
    "to": Key("主送", "whom it goes to", ROLES, _roles(1)),
    "cc": Key("抄送", "whom it is copied to", ROLES, _roles()),
    "draft": Key("只拟稿", "it waits for a signature", YES_NO, _flag),
    "signed_by": Key(
        "签发人",
        "any of whom signs it",
        " ".join(r for r in Role if r in SIGNERS),
        _roles(1, SIGNERS, "不能签发函件", "may not sign letters"),
    ),
}
TABLES = ("hours", "default", "source", "steps", "extension", "returns", "ladder")
