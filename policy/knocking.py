"""How often somebody may try: a bucket that fills with each try and drains with time."""

import math
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address


@dataclass(frozen=True)
class Bucket:
    """Holds `size` tries; one drains away in `seconds`."""

    size: float
    seconds: float


WRONG_FOR_ACCOUNT = Bucket(5, 180)
"""Wrong passwords for one account: five at once, then one in three minutes; never shut for good."""
WRONG_FROM_ADDRESS = Bucket(30, 20)
"""From one address, which an office shares."""
WRONG_ANYWHERE = Bucket(300, 2)
"""From everywhere: many addresses, one password each."""
WRONG_CODES = Bucket(5, 60)
"""Wrong one-time codes for one account: five in five minutes."""
UPLOADS = Bucket(120, 30)
LEDGERS = Bucket(20, 60)
"""Ledgers read for one account, each in a process of its own."""
TEST_MAILS = Bucket(5, 60)
EXPORTS = Bucket(20, 15)
API_CALLS = Bucket(600, 0.1)
ACCOUNT_MAILS = Bucket(1, 86400)
"""To one account about one thing: a mail a day."""
REFUSALS = Bucket(20, 60)
"""What somebody is refused and that is noted."""


def drained(level: float, since: datetime, now: datetime, bucket: Bucket) -> float:
    """What is left in the bucket now; a clock set back drains nothing."""
    return max(0.0, level - max(0.0, (now - since).total_seconds()) / bucket.seconds)


def is_full(level: float, bucket: Bucket) -> bool:
    return level > bucket.size - 1


def wait(level: float, bucket: Bucket) -> int:
    """Seconds until another try fits, rounded up."""
    return max(0, math.ceil((level - (bucket.size - 1)) * bucket.seconds))


def network_of(address: str) -> str:
    """Whose tries count together: of IPv6 the whole /64, which one house has to itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"
