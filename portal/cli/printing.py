"""What the command line prints: tables and colours on a terminal, plain text in a pipe, JSON where asked."""

import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from pydantic import ValidationError
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from models.settings import settings
from policy.lights import Light
from policy.refusals import Language, Refusal

COLOURS = {Light.RED: "bold red", Light.YELLOW: "yellow", Light.GREEN: "green", Light.CLOSED: "dim"}
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""What would steer a terminal, or turn the order of the characters around, instead of being read."""
LONGEST_REFUSAL = 1000

Cell = str | Text
Values = dict[str, Any]

out = Console(highlight=False, soft_wrap=False, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, markup=False, emoji=False)


def is_english() -> bool:
    return settings().language is Language.ENGLISH


def say(zh: str, en: str) -> None:
    line(en if is_english() else zh)


def line(text: str = "") -> None:
    out.print(STEERING.sub(" ", text), soft_wrap=True)


def refuse(refusal: Refusal) -> None:
    """One line on standard error, whatever was typed."""
    refuse_line(refusal.zh, refusal.en)


def refuse_line(zh: str, en: str) -> None:
    """One of several."""
    said = " ".join(STEERING.sub(" ", en if _language() is Language.ENGLISH else zh).split())
    said = said if len(said) <= LONGEST_REFUSAL else said[:LONGEST_REFUSAL] + "…"
    err.print(said, style="red" if err.is_terminal else None)


def _language() -> Language:
    """While the settings themselves cannot be read, what their variable says."""
    try:
        return settings().language
    except (ValidationError, ValueError, OSError):
        asked = os.environ.get("RECTIFY_LANGUAGE", "")
        return Language.ENGLISH if asked == Language.ENGLISH else Language.CHINESE


def as_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def words(pair: tuple[str, str]) -> str:
    return pair[1] if is_english() else pair[0]


def table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Cell]], title: str = "") -> None:
    """`columns` are (Chinese, English). In a pipe: one line each, fields separated by tabs."""
    if not out.is_terminal:
        for row in rows:
            sys.stdout.write("\t".join(_flat(cell) for cell in row) + "\n")
        return
    drawn = Table(title=title or None, title_justify="left", header_style="bold", expand=False)
    for column in columns:
        drawn.add_column(words(column), overflow="fold")
    for row in rows:
        drawn.add_row(*(cell if isinstance(cell, Text) else Text(STEERING.sub(" ", cell)) for cell in row))
    out.print(drawn)


def listing(
    rows: Sequence[Values],
    columns: Sequence[tuple[str, str]],
    cells: Callable[[Values], Sequence[Cell]],
    nothing: tuple[str, str],
    *,
    json: bool,
) -> None:
    """The answer to a question for many: JSON as it is, or a table of `cells`; else `nothing` is said."""
    if json:
        as_json(rows)
        return
    table(columns, [cells(row) for row in rows])
    if not rows:
        say(*nothing)


def _flat(cell: Cell) -> str:
    return STEERING.sub(" ", str(cell)).replace("\n", " ")


def coloured(light: str, text: str) -> Text:
    return Text(text, style=COLOURS.get(Light(light), ""))


@contextmanager
def progress(
    first: tuple[str, str], second: tuple[str, str]
) -> Iterator[tuple[Callable[[], None], Callable[[int, int], None]]]:
    """A bar on a terminal: a part of unknown length, and after `begin()` one that is told how far it is."""
    with Progress(console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(words(first), total=None)

        def begin() -> None:
            bar.update(task, description=words(second))

        def told(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield begin, told
