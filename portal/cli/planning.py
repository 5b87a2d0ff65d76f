"""The command `plan`: who gets which letter when."""

from datetime import date
from typing import Annotated

import typer

from models.database import Database
from models.mailing import planning
from models.mailing.planning import Asked
from models.questions import Row
from models.rules.trade import trade
from policy.refusals import BadInput
from policy.telephone import WhyNot
from policy.words import WHY_NOT_WORDS
from portal.cli.findings import Json
from portal.cli.letters import document
from portal.cli.printing import is_english, listing, words
from portal.cli.running import with_database
from tasks import clock

COLUMNS = (
    ("日期", "date"),
    ("编号", "number"),
    ("函件", "letter"),
    ("主送", "to"),
    ("抄送", "copy to"),
    ("说明", "note"),
)


def add_to(app: typer.Typer) -> None:
    app.command("plan", help="函件计划 Letters to come: who gets what when.")(plan)


def plan(
    number: Annotated[str, typer.Argument(metavar="[NUMBER]", help="问题编号 Of one finding.")] = "",
    days: Annotated[int, typer.Option("--days", min=0, max=3660, help="今后天数 Days ahead.")] = 90,
    person: Annotated[str, typer.Option("--person", help="姓名或帐号 A name or an account.")] = "",
    post: Annotated[str, typer.Option("--post", help="岗位 What one post gets.")] = "",
    unit: Annotated[str, typer.Option("--unit", help="单位及其下级 A unit and those below it.")] = "",
    on: Annotated[str, typer.Option("--on", help="日期 On one day, like 2026-11-23.")] = "",
    json: Json = False,
) -> None:
    """As everything stands now: what is settled in time gets no further letters."""
    asked = Asked(days, number, person, post, unit, _day(on))

    async def work(db: Database) -> list[Row]:
        held = await trade(db)
        async with db.reading() as session:
            return await planning.plans(session, held, clock.now(), asked)

    listing(with_database(work), COLUMNS, _row, ("没有将发的函件。", "Nothing to come."), json=json)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(
            f"“{text}”不是日期，请写成 2026-11-23。", f"“{text}” is not a date like 2026-11-23."
        ) from None


def _row(row: Row) -> tuple[str, ...]:
    told = ["、".join(_person(x) for x in row["people"] if x["copy"] is copy) for copy in (False, True)]
    notes = [
        words(("拟稿，须签发", "a draft to be signed")) if row["draft"] else "",
        words(("日期暂定", "date provisional")) if row["provisional"] else "",
    ]
    return (row["date"], row["finding"], document(row["rung"]), *told, "；".join(filter(None, notes)))


def _person(told: Row) -> str:
    """`甲村党支部书记 甲书记`, and why nobody would get it."""
    why = words(WHY_NOT_WORDS[WhyNot(told["why_not"])]) if told["why_not"] else ""
    bracketed = (f" ({why})" if is_english() else f"（{why}）") if why else ""
    return f"{told['post']} {told['person']}".strip() + bracketed
