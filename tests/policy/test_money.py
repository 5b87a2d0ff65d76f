"""A finding about money: no words settle it, and no part of the amount does."""

from decimal import Decimal

import pytest

from policy.acts import decide
from policy.choices import choices
from policy.ledger_rows import Metric, Outcome
from policy.money import is_voucher, settled
from policy.refusals import BadInput, NotAllowed
from policy.stages import Act, Facts, Money, Stage
from tests.policy.cases import CALENDAR, RULES, TODAY, facts, owner, said, verifier
from tests.policy.test_choices import limits

INVOLVED = Decimal("12.5")


def about(vouchers: int = 1, stage: Stage = Stage.IN_PROGRESS, **figures: str) -> Facts:
    amounts = {name: Decimal(amount) for name, amount in figures.items()}
    return facts(stage=stage, money=Money(INVOLVED, amounts, vouchers))


def collected(amount: str) -> Outcome:
    return Outcome(Metric.RECEIVABLES_COLLECTED, Decimal(amount), "万元")


def test_words_alone_settle_nothing() -> None:
    with pytest.raises(NotAllowed, match="只有文字"):
        decide(about(0), Act.SUBMIT, owner, said(outcomes=(collected("12.5"),)), RULES, CALENDAR, TODAY)
    assert [is_voucher(name) for name in ("收据.JPG", "说明.txt", "README", "流水.csv")] == [
        *(True, False, True, False)
    ]


@pytest.mark.parametrize("outcomes", [(), (collected("12"),), (Outcome(Metric.CONTRACTS, INVOLVED, "份"),)])
def test_it_is_put_right_once_the_whole_amount_is(outcomes: tuple[Outcome, ...]) -> None:
    with pytest.raises(BadInput, match="成效数据"):
        decide(about(), Act.SUBMIT, owner, said(outcomes=outcomes), RULES, CALENDAR, TODAY)
    whole = said(outcomes=(*outcomes, collected("12.50")))
    assert (
        decide(about(), Act.SUBMIT, owner, whole, RULES, CALENDAR, TODAY).stage is Stage.PENDING_VERIFICATION
    )


def test_a_figure_given_again_replaces_the_one_before_and_others_add_to_it() -> None:
    money = Money(INVOLVED, {"receivables_collected": Decimal(5), "debt_resolved": Decimal(2)}, 1)
    assert settled(money, (collected("10.5"),)) == INVOLVED


def test_who_verifies_is_told_what_is_missing_and_cannot_pass_it() -> None:
    before = about(stage=Stage.PENDING_VERIFICATION, receivables_collected="8")
    with pytest.raises(NotAllowed, match=r"12\.5万元，成效数据合计8万元"):
        decide(before, Act.PASS_VERIFICATION, verifier, said(), RULES, CALENDAR, TODAY)
    of = choices(before, limits(before, verifier))
    assert [(one.act, bool(one.hitch)) for one in of.now] == [
        (Act.PASS_VERIFICATION, True),
        (Act.RETURN_FOR_REWORK, False),
    ]
