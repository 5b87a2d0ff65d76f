"""One-time codes: who has to give one, and which count at a moment."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

from policy.roles import Role
from policy.sight import WATCHERS


class CodesFor(StrEnum):
    """Who must sign in with a one-time code besides the password."""

    NONE = "none"
    WATCHERS = "watchers"
    ALL = "all"


POWERFUL = WATCHERS | {Role.VERIFIER, Role.APPROVER, Role.INSPECTOR}
"""Who watches, verifies, closes, or hands out work and links; `watchers` among the settings."""

STEP = 30
"""Seconds for which a code is shown."""
BESIDE = 1
"""Steps before and after that count too: clocks differ, and people type slowly."""


def are_wanted(codes_for: CodesFor, roles: Collection[Role]) -> bool:
    if codes_for is CodesFor.WATCHERS:
        return not POWERFUL.isdisjoint(roles)
    return codes_for is CodesFor.ALL


def steps(now: datetime, used: int) -> list[int]:
    """The time steps whose codes count now, of those after the last one used."""
    here = int(now.timestamp()) // STEP
    return [step for step in range(here - BESIDE, here + BESIDE + 1) if step > used]
