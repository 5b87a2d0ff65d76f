"""What is wrong with a ladder although each of its values is possible."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise

from policy.deadlines import Calendar, Period, due
from policy.escalation import Span, rung_day
from policy.rulebook.rungs import FORMS, MAY_BE_EMPTY, Side
from policy.rules import Rung

PLAIN = Calendar(frozenset(range(2000, 2101)))
"""Years of Mondays to Fridays: what is out of order there is out of order."""
STARTS = [date(2027, 2, 1) + timedelta(days=n) for n in range(28)]

Placed = tuple[int, Rung]
"""A rung and its place in the file."""
Objection = tuple[int, str, str, str]
"""The place of the rung, the key that is to blame, and why, in Chinese and in English."""


def objections(name: str, rungs: Sequence[Placed], clock: Period | None) -> Iterator[Objection]:
    """`clock` is how long the step may take, None on the deadline's ladder."""
    yield from _formal(name, rungs)
    yield from _order(name, rungs)
    spans = [_span(start, name, clock) for start in STARTS]
    for place, rung in rungs:
        yield from _on_its_side(name, place, rung, spans)
    yield from _ascending(rungs, spans)


def is_missing(name: str, rungs: Sequence[Placed]) -> tuple[str, str] | None:
    """What the ladder cannot do without."""
    if name == "deadline" and not any(rung.name == "red_order" for _, rung in rungs):
        return (
            "缺少红色督办函 red_order，逾期就无人过问",
            "has no red_order: nobody would hear of what is late",
        )
    if name not in MAY_BE_EMPTY and not any(not rung.draft for _, rung in rungs):
        return (
            "至少要有一级自动发出的函件，否则这一环节没有时钟",
            "needs a letter that goes out by itself, or the step would be without a clock",
        )
    return None


def _span(start: date, name: str, clock: Period | None) -> Span:
    """A deadline may be as short as it likes: what falls before its start is not sent."""
    if name == "deadline":
        return Span(date.min, start)
    return Span(start, due(start, clock, PLAIN).day if clock else start)


def _formal(name: str, rungs: Sequence[Placed]) -> Iterator[Objection]:
    """Formal letters are drafts, and above a draft nothing goes out by itself."""
    drafted = False
    for place, rung in rungs:
        form = FORMS[name][rung.name]
        if not rung.draft and (form.formal or drafted):
            yield (
                place,
                "rung",
                "自此以上只能拟稿，由人签发：请写 draft = true 和 signed_by",
                "can only be drafted and signed by a person: say draft = true and signed_by",
            )
        if rung.draft and rung.name == "red_order":
            yield (
                place,
                "draft",
                "红色督办函须自动发出",
                "goes out by itself: it is what a late unit hears of first",
            )
        if rung.draft and not rung.signed_by:
            yield (
                place,
                "draft",
                "拟稿须写明由谁签发（signed_by）",
                "a draft has to say who signs it (signed_by)",
            )
        if rung.signed_by and not rung.draft:
            yield (
                place,
                "signed_by",
                "自动发出的函件无须签发，请写 draft = true",
                "only a draft is signed: say draft = true",
            )
        drafted = drafted or rung.draft


def _order(name: str, rungs: Sequence[Placed]) -> Iterator[Objection]:
    """Each letter once, from the mildest up."""
    known = list(FORMS[name])
    for (_, milder), (place, rung) in pairwise(rungs):
        if rung.name == milder.name:
            yield place, "rung", f"“{rung.name}”写了两次", f"“{rung.name}” stands there twice"
        elif known.index(rung.name) < known.index(milder.name):
            yield (
                place,
                "rung",
                f"“{rung.name}”比上一级“{milder.name}”轻，应由轻到重排列",
                f"“{rung.name}” is milder than “{milder.name}” before it: from the mildest up",
            )


def _on_its_side(name: str, place: int, rung: Rung, spans: Sequence[Span]) -> Iterator[Objection]:
    key, side = _when(rung), FORMS[name][rung.name].side
    if name == "deadline" and rung.workdays_after is not None:
        yield (
            place,
            key,
            "整改时限的函件应写 days_left 或 workdays_late",
            "on the deadline say days_left or workdays_late",
        )
        return
    days = [(rung_day(rung, span, PLAIN), span) for span in spans]
    if any(day < span.starts for day, span in days):
        yield place, key, "早于这一环节的起算日", "falls before the day on which the step begins"
    elif side is Side.LATE and any(day <= span.ends for day, span in days):
        yield (
            place,
            key,
            "是逾期函件，不能早于逾期首日（days_left = -1）",
            "is for what is late: not before the first day late",
        )
    elif side is Side.EARLY and any(day > span.ends for day, span in days):
        yield place, key, "是到期前的提醒，不能晚于时限", "is a reminder of the last day: not after it"


def _ascending(rungs: Sequence[Placed], spans: Sequence[Span]) -> Iterator[Objection]:
    """On every day of a month, each falls due after the one before."""
    for (_, milder), (place, rung) in pairwise(rungs):
        pairs = [(rung_day(milder, span, PLAIN), rung_day(rung, span, PLAIN)) for span in spans]
        if any(first >= second for first, second in pairs):
            yield (
                place,
                _when(rung),
                f"不晚于上一级“{milder.name}”：应一级比一级晚",
                f"does not fall after “{milder.name}” before it: each rung is later than the last",
            )


def _when(rung: Rung) -> str:
    return next(name for name in WHEN if getattr(rung, name) is not None)


WHEN = ("days_left", "workdays_late", "workdays_after")
