"""What the command line prints: tables and colours on a terminal, plain text in a pipe, JSON where asked."""

import json
import sys
from collections.abc import Iterable, Sequence

from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from models.settings import settings
from policy.lights import Light
from policy.refusals import Language, Refusal

COLOURS = {Light.RED: "bold red", Light.YELLOW: "yellow", Light.GREEN: "green", Light.CLOSED: "dim"}

out = Console(highlight=False, soft_wrap=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def is_english() -> bool:
    return settings().language is Language.ENGLISH


def say(zh: str, en: str) -> None:
    out.print(escape(en if is_english() else zh), soft_wrap=True)


def refuse(refusal: Refusal) -> None:
    err.print(escape(refusal.said(_language())), style="red" if err.is_terminal else None)


def _language() -> Language:
    """Chinese while the settings themselves cannot be read."""
    try:
        return settings().language
    except ValidationError:
        return Language.CHINESE


def as_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def words(pair: tuple[str, str]) -> str:
    return pair[1] if is_english() else pair[0]


def table(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """`columns` are (Chinese, English). In a pipe: one line each, fields separated by tabs."""
    if not out.is_terminal:
        for row in rows:
            sys.stdout.write("\t".join(_flat(cell) for cell in row) + "\n")
        return
    drawn = Table(title=title or None, title_justify="left", header_style="bold", expand=False)
    for column in columns:
        drawn.add_column(words(column), overflow="fold")
    for row in rows:
        drawn.add_row(*row)
    out.print(drawn)


def _flat(text: str) -> str:
    return Text.from_markup(text).plain.replace("\t", " ").replace("\n", " ")


def coloured(light: str, text: str) -> str:
    colour = COLOURS.get(Light(light))
    return f"[{colour}]{escape(text)}[/]" if colour else escape(text)
