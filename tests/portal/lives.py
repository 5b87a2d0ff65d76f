"""Findings of the demo's township, brought as far as a test needs them."""

from typing import Any

from models import ledger
from models.database import database
from models.opening import open_finding
from models.orders import ActWords, Attached, OpenWords, Order, words_of
from models.rules.trade import trade
from models.settings import Settings
from policy.stages import Act
from tasks import clock

VILLAGES = {"jiacun": "甲村党支部", "yicun": "乙村党支部", "bingcun": "丙村党支部"}
FILE = Attached("会议记录.pdf", "a" * 64, 1234)


async def opened(config: Settings, owner: str, by: str = "ganshi", **words: str) -> str:
    """The number of a new finding that awaits acceptance by this village secretary."""
    unit = VILLAGES[owner]
    said: dict[str, Any] = {
        "source": "审计",
        "title": "村集体资金使用不规范",
        "condition": "三笔支出没有经过民主议事程序，票据后补。",
        "discovered_on": "2026-11-10",
        "unit": unit,
        "post": f"{unit}书记",
        "verifier": "乡纪委副书记",
    }
    db = database(config)
    typed = {name: value for name, value in (said | words).items() if value}
    receipt = await open_finding(db, by, words_of(OpenWords, typed), clock.now(), await trade(db))
    return receipt.number


async def act(
    config: Settings, number: str, what: Act, by: str, *, evidence: bool = False, **words: Any
) -> None:
    db = database(config)
    if evidence:
        await act(config, number, Act.ATTACH_EVIDENCE, by, files=(FILE,))
    files = words.pop("files", ())
    order = Order(number, what, by, words_of(ActWords, words), files)
    await ledger.record(db, order, clock.now(), await trade(db))


SUBMITTED: tuple[tuple[Act, str, dict[str, Any]], ...] = (
    (Act.ACCEPT, "", {}),
    (Act.FILE_PLAN, "", {"measures": "1.逐户上门催缴并登记台账"}),
    (Act.APPROVE_PLAN, "ganshi", {}),
    (Act.COMPLETE_MEASURE, "", {"measure": 1}),
    (Act.SUBMIT, "", {"evidence": True}),
)


async def submitted(config: Settings, owner: str, **words: str) -> str:
    number = await opened(config, owner, **words)
    for what, by, said in SUBMITTED:
        await act(config, number, what, by or owner, **said)
    return number


async def verified(config: Settings, owner: str, by: str = "fujiwei", **words: str) -> str:
    """One that waits for its closure."""
    number = await submitted(config, owner, **words)
    await act(config, number, Act.PASS_VERIFICATION, by)
    return number
