"""The command `phone-list`: whom a supervisor has to call."""

from typing import Annotated

import typer

from models.database import Database
from models.questions import Row
from policy.telephone import WhyNot
from policy.words import WHY_NOT_WORDS
from portal.cli.findings import Json
from portal.cli.letters import document
from portal.cli.printing import listing, words
from portal.cli.running import with_database
from tasks import clock, telephone

COLUMNS = (
    ("编号", "number"),
    ("标题", "title"),
    ("责任单位", "unit"),
    ("岗位", "post"),
    ("姓名", "person"),
    ("电话", "telephone"),
    ("未送达的函件", "letters that did not arrive"),
    ("自", "since"),
)


def add_to(app: typer.Typer) -> None:
    app.command("phone-list", help="电话通知清单 Whom to call: letters that reached nobody.")(phone_list)


def phone_list(
    by: Annotated[str, typer.Option("--by", help="督办人帐号 Only this supervisor's findings.")] = "",
    json: Json = False,
) -> None:
    """The gravest first; one line for each finding and person. A confidential finding has no title here."""

    async def work(db: Database) -> list[Row]:
        return await telephone.calls(db, clock.now(), by)

    listing(with_database(work), COLUMNS, _row, ("没有需要打电话的。", "Nobody has to be called."), json=json)


def _row(row: Row) -> tuple[str, ...]:
    title = words(("（涉密）", "(confidential)")) if row["confidential"] else row["title"]
    posts, told = "、".join(row["posts"]), "；".join(_letter(letter) for letter in row["letters"])
    return (row["finding"], title, row["unit"], posts, row["person"], row["phone"], told, row["since"])


def _letter(letter: Row) -> str:
    copy = words(("（抄送）", " (copy)")) if letter["copy"] else ""
    why = words(WHY_NOT_WORDS[WhyNot(letter["why"])])
    return f"{document(letter['rung'])}{copy} {why} {letter['note']}".strip()
