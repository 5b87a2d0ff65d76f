"""The line of a value, however oddly the text is laid out."""

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rules.shipped import shipped_text
from policy.rulebook.toml_lines import Path, lines

ODD = '''\
# a comment with [brackets] and a "quote
top = 1   # and = after it

[a.'b c']          # literal key
"quoted \\u4e2d" = { x = 1, 'y' = [1,
  # comment ] in a list
  2 ], z.deep = "}" }
text = """
[not.a.table]
x = 2 \\"""
"""
other = \'\'\'
# no comment '' here
\'\'\'
time = 08:30:00

[[list]]
n = 1.5
[list.inner]
m = [ [ 1 ],
      [ "a", "b#",
        "c" ] ]
[[list]]
dotted.key . here = true
last = "x" # end'''

WANTED: dict[Path, int] = {
    ("top",): 2,
    ("a",): 4,
    ("a", "b c"): 4,
    ("a", "b c", "quoted 中"): 5,
    ("a", "b c", "quoted 中", "x"): 5,
    ("a", "b c", "quoted 中", "y"): 5,
    ("a", "b c", "quoted 中", "y", 0): 5,
    ("a", "b c", "quoted 中", "y", 1): 7,
    ("a", "b c", "quoted 中", "z", "deep"): 7,
    ("a", "b c", "text"): 8,
    ("a", "b c", "other"): 12,
    ("a", "b c", "time"): 15,
    ("list",): 17,
    ("list", 0): 17,
    ("list", 0, "n"): 18,
    ("list", 0, "inner"): 19,
    ("list", 0, "inner", "m", 0, 0): 20,
    ("list", 0, "inner", "m", 1): 21,
    ("list", 0, "inner", "m", 1, 2): 22,
    ("list", 1): 23,
    ("list", 1, "dotted", "key", "here"): 24,
    ("list", 1, "last"): 25,
}


def paths(value: Any, above: Path = ()) -> set[Path]:
    """The way to everything in a document."""
    below: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        below = list(value.items())
    elif isinstance(value, list):
        below = list(enumerate(value))
    return {above}.union(*(paths(one, (*above, key)) for key, one in below))


@pytest.mark.parametrize("path", WANTED)
def test_each_value_is_found_on_its_line(path: Path) -> None:
    assert lines(ODD)[path] == WANTED[path]


def test_windows_line_ends_change_no_line() -> None:
    assert lines(ODD.replace("\n", "\r\n")) == lines(ODD)


@pytest.mark.parametrize("text", [ODD, shipped_text(), ODD.replace("\n", "\r\n")])
def test_everything_that_the_library_reads_has_a_line(text: str) -> None:
    assert paths(tomllib.loads(text)) == set(lines(text))


SPACE = st.sampled_from(["", " ", "  # note ] } , = \" '''\n", "\n"])
KEY = st.sampled_from(["a", "b-c", '"d.e"', "'f g'", "a.h"])


@st.composite
def laid_out(draw: st.DrawFn) -> tuple[str, dict[str, int]]:
    """Keys with lists spread over several lines, and where each key really stands."""
    text, where = "", {}
    for n in range(draw(st.integers(1, 6))):
        text += draw(st.sampled_from(["", "\n", "# x = 1\n", "\n\n"]))
        where[f"k{n}"] = text.count("\n") + 1
        value = draw(
            st.sampled_from(['"# ="', "[]", '"""a\n= b"""', "'''\n[x]\n'''", "{ y = [1], z = '}' }"])
        )
        text += f"k{n} = [{draw(SPACE)}{value}{draw(SPACE)},{draw(SPACE)}]\n"
    return text, where


@given(laid_out())
def test_no_layout_moves_a_key(made: tuple[str, dict[str, int]]) -> None:
    text, where = made
    found = lines(text)
    assert {name: found[name,] for name in where} == where
    assert paths(tomllib.loads(text)) == set(found)
