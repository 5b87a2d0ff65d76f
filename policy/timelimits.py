"""What the time-limit phrases of real ledgers mean; what is not clear is refused, never guessed."""

import calendar
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from policy.refusals import BadInput

EARLIEST, LATEST = 2000, 2100
IMMEDIATE = ("立行立改", "立查立改", "立知立改", "即知即改", "即查即改", "边查边改", "立即整改", "立改")
SUSTAINED = ("长期坚持", "持续坚持", "持续整改", "长期整改", "持续推进", "常抓不懈")
QUARTERS = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}


@dataclass(frozen=True)
class TimeLimit:
    """A time limit as somebody wrote it; `days` are calendar days from the day of discovery."""

    day: date | None = None
    immediate: bool = False
    sustained: bool = False
    days: int | None = None


def understand(text: str) -> TimeLimit:
    """`立行立改，长期坚持`, `2026年6月底前`, `30天`. Raises BadInput if the phrase is not clear."""
    phrase = plain(text)
    immediate, rest = without(phrase, IMMEDIATE)
    sustained, rest = without(rest, SUSTAINED)
    rest = rest.strip(",，、。;；并且及和")
    if not rest:
        if immediate or sustained:
            return TimeLimit(immediate=immediate, sustained=sustained)
        raise BadInput("时限是空的。", "The time limit is empty.")
    days = number_of_days(rest)
    if days is not None:
        return TimeLimit(None, immediate, sustained, days)
    return TimeLimit(last_day(rest), immediate, sustained)


def read_day(text: str) -> date:
    """`2026-06-30`, `2026.6.30`, `2026/6/30`, `2026年6月30日`, `20260630`, also with a time behind."""
    phrase = re.sub(r"[T ]?\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$", "", unicodedata.normalize("NFKC", text).strip())
    found = FULL_DAY.fullmatch(plain(phrase)) or COMPACT_DAY.fullmatch(plain(phrase))
    if found is None:
        raise BadInput(
            f"“{text[:60]}”不是日期。请写成 2026-06-30。", f"“{text[:60]}” is not a date. Write 2026-06-30."
        )
    return day_of(int(found[1]), int(found[2]), int(found[3]))


def plain(text: str) -> str:
    """Half-width, without any white space."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def without(phrase: str, words: tuple[str, ...]) -> tuple[bool, str]:
    rest = phrase
    for word in words:
        rest = rest.replace(word, "")
    return rest != phrase, rest


def number_of_days(phrase: str) -> int | None:
    """A clear number of calendar days, or None. `10日` alone may be a day of the month: not clear."""
    if re.search(r"\d个?工作日", phrase):
        raise BadInput(
            f"“{phrase[:60]}”按工作日计，须先查节假日。请写成具体日期，如 2026-06-30。",
            f"“{phrase[:60]}” counts working days. Write the date itself, like 2026-06-30.",
        )
    found = re.fullmatch(r"(\d{1,3})(?:天(?:以?内)?|日以?内|个?自然日(?:以?内)?)(?:完成|整改)*", phrase)
    if found is None or int(found[1]) == 0:
        return None
    return int(found[1])


def last_day(phrase: str) -> date:
    """The last day that still is in time."""
    for pattern, meaning in PHRASES:
        found = pattern.fullmatch(phrase)
        if found is not None:
            return meaning(found)
    raise BadInput(*refusal(phrase))


def refusal(phrase: str) -> tuple[str, str]:
    said = f"“{phrase[:60]}”"
    if re.match(r"(?:\d{1,2}月|年底|年内|年末|[一二三四]季度|[上下]半年)", phrase):
        return f"{said}没有写年份。请写成 2026-06-30。", f"{said} has no year. Write it like 2026-06-30."
    if re.match(r"\d{4}年(?:\d{1,2}月|第?.季度|[上下]半年)前", phrase):
        return (
            f"{said}不清楚是之前还是当月底。请写明日期，如 2026-06-30。",
            f"{said} may mean before it or by its end. Write the date, like 2026-06-30.",
        )
    return (
        f"{said}不是能看懂的时限。请写日期（2026-06-30、2026年6月底前、2026年底前）、“立行立改”或“长期坚持”。",
        f"{said} is not a clear time limit. Write a date (2026-06-30, 2026年6月底前), 立行立改 or 长期坚持.",
    )


def day_of(year: int, month: int, day: int) -> date:
    checked(year)
    try:
        return date(year, month, day)
    except ValueError:
        raise BadInput(
            f"没有{year}年{month}月{day}日这一天。", f"There is no {year}-{month:02}-{day:02}."
        ) from None


def end_of_month(year: int, month: int) -> date:
    if not 1 <= month <= 12:
        raise BadInput(f"没有{month}月。", f"There is no month {month}.")
    return date(checked(year), month, calendar.monthrange(year, month)[1])


def checked(year: int) -> int:
    if EARLIEST <= year <= LATEST:
        return year
    raise BadInput(
        f"年份{year}不在{EARLIEST}至{LATEST}之间。", f"The year {year} is not within {EARLIEST} to {LATEST}."
    )


def tenth(found: re.Match[str]) -> date:
    year, month = int(found[1]), int(found[2])
    if found[3] == "下":
        return end_of_month(year, month)
    return day_of(year, month, 10 if found[3] == "上" else 20)


def compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:于|在|到|至|截至|截止|力争)?{pattern}{DONE}", re.ASCII)


DONE = r"(?:完成|整改|到位|销号)*"
BY = r"(?:之前|以前|前|止)?"
FULL_DAY = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})[日号]?", re.ASCII)
COMPACT_DAY = re.compile(r"(20\d\d)(\d\d)(\d\d)", re.ASCII)
PHRASES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], date]], ...] = (
    (compiled(FULL_DAY.pattern + BY), lambda m: day_of(int(m[1]), int(m[2]), int(m[3]))),
    (compiled(COMPACT_DAY.pattern + BY), lambda m: day_of(int(m[1]), int(m[2]), int(m[3]))),
    (compiled(rf"(\d{{4}})年(\d{{1,2}})月(?:底|末){BY}"), lambda m: end_of_month(int(m[1]), int(m[2]))),
    (compiled(r"(\d{4})年(\d{1,2})月(?:份|内|份内)?"), lambda m: end_of_month(int(m[1]), int(m[2]))),
    (compiled(r"(\d{4})年(\d{1,2})月([上中下])旬"), tenth),
    (compiled(rf"(\d{{4}})年(?:年?底|年?末){BY}"), lambda m: end_of_month(int(m[1]), 12)),
    (compiled(r"(\d{4})年(?:度|内|度内)?"), lambda m: end_of_month(int(m[1]), 12)),
    (compiled(rf"(\d{{4}})年上半年(?:内|(?:底|末){BY})?"), lambda m: end_of_month(int(m[1]), 6)),
    (compiled(rf"(\d{{4}})年下半年(?:内|(?:底|末){BY})?"), lambda m: end_of_month(int(m[1]), 12)),
    (
        compiled(rf"(\d{{4}})年第?([一二三四1-4])季度(?:内|(?:底|末){BY})?"),
        lambda m: end_of_month(int(m[1]), 3 * QUARTERS[m[2]]),
    ),
)
