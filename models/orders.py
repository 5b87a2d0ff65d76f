"""What comes in at the edge: an act or a new finding in people's words, checked before anything is asked."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from policy.acts import outcome_amount
from policy.deadlines import DayCount, DeadlineType
from policy.ledger_rows import UNIT_OF, Metric, Outcome
from policy.refusals import BadInput
from policy.stages import Act
from policy.timelimits import EARLIEST, LATEST
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
    return Outcome(Metric(name.strip()), amount, unit)


def _checked(outcomes: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
    """Figures given as data are held to what text has to be: no sign, two decimals, the metric's own unit."""
    for outcome in outcomes:
        figure, unit = f"{outcome.amount:f}{outcome.unit}", UNIT_OF[outcome.metric]
        outcome_amount(figure)
        if outcome.unit != unit:
            raise BadInput(f"“{figure}”的单位应为“{unit}”。", f"“{figure}” has to be given in {unit}.")
    return outcomes


def _plain_figures(value: object) -> object:
    """`８０` as a Chinese keyboard writes it, a percent sign behind it or not."""
    return unicodedata.normalize("NFKC", value).strip().removesuffix("%") if isinstance(value, str) else value


def _truth(value: object) -> object:
    return {"是": True, "否": False}.get(value, value) if isinstance(value, str) else value


def _money(value: object) -> object:
    """`12.5`, `1,200万元`: always in 万元."""
    if not isinstance(value, str):
        return value
    plain = value.strip().replace(",", "").replace("，", "").removesuffix("万元").strip()
    return plain or None


def _one_line(value: object) -> object:
    """A name, a title: what stands in a subject line or a table's row."""
    return " ".join(value.split()) if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_names)]
