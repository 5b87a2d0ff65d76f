"""The table of figures: kept as JSON, so that one row is measured anew without the others, and as a page."""

import ast
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.measured import Fact, Figure, Measured

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
KEPT = PAGE.with_suffix(".json")
BEGIN, END = "<!-- written by make bench -->\n", "<!-- end -->\n"


@dataclass(frozen=True)
class Result:
    """What one row gave, and when and on what."""

    row: str
    measured_on: str
    seconds: float
    figures: tuple[Figure, ...]


def kept(file: Path = KEPT) -> dict[str, Any]:
    """`{"machine": {...}, "rows": {name: {"measured_on", "seconds", "figures"}}}`, empty at first."""
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"machine": {}, "rows": {}}


def keep(result: Result, machine: Mapping[str, str], file: Path = KEPT) -> None:
    """Put one row's figures among those kept, in place of what it gave before."""
    known = kept(file)
    known["machine"] = dict(machine)
    known["rows"][result.row] = {
        "measured_on": result.measured_on,
        "seconds": round(result.seconds, 1),
        "figures": [plain(one) for one in result.figures],
    }
    file.write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def plain(figure: Figure) -> dict[str, Any]:
    return {"kind": type(figure).__name__.lower(), **asdict(figure)}


def figure(written: Mapping[str, Any]) -> Figure:
    kind = Measured if written["kind"] == "measured" else Fact
    return kind(**{name: value for name, value in written.items() if name != "kind"})


def figures(known: Mapping[str, Any], order: Iterable[str]) -> list[tuple[str, Figure]]:
    """Row name and figure, in the order of the rows."""
    rows = known["rows"]
    return [(row, figure(one)) for row in order if row in rows for one in rows[row]["figures"]]


def drawn(known: Mapping[str, Any], order: Iterable[str]) -> str:
    """The tables and their notes as Markdown."""
    found = figures(known, order)
    compared = [(row, one) for row, one in found if isinstance(one, Measured)]
    alone = [(row, one) for row, one in found if isinstance(one, Fact)]
    parts = [
        _compared(compared),
        _notes(compared),
        _alone(alone),
        _machine(known["machine"]),
        _dates(known["rows"], order),
    ]
    return "\n".join(part for part in parts if part)


def _compared(found: list[tuple[str, Measured]]) -> str:
    head = (
        "| | what | ours | against | theirs | ratio | wanted | met |\n|---|---|---:|---|---:|---:|---:|---|\n"
    )
    return head + "".join(_line(seq, one) for seq, (_row, one) in enumerate(found, start=1))


def _line(seq: int, one: Measured) -> str:
    met = "yes" if one.is_met else "**no**"
    cells = (
        f"{seq}",
        one.what,
        f"{amount(one.ours)} {one.unit}".strip(),
        one.against,
        f"{amount(one.theirs)} {one.unit}".strip(),
        times(one.ratio, one.better),
        wanted(one),
        met,
    )
    return f"| {' | '.join(cells)} |\n"


def _notes(found: list[tuple[str, Measured]]) -> str:
    lines = [f"{seq}. {one.note}\n" for seq, (_row, one) in enumerate(found, start=1) if one.note]
    return "Notes, by line:\n\n" + "".join(lines) if lines else ""


def _alone(found: list[tuple[str, Fact]]) -> str:
    parts = []
    for row in dict.fromkeys(row for row, _ in found):
        lines = (
            f"| {one.what} | {amount(one.value)} {one.unit} | {one.note} |\n"
            for of, one in found
            if of == row
        )
        parts.append(f"## `{row}`: {title(row)}\n\n| what | value | note |\n|---|---:|---|\n{''.join(lines)}")
    return "\n".join(parts)


def title(row: str) -> str:
    """What a row's module says of itself, in its first sentence."""
    file = Path(__file__).with_name(f"{row}.py")
    said = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) if file.exists() else ""
    return (said or "").partition("\n")[0].rstrip(".")


def _machine(facts: Mapping[str, str]) -> str:
    return "## The machine\n\n" + "".join(f"* {name}: {value}\n" for name, value in facts.items())


def _dates(rows: Mapping[str, Any], order: Iterable[str]) -> str:
    lines = (
        f"| `{row}` | {rows[row]['measured_on']} | {rows[row]['seconds']:.0f} s |\n"
        for row in order
        if row in rows
    )
    return "## When\n\n| row | measured on | took |\n|---|---|---:|\n" + "".join(lines)


def said(one: Figure) -> str:
    """One line for the screen."""
    if isinstance(one, Fact):
        return f"{one.what}: {amount(one.value)} {one.unit}"
    met = "met" if one.is_met else "NOT MET"
    ours, theirs = f"{amount(one.ours)} {one.unit}".strip(), f"{amount(one.theirs)} {one.unit}"
    return (
        f"{one.what}: {ours}; {one.against}: {theirs}; {times(one.ratio, one.better)} ({wanted(one)}: {met})"
    )


def times(ratio: float, better: str) -> str:
    """0.1 of something that should be little is “10 × less”."""
    if better == "less" and ratio < 1:
        return f"{amount(1 / ratio)} × less" if ratio else "none left"
    return f"{amount(ratio)} ×"


def wanted(one: Measured) -> str:
    if one.better == "less" and one.wanted < 1:
        return times(one.wanted, "less")
    return f"{'at most ' if one.better == 'less' else ''}{amount(one.wanted)} ×"


def amount(value: float) -> str:
    """Three digits that count."""
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def write(known: Mapping[str, Any], order: Iterable[str], page: Path = PAGE) -> None:
    """Put the tables into the page, between its two marks; what stands around them is kept."""
    text = page.read_text(encoding="utf-8") if page.exists() else f"# Benchmarks\n\n{BEGIN}{END}"
    before, begin, rest = text.partition(BEGIN)
    page.write_text(before + begin + drawn(known, order) + END + rest.partition(END)[2], encoding="utf-8")
