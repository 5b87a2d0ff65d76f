"""The rules and the calendar in force, as one value."""

from functools import lru_cache

from models.calendars import announced
from models.letters import Trade
from policy.rules import SHIPPED


@lru_cache
def trade() -> Trade:
    """The shipped rules and the announced calendar."""
    return Trade(SHIPPED, announced())
