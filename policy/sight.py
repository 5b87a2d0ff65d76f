"""Who sees which findings: township-wide roles all they reach, village posts their own village's."""

from policy.roles import Role

WIDE = frozenset(Role) - {Role.OWNER, Role.LIAISON, Role.UNIT_HEAD, Role.PARTY_HEAD, Role.RESPONSIBLE_LEADER}
"""Roles whose holders see whatever their role reaches; with the others one sees one's own unit's."""

TRUSTED = frozenset(
    {
        Role.INSPECTOR,
        Role.INSPECTION_OFFICE,
        Role.SUPERVISOR,
        Role.DISCIPLINE,
        Role.FIRST_RESPONSIBLE,
        Role.APPROVER,
    }
)
"""Who opens a confidential finding; besides them only those whose own posts it names."""

WATCHERS = frozenset(
    {
        Role.SUPERVISOR,
        Role.INSPECTION_OFFICE,
        Role.DISCIPLINE,
        Role.ORGANISATION_DEPT,
        Role.FIRST_RESPONSIBLE,
        Role.LEAD_LEADER,
        Role.ADMINISTRATOR,
        Role.AUDITOR,
    }
)
"""Who watches over the whole: the overview, letters and queues, within their sight."""
