"""What comes in at the edge: an act or a new finding in people's words, checked before anything is asked."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from policy.acts import outcome_amount
from policy.deadlines import DayCount, DeadlineType
from policy.ledger_rows import UNIT_OF, Metric, Outcome
from policy.refusals import BadInput
from policy.stages import Act
from policy.words import DEADLINE_TYPE_WORDS

W = TypeVar("W", bound=BaseModel)
NUMBERED = re.compile(r"(?:^|[\n；;])\s*[（(]?\d{1,2}[)）.、．]\s*")


def _measures(value: object) -> object:
    """`1.甲；2.乙` or a list; a measure may end in `@2026-05-01`, its date."""
    if isinstance(value, str):
        value = [part.strip(" ；;\n。") for part in NUMBERED.split(value)]
    if not isinstance(value, list):
        return value
    return tuple(_dated(part) if isinstance(part, str) else part for part in value if part)


def _dated(text: str) -> tuple[str, date | None]:
    words, at, day = text.rpartition("@")
    return (words.strip(), date.fromisoformat(day.strip())) if at else (text, None)


def _names(value: object) -> object:
    return tuple(filter(None, re.split(r"[、，,;；]\s*", value))) if isinstance(value, str) else value


def _deadline_type(value: object) -> object:
    words = {zh: kind for kind, (zh, _) in DEADLINE_TYPE_WORDS.items()}
    return words.get(value, value) if isinstance(value, str) else value


def _outcomes(value: object) -> object:
    """`debt_resolved=346万元` or several with commas; the unit has to be the metric's own."""
    if not isinstance(value, str):
        return value
    return tuple(_outcome(part) for part in re.split(r"[,，;；]", value) if part.strip())


def _outcome(text: str) -> Outcome:
    name, _, figure = text.strip().partition("=")
    amount, unit = outcome_amount(figure)
    metric = Metric(name.strip())
    if unit != UNIT_OF[metric]:
        raise BadInput(
            f"“{text}”的单位应为“{UNIT_OF[metric]}”。", f"“{text}” has to be given in {UNIT_OF[metric]}."
        )
    return Outcome(metric, amount, unit)


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Measures = Annotated[tuple[tuple[str, date | None], ...], BeforeValidator(_measures)]
Outcomes = Annotated[tuple[Outcome, ...], BeforeValidator(_outcomes)]
Kind = Annotated[DeadlineType, BeforeValidator(_deadline_type)]
Line = Annotated[str, Field(max_length=300)]
Long = Annotated[str, Field(max_length=10000)]


class Placing(BaseModel):
    """Who is to do it, who checks, and until when; names of units and posts."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    unit: Line = ""
    post: Line = ""
    assisting: Names = ()
    lead_leader: Line = ""
    responsible_leader: Line = ""
    supervisor: Line = ""
    verifier: Line = ""
    deadline: date | None = None
    deadline_type: Kind | None = None


class ActWords(Placing):
    """What may be said with an act; each act looks at its own fields."""

    reason: Long = ""
    basis: Long = ""
    text: Long = ""
    percent: int | None = None
    objective: Long = ""
    measures: Measures = ()
    measure: int | None = Field(default=None, ge=1)
    outcomes: Outcomes = ()
    into: Line = ""
    meeting: Line = ""
    supplement: Long = ""
    result: Long = ""


class OpenWords(Placing):
    """A new finding."""

    number: Line = ""
    title: Line = ""
    source: Line = ""
    round_name: Line = ""
    source_doc: Line = ""
    category_no: Line = ""
    category: Line = ""
    item_no: Line = ""
    item: Line = ""
    condition: Long = ""
    root_cause: Long = ""
    severity: Line = "一般"
    objective: Long = ""
    discovered_on: date | None = None
    day_count: DayCount | None = None
    confidential: bool = False


@dataclass(frozen=True)
class Attached:
    """A file already kept under its hash."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Order:
    """An act somebody wants: on which finding, by which account, with which words and files."""

    number: str
    act: Act
    by: str
    words: ActWords = field(default_factory=ActWords)
    files: tuple[Attached, ...] = ()
    nonce: str | None = None
    version: int | None = None
    """The version the person saw; None when nobody looked."""


FIELD_WORDS = {
    "unit": "责任单位",
    "post": "责任人岗位",
    "assisting": "协办单位",
    "deadline": "完成时限",
    "deadline_type": "时限类型",
    "percent": "进度",
    "measures": "整改措施",
    "measure": "措施序号",
    "outcomes": "成效数据",
    "discovered_on": "发现日期",
    "title": "问题标题",
    "number": "问题编号",
    "source": "问题来源",
    "condition": "具体表现",
    "day_count": "计日方式",
    "confidential": "是否涉密",
}


def words_of(kind: type[W], said: Mapping[str, Any]) -> W:
    """`said` as `kind`. Raises BadInput naming the first field that cannot be understood."""
    try:
        return kind.model_validate(said)
    except ValidationError as error:
        raise _in_words(kind, error) from error


def _in_words(kind: type[BaseModel], error: ValidationError) -> BadInput:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else ""
    if first["type"] == "extra_forbidden":
        known = "、".join(kind.model_fields)
        return BadInput(
            f"没有“{name}”这一项。可以填写：{known}。",
            f"There is no field “{name}”. Possible: {', '.join(kind.model_fields)}.",
        )
    value = str(first["input"])[:60]
    label = FIELD_WORDS.get(name, name)
    hint_zh, hint_en = _hint(kind, name)
    return BadInput(f"“{label}”不能是“{value}”。{hint_zh}", f"“{name}” cannot be “{value}”. {hint_en}")


def _hint(kind: type[BaseModel], name: str) -> tuple[str, str]:
    wanted = str(kind.model_fields[name].annotation) if name in kind.model_fields else ""
    if "date" in wanted and name != "measures":
        return "日期请写成 2026-11-20。", "Write dates like 2026-11-20."
    if name in {"percent", "measure"}:
        return "请填写整数。", "A whole number is needed."
    if name == "deadline_type":
        return "可以是：立行立改、限期整改、分阶段整改、长期坚持。", (
            "Possible: immediate, time_limited, phased, sustained."
        )
    if name == "outcomes":
        return "请写成 debt_resolved=346万元。", "Write it like debt_resolved=346万元."
    return "请检查后重填。", "Please check."


def file_name(path: Path) -> str:
    return path.name[-255:]
