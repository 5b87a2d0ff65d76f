"""The XML of a worksheet and of shared texts, straight from expat: openpyxl makes a tree of each cell."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

from openpyxl.formula.translate import Translator
from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.xml.constants import SHEET_MAIN_NS

from tasks.ledgers import guard
from tasks.ledgers.sheets import MAX_MERGES

CHUNK = 64 * 1024
DIGITS = "0123456789"


def named(tag: str) -> str:
    return f"{SHEET_MAIN_NS} {tag}"


ROW, CELL, VALUE, FORMULA, TEXT = (named(tag) for tag in ("row", "c", "v", "f", "t"))
PHONETIC, MERGE, STRING = (named(tag) for tag in ("rPh", "mergeCell", "si"))
SAYING = frozenset({VALUE, FORMULA, TEXT})


@dataclass(slots=True)
class Raw:
    """A cell as it is written: `kind` is its `t`, or `f` for a formula; without text it says nothing."""

    column: int
    kind: str
    style: int
    text: str | None


class _Reading:
    """What both parts have in common: text is gathered while an element that says something is open."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.said
        self.parser.StartDoctypeDeclHandler = refuse
        self.parser.EntityDeclHandler = refuse
        self.open = False
        self.silent = False
        """Within the reading aid of an Asian text, which is no part of it."""
        self.parts: list[str] = []

    def chunks(self, source: IO[bytes]) -> Iterator[None]:
        """Stops after each piece of the file, so that what was read can be taken away."""
        while chunk := source.read(CHUNK):
            self.parser.Parse(chunk, False)
            yield
        self.parser.Parse(b"", True)
        yield

    def start(self, tag: str, attributes: dict[str, str], /) -> None:
        raise NotImplementedError

    def end(self, tag: str) -> None:
        raise NotImplementedError

    def said(self, text: str) -> None:
        if self.open:
            self.parts.append(text)

    def gathered(self) -> str:
        text = "".join(self.parts)
        self.parts.clear()
        self.open = False
        return text


@dataclass
class _Cell:
    attributes: dict[str, str]
    formula: dict[str, str] | None = None
    value: str = ""
    texts: str = ""
    formula_text: str = ""


class Worksheet(_Reading):
    """`rows` in the order of the file; `merges` (left, top, right, bottom) are known when all are read."""

    def __init__(self) -> None:
        super().__init__()
        self.merges: list[tuple[int, int, int, int]] = []
        self.row = self.column = 0
        self.cells: list[Raw] = []
        self.done: list[tuple[int, list[Raw]]] = []
        self.cell: _Cell | None = None
        self.columns: dict[str, int] = {}
        self.shared: dict[str, Translator] = {}

    def rows(self, source: IO[bytes]) -> Iterator[tuple[int, list[Raw]]]:
        for _ in self.chunks(source):
            yield from self.done
            self.done.clear()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == CELL:
            self.cell = _Cell(attributes)
        elif tag in SAYING:
            self.open = self.cell is not None and not self.silent
            if tag == FORMULA and self.cell is not None:
                self.cell.formula = attributes
        elif tag == ROW:
            self.row = _whole(attributes["r"]) if "r" in attributes else self.row + 1
            self.column = 0
        elif tag == PHONETIC:
            self.silent = True
        elif tag == MERGE:
            self._merge(attributes["ref"])

    def end(self, tag: str) -> None:
        if tag in SAYING and self.cell is not None:
            text = self.gathered()
            if tag == TEXT:
                self.cell.texts += text
            elif tag == VALUE:
                self.cell.value = text
            else:
                self.cell.formula_text = text
        elif tag == CELL and self.cell is not None:
            self.cells.append(self._raw(self.cell))
            self.cell = None
        elif tag == ROW:
            self.done.append((self.row, self.cells))
            self.cells = []
        elif tag == PHONETIC:
            self.silent = False

    def _raw(self, cell: _Cell) -> Raw:
        kind = cell.attributes.get("t", "n")
        style = int(cell.attributes.get("s", 0))
        reference = cell.attributes.get("r", "")
        self.column = self._column(reference) if reference else self.column + 1
        if cell.formula is not None:
            return Raw(self.column, "f", style, self._formula(cell, cell.formula, reference))
        return Raw(self.column, kind, style, (cell.texts if kind == "inlineStr" else cell.value) or None)

    def _column(self, reference: str) -> int:
        letters = reference.rstrip(DIGITS)
        if letters not in self.columns or letters == reference:
            self.columns[letters] = column_index_from_string(letters)
            int(reference[len(letters) :])
        return self.columns[letters]

    def _formula(self, cell: _Cell, formula: dict[str, str], reference: str) -> str:
        """The formula itself; one that is shared with a cell before is moved to this one."""
        written, shared = f"={cell.formula_text}", formula.get("si", "")
        if formula.get("t") == "shared":
            if shared in self.shared:
                return str(self.shared[shared].translate_formula(reference))
            if cell.formula_text:
                self.shared[shared] = Translator(written, reference)
        return written

    def _merge(self, reference: str) -> None:
        if len(self.merges) >= MAX_MERGES:
            raise guard.too_large()
        left, top, right, bottom = range_boundaries(reference)
        if None in (left, top, right, bottom):
            raise ValueError(reference)
        self.merges.append((int(left or 0), int(top or 0), int(right or 0), int(bottom or 0)))


class Strings(_Reading):
    """The texts that cells share, by their place in the part."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.text = ""

    def read(self, source: IO[bytes]) -> list[str]:
        for _ in self.chunks(source):
            pass
        return self.found

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        if tag == TEXT:
            self.open = not self.silent
        elif tag == PHONETIC:
            self.silent = True

    def end(self, tag: str) -> None:
        if tag == TEXT:
            self.text += self.gathered()
        elif tag == PHONETIC:
            self.silent = False
        elif tag == STRING:
            self.found.append(self.text.replace("x005F_", ""))
            self.text = ""


def refuse(*_declared: object) -> None:
    raise guard.doctype()


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        number = float(text)
    if not number.is_integer():
        raise ValueError(text)
    return int(number)