Measures = Annotated[tuple[tuple[str, date | None], ...], BeforeValidator(_measures)]
Outcomes = Annotated[tuple[Outcome, ...], BeforeValidator(_outcomes), AfterValidator(_checked)]
Metrics = Annotated[tuple[Metric, ...], BeforeValidator(_names)]
Figures = Annotated[int, BeforeValidator(_plain_figures)]
Kind = Annotated[DeadlineType, BeforeValidator(_deadline_type)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Line = Annotated[str, Field(max_length=300), BeforeValidator(_one_line)]
Long = Annotated[str, Field(max_length=10000)]
Code = Annotated[str, Field(max_length=20), BeforeValidator(_one_line)]
Name = Annotated[str, Field(max_length=200), BeforeValidator(_one_line)]
Money = Annotated[Decimal, Field(gt=0, max_digits=14, decimal_places=2), BeforeValidator(_money)]
Day = Annotated[date, Field(ge=date(EARLIEST, 1, 1), le=date(LATEST, 12, 31))]


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
    deadline: Day | None = None
    deadline_type: Kind | None = None
    reason: Long = ""
    involves_money: Truth | None = None
    amount_involved: Money | None = None
    """In 万元; where it is given the finding involves money."""

    @property
    def about_money(self) -> bool | None:
        """None where nothing is said of it."""
        return True if self.amount_involved is not None else self.involves_money


class ActWords(Placing):
    """What may be said with an act; each act looks at its own fields."""

    basis: Long = ""
    text: Long = ""
    percent: Figures | None = None
    objective: Long = ""
    measures: Measures = ()
    measure: int | None = Field(default=None, ge=1)
    undone: Truth = False
    """With a measure: it was noted as done by mistake, and is open again."""
    outcomes: Outcomes = ()
    drop_outcomes: Metrics = ()
    """Figures that were entered and are to be taken away."""
    file: Line = ""
    """The piece of evidence to be withdrawn: its number, or its hash."""
    into: Line = ""
    meeting: Line = ""
    met_on: Day | None = None
    """The day of the meeting that agreed to a closure."""
    sustained: Truth = False
    """With a request for an extension: turn it into continuing rectification, due on its next review."""
    next_review_on: Day | None = None
    supplement: Long = ""
    result: Long = ""


class OpenWords(Placing):
    """A new finding."""

    number: Annotated[str, Field(max_length=60), BeforeValidator(_one_line)] = ""
    title: Line = ""
    source: Annotated[str, Field(max_length=40), BeforeValidator(_one_line)] = ""
    round_name: Name = ""
    source_doc: Name = ""
    category_no: Code = ""
    category: Name = ""
    item_no: Code = ""
    item: Line = ""
    condition: Long = ""
    root_cause: Long = ""
    severity: Code = "一般"
    objective: Long = ""
    discovered_on: Day | None = None
    day_count: DayCount | None = None
    confidential: Truth = False


@dataclass(frozen=True)
class Attached:
    """A file already kept under its hash."""

    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Successor:
    """The hands that a post's work leaves and those it comes into."""

    post: int
    leaves: int | None
    comes: int


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
    successor: Successor | None = None
    """For a hand-over within a post; without it the work goes to the post that the words name."""
    to_post: int | None = None
    """The post it goes to, where its name alone would not do."""
    link: int | None = None
    """The one-time link it came by, which is good for few acts."""


FIELD_WORDS = {
    "round_name": "批次名称",
    "source_doc": "来源文号",
    "category_no": "项号",
    "category": "类别",
    "item_no": "条号",
    "item": "条目",
    "severity": "严重程度",
    "unit": "责任单位",
    "post": "责任人岗位",
    "assisting": "协办单位",
    "deadline": "完成时限",
    "deadline_type": "时限类型",
    "percent": "进度",
    "measures": "整改措施",
    "measure": "措施序号",
    "undone": "撤销办结",
    "reason": "理由",
    "basis": "依据",
    "text": "说明",
    "objective": "整改目标",
    "result": "整改成效",
    "supplement": "须补充的材料和要求",
    "sustained": "转为持续整改",
    "next_review_on": "下次复核日期",
    "outcomes": "成效数据",
    "drop_outcomes": "撤下的成效数据",
    "file": "佐证材料",
    "into": "并入的问题编号",
    "meeting": "会议",
    "met_on": "会议日期",
    "discovered_on": "发现日期",
    "title": "问题标题",
    "number": "问题编号",
    "source": "问题来源",
    "condition": "具体表现",
    "day_count": "计日方式",
    "confidential": "是否涉密",
    "involves_money": "是否涉及金额",
    "amount_involved": "涉及金额",
}


def words_of(kind: type[W], said: Mapping[str, Any]) -> W:
    """`said` as `kind`. Raises BadInput naming the first field that cannot be understood."""
    try:
        return kind.model_validate(_storable(said))
    except ValidationError as error:
        raise _in_words(kind, error) from error


CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
"""What no text needs: NUL, which PostgreSQL cannot hold, and what steers a terminal. Tabs and lines stay."""


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return CONTROL.sub("", value)
    if isinstance(value, Mapping):
        return {name: _storable(part) for name, part in value.items()}
    return [_storable(part) for part in value] if isinstance(value, list) else value


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
    hint_zh, hint_en = _bound(first) or _hint(kind, name)
    return BadInput(f"“{label}”不能是“{value}”。{hint_zh}", f"“{name}” cannot be “{value}”. {hint_en}")


def _bound(error: ErrorDetails) -> tuple[str, str] | None:
    if error["type"] in {"greater_than_equal", "less_than_equal"} and isinstance(error["input"], str):
        return f"应在{EARLIEST}年至{LATEST}年之间。", f"It has to be between {EARLIEST} and {LATEST}."
    if error["type"] == "string_too_long":
        most = error["ctx"]["max_length"]
        return f"最多{most}个字。", f"It may have {most} characters at most."
    return None


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
    if name == "measures":
        return "每条写成 1.措施，或带日期 1.措施@2026-05-01。", "Write each like 1.text or 1.text@2026-05-01."
    if name == "amount_involved":
        return (
            "请填大于0的数，最多两位小数，单位万元，如 12.5。",
            "A figure in 10,000 yuan, like 12.5, is needed.",
        )
    if name in {"confidential", "involves_money", "sustained", "undone"}:
        return "请填“是”或“否”。", "Write true or false."
    if name == "drop_outcomes":
        known = "、".join(Metric)
        return f"可以是：{known}。", f"Possible: {', '.join(Metric)}."
    if name == "outcomes":
        return "请写成 debt_resolved=346万元。", "Write it like debt_resolved=346万元."
    return "请检查后重填。", "Please check."
