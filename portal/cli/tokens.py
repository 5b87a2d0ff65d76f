"""The command about tokens of the API: `rectify account token`."""

from datetime import UTC
from typing import Annotated

import typer

from models.access import tokens
from models.access.keys import Token
from models.access.tokens import Wanted
from models.database import Database
from models.staff.book import account_named
from policy import scopes
from policy.refusals import BadInput
from portal.cli.findings import Json
from portal.cli.letters import LARGEST_ID
from portal.cli.people import account
from portal.cli.printing import as_json, listing, say
from portal.cli.running import with_database
from tasks import clock

COMMAND_LINE = "命令行"
COLUMNS = (
    ("序号", "id"),
    ("名称", "name"),
    ("用途", "scopes"),
    ("有效至", "valid until"),
    ("最近使用", "last used"),
    ("已停用", "ended"),
)


def add_to(_app: typer.Typer) -> None:
    account.command("token", help="接口令牌 Tokens for programs: list, make, end.")(token)


def token(
    name: str,
    new: Annotated[str, typer.Option("--new", help="新令牌的名称 Make one of this name.")] = "",
    scope: Annotated[list[str] | None, typer.Option("--scope", help="read、act、open")] = None,
    days: Annotated[int, typer.Option("--days", help="有效天数 Valid for so many days.")] = 90,
    end: Annotated[int, typer.Option("--end", min=0, max=LARGEST_ID, help="停用的序号 End this id.")] = 0,
    json: Json = False,
) -> None:
    """A token is shown once. Without an option, those that there were are listed."""
    if new and end:
        raise BadInput("新建（--new）和停用（--end）请分两次办理。", "Make one or end one, not both at once.")
    if new:
        _make(Wanted(name, new, scopes.checked(scope or ["read"]), days), json)
    elif end:
        _end(name, end)
    else:
        _list(name, json)


def _make(wanted: Wanted, json: bool) -> None:
    async def work(db: Database) -> str:
        async with db.writing("token_made") as session:
            return await tokens.make(session, wanted, COMMAND_LINE, clock.real())

    secret = with_database(work)
    if json:
        as_json({"account": wanted.account, "name": wanted.name, "token": secret})
        return
    say(
        f"“{wanted.account}”的新令牌（只显示这一次）：{secret}",
        f"The new token of “{wanted.account}”, shown only this once: {secret}",
    )


def _end(name: str, number: int) -> None:
    async def work(db: Database) -> None:
        async with db.writing("token_ended") as session:
            await tokens.end(session, name, number, COMMAND_LINE, clock.real())

    with_database(work)
    say("令牌已停用。", "The token is ended.")


def _list(name: str, json: bool) -> None:
    async def work(db: Database) -> list[Token]:
        async with db.reading() as session:
            await account_named(session, name)
            return await tokens.of(session, name)

    rows = [_row(one) for one in with_database(work)]
    listing(rows, COLUMNS, lambda row: tuple(str(x or "") for x in row.values()), NONE, json=json)


NONE = ("没有令牌。", "No tokens.")


def _row(one: Token) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name,
        "scopes": one.scopes,
        "expires_at": one.expires_at.astimezone(UTC).isoformat(),
        "used_on": one.used_on.isoformat() if one.used_on else None,
        "ended_at": one.ended_at.astimezone(UTC).isoformat() if one.ended_at else None,
    }
