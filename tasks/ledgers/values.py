"""What single cells mean: dates, whole numbers, per cent, lists, numbered measures."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

from policy.refusals import BadInput
from policy.timelimits import EARLIEST, LATEST, TimeLimit, read_day, understand
from tasks.ledgers.lines import Line
from tasks.ledgers.sheets import half_width, name

NUMERALS = "一二三四五六七八九十"
CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
Style = Callable[[int], str | None]
STYLES: tuple[Style, ...] = (
    lambda n: rf"(?<!\d){n}[.．、)）](?!\d)",
    lambda n: rf"[(（]{n}[)）]",
    lambda n: CIRCLED[n - 1] if n <= len(CIRCLED) else None,
    lambda n: rf"(?<![{NUMERALS}]){NUMERALS[n - 1]}[、.．]" if n <= len(NUMERALS) else None,
    lambda n: rf"[(（]{NUMERALS[n - 1]}[)）]" if n <= len(NUMERALS) else None,
)
MOST_MEASURES = 99
BRACKETS = frozenset("（(《）)》")


def read_date(line: Line, field: str, zero: date) -> date | None:
    """A true date, a written one, or a bare serial number (with a warning); an error otherwise."""
    cell = line.cell(field)
    try:
        if cell.day is not None:
            return within(cell.day, cell.text)
        if not cell.text or (serial := from_serial(line, field, zero)):
            return serial if cell.text else None
        return read_day(cell.text)
    except BadInput as refusal:
        line.error(field, refusal.zh, refusal.en)
        return None


def within(day: date, text: str) -> date:
    if EARLIEST <= day.year <= LATEST:
        return day
    return read_day(text)


def from_serial(line: Line, field: str, zero: date) -> date | None:
    """45000 without a date format, if that is a day of this century."""
    text = half_width(line.text(field))
    if not re.fullmatch(r"\d{5}(?:\.\d+)?", text, re.ASCII):
        return None
    day = zero + timedelta(days=int(float(text)))
    if not EARLIEST <= day.year <= LATEST:
        return None
    line.warn(
        field, f"是没有日期格式的数字，按 {day} 读入。", f"A number without a date format, read as {day}."
    )
    return day


def read_limit(line: Line, zero: date) -> TimeLimit:
    """The cell of the deadline, which may be a phrase."""
    cell = line.cell("deadline")
    if not cell.text:
        return TimeLimit()
    try:
        if cell.day is not None:
            return TimeLimit(within(cell.day, cell.text))
        if serial := from_serial(line, "deadline", zero):
            return TimeLimit(serial)
        limit = understand(cell.text)
    except BadInput as refusal:
        line.error("deadline", refusal.zh, refusal.en)
        return TimeLimit()
    if limit.day is not None and not re.search(r"\d[日号]|\d[-./]\d", half_width(cell.text)):
        line.warn("deadline", f"理解为 {limit.day}。", f"Taken as {limit.day}.")
    return limit


def read_count(line: Line, field: str) -> int | None:
    """`0`, `1`, `1次`."""
    text = half_width(line.text(field))
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,3})(?:\.0+)?次?", text, re.ASCII)
    if found is None:
        line.error(field, "应填次数，如 0、1。", "A number of times is wanted, like 0 or 1.")
        return None
    return int(found[1])


def read_percent(line: Line) -> int | None:
    """`70`, `70%`, 0.7 shown as 70%."""
    text = half_width(line.text("percent"))
    if not text:
        return None
    found = re.fullmatch(r"(\d{1,9})(?:\.0+)?%?", text, re.ASCII)
    if found is None:
        line.error("percent", "进度应是0至100的整数。", "Progress must be a whole number from 0 to 100.")
        return None
    if int(found[1]) > 100:
        line.error("percent", "进度不能超过100。", "Progress cannot be more than 100.")
        return None
    return int(found[1])


def names(text: str) -> tuple[str, ...]:
    """Names parted by 、 ， ; / or line breaks, each once."""
    parts = (name(part) for part in re.split(r"[、，,;；/／\n]", text))
    return tuple(dict.fromkeys(part for part in parts if part))


def files(text: str) -> tuple[str, ...]:
    """Names of evidence parted by 、 ； or line breaks outside of brackets."""
    if not BRACKETS.intersection(text):
        return tuple(dict.fromkeys(part for part in map(name, re.split("[\n、；;]", text)) if part))
    parts, depth, current = [], 0, ""
    for character in text:
        depth = max(0, depth + (character in "（(《") - (character in "）)》"))
        if character == "\n" or (depth == 0 and character in "、；;"):
            parts.append(current)
            current, depth = "", 0
        else:
            current += character
    return tuple(dict.fromkeys(part for part in map(name, [*parts, current]) if part))


def measures(text: str) -> tuple[str, ...]:
    """Numbered measures, without their numbers; a text without numbers is one measure."""
    for style in STYLES:
        starts = marks(text, style)
        if starts and not text[: starts[0][0]].strip():
            ends = [start for start, _ in starts[1:]] + [len(text)]
            found = (trimmed(text[begin:end]) for (_, begin), end in zip(starts, ends, strict=True))
            return tuple(measure for measure in found if measure)
    whole = trimmed(text)
    return (whole,) if whole else ()


def marks(text: str, style: Style) -> list[tuple[int, int]]:
    """Where the numbers 1, 2, 3 … stand, in this order; each as (start, end)."""
    found: list[tuple[int, int]] = []
    for number in range(1, MOST_MEASURES):
        pattern = numbered(style, number)
        match = pattern.search(text, found[-1][1] if found else 0) if pattern else None
        if match is None:
            break
        found.append(match.span())
    return found


@cache
def numbered(style: Style, number: int) -> re.Pattern[str] | None:
    pattern = style(number)
    return re.compile(pattern) if pattern else None


def trimmed(measure: str) -> str:
    return measure.strip(" \n\t;；。")
