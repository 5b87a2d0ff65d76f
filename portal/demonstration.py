"""The demo's data: the sample township, its people and its ledger, taken in once."""

from pathlib import Path

from models import questions
from models.database import Database
from models.importing import intake
from models.importing.desk import Wanted
from models.rules.trade import trade
from models.staff import staffing
from policy.refusals import BadLedger
from tasks import clock
from tasks.ledgers.reading import read_ledger
from tasks.people_file import read_people

SAMPLES = Path(__file__).parent / "demo"
AS_OF = "2026-11-20"
"""The day up to which the sample ledger is kept."""


async def fill(db: Database) -> int:
    """People and findings of the sample; nothing is doubled where they are in already."""
    async with db.reading() as session:
        if await questions.listed(session, clock.today()):
            return 0
    holders, errors = read_people(SAMPLES / "sample_people.csv")
    staffed = await staffing.take_in(db, holders)
    imported = 0
    for name in ("sample_findings.csv", "sample_ledger.xlsx"):
        read = read_ledger(SAMPLES / name, today=clock.today())
        taken = await intake.take_in(db, read, Wanted("导入"), clock.now(), await trade(db))
        errors = [*errors, *staffed.errors, *taken.errors]
        imported += taken.imported
    if errors:
        raise BadLedger(f"示例数据有误：{errors[0].zh}", f"The sample is broken: {errors[0].en}")
    return imported
