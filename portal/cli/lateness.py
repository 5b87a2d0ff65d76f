"""The command `late`: who holds a finding up besides those who work on it."""

from typing import Annotated

import typer

from models.database import Database
from models.mailing.lateness import late_steps
from models.questions import Row
from models.rules.trade import trade
from policy.escalation import TIMED
from policy.stages import Stage
from policy.words import STAGE_WORDS
from portal.cli.findings import Json
from portal.cli.printing import listing, words
from portal.cli.running import with_database
from tasks import clock

COLUMNS = (
    ("编号", "number"),
    ("标题", "title"),
    ("责任单位", "unit"),
    ("状态", "stage"),
    ("办理岗位", "post"),
    ("姓名", "person"),
    ("应于", "due"),
    ("超期工作日", "working days late"),
)


def add_to(app: typer.Typer) -> None:
    app.command("late", help="超期环节 Steps past their own clock, and whose turn it is.")(late)


def late(
    verifiers: Annotated[bool, typer.Option("--verifiers", help="只列验收 Verifications only.")] = False,
    json: Json = False,
) -> None:
    """The verifier's days are counted against the verifier, never against the unit."""
    stages = (Stage.PENDING_VERIFICATION,) if verifiers else TIMED

    async def work(db: Database) -> list[Row]:
        held = await trade(db)
        async with db.reading() as session:
            return await late_steps(session, held, clock.today(), stages)

    listing(with_database(work), COLUMNS, _row, ("没有超期的环节。", "No step is late."), json=json)


def _row(row: Row) -> tuple[str, ...]:
    title = row["title"] or words(("（涉密）", "(confidential)"))
    posts, people = "、".join(row["posts"]), "、".join(row["people"])
    stage = words(STAGE_WORDS[Stage(row["stage"])])
    return (row["finding"], title, row["unit"], stage, posts, people, row["due"], str(row["workdays_late"]))
