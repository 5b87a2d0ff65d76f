"""A file of rules: its text becomes Rules, or a list of all that is wrong with it, each with its line."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from policy.deadlines import DayCount, DeadlineType, Period
from policy.refusals import BadInput
from policy.rulebook.rungs import CLOCKS, FORMS
from policy.rulebook.sense import WHEN, is_missing, objections
from policy.rulebook.shape import (
    EXTENSION,
    HOURS,
    PERIOD,
    RETURNS,
    RUNG,
    STEPS,
    TABLES,
    TERMS,
    Key,
    Wrong,
    meant,
)
from policy.rulebook.toml_lines import Path, lines
from policy.rules import LADDERS, Ladder, OfficeHours, Rules, Rung, Terms
from policy.words import DEADLINE_TYPE_WORDS

MOST_MONTHS = 120
MOST_NAME = 40


@dataclass(frozen=True, order=True)
class Fault:
    """One thing that is wrong, where it stands, and why."""

    line: int
    key: str
    zh: str
    en: str

    @property
    def said(self) -> tuple[str, str]:
        key_zh, key_en = (f"“{self.key}”", f" {self.key}") if self.key else ("", "")
        return f"第{self.line}行{key_zh}：{self.zh}。", f"line {self.line}{key_en}: {self.en}."


class BadRules(BadInput):
    """The text is no set of rules; `faults` are all that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__(
            "规则有误：" + "".join(fault.said[0] for fault in self.faults),
            "The rules cannot be used: " + " ".join(fault.said[1] for fault in self.faults),
        )


def read(text: str, version: int) -> Rules:
    """The rules that the text states. Raises BadRules."""
    reading = _Reading(text)
    rules = reading.rules(version)
    if rules is None:
        raise BadRules(reading.faults)
    return rules


