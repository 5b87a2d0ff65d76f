"""Findings about money: words do not settle them, vouchers and the whole amount do."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from policy.ledger_rows import UNIT_OF, Metric, Outcome
from policy.refusals import NotAllowed
from policy.stages import Facts, Money

SETTLING = frozenset(metric for metric, unit in UNIT_OF.items() if unit == "万元")
"""Figures that say what was paid in, returned or put right."""
BARE_TEXT = frozenset({"txt", "text", "md", "log", "rtf", "csv"})


def is_voucher(name: str) -> bool:
    """Whether a file may show that money moved: a picture, a scan, a document, no bare text."""
    return name.rpartition(".")[2].strip().lower() not in BARE_TEXT


def needs_voucher(facts: Facts) -> None:
    """Raises NotAllowed where nothing but words shows that it was settled."""
    if facts.money is not None and not facts.money.vouchers:
        raise NotAllowed(
            f"{facts.number} 涉及金额，只有文字不能作为整改依据。请先上传票据、凭证的照片或文件。",
            f"{facts.number} is about money: words alone do not settle it. Attach the vouchers first.",
        )


def unsettled(facts: Facts, given: Iterable[Outcome] = ()) -> tuple[str, str] | None:
    """What the outcome figures still lack; `given` are those that come with the act."""
    if facts.money is None:
        return None
    amount, involved = settled(facts.money, given), facts.money.involved
    if not amount:
        return (
            f"{facts.number} 涉及金额，请在“成效数据”中填报已收回或调整的金额（万元）。",
            f"{facts.number} is about money: give the outcome figure that was collected or put right.",
        )
    if involved is None or amount >= involved:
        return None
    return (
        f"{facts.number} 涉及金额{plain(involved)}万元，成效数据合计{plain(amount)}万元，"
        "须全额收回或调整到位，并在“成效数据”中填报。",
        f"{facts.number} is about {plain(involved)} (in 10,000 yuan), {plain(amount)} accounted for: "
        "it is put right once all of it is.",
    )


def settled(money: Money, given: Iterable[Outcome] = ()) -> Decimal:
    """In 万元; a figure given again replaces the one before."""
    new = {one.metric.value: one.amount for one in given if one.metric in SETTLING}
    return sum({**money.figures, **new}.values(), Decimal())


def settling(figures: Mapping[Metric, Decimal]) -> dict[str, Decimal]:
    return {metric.value: amount for metric, amount in figures.items() if metric in SETTLING}


def in_words(involves: bool, amount: Decimal | None) -> str:
    """`12.5万元`, `是` where it is not known how much, `否`."""
    if not involves:
        return "否"
    return "是" if amount is None else f"{plain(amount)}万元"


def plain(amount: Decimal) -> str:
    """`12.5`, `12`."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
