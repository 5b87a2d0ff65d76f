"""A strict reader of calendar files (RFC 5545), made from the standard's grammar and not from our writer."""

import re
from dataclasses import dataclass, field

LINE = re.compile(r"([A-Z][A-Z0-9-]*)((?:;[A-Z-]+=[^;:,\"]+)*):(.*)")
ESCAPE = re.compile(r"\\(.?)")
TEXTS = {"SUMMARY", "DESCRIPTION"}


@dataclass
class Component:
    name: str
    lines: dict[str, str] = field(default_factory=dict)
    inner: list["Component"] = field(default_factory=list)


def read(content: bytes) -> Component:
    """The calendar. AssertionError for whatever the standard does not allow."""
    assert content.endswith(b"\r\n")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert b"\n" not in content.replace(b"\r\n", b"")
    physical = content[:-2].split(b"\r\n")
    assert max(map(len, physical)) <= 75
    for line in physical:
        line.decode("utf-8")  # no character is cut in two
    lines = content.decode("utf-8").replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    top = Component("")
    assert _component(top, lines) == []
    assert [one.name for one in top.inner] == ["VCALENDAR"]
    return top.inner[0]


def _component(into: Component, lines: list[str]) -> list[str]:
    while lines:
        found = LINE.fullmatch(lines.pop(0))
        assert found is not None
        name, parameters, value = found[1], found[2], found[3]
        assert value.isprintable()
        if name == "END":
            assert value == into.name
            return lines
        if name == "BEGIN":
            into.inner.append(Component(value))
            lines = _component(into.inner[-1], lines)
            continue
        assert name + parameters not in into.lines
        into.lines[name + parameters] = _text(value) if name in TEXTS else value
    assert into.name == ""
    return lines


def _text(value: str) -> str:
    assert set(ESCAPE.findall(value)) <= set("\\;,nN")
    assert not re.search(r"[;,]", ESCAPE.sub("", value))
    return ESCAPE.sub(lambda one: "\n" if one[1] in "nN" else one[1], value)
