"""What rules say, in words: each of their values by its place, and what differs between two of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policy.deadlines import DayCount, DeadlineType, Period
from policy.roles import Role
from policy.rulebook.shape import EXTENSION, HOURS, RETURNS, RUNG, STEPS, TERMS
from policy.rules import Ladder, Rules, Rung, Terms
from policy.words import DEADLINE_TYPE_WORDS, ROLE_WORDS

Words = tuple[str, str]
Place = tuple[str, ...]
"""As in the file, without what belongs to a value: `("default", "immediate", "number")`."""

UNIT_WORDS: dict[DayCount, Words] = {
    DayCount.CALENDAR_DAYS: ("日", "calendar days"),
    DayCount.WORKING_DAYS: ("个工作日", "working days"),
    DayCount.MONTHS: ("个月", "months"),
}
LADDER_WORDS: dict[str, Words] = {
    "deadline": ("整改时限", "deadline"),
    "quality": ("整改质量", "quality"),
    "progress": ("整改进度", "progress"),
    "acceptance": ("认领", "acceptance"),
    "assignment": ("派发", "assignment"),
    "dispute": ("异议复核", "dispute"),
    "plan_review": ("方案审核", "plan review"),
    "verification": ("验收", "verification"),
    "closure": ("销号审批", "closure"),
    "look_back": ("回头看", "look-back"),
    "extension": ("延期审批", "extension"),
}
ABSENT = ("无", "none")


@dataclass(frozen=True)
class Change:
    """One value that is another one under new rules."""

    place: Place
    old: Words
    new: Words


def changes(old: Rules, new: Rules) -> list[Change]:
    """In the order of the file. A source's own terms are compared with what held for it before."""
    sources = sorted({*old.of_source, *new.of_source})
    before, after = dict(_stated(old, sources)), dict(_stated(new, sources))
    places = list(dict.fromkeys([*after, *before]))
    found = (Change(place, before.get(place, ABSENT), after.get(place, ABSENT)) for place in places)
    return [one for one in found if one.old != one.new]


def stated(rules: Rules) -> list[tuple[Place, Words]]:
    """All that rules say, by its place, in the order of the file."""
    return list(_stated(rules, sorted(rules.of_source)))


def place_words(place: Place) -> Words:
    """`立行立改·期限`; a letter goes by its name in the file."""
    pairs = [*_above(place), _key(place)]
    return "·".join(zh for zh, _ in pairs), ", ".join(en for _, en in pairs)


def _above(place: Place) -> Iterator[Words]:
    kind, *inner = place[:-1]
    if kind == "default":
        yield DEADLINE_TYPE_WORDS[DeadlineType(inner[0])]
    elif kind == "source":
        yield inner[0], inner[0]
        yield DEADLINE_TYPE_WORDS[DeadlineType(inner[1])]
    elif kind == "steps":
        yield STEPS[inner[0]]
    elif kind == "ladder":
        yield LADDER_WORDS[inner[0]]
        yield inner[1], inner[1]


def _key(place: Place) -> Words:
    if place[-1] == WHEN:
        return "何时", "when"
    key = {**TERMS, **HOURS, **EXTENSION, **RETURNS, **RUNG}[place[-1]]
    return key.zh, key.en


def _stated(rules: Rules, sources: Iterable[tuple[str, DeadlineType]]) -> Iterator[tuple[Place, Words]]:
    for name in HOURS:
        yield ("hours", name), (f"{getattr(rules.hours, name):%H:%M}",) * 2
    for kind, terms in rules.of_type.items():
        yield from _terms(("default", kind.value), terms)
    for source, kind in sources:
        yield from _terms(("source", source, kind.value), rules.terms(source, kind))
    for name in STEPS:
        yield ("steps", name, "number"), period_words(getattr(rules, name))
    yield ("extension", "approvals"), _joined("→", [role_words(roles, "/") for roles in rules.approvals])
    for name in RETURNS:
        yield ("returns", name), (str(getattr(rules, f"returns_{name}")),) * 2
    for ladder in rules.ladders:
        yield from _ladder(ladder)


def _terms(above: Place, terms: Terms) -> Iterator[tuple[Place, Words]]:
    yield (*above, "number"), period_words(terms.period)
    for name in TERMS:
        if name not in {"number", "unit", "roll"}:
            yield (*above, name), _value(getattr(terms, name))


WHEN = "when"


def _ladder(ladder: Ladder) -> Iterator[tuple[Place, Words]]:
    for rung in ladder.rungs:
        above = ("ladder", ladder.name, rung.name)
        yield (*above, WHEN), when_words(rung)
        yield (*above, "to"), role_words(rung.to)
        yield (*above, "cc"), role_words(rung.cc)
        yield (*above, "signed_by"), role_words(rung.signed_by)


def _value(value: bool | int) -> Words:
    if isinstance(value, bool):
        return ("是", "yes") if value else ("否", "no")
    return str(value), str(value)


def period_words(period: Period) -> Words:
    zh, en = UNIT_WORDS[period.unit]
    rolled_zh, rolled_en = ("（节假日顺延）", ", moved off days off") if period.roll else ("", "")
    unit = en.removesuffix("s") if period.number == 1 else en
    return f"{period.number}{zh}{rolled_zh}", f"{period.number} {unit}{rolled_en}"


def when_words(rung: Rung) -> Words:
    if rung.workdays_late is not None:
        return f"逾期第{rung.workdays_late}个工作日", f"{rung.workdays_late} working days late"
    if rung.workdays_after is not None:
        return _after(rung.workdays_after)
    days = rung.days_left or 0
    if days > 0:
        return f"到期前{days}日", f"{days} days before"
    if days == 0:
        return "到期当日", "on the day"
    return ("逾期首日", "the first day late") if days == -1 else (f"逾期第{-days}日", f"{-days} days late")


def _after(number: int) -> Words:
    if number == 0:
        return "当日", "at once"
    return f"起算后第{number}个工作日", f"{number} working days after it began"


def role_words(roles: Iterable[Role], between: str = "、") -> Words:
    """In the order in which roles are known."""
    found = [ROLE_WORDS[role] for role in Role if role in set(roles)]
    return _joined(between, found) if found else ABSENT


def _joined(between: str, pairs: Iterable[Words]) -> Words:
    pairs = list(pairs)
    en = ", " if between == "、" else f" {between} "
    return between.join(zh for zh, _ in pairs), en.join(en for _, en in pairs)
