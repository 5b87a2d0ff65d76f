"""The demo's data: the sample township, its people and its ledger, taken in once."""

from pathlib import Path

from sqlmodel import select

from models import questions
from models.access import passwords
from models.access.keys import Credential
from models.database import Database
from models.importing import intake
from models.importing.desk import Wanted
from models.rules.trade import trade
from models.staff import staffing
from models.staff.people import Account
from policy.refusals import BadLedger
from tasks import clock
from tasks.ledgers.reading import read_ledger
from tasks.people_file import read_people

SAMPLES = Path(__file__).parent / "demo"
AS_OF = "2026-11-20"
"""The day up to which the sample ledger is kept."""
PASSWORD = "zhenggai-xiaohao"  # noqa: S105, printed for everybody to use
Words = tuple[str, str]


async def fill(db: Database) -> int:
    """People and findings of the sample; nothing is doubled where they are in already."""
    async with db.reading() as session:
        is_filled = bool(await questions.listed(session, clock.today()))
    if is_filled:
        await _let_in(db)
        return 0
    holders, errors = read_people(SAMPLES / "sample_people.csv")
    staffed = await staffing.take_in(db, holders)
    imported = 0
    for name in ("sample_findings.csv", "sample_ledger.xlsx"):
        read = read_ledger(SAMPLES / name, today=clock.today())
        taken = await intake.take_in(db, read, Wanted("导入"), clock.now(), await trade(db))
        errors = [*errors, *staffed.errors, *taken.errors]
        imported += taken.imported
    await _let_in(db)
    if errors:
        raise BadLedger(f"示例数据有误：{errors[0].zh}", f"The sample is broken: {errors[0].en}")
    return imported


async def _let_in(db: Database) -> None:
    """Every account of the sample signs in with one password, which the demo prints."""
    async with db.writing("let_in") as session:
        known = passwords.hasher().hash(PASSWORD)
        have = set(await session.exec(select(Credential.account)))
        for name in set(await session.exec(select(Account.name))) - have:
            session.add(Credential(account=name, password_hash=known, set_at=clock.real()))


WORTH_TRYING: tuple[tuple[str, Words], ...] = (
    (
        "zhenggaiban",
        ("乡整改办主任：登记、导入、派发、管理", "rectification office: opens, imports, assigns, manages"),
    ),
    (
        "bingcun",
        (
            "丙村党支部书记：认领、填报、提交（请用手机大小的窗口）",
            "village secretary: accepts, reports, submits (on a phone)",
        ),
    ),
    ("jiwei", ("乡纪委书记：督办、验收", "discipline secretary: supervises, verifies")),
    ("shuji", ("乡党委书记：看全局、批准销号", "Party secretary: sees it all, approves closures")),
)
