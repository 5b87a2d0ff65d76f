"""What a list of findings is asked for: the query of an address, understood once for pages, API and exports.

| name | shows the findings |
|---|---|
| `q` | whose number, title, condition, item or unit holds these words (each at least two characters) |
| `unit` | of the unit of this name and all below it; `-` of none |
| `direct=1` | of the unit itself, without those below it |
| `source`, `category`, `item`, `severity` | with exactly this text; `-` with none |
| `round` | of the inspection round of this name |
| `owner`, `verifier` | of the post of this name |
| `stage`, `step`, `light` | at one of these; may be given several times |
| `due_from`, `due_to` | due on a day between, both included |
| `closed_from`, `closed_to` | closed, and closed between |
| `discovered_from`, `discovered_to` | discovered between |
| `age` | not ended, and discovered so many days ago: `31-60`, `91-` |
| `closed_by` | that stood closed at the end of that day, even if they were reopened since |
| `late=1` | overdue, or closed but submitted only after the deadline (with `light=closed`: 逾期销号) |
| `in_time=1` | closed, and submitted by the deadline, or without one |
| `overdue=1` | not ended, past the deadline and not submitted by it: the red ones |
| `extended=1` | whose deadline was extended |
| `returned=1` | returned at least once in this cycle |
| `reopened=1` | in their second cycle or a later one |
| `provisional=1` | not ended, with a deadline that is provisional |
| `veiled=1` | that are confidential and not the reader's to open |
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import TypeVar

from policy.lights import Light
from policy.refusals import BadInput
from policy.stages import ENDED, LIVE, STEP_OF, Stage, Step

NONE = "-"
"""Asks for what has none of a kind."""
LONGEST = 300
"""No text that is looked for is longer."""
Word = TypeVar("Word", bound=StrEnum)
Query = list[tuple[str, str]]


@dataclass(frozen=True)
class Age:
    """In days, both included; without an upper end nothing is too old."""

    least: int
    most: int | None = None

    def __str__(self) -> str:
        return f"{self.least}-{'' if self.most is None else self.most}"


@dataclass(frozen=True)
class Wanted:
    """The conditions of a list, each by its name in the query; an empty one asks for everything."""

    q: str = ""
    unit: str = ""
    source: str = ""
    category: str = ""
    item: str = ""
    severity: str = ""
    round: str = ""
    owner: str = ""
    verifier: str = ""
    stage: tuple[Stage, ...] = ()
    step: tuple[Step, ...] = ()
    light: tuple[Light, ...] = ()
    due_from: date | None = None
    due_to: date | None = None
    closed_from: date | None = None
    closed_to: date | None = None
    closed_by: date | None = None
    discovered_from: date | None = None
    discovered_to: date | None = None
    age: Age | None = None
    late: bool = False
    in_time: bool = False
    overdue: bool = False
    extended: bool = False
    returned: bool = False
    reopened: bool = False
    provisional: bool = False
    direct: bool = False
    veiled: bool = False

    def query(self) -> Query:
        """The pairs of an address that `understood` reads as just this."""
        pairs: Query = []
        for name in NAMES:
            value = getattr(self, name)
            values = value if isinstance(value, tuple) else (value,) if value else ()
            pairs += [(name, "1" if one is True else str(one)) for one in values]
        return pairs

    def lights(self) -> frozenset[Light]:
        """Those that findings in the list can have: the rest of the ledger need not be looked through."""
        stages = set(self.stage or Stage) & {x for x in Stage if not self.step or STEP_OF[x] in self.step}
        found = set(self.light or Light)
        if self.overdue:
            found &= {Light.RED}
        if self.closed_from or self.closed_to or self.in_time or not stages & LIVE:
            found &= {Light.CLOSED}
        if self.age or self.provisional or not stages & ENDED:
            found -= {Light.CLOSED}
        if self.due_from or self.due_to:
            found -= {Light.NONE}
        return frozenset(found)


NAMES = tuple(field.name for field in fields(Wanted))
TEXTS = ("q", "unit", "source", "category", "item", "severity", "round", "owner", "verifier")
WORDS: dict[str, tuple[str, str, type[StrEnum]]] = {
    "stage": ("阶段", "stage", Stage),
    "step": ("环节", "step", Step),
    "light": ("亮灯", "light", Light),
}
SPANS = {
    "due": ("完成时限", "deadline"),
    "closed": ("销号日期", "day of closure"),
    "discovered": ("发现日期", "day of discovery"),
}
SWITCHES = (
    *("late", "in_time", "overdue", "extended", "returned", "reopened", "provisional"),
    *("direct", "veiled"),
)


def understood(query: Iterable[tuple[str, str]]) -> Wanted:
    """The conditions among the pairs of a query; others, and empty ones, are passed over. Raises BadInput."""
    given: dict[str, list[str]] = {}
    for name, value in query:
        if name in NAMES and value.strip():
            given.setdefault(name, []).append(value.strip())
    found: dict[str, object] = {name: _text(values[-1]) for name, values in given.items() if name in TEXTS}
    found |= {name: _words(name, values) for name, values in given.items() if name in WORDS}
    found |= {name: _switch(values[-1]) for name, values in given.items() if name in SWITCHES}
    for name, (zh, en) in SPANS.items():
        found |= _span(given, name, zh, en)
    if "closed_by" in given:
        found["closed_by"] = _day(given["closed_by"][-1], *SPANS["closed"])
    if "age" in given:
        found["age"] = _age(given["age"][-1])
    return Wanted(**found)  # type: ignore[arg-type]  # each was read by the reader of its kind


def _text(value: str) -> str:
    if len(value) > LONGEST:
        raise BadInput(
            f"查询的内容最多{LONGEST}个字。", f"What is looked for has {LONGEST} characters at most."
        )
    return value


def _words(name: str, values: Iterable[str]) -> tuple[StrEnum, ...]:
    zh, en, words = WORDS[name]
    for value in values:
        if value not in set(words):
            raise BadInput(f"没有名为“{_brief(value)}”的{zh}。", f"There is no {en} “{_brief(value)}”.")
    return tuple(words(value) for value in dict.fromkeys(values))


def _switch(value: str) -> bool:
    if value not in {"1", "0"}:
        raise BadInput(
            f"此条件只能是1（要）或0（不论），不能是“{_brief(value)}”。", "This condition is either 1 or 0."
        )
    return value == "1"


def _span(given: dict[str, list[str]], name: str, zh: str, en: str) -> dict[str, object]:
    days = {
        f"{name}_{end}": _day(given[f"{name}_{end}"][-1], zh, en) for end in ENDS if f"{name}_{end}" in given
    }
    if len(days) == 2 and days[f"{name}_from"] > days[f"{name}_to"]:
        raise BadInput(
            f"{zh}的起日在止日之后，请对调。", f"The {en} ends before it begins: swap the two days."
        )
    return dict(days)


ENDS = ("from", "to")


def _day(value: str, zh: str, en: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise BadInput(
            f"{zh}“{_brief(value)}”不是日期，请写成2026-10-16这样。",
            f"The {en} “{_brief(value)}” is no date: write it like 2026-10-16.",
        ) from error


def _age(value: str) -> Age:
    """Raises BadInput for what is not like `31-60` or `91-`."""
    least, dash, most = value.partition("-")
    digits = [part for part in (least, most) if part]
    if (
        not dash
        or not least
        or not all(part.isascii() and part.isdigit() and len(part) < 6 for part in digits)
    ):
        raise BadInput(
            f"天数“{_brief(value)}”应写成31-60或91-这样。",
            f"An age is like 31-60 or 91-, not “{_brief(value)}”.",
        )
    return Age(int(least), int(most) if most else None)


def _brief(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:40]}…"
