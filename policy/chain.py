"""The hash chain of a finding's events: each event carries the hash of the one before."""

import hashlib
import json
from collections.abc import Mapping

GENESIS = "0" * 64

Plain = str | int | bool | None


def link(previous: str, content: Mapping[str, Plain]) -> str:
    """SHA-256 over the previous hash and the canonical JSON of `content`, as lower-case hex."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def seal(heads: Mapping[str, str]) -> str:
    """One hash over the heads of all chains: number → hash of the last event."""
    return link(GENESIS, dict(heads))
