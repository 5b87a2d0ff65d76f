"""Where in a TOML text each value stands: the standard library reads the values and forgets the lines."""

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]
TOKEN = re.compile(
    r"(?P<newline>\r?\n)|(?P<blank>[ \t]+)|(?P<comment>#[^\n]*)"
    r'|(?P<text>"""(?:[^\\]|\\.)*?"{3,5}(?!")|\'\'\'.*?\'{3,5}(?!\')|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\')'
    r"|(?P<mark>[\[\]{}=,.])|(?P<bare>[^\s\[\]{}=,.#\"']+)",
    re.DOTALL,
)
ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
NAMED = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r"}
Token = tuple[str, str, int]
"""Its sort, its text, its line."""


def lines(text: str) -> Mapping[Path, int]:
    """The line of each table, key and element of a text that is valid TOML; lines count from one."""
    scan = _Scan(text)
    scan.document()
    return scan.found


class _Scan:
    def __init__(self, text: str) -> None:
        self.tokens = [*_tokens(text), ("end", "", 0)]
        self.at = 0
        self.found: dict[Path, int] = {(): 1}
        self.counts: dict[Path, int] = {}

    def document(self) -> None:
        here: Path = ()
        while self._sort() != "end":
            if self._sort() == "newline":
                self.at += 1
            elif self._is("["):
                here = self._header()
            else:
                self._pair(here)

    def _header(self) -> Path:
        """`[a.b]`, or `[[a.b]]`, which begins another element."""
        line, is_list = self._line(), self.tokens[self.at + 1][1] == "["
        self.at += 1 + is_list
        keys = self._keys()
        self.at += 1 + is_list
        above = self._resolved(keys[:-1])
        path = (*above, keys[-1])
        if is_list:
            self.counts[path] = self.counts.get(path, -1) + 1
            self._note(path, line)
            path = (*path, self.counts[path])
        elif path in self.counts:
            path = (*path, self.counts[path])
        self.found[path] = line
        self._note(path, line)
        return path

    def _resolved(self, keys: list[str]) -> Path:
        """A name inside a list of tables means the last of them."""
        path: Path = ()
        for key in keys:
            path = (*path, key)
            path = (*path, self.counts[path]) if path in self.counts else path
        return path

    def _pair(self, here: Path) -> None:
        line = self._line()
        path = (*here, *self._keys())
        self._note(path, line)
        self.at += 1  # the equals sign
        self._value(path)

    def _keys(self) -> list[str]:
        keys = [self._key()]
        while self._is("."):
            self.at += 1
            keys.append(self._key())
        return keys

    def _key(self) -> str:
        sort, text, _ = self.tokens[self.at]
        self.at += 1
        if sort != "text":
            return text
        return ESCAPE.sub(_escaped, text[1:-1]) if text.startswith('"') else text[1:-1]

    def _value(self, path: Path) -> None:
        if self._is("["):
            self._list(path)
        elif self._is("{"):
            self._inline(path)
        else:
            while self._sort() not in {"newline", "end"} and self.tokens[self.at][:2] not in ENDS:
                self.at += 1

    def _list(self, path: Path) -> None:
        self.at += 1
        place = 0
        while not self._is("]"):
            if self._sort() == "newline" or self._is(","):
                self.at += 1
                continue
            self._note((*path, place), self._line())
            self._value((*path, place))
            place += 1
        self.at += 1

    def _inline(self, path: Path) -> None:
        self.at += 1
        while not self._is("}"):
            if self._sort() == "newline" or self._is(","):
                self.at += 1
            else:
                self._pair(path)
        self.at += 1

    def _note(self, path: Path, line: int) -> None:
        """The first line on which it, or anything above it, is named."""
        for length in range(1, len(path) + 1):
            self.found.setdefault(path[:length], line)

    def _is(self, mark: str) -> bool:
        return self.tokens[self.at][:2] == ("mark", mark)

    def _sort(self) -> str:
        return self.tokens[self.at][0]

    def _line(self) -> int:
        return self.tokens[self.at][2]


ENDS = {("mark", ","), ("mark", "]"), ("mark", "}")}


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    line = 1
    for match in TOKEN.finditer(text):
        sort = match.lastgroup or ""
        if sort not in {"blank", "comment"}:
            found.append((sort, match.group(), line))
        line += match.group().count("\n")
    return found


def _escaped(found: re.Match[str]) -> str:
    code = found[1] or found[2]
    return chr(int(code, 16)) if code else NAMED.get(found[3], found[3])
