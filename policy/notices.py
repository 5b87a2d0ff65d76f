"""The letters an act itself calls for: who is told at once that it is their turn, or what was decided."""

from dataclasses import dataclass, replace

from policy.roles import Role
from policy.stages import WORKING, Act, Moved, Stage


@dataclass(frozen=True)
class Notice:
    rung: str
    to: tuple[Role, ...]
    cc: tuple[Role, ...] = ()
    kind: str = "notice"


ASSIGNMENT = Notice("assignment", to=(Role.OWNER,), cc=(Role.LIAISON,), kind="assignment")

HANDED_OVER_FROM = Notice("handed_over_from", to=())
"""To the person who leaves a post's work, beside the letter to whoever has the post now."""
POST_VACANT = Notice("post_vacant", to=(Role.SUPERVISOR,))
"""Somebody has to be found for a post whose work goes on."""

NOTICES: dict[Act, Notice] = {
    Act.ASSIGN: ASSIGNMENT,
    Act.REASSIGN: ASSIGNMENT,
    Act.UPHOLD: ASSIGNMENT,
    Act.DISPUTE: Notice("dispute_filed", to=(Role.INSPECTOR,)),
    Act.FILE_PLAN: Notice("plan_filed", to=(Role.INSPECTOR,)),
    Act.APPROVE_PLAN: Notice("plan_approved", to=(Role.OWNER,)),
    Act.RETURN_PLAN: Notice("plan_returned", to=(Role.OWNER,)),
    Act.SUBMIT: Notice("verification_requested", to=(Role.VERIFIER,)),
    Act.PASS_VERIFICATION: Notice("closure_requested", to=(Role.APPROVER,)),
    Act.RETURN_FOR_REWORK: Notice("returned", to=(Role.OWNER,), cc=(Role.RESPONSIBLE_LEADER,)),
    Act.DEFER_CLOSURE: Notice("closure_deferred", to=(Role.OWNER,)),
    Act.APPROVE_CLOSURE: Notice("closed", to=(Role.OWNER,), cc=(Role.SUPERVISOR,)),
    Act.REOPEN: Notice("reopened", to=(Role.OWNER,), cc=(Role.RESPONSIBLE_LEADER,)),
    Act.WITHDRAW: Notice("withdrawn", to=(Role.OWNER,)),
    Act.MERGE: Notice("merged", to=(Role.OWNER,)),
    Act.REQUEST_EXTENSION: Notice("extension_requested", to=(Role.RESPONSIBLE_LEADER, Role.SUPERVISOR)),
    Act.APPROVE_EXTENSION: Notice("extension_approved", to=(Role.OWNER,)),
    Act.REFUSE_EXTENSION: Notice("extension_refused", to=(Role.OWNER,)),
    Act.HAND_OVER: Notice("handed_over", to=(Role.OWNER,), cc=(Role.SUPERVISOR,)),
    Act.RECOMPUTE: Notice("deadline_moved", to=(Role.OWNER,), cc=(Role.SUPERVISOR,)),
}
CONVERTED = Notice("converted", to=(Role.OWNER,), cc=(Role.SUPERVISOR,))
REVIEW_MOVED = Notice("review_moved", to=(Role.SUPERVISOR,), cc=(Role.OWNER,))
FIRST_APPROVED = Notice("extension_first_approved", to=(Role.SUPERVISOR,), cc=(Role.OWNER,))
THIRD_RETURN = Notice("third_return", to=(Role.SUPERVISOR,))


def notices(
    act: Act, moved: Moved, returns_until_alert: int = 3, deciders: frozenset[Role] = frozenset()
) -> list[Notice]:
    """The letters of one act; the third return also alerts the supervisor.

    `deciders` are those who by the rules decide next on an extension.
    """
    if act is Act.APPROVE_EXTENSION and moved.is_partial:
        return [_to_deciders(FIRST_APPROVED, deciders)]
    if act is Act.REQUEST_EXTENSION:
        return [_to_deciders(NOTICES[act], deciders)]
    if act is Act.FILE_PLAN and moved.stage in WORKING:
        return []  # nobody is to review it
    if moved.converts:
        return [CONVERTED]
    if act is Act.PASS_VERIFICATION and moved.stage is Stage.CLOSED:
        return [NOTICES[Act.APPROVE_CLOSURE]]
    called_for = [NOTICES[act]] if act in NOTICES else []
    if act is Act.RETURN_FOR_REWORK and moved.round == returns_until_alert + 1:
        called_for.append(THIRD_RETURN)
    return called_for


def asked_to_decide(deciders: frozenset[Role]) -> frozenset[Role]:
    """Of those who may decide on an extension whoever is told that one waits."""
    return frozenset(_to_deciders(NOTICES[Act.REQUEST_EXTENSION], deciders).to) & deciders


def _to_deciders(notice: Notice, deciders: frozenset[Role]) -> Notice:
    """To whom it goes anyway, unless the rules let only others decide."""
    if not deciders or deciders & set(notice.to):
        return notice
    return replace(notice, to=tuple(role for role in Role if role in deciders))
