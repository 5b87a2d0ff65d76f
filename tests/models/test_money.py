"""Findings about money, from their opening or a ledger to their submission."""

from decimal import Decimal

import pytest

from models.database import Database
from models.orders import Attached
from policy.refusals import BadInput, NotAllowed
from policy.stages import Act, Stage
from tests.models.sample import row, take, with_rows
from tests.models.township import FILE, act, assigned, events, finding

BARE = Attached("情况说明.txt", "b" * 64, 12)
COLLECTED = "receivables_collected=12.5万元"


async def test_it_is_submitted_with_vouchers_and_its_whole_amount(town: Database) -> None:
    number = await assigned(town, amount_involved="12.5万元", deadline_type="immediate")
    await act(town, number, Act.ACCEPT, "owner")
    await act(town, number, Act.ATTACH_EVIDENCE, "owner", files=(BARE,))
    with pytest.raises(NotAllowed, match="票据"):
        await act(town, number, Act.SUBMIT, "owner", outcomes=COLLECTED)
    await act(town, number, Act.ATTACH_EVIDENCE, "owner", files=(FILE,))
    with pytest.raises(BadInput, match="成效数据"):
        await act(town, number, Act.SUBMIT, "owner")
    await act(town, number, Act.SUBMIT, "owner", outcomes=COLLECTED)
    assert (await act(town, number, Act.PASS_VERIFICATION, "verifier")).stage is Stage.PENDING_CLOSURE


async def test_the_verifier_may_mark_it_with_a_return_and_the_history_says_so(town: Database) -> None:
    number = await assigned(town, deadline_type="immediate")
    await act(town, number, Act.ACCEPT, "owner")
    await act(town, number, Act.ATTACH_EVIDENCE, "owner", files=(FILE,))
    await act(town, number, Act.SUBMIT, "owner")
    why = "多发的补贴没有退回，请补充凭证"
    await act(town, number, Act.RETURN_FOR_REWORK, "verifier", reason=why, amount_involved="3.20")
    marked = await finding(town, number)
    assert (marked.involves_money, marked.amount_involved) == (True, Decimal("3.20"))
    assert '"money": {"新": "3.2万元", "旧": "否"}' in (await events(town, number))[-1].said


async def test_a_ledger_says_what_is_about_money_and_never_takes_it_back_by_silence(town: Database) -> None:
    number = "ZC2026-001"
    stated = row(number, involves_money=True, amount_involved=Decimal(5))
    assert (await take(town, with_rows(stated), create_units=True)).imported == 1
    assert (await finding(town, number)).amount_involved == Decimal(5)
    for silent in (row(number), row(number, involves_money=True)):
        assert not (await take(town, with_rows(silent), update=True)).updated
    other = row(number, involves_money=True, amount_involved=Decimal(7))
    [difference] = (await take(town, with_rows(other))).differences
    assert (difference.old, difference.new) == ("5万元", "7万元")
    assert (await finding(town, number)).amount_involved == Decimal(5)
