"""Devices somebody signed in from: their tries count for themselves, whoever else guesses at the account.

What a device keeps opens nothing, and says nothing of whose it is.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

KEPT_FOR = timedelta(days=180)


def known_from(key: bytes, account: str, now: datetime) -> str:
    """What a device is given after a good sign-in to this account."""
    said = f"{secrets.token_hex(16)}.{int((now + KEPT_FOR).timestamp())}"
    return f"{said}.{_sealed(key, account, said)}"


def device_of(key: bytes, account: str, kept: str, now: datetime) -> str:
    """A name for the device that keeps this; empty if it was given to no one, or not for this account."""
    said, _, seal = kept.rpartition(".")
    name, _, until = said.partition(".")
    if not hmac.compare_digest(seal.encode(), _sealed(key, account, said).encode()):
        return ""
    return name if now.timestamp() < int(until) else ""


def _sealed(key: bytes, account: str, said: str) -> str:
    return hmac.new(key, f"device:{account}:{said}".encode(), hashlib.sha256).hexdigest()
