"""Into what a finding may be merged: something that is still there and does not itself lead back."""

from policy.refusals import BadInput, NotAllowed
from policy.stages import Stage


def not_itself(number: str, target: str) -> None:
    if target == number:
        raise BadInput("不能并入自身。", "A finding cannot be merged into itself.")


def takes_in(number: str, target: str, stage: Stage, leads_to: str) -> None:
    """Raises NotAllowed where `number` would be lost in `target`.

    `leads_to` is where the target's own mergers end; empty where they go round in a circle.
    """
    if stage is Stage.WITHDRAWN:
        raise NotAllowed(
            f"{target} 已作废，不能并入。请并入仍在办理的问题。",
            f"{target} was withdrawn: merge into a finding that still stands.",
        )
    if stage is not Stage.MERGED:
        return
    if not leads_to:
        raise NotAllowed(
            f"{target} 已并案，不能再并入。请并入仍在办理的问题。",
            f"{target} was merged itself: merge into a finding that still stands.",
        )
    if leads_to == number:
        raise NotAllowed(
            f"{target} 已并入 {number}，不能再反过来并入；请继续办理 {number}。",
            f"{target} was merged into {number} already: go on with {number}.",
        )
    raise NotAllowed(
        f"{target} 已并入 {leads_to}，请改填 {leads_to}。",
        f"{target} was merged into {leads_to}: name {leads_to} instead.",
    )
