"""The rules and calendars under which acts are judged and letters called for, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from policy.deadlines import Calendar
from policy.rules import Rules


@dataclass(frozen=True)
class Trade:
    """`rules` and `calendar` hold for what is new and for the township.

    A finding keeps the rules it was opened under; a unit may keep days of its own, as may those above it.
    """

    rules: Rules
    calendar: Calendar
    versions: Mapping[int, Rules] = field(default_factory=dict)
    local: Mapping[int, Calendar] = field(default_factory=dict)

    def knows(self, version: int) -> bool:
        return version == self.rules.version or version in self.versions

    def rules_of(self, version: int) -> Rules:
        """Raises KeyError for a version that is not known here."""
        return self.rules if version == self.rules.version else self.versions[version]

    def calendar_of(self, unit_id: int | None) -> Calendar:
        return self.calendar if unit_id is None else self.local.get(unit_id, self.calendar)
