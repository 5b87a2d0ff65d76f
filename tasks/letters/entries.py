"""Deadlines as entries for a calendar (RFC 5545): one file for a mail, an all-day entry for each deadline."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

FILE_NAME = "deadlines.ics"
LONGEST_LINE = 75
"""Octets, without the line break."""
REMINDED = "-P2DT15H30M"
"""Half past eight in the morning, three days ahead: an all-day entry begins at midnight."""


@dataclass(frozen=True)
class Entry:
    """One deadline. With the same `uid` a higher `sequence` moves the entry instead of adding one."""

    uid: str
    sequence: int
    on: date
    summary: str
    description: str
    link: str
    confidential: bool


def calendar(entries: Iterable[Entry], written: datetime) -> str:
    """The whole file, with CRLF. `written` is aware."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Rectify//Rectify//ZH", "METHOD:PUBLISH"]
    for entry in entries:
        lines += _event(entry, written)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))


def _event(entry: Entry, written: datetime) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{entry.uid}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{written.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{entry.on.isoformat().replace('-', '')}",
        f"SUMMARY:{escaped(entry.summary)}",
        f"DESCRIPTION:{escaped(entry.description)}",
        f"URL:{entry.link}",
        f"CLASS:{'CONFIDENTIAL' if entry.confidential else 'PUBLIC'}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{escaped(entry.summary)}",
        f"TRIGGER:{REMINDED}",
        "END:VALARM",
        "END:VEVENT",
    ]


def escaped(text: str) -> str:
    for mark in "\\;,":
        text = text.replace(mark, f"\\{mark}")
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """No line over 75 octets, and no character cut in two."""
    kept, size = "", 0
    for character in line:
        width = len(character.encode())
        if size + width > LONGEST_LINE:
            yield kept
            kept, size = " ", 1
        kept, size = kept + character, size + width
    yield kept
