"""The conditions of a list in the reader's words, each with the address of the list without it."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.listing.wanted import NONE, Wanted
from portal.pages.paper import Reader
from portal.pages.speech import Words

NAMES: dict[str, Words] = {
    "category": ("类别（项）", "Category"),
    "item": ("条目（条）", "Item"),
    "severity": ("严重程度", "Severity"),
    "round": ("批次", "Inspection round"),
    "owner": ("责任岗位", "Owner's post"),
    "verifier": ("验收岗位", "Verifier's post"),
    "stage": ("阶段", "Stage"),
    "step": ("环节", "Step"),
    "light": ("亮灯", "Light"),
    "due_from": ("完成时限自", "Deadline from"),
    "due_to": ("完成时限至", "Deadline to"),
    "closed_from": ("销号日期自", "Closed from"),
    "closed_to": ("销号日期至", "Closed to"),
    "closed_by": ("当日末已销号", "Stood closed at the end of"),
    "discovered_from": ("发现日期自", "Discovered from"),
    "discovered_to": ("发现日期至", "Discovered to"),
    "age": ("发现至今（日）", "Days since discovery"),
}
SWITCHES: dict[str, Words] = {
    "overdue": ("逾期未结", "overdue"),
    "late": ("逾期（含逾期销号）", "late, also if closed since"),
    "in_time": ("按时销号", "closed in time"),
    "returned": ("被退回过", "returned"),
    "extended": ("延期过", "extended"),
    "reopened": ("重启过", "reopened"),
    "provisional": ("时限暂定", "deadline provisional"),
}

BESIDE: dict[str, Words] = {
    "direct": ("不含下级单位", "without the units below"),
    "veiled": ("涉密，不列明", "confidential, not named"),
}
"""Switches that other pages set, and no box of the form does."""


@dataclass(frozen=True)
class Condition:
    words: str
    without: str


def told(reader: Reader, wanted: Wanted) -> Iterator[Condition]:
    """All but words, unit and source, which stand in the form themselves."""
    pairs = wanted.query()
    for pair in pairs:
        if pair[0] in NAMES | SWITCHES | BESIDE or pair == ("unit", NONE):
            without = [each for each in pairs if each != pair]
            yield Condition(_told(reader, *pair), reader.address("/findings", without))


def _told(reader: Reader, name: str, value: str) -> str:
    speech = reader.speech
    if name in SWITCHES | BESIDE:
        return speech.of((SWITCHES | BESIDE)[name])
    if name == "unit":
        return speech.say("未定单位", "no unit yet")
    if value == NONE:
        value = speech.say("无", "none")
    if name.endswith(("_from", "_to", "_by")):
        value = speech.day(value)
    elif name in SAID:
        value = getattr(speech, SAID[name])(value)
    return f"{speech.of(NAMES[name])}{speech.say('：', ': ')}{value}"


SAID = {"stage": "stage", "step": "step", "light": "colour"}
