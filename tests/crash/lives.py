"""Lives of findings as lists of steps: acts of people, and clicks of a supervisor in the flow UI."""

from datetime import date, timedelta
from typing import Any

Step = dict[str, Any]

PLACED = {
    "source": "督查",
    "condition": "排洪沟被建筑垃圾堵塞。",
    "unit": "甲村",
    "post": "甲村书记",
    "supervisor": "纪委书记",
    "verifier": "纪委书记",
}
REASON = {"reason": "佐证材料不足以说明已经清淤，请补充清淤前后照片。"}


def act(name: str, by: str, words: dict[str, Any] | None = None, **more: Any) -> Step:
    return {"act": name, "by": by, "words": words or {}, **more}


def click(verb: str) -> Step:
    return {"click": verb}


def opening(title: str, today: date, *, immediate: bool) -> Step:
    """A finding to be mended at once, or one with a plan whose yellow reminder falls due today."""
    kind = {"deadline_type": "立行立改"}
    if not immediate:
        kind = {"deadline_type": "限期整改", "deadline": (today + timedelta(days=10)).isoformat()} | {
            "reason": "上级要求"
        }
    return act("open", "inspector", PLACED | kind | {"title": title})


ATTACH = act("attach_evidence", "owner", evidence=True)
PLAN = act("file_plan", "owner", {"measures": "1.清淤；2.立牌"})

SHORT = [
    act("accept", "owner"),
    ATTACH,
    act("submit", "owner"),
    act("pass_verification", "verifier"),
    act("approve_closure", "approver"),
]
RETURNED = [
    act("accept", "owner"),
    ATTACH,
    act("submit", "owner"),
    act("return_for_rework", "verifier", REASON),
    act("submit", "owner"),
    act("take_back", "owner"),
    act("submit", "owner"),
    act("pass_verification", "verifier"),
    act("approve_closure", "approver"),
]
PLANNED = [
    act("accept", "owner"),
    PLAN,
    act("approve_plan", "inspector"),
    act("report_progress", "owner", {"text": "已清淤一半", "percent": 50}),
    ATTACH,
    act("complete_measure", "owner", {"measure": 1}),
    act("complete_measure", "owner", {"measure": 2}),
    act("submit", "owner"),
    act("pass_verification", "verifier"),
    act("approve_closure", "approver"),
]
DISPUTED = [
    act("dispute", "owner", {"reason": "此沟不在本村范围。"}),
    act("uphold", "inspector"),
    *SHORT,
]
REOPENED = [
    *SHORT,
    act("reopen", "inspector", {"reason": "又被堵塞", "basis": "现场复查", "deadline_type": "立行立改"}),
    ATTACH,
    act("submit", "owner"),
    act("pass_verification", "verifier"),
    act("approve_closure", "approver"),
]
STAYING = [
    act("accept", "owner"),
    act("report_progress", "owner", {"text": "已到现场", "percent": 10}),
]
TROUBLED = [
    click("cancel"),
    act("accept", "owner"),
    click("delete"),
    click("resume"),
    ATTACH,
    click("fail"),
    act("submit", "owner"),
    click("run again"),
    act("pass_verification", "verifier"),
    act("approve_closure", "approver"),
]
"""What a supervisor may click in the flow UI between the acts: nothing of it may matter."""
LIVES = {
    "short": SHORT,
    "returned": RETURNED,
    "planned": PLANNED,
    "disputed": DISPUTED,
    "reopened": REOPENED,
    "open": STAYING,
    "troubled": TROUBLED,
}