def _parsed(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line ([0-9]+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        said = str(error).partition(" (at ")[0]
        raise BadRules(
            [Fault(line, "", f"不合 TOML 的写法（{said}）", f"is not written as TOML: {said}")]
        ) from None
    except RecursionError:
        raise BadRules([Fault(1, "", "括号套得太深", "the brackets are nested too deep")]) from None


class _Reading:
    """One text while it is read: what is wrong is noted, and the rest is read all the same."""

    def __init__(self, text: str) -> None:
        text = text.removeprefix("\ufeff")
        self.whole = _parsed(text)
        self.lines = lines(text)
        self.faults: list[Fault] = []

    def rules(self, version: int) -> Rules | None:
        """None once anything is wrong."""
        self._known((), self.whole, TABLES)
        hours, of_type = self._hours(), self._of_type()
        of_source = self._of_source(of_type)
        steps = self._steps()
        extension = self._fields(("extension",), EXTENSION, ("approvals",))
        returns = self._fields(("returns",), RETURNS)
        ladders = self._ladders(steps)
        if self.faults:
            return None
        return Rules(
            version=version,
            of_source={key: _terms(values) for key, values in of_source.items()},
            of_type={kind: _terms(values) for kind, values in of_type.items()},
            **steps,
            **ladders,
            approvals=extension["approvals"],
            **{f"returns_{name}": number for name, number in returns.items()},
            hours=OfficeHours(**hours),
        )

    def _fault(self, path: Path, zh: str, en: str) -> None:
        self.faults.append(Fault(self._line(path), _dotted(path), zh, en))

    def _line(self, path: Path) -> int:
        """Of what is missing: where its table begins."""
        while path not in self.lines:
            path = path[:-1]
        return self.lines[path]

    def _at(self, path: Path) -> Any:
        value: Any = self.whole
        for name in path:
            inside = isinstance(value, dict) and name in value
            value = value[name] if inside or (isinstance(value, list) and isinstance(name, int)) else None
        return value

    def _table(self, path: Path) -> dict[str, Any]:
        """Empty if it is not there, or no table."""
        value = self._at(path)
        if value is not None and not isinstance(value, dict):
            self._fault(path, "应为一节，如 [" + _dotted(path) + "]", "has to be a table of its own")
        return value if isinstance(value, dict) else {}

    def _known(self, path: Path, table: Mapping[str, object], known: Iterable[str]) -> None:
        known = list(known)
        for name in table:
            if name not in known:
                self._fault((*path, name), *_unknown(name, known))

    def _fields(self, path: Path, shape: Mapping[str, Key], required: Iterable[str] = ()) -> dict[str, Any]:
        """The values that are good."""
        table = self._table(path)
        self._known(path, table, shape)
        for name in required:
            if name not in table:
                self._fault((*path, name), f"缺少 {name}（{shape[name].zh}）", f"{name} is missing")
        taken: dict[str, Any] = {}
        for name in shape:
            if name in table:
                self._take((*path, name), table[name], shape[name], taken)
        return taken

    def _take(self, path: Path, value: object, key: Key, taken: dict[str, Any]) -> None:
        try:
            taken[str(path[-1])] = key.take(value)
        except Wrong as wrong:
            self._fault((*path, *wrong.at), wrong.zh, wrong.en)

    def _hours(self) -> dict[str, Any]:
        given = self._fields(("hours",), HOURS)
        hours = OfficeHours(**given)
        if hours.opens >= hours.closes:
            key = "closes" if "closes" in given else "opens"
            self._fault(
                ("hours", key),
                f"{hours.closes:%H:%M} 停止发函，不晚于开始的 {hours.opens:%H:%M}",
                f"{hours.closes:%H:%M} is not after {hours.opens:%H:%M}, when the office opens",
            )
        return given

    def _of_type(self) -> dict[DeadlineType, dict[str, Any]]:
        self._known(("default",), self._table(("default",)), DeadlineType)
        found: dict[DeadlineType, dict[str, Any]] = {}
        for kind in DeadlineType:
            path = ("default", kind.value)
            if self._at(path) is None:
                zh, en = DEADLINE_TYPE_WORDS[kind]
                self._fault(path, f"“{zh}”没有规定时限", f"“{en}” has no terms")
                continue
            found[kind] = self._fields(path, TERMS, ("number", "unit"))
            self._check_terms(path, found[kind], found[kind])
        return found

    def _of_source(
        self, of_type: Mapping[DeadlineType, dict[str, Any]]
    ) -> dict[tuple[str, DeadlineType], dict[str, Any]]:
        found: dict[tuple[str, DeadlineType], dict[str, Any]] = {}
        for source in self._table(("source",)):
            path = ("source", source)
            if not source.strip() or source != source.strip() or len(source) > MOST_NAME:
                self._fault(
                    path,
                    "来源名称为空、过长或带空格",
                    "is no name of a source: empty, long, or with blanks around",
                )
            self._known(path, self._table(path), DeadlineType)
            for kind in DeadlineType:
                if self._at((*path, kind.value)) is not None:
                    found[source, kind] = self._own_terms((*path, kind.value), of_type.get(kind, {}))
        return found

    def _own_terms(self, path: Path, default: dict[str, Any]) -> dict[str, Any]:
        """What the source says, and where it says nothing, what holds for the type."""
        given = self._fields(path, TERMS)
        if "unit" in given and "number" not in self._table(path):
            self._fault(
                (*path, "unit"), "改了单位，还请写明期限 number", "with another unit, say the number, too"
            )
        values = default | given
        self._check_terms(path, given, values)
        return values

    def _check_terms(self, path: Path, given: dict[str, Any], values: dict[str, Any]) -> None:
        if {"number", "unit"} & given.keys():
            self._check_months(path, values)
        asks = values.get("review_meeting", False) and not values.get("closure_approval", True)
        if asks and {"review_meeting", "closure_approval"} & given.keys():
            key = "review_meeting" if "review_meeting" in given else "closure_approval"
            self._fault(
                (*path, key),
                "不批准销号就没有人写明会议：集体审议须有 closure_approval = true",
                "without an approval nobody names the meeting: it needs closure_approval = true",
            )

    def _check_months(self, path: Path, values: dict[str, Any]) -> None:
        if values.get("unit") is DayCount.MONTHS and values.get("number", 1) > MOST_MONTHS:
            self._fault((*path, "number"), f"最多{MOST_MONTHS}个月", f"{MOST_MONTHS} months at most")

    def _steps(self) -> dict[str, Any]:
        self._known(("steps",), self._table(("steps",)), STEPS)
        return {name: self._step(name) for name in STEPS}

    def _step(self, name: str) -> Period | None:
        path = ("steps", name)
        if self._at(path) is None:
            zh, en = STEPS[name]
            self._fault(
                path, f"“{zh}”没有规定时限：每个环节都要有时钟", f"how long it may take {en} is missing"
            )
            return None
        values = self._fields(path, PERIOD, ("number", "unit"))
        self._check_months(path, values)
        return _period(values) if {"number", "unit"} <= values.keys() else None

    def _ladders(self, steps: Mapping[str, Period | None]) -> dict[str, Any]:
        self._known(("ladder",), self._table(("ladder",)), LADDERS)
        return {field: self._ladder(name, steps) for name, field in LADDERS.items()}

    def _ladder(self, name: str, steps: Mapping[str, Period | None]) -> Ladder:
        path = ("ladder", name)
        entries = self._at(path)
        if entries is not None and not isinstance(entries, list):
            self._fault(path, f"每一级写成 [[ladder.{name}]]", f"each rung is written as [[ladder.{name}]]")
            return Ladder(name, ())
        entries = entries or []
        read = ((place, self._rung((*path, place), name)) for place in range(len(entries)))
        rungs = [(place, rung) for place, rung in read if rung]
        if len(rungs) == len(entries) and (missing := is_missing(name, rungs)):
            self._fault(path, *missing)
        clock = CLOCKS.get(name)
        if clock is None or steps[clock]:
            for place, key, zh, en in objections(name, rungs, steps[clock] if clock else None):
                self._fault((*path, place, key), zh, en)
        return Ladder(name, tuple(rung for _, rung in rungs))

    def _rung(self, path: Path, ladder: str) -> Rung | None:
        """None if there is no sense in looking at it any further."""
        values = self._fields(path, RUNG, ("rung", "to"))
        is_known = self._is_rung(path, ladder, values.get("rung"))
        said = [name for name in WHEN if name in self._table(path)]
        if len(said) != 1:
            self._fault(
                (*path, said[1] if said else "rung"),
                "应写且只写一项：" + "、".join(WHEN),
                "has to say exactly one of " + ", ".join(WHEN),
            )
        is_whole = {"to", *(RUNG.keys() & self._table(path).keys())} <= values.keys()
        if not is_known or not is_whole or len(said) != 1:
            return None
        values["kind"] = FORMS[ladder][values["rung"]].kind
        return Rung(name=values.pop("rung"), **values)

    def _is_rung(self, path: Path, ladder: str, name: str | None) -> bool:
        if name is None:
            return False
        if "accountab" in name.lower() or "问责" in name:
            self._fault(
                (*path, "rung"),
                "问责永远不自动提出，不能写进阶梯",
                "accountability is never proposed automatically and has no place in a ladder",
            )
        elif name not in FORMS[ladder]:
            zh, en = meant(name, FORMS[ladder])
            self._fault(
                (*path, "rung"),
                f"这一阶梯没有“{name}”这种函件{zh}",
                f"no letter of this ladder is called “{name}”{en}",
            )
        return name in FORMS[ladder]


def _unknown(name: str, known: list[str]) -> tuple[str, str]:
    zh, en = meant(name, known)
    return f"没有“{name}”这一项{zh}", f"nothing is called “{name}”{en}"


def _period(values: Mapping[str, Any]) -> Period:
    """Working days never end on a day off."""
    unit: DayCount = values["unit"]
    return Period(values["number"], unit, values.get("roll", False) and unit is not DayCount.WORKING_DAYS)


def _terms(values: Mapping[str, Any]) -> Terms:
    return Terms(_period(values), **{name: x for name, x in values.items() if name not in PERIOD})


def _dotted(path: Path) -> str:
    """`ladder.deadline[2].to`, counted from one."""
    return "".join(f"[{x + 1}]" if isinstance(x, int) else f".{x}" for x in path).removeprefix(".")
