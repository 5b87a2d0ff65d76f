"""What has to be known of a finding before it is opened by hand."""

from collections.abc import Collection

from policy.refusals import BadInput

NEEDED: dict[str, tuple[str, str]] = {
    "source": ("问题来源", "source"),
    "category": ("类别（项）", "category"),
    "item": ("条目（条）", "item"),
    "condition": ("具体表现", "condition"),
    "severity": ("严重程度", "severity"),
    "unit": ("责任单位", "unit"),
}
"""In the order in which a form asks for them. A ledger that is taken in may lack some."""


def check_whole(given: Collection[str]) -> None:
    """Raises BadInput naming all that is still to be filled in."""
    missing = [words for name, words in NEEDED.items() if name not in given]
    if missing:
        zh, en = "、".join(zh for zh, _ in missing), ", ".join(en for _, en in missing)
        raise BadInput(f"请填写：{zh}。", f"Still to be filled in: {en}.")
