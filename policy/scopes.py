"""What a token of the API may do: a few words, each a part of what its account may do and never more."""

from collections.abc import Collection
from datetime import timedelta
from enum import StrEnum

from policy.refusals import BadInput


class Scope(StrEnum):
    READ = "read"
    """See what the account sees."""
    ACT = "act"
    """Do on findings whatever the account may do, evidence included."""
    OPEN = "open"
    """Open findings: for a hotline or an audit system that reports and needs to see nothing."""


SCOPE_WORDS: dict[Scope, tuple[str, str]] = {
    Scope.READ: ("查看：本人可见的台账、函件和概况", "read: what the account sees"),
    Scope.ACT: ("办理：本人有权的各项办理，含上传佐证", "act: do what the account may do, evidence included"),
    Scope.OPEN: ("登记：登记新问题（不能查看）", "open: open findings, without seeing any"),
}
LONGEST = timedelta(days=366)
"""For which a token may be valid."""
MOST = 20
"""Tokens of one account at one time."""


def checked(words: Collection[str]) -> frozenset[Scope]:
    """Raises BadInput for no word, and for one that is unknown."""
    unknown = sorted(set(words) - {scope.value for scope in Scope})
    if unknown or not words:
        known = "、".join(Scope)
        raise BadInput(
            f"请选择令牌的用途，可以是：{known}。", f"Say what the token is for: {', '.join(Scope)}."
        )
    return frozenset(Scope(word) for word in words)
