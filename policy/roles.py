"""Who may do what: roles of posts, holders of a finding's own posts, and three different people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from policy.stages import WORKING, Act, Facts, Stage


class Role(StrEnum):
    INSPECTOR = "inspector"
    INSPECTION_OFFICE = "inspection_office"
    OWNER = "owner"
    VERIFIER = "verifier"
    APPROVER = "approver"
    RESPONSIBLE_LEADER = "responsible_leader"
    LEAD_LEADER = "lead_leader"
    FIRST_RESPONSIBLE = "first_responsible"
    PARTY_HEAD = "party_head"
    UNIT_HEAD = "unit_head"
    LIAISON = "liaison"
    SUPERVISOR = "supervisor"
    DISCIPLINE = "discipline"
    ORGANISATION_DEPT = "organisation_dept"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


@dataclass(frozen=True)
class Actor:
    """A person at work on one day: their account, the posts they hold or stand in for, and what these may do.

    `roles` are those whose reach covers the finding at hand.
    """

    account: str
    person: int
    posts: frozenset[int]
    roles: frozenset[Role]
    lent: frozenset[int] = frozenset()
    """Of the posts those that are not their own: they stand in."""
    lent_roles: Mapping[Role, int] = field(default_factory=dict)
    """Of the roles those that no post of their own has, each with the post that does."""


INSPECTORS = frozenset({Role.INSPECTOR, Role.INSPECTION_OFFICE})
VERIFIERS = frozenset({Role.VERIFIER, *INSPECTORS})
OWNERS = frozenset({Role.OWNER, Role.UNIT_HEAD, Role.PARTY_HEAD})
FITTING: dict[str, frozenset[Role]] = {
    "post": OWNERS,
    "verifier": VERIFIERS,
    "responsible_leader": frozenset({Role.RESPONSIBLE_LEADER}),
    "lead_leader": frozenset({Role.LEAD_LEADER, Role.FIRST_RESPONSIBLE}),
    "supervisor": frozenset({Role.SUPERVISOR}),
}
"""The posts a finding names, and the roles of those that are offered for each."""
CLOSERS = frozenset({Role.APPROVER})
DECIDERS = frozenset(Role) - {Role.OWNER, Role.INSPECTOR, Role.VERIFIER, Role.LIAISON, Role.AUDITOR}
"""Who may be named in the rules to decide on extensions."""
SIGNERS = frozenset(
    {Role.SUPERVISOR, Role.FIRST_RESPONSIBLE, Role.APPROVER, Role.INSPECTION_OFFICE, Role.DISCIPLINE}
)
"""Who may be named in the rules to sign a draft."""
RULERS = frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR})
"""Who brings rules into force, and moves findings to them."""
LOOKERS_BACK = frozenset({*VERIFIERS, Role.SUPERVISOR, Role.DISCIPLINE})

OWNER_ACTS = frozenset(
    {
        Act.ACCEPT,
        Act.DISPUTE,
        Act.FILE_PLAN,
        Act.REPORT_PROGRESS,
        Act.COMPLETE_MEASURE,
        Act.ATTACH_EVIDENCE,
        Act.SUBMIT,
        Act.TAKE_BACK,
        Act.REQUEST_EXTENSION,
    }
)

ASSISTING_ACTS = frozenset({Act.REPORT_PROGRESS, Act.ATTACH_EVIDENCE})
"""What a unit that assists does for its own share; the unit that answers for the whole does the rest."""
ASSISTANTS = frozenset({Role.OWNER, Role.PARTY_HEAD, Role.UNIT_HEAD})
"""Whose posts report for a unit that assists."""

ROLES_FOR: dict[Act, frozenset[Role]] = {
    Act.OPEN: INSPECTORS,
    Act.ASSIGN: INSPECTORS,
    Act.UPHOLD: INSPECTORS,
    Act.REASSIGN: INSPECTORS,
    Act.APPROVE_PLAN: INSPECTORS,
    Act.RETURN_PLAN: INSPECTORS,
    Act.PASS_VERIFICATION: VERIFIERS,
    Act.RETURN_FOR_REWORK: VERIFIERS,
    Act.APPROVE_CLOSURE: CLOSERS,
    Act.DEFER_CLOSURE: CLOSERS,
    Act.WITHDRAW_EVIDENCE: frozenset({*INSPECTORS, Role.SUPERVISOR}),
    Act.REOPEN: frozenset({*INSPECTORS, Role.SUPERVISOR}),
    Act.WITHDRAW: INSPECTORS,
    Act.MERGE: INSPECTORS,
    Act.APPROVE_EXTENSION: DECIDERS,
    Act.REFUSE_EXTENSION: DECIDERS,
    Act.HAND_OVER: frozenset({*INSPECTORS, Role.ADMINISTRATOR}),
    Act.LOOK_BACK: LOOKERS_BACK,
}


class Why(StrEnum):
    """Why a person may not do an act that the stage would allow."""

    NOT_THEIR_POST = "not_their_post"
    ONLY_ASSISTS = "only_assists"
    NOT_THEIR_ROLE = "not_their_role"
    OWN_WORK = "own_work"
    VERIFIED_IT = "verified_it"


def hindrance(facts: Facts, act: Act, actor: Actor) -> Why | None:
    """What keeps `actor` from `act`, if anything: the post, the role, or the separation of duties."""
    if act in OWNER_ACTS:
        return _not_their_work(facts, act, actor)
    if not _has_role(facts, act, actor):
        return Why.NOT_THEIR_ROLE
    if act in SEPARATE and _did_the_work(facts, actor):
        return Why.OWN_WORK
    if act is Act.APPROVE_CLOSURE and actor.person == facts.verified_by:
        return Why.VERIFIED_IT
    return None


def _not_their_work(facts: Facts, act: Act, actor: Actor) -> Why | None:
    if facts.owner_post in actor.posts or assists(facts, act, actor):
        return None
    return Why.ONLY_ASSISTS if only_assists(facts, actor) else Why.NOT_THEIR_POST


def assists(facts: Facts, act: Act, actor: Actor) -> bool:
    """Whether the act is done for the share of a unit that assists, not for the whole."""
    return act in ASSISTING_ACTS and only_assists(facts, actor)


def only_assists(facts: Facts, actor: Actor) -> bool:
    """Whether the actor's unit has a share in the work, and the whole is another's."""
    return facts.owner_post not in actor.posts and bool(facts.assisting_posts & actor.posts)


def assisting_post(facts: Facts, actor: Actor) -> int:
    """The post for whose unit the actor assists: their own rather than one they stand in for."""
    return min(facts.assisting_posts & actor.posts, key=lambda post: (post in actor.lent, post))


SEPARATE = frozenset(
    {
        Act.PASS_VERIFICATION,
        Act.RETURN_FOR_REWORK,
        Act.APPROVE_CLOSURE,
        Act.DEFER_CLOSURE,
        Act.APPROVE_EXTENSION,
        Act.REFUSE_EXTENSION,
        Act.APPROVE_PLAN,
        Act.LOOK_BACK,
        Act.WITHDRAW,
        Act.MERGE,
    }
)


def _has_role(facts: Facts, act: Act, actor: Actor) -> bool:
    return _own_post_for(facts, act) in actor.posts or bool(_roles_for(facts, act) & actor.roles)


def _own_post_for(facts: Facts, act: Act) -> int | None:
    """The finding's own post that may do an act, whatever its roles."""
    if act in OWNER_ACTS or act is Act.HAND_OVER:
        return facts.owner_post
    if act is Act.WITHDRAW_EVIDENCE:
        return facts.owner_post if facts.stage in WORKING else None
    verifies = act is Act.PASS_VERIFICATION or (
        act is Act.RETURN_FOR_REWORK and facts.stage is not Stage.PENDING_CLOSURE
    )
    return facts.verifier_post if verifies else None


def _roles_for(facts: Facts, act: Act) -> frozenset[Role]:
    if act is Act.RETURN_FOR_REWORK and facts.stage is Stage.PENDING_CLOSURE:
        return CLOSERS
    return ROLES_FOR.get(act, frozenset())


def stands_in_for(facts: Facts, act: Act, actor: Actor) -> int | None:
    """The post in whose place the actor does an act that no post of their own lets them do."""
    post, roles = _own_post_for(facts, act), _roles_for(facts, act)
    if assists(facts, act, actor):
        post = assisting_post(facts, actor)
    if post in actor.posts:
        return post if post in actor.lent else None
    return lending_post(roles, actor)


def lending_post(roles: frozenset[Role], actor: Actor) -> int | None:
    """The post stood in for that has one of the roles, if none of the actor's own posts has."""
    if roles & actor.roles - actor.lent_roles.keys():
        return None
    return min((post for role, post in actor.lent_roles.items() if role in roles), default=None)


def _did_the_work(facts: Facts, actor: Actor) -> bool:
    theirs = {facts.submitted_by, facts.extension_by, *facts.submitters}
    return actor.person in theirs or facts.owner_post in actor.posts
