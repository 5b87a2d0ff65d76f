"""Webhooks: which addresses may be called, when a call is tried again, and how it is signed."""

import base64
import binascii
import hashlib
import hmac
from datetime import timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from policy.refusals import BadInput

PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
)
"""After each failed try but the last: more than two days in all."""
TRIES = len(PAUSES) + 1
LONGEST_ADDRESS = 500
PREFIX = "whsec_"
"""How a secret of the Standard Webhooks scheme begins."""


def pause_after(tries: int) -> timedelta | None:
    """Until the next try, after so many that failed; None where it is given up."""
    return PAUSES[tries - 1] if tries < TRIES else None


def check_address(url: str) -> None:
    """https anywhere; http only on this machine or within a private network, by number. Raises BadInput."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        raise _not_an_address() from None
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if not plain or not host or len(url) > LONGEST_ADDRESS or parts.username is not None or parts.fragment:
        raise _not_an_address()
    if (parts.scheme == "https" and not _is_the_machines_own(host)) or (
        parts.scheme == "http" and _is_near(host)
    ):
        return
    raise BadInput(
        "地址须用 https；http 只能用于本机（127.0.0.1、localhost）或内网 IP 地址。",
        "Only https is called; http only on this machine or at an address of a private network.",
    )


def _is_near(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False  # a name may lead anywhere
    return address.is_loopback or (
        address.is_private and not (address.is_link_local or address.is_unspecified or address.is_reserved)
    )


def _is_the_machines_own(host: str) -> bool:
    """Where clouds keep the keys of a machine, and what is no address of anybody."""
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_link_local or address.is_unspecified or address.is_multicast


def _not_an_address() -> BadInput:
    return BadInput(
        f"请填写完整的网址，例如 https://example.cn/hook，最多{LONGEST_ADDRESS}个字符，不带用户名和 # 号。",
        f"Give a whole address like https://example.cn/hook, of {LONGEST_ADDRESS} characters at most, "
        "without a user name and without #.",
    )


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """By the Standard Webhooks scheme: `v1,` and the HMAC-SHA256 of `id.timestamp.body`, in base64."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def key_of(secret: str) -> bytes:
    """Raises ValueError for what is no secret of the scheme."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("not a secret") from error
