"""Commands about people: import the people file, and accounts."""

from pathlib import Path
from typing import Annotated

import typer

from models import questions, staffing
from models.database import Database
from models.staffing import Staffed
from policy.refusals import Language
from portal.cli.findings import Json
from portal.cli.printing import as_json, is_english, say, table
from portal.cli.running import with_database
from tasks import clock
from tasks.people_file import read_people

people = typer.Typer(help="人员岗位 People and posts.", no_args_is_help=True)
account = typer.Typer(help="帐号 Accounts.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(people, name="people")
    app.add_typer(account, name="account")


@people.command("import", help="导入名册 Take in a people file (csv, xlsx).")
def import_people(file: Path, json: Json = False) -> None:
    holders, errors = read_people(file)

    async def work(db: Database) -> Staffed:
        return await staffing.take_in(db, holders, clock.today())

    done = Staffed(errors=errors) if errors else with_database(work)
    if json:
        as_json(_done_json(done))
    else:
        _print_done(done)
    raise typer.Exit(2 if done.errors else 0)


def _done_json(done: Staffed) -> dict[str, object]:
    errors = [
        {"row": x.row, "column": x.column, "value": x.value, "reason": x.en if is_english() else x.zh}
        for x in done.errors
    ]
    return {"added": done.added, "changed": done.changed, "unchanged": done.unchanged, "errors": errors}


def _print_done(done: Staffed) -> None:
    for x in done.errors:
        say(
            f"有误 第{x.row}行“{x.column}”：“{x.value}”{x.zh}。",
            f"error: row {x.row} “{x.column}”: “{x.value}” {x.en}.",
        )
    if done.errors:
        say("因有错误，本次没有保存。", "Because of the errors nothing was stored.")
        return
    say(
        f"新增{done.added}人次，变更{done.changed}人次，未变{done.unchanged}人次。",
        f"{done.added} added, {done.changed} changed, {done.unchanged} unchanged.",
    )


@account.command("list", help="帐号清单 List accounts.")
def list_accounts(json: Json = False) -> None:
    async def work(db: Database) -> list[questions.Row]:
        async with db.reading() as session:
            return await questions.accounts(session, clock.today())

    rows = with_database(work)
    if json:
        as_json(rows)
        return
    columns = (
        ("帐号", "account"),
        ("姓名", "person"),
        ("邮箱", "mailbox"),
        ("语言", "language"),
        ("岗位", "posts"),
    )
    table(
        columns,
        [
            tuple(x for x in (r["account"], r["person"], r["mailbox"], r["language"], "、".join(r["posts"])))
            for r in rows
        ],
    )


@account.command("add", help="新建帐号 Add an account.")
def add_account(
    name: str,
    person: Annotated[str, typer.Option("--person", help="姓名")],
    mailbox: Annotated[str, typer.Option("--mailbox", help="邮箱")] = "",
    phone: Annotated[str, typer.Option("--phone", help="电话")] = "",
    language: Annotated[Language, typer.Option("--language", help="语言")] = Language.CHINESE,
) -> None:
    async def work(db: Database) -> None:
        async with db.writing("account") as session:
            await staffing.add_account(session, name, person, mailbox, phone, language)

    with_database(work)
    say(f"已新建帐号“{name}”。", f"Account “{name}” added.")


@account.command("set", help="修改帐号 Change an account.")
def set_account(
    name: str,
    mailbox: Annotated[str | None, typer.Option("--mailbox", help="邮箱")] = None,
    language: Annotated[Language | None, typer.Option("--language", help="语言")] = None,
    active: Annotated[bool | None, typer.Option("--active/--inactive", help="启用/停用")] = None,
) -> None:
    async def work(db: Database) -> None:
        async with db.writing("account") as session:
            await staffing.set_account(session, name, mailbox, language, active)

    with_database(work)
    say(f"帐号“{name}”已修改。", f"Account “{name}” changed.")
