"""The hash chain of a finding's events: each event carries the hash of the one before."""

import hashlib
import json
from collections.abc import Mapping

GENESIS = "0" * 64
CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))

Plain = str | int | bool | None


def link(previous: str, content: Mapping[str, Plain]) -> str:
    """SHA-256 over the previous hash and the canonical JSON of `content`, as lower-case hex."""
    return hashlib.sha256(f"{previous}\n{canonical(content)}".encode()).hexdigest()


def canonical(content: Mapping[str, Plain]) -> str:
    """The one way to write `content` as JSON."""
    return CANONICAL.encode(content)


def seal(heads: Mapping[str, str]) -> str:
    """One hash over the heads of all chains: number → hash of the last event."""
    return link(GENESIS, dict(heads))
