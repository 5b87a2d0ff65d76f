"""What a year's notice of days off may say: it is examined first, since every computed date hangs on it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from policy.deadlines import FIXED_HOLIDAYS, SATURDAY
from policy.ledger_rows import Remark
from policy.refusals import BadInput

LONGEST = 31
"""Days in one line."""
MOST = 60
"""Days unlike Monday–Friday in one year; there never were half as many."""
SECOND_OF_MAY_SINCE = 2025
SPRING_FESTIVAL = (1, 20), (2, 28)
FESTIVALS = (1, 1), (5, 1), (10, 1)
MADE_UP_WITHIN = 6
"""Days after a festival's first on which a weekday is off, since what falls on a weekend is made up for."""
ANNOUNCED_IN = 11
"""The month by which the State Council has said how next year's days off lie."""
LEAST_IN_SPRING = 2
"""Weekdays off at the Spring Festival; its four days never leave fewer."""


class DayKind(StrEnum):
    OFF = "off"
    WORK = "work"


@dataclass(frozen=True)
class Special:
    """How a day is kept that differs from Monday–Friday, and what it is called."""

    kind: DayKind
    label: str = ""


@dataclass(frozen=True)
class YearNotice:
    """The State Council's days off and make-up workdays of one year: only those unlike Monday–Friday."""

    year: int
    source: str
    days: Mapping[date, Special]


@dataclass(frozen=True)
class DayLine:
    """One line of a notice: a day, or a span of days, both ends included."""

    row: int
    first: date
    last: date
    kind: DayKind
    label: str = ""

    def days(self) -> Iterator[date]:
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)


def differs(day: date, kind: DayKind) -> bool:
    """Whether it is unlike Monday–Friday to keep the day so."""
    return (day.weekday() >= SATURDAY) is (kind is DayKind.WORK)


def problems(lines: Sequence[DayLine]) -> list[Remark]:
    """What is wrong with single lines: spans that end before they begin, other years, days said twice."""
    found: list[Remark] = []
    year = lines[0].first.year if lines else 0
    seen: dict[date, int] = {}
    for line in lines:
        said = f"{line.first}..{line.last}" if line.first != line.last else str(line.first)
        if not 0 <= (line.last - line.first).days < LONGEST:
            text = f"应由前到后，且不超过{LONGEST}天", f"runs backwards or over more than {LONGEST} days"
            found.append(Remark(line.row, "date", said, *text))
        elif {line.first.year, line.last.year} != {year}:
            text = f"不在{year}年；一个文件只写一年", f"is not in {year}: one year in one file"
            found.append(Remark(line.row, "date", said, *text))
        else:
            found += _doubled(line, seen)
    return found


def _doubled(line: DayLine, seen: dict[date, int]) -> Iterator[Remark]:
    for day in line.days():
        first = seen.setdefault(day, line.row)
        if first != line.row:
            yield Remark(line.row, "date", str(day), f"第{first}行已写过这一天", f"stands in row {first} too")


def idle(lines: Sequence[DayLine]) -> list[Remark]:
    """Lines that change nothing: they may be slips, and are told."""
    text = "与平常周一至周五上班并无不同，未计入", "is as Monday–Friday has it anyway and was left out"
    return [
        Remark(line.row, "date", str(line.first), *text)
        for line in lines
        if not any(differs(day, line.kind) for day in line.days())
    ]


def year_notice(lines: Sequence[DayLine], source: str) -> YearNotice:
    """The notice that lines without `problems` make. Raises BadInput if they cannot be a whole year's."""
    if not lines:
        raise BadInput("文件中没有一天。", "There is not a single day in the file.")
    year = lines[0].first.year
    days = {
        day: Special(line.kind, line.label)
        for line in lines
        for day in line.days()
        if differs(day, line.kind)
    }
    notice = YearNotice(year, source, dict(sorted(days.items())))
    _whole(notice)
    return notice


def _whole(notice: YearNotice) -> None:
    """A file that lacks what every year has is somebody's draft, or half a notice."""
    year, days = notice.year, notice.days
    missing = [day for day in _fixed(year) if not _is_off(day, days)]
    if missing:
        raise BadInput(
            f"这不像{year}年的放假安排：{missing[0]}是法定节假日，却没有放假。什么都没有保存。",
            f"This cannot be the notice of {year}: {missing[0]} is a statutory holiday. Nothing was stored.",
        )
    off = [day for day, special in days.items() if special.kind is DayKind.OFF]
    for first in (date(year, *day) for day in FESTIVALS):
        if not any(-1 <= (day - first).days <= MADE_UP_WITHIN for day in off):
            raise BadInput(
                f"这不像{year}年的放假安排：{first}前后没有一个平日放假。什么都没有保存。",
                f"This cannot be the notice of {year}: no weekday off around {first}. Nothing was stored.",
            )
    begins, ends = (date(year, *day) for day in SPRING_FESTIVAL)
    if sum(begins <= day <= ends for day in off) < LEAST_IN_SPRING:
        raise BadInput(
            f"这不像{year}年的放假安排：没有春节假期。什么都没有保存。",
            f"This cannot be the notice of {year}: it has no Spring Festival. Nothing was stored.",
        )
    if len(days) > MOST:
        raise BadInput(
            f"这不像{year}年的放假安排：有{len(days)}天与平常不同，最多{MOST}天。什么都没有保存。",
            f"This cannot be the notice of {year}: {len(days)} days, at most {MOST}. Nothing was stored.",
        )


def _fixed(year: int) -> list[date]:
    """The statutory holidays of a fixed date; the second of May is one only lately."""
    fixed = FIXED_HOLIDAYS if year >= SECOND_OF_MAY_SINCE else FIXED_HOLIDAYS - {(5, 2)}
    return sorted(date(year, month, day) for month, day in fixed)


def _is_off(day: date, days: Mapping[date, Special]) -> bool:
    return days[day].kind is DayKind.OFF if day in days else day.weekday() >= SATURDAY


def awaited(today: date, known: Collection[int]) -> int | None:
    """The year whose notice should be taken in: this one, or from November on the next."""
    year = today.year + (today.month >= ANNOUNCED_IN)
    return year if year not in known else None


def next_in_line(year: int, known: frozenset[int]) -> None:
    """A year may be announced anew, or is the one after the last: none is left out, for dates count through.

    Raises BadInput.
    """
    if year in known or not known or year == max(known) + 1:
        return
    raise BadInput(
        f"{year}年不能导入：已知{min(known)}至{max(known)}年，下一个应是{max(known) + 1}年。",
        f"{year} cannot be taken in: {min(known)} to {max(known)} are known, {max(known) + 1} comes next.",
    )
