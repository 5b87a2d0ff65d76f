"""The headers by which mail programs keep a finding's mails together, and ours apart from other mail."""

from collections.abc import Sequence
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import Message
from email.policy import Policy
from hashlib import sha256

MOST_ROOTS = 10
"""Findings a mail is threaded with, so that its headers stay short however many letters it carries."""


class UnbrokenHeader(UnstructuredHeader, BaseHeader):
    """Folded between words only: the library would write a long id in encoded words, which are no id."""

    def fold(self, *, policy: "Policy[Message]") -> str:
        line = f"{self.name}: {self}"
        if len(line) > (policy.max_line_length or len(line)):
            line = f"{policy.linesep} ".join(line.split())
        return line + policy.linesep


HEADERS = HeaderRegistry()
for unbroken in ("references", "in-reply-to", "list-id"):
    HEADERS.map_to_type(unbroken, UnbrokenHeader)


def root(number: str, domain: str) -> str:
    """The Message-ID all mails of a finding answer to; no mail has it, so any of them may come first."""
    return f"<{known_as(number)}@{domain}>"


def known_as(number: str) -> str:
    """A finding's name in ids, which hold no Chinese: the same everywhere and for ever."""
    return f"finding-{sha256(number.encode()).hexdigest()[:32]}"


def roots(numbers: Sequence[str], domain: str) -> list[str]:
    """The roots of these findings, gravest first; given back gravest last, where mail programs look first."""
    return [root(number, domain) for number in reversed(list(dict.fromkeys(numbers))[:MOST_ROOTS])]


def list_id(domain: str) -> str:
    """One list for the whole installation (RFC 2919), so that one filter finds all its mails."""
    return f"Rectify letters <letters.rectify.{in_ascii(domain)}>"


def in_ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return "localhost"
