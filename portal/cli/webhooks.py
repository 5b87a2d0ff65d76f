"""Commands about webhooks: who is told of each act over HTTP."""

from typing import Annotated

import typer

from models.database import Database
from models.hooks import subscribing
from models.hooks.subscribing import Subscribed
from models.hooks.subscriptions import Webhook
from policy.refusals import Unavailable
from portal.cli.findings import Json
from portal.cli.letters import LARGEST_ID
from portal.cli.printing import as_json, listing, say
from portal.cli.running import with_database
from portal.cli.tokens import COMMAND_LINE
from tasks import clock
from tasks.webhooks import try_out

Id = Annotated[int, typer.Argument(metavar="ID", min=1, max=LARGEST_ID)]
webhooks = typer.Typer(help="事件通知 Webhooks.", no_args_is_help=True)
COLUMNS = (
    ("序号", "id"),
    ("地址", "address"),
    ("通知哪些办理", "told of"),
    ("使用中", "active"),
    ("待发", "waiting"),
    ("未送达", "given up"),
    ("最近送达", "last taken"),
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(webhooks, name="webhooks")


@webhooks.command("add", help="增加地址 Tell an address of each act.")
def add(
    url: str,
    act: Annotated[list[str] | None, typer.Option("--act", help="只通知这些办理 Only these acts.")] = None,
    json: Json = False,
) -> None:
    """Its secret is shown once."""

    async def work(db: Database) -> tuple[Webhook, str]:
        async with db.writing("webhook") as session:
            return await subscribing.subscribe(session, url, act or (), COMMAND_LINE, clock.real())

    made, secret = with_database(work)
    if json:
        as_json({"id": made.id, "url": made.url, "secret": secret})
        return
    say(
        f"已增加（序号{made.id}）。签名密钥（只显示这一次）：{secret}",
        f"Added as {made.id}. The signing secret, shown only this once: {secret}",
    )


@webhooks.command("list", help="通知的地址 Who is told.")
def list_them(json: Json = False) -> None:
    async def work(db: Database) -> list[Subscribed]:
        async with db.reading() as session:
            return await subscribing.every(session)

    rows = [_row(one) for one in with_database(work)]
    nothing = ("没有要通知的地址。", "Nobody is told.")
    listing(
        rows,
        COLUMNS,
        lambda row: tuple(str("" if value is None else value) for value in row.values()),
        nothing,
        json=json,
    )


def _row(one: Subscribed) -> dict[str, object]:
    return {
        "id": one.webhook.id,
        "url": one.webhook.url,
        "acts": one.webhook.acts,
        "active": one.webhook.is_active,
        "waiting": one.waiting,
        "failed": one.failed,
        "taken_at": one.taken_at.isoformat() if one.taken_at else None,
    }


@webhooks.command("end", help="停止通知 Tell an address nothing more.")
def end(number: Id) -> None:
    async def work(db: Database) -> None:
        async with db.writing("webhook") as session:
            await subscribing.end(session, number, COMMAND_LINE, clock.real())

    with_database(work)
    say("已停止通知。", "Nothing more is told there.")


@webhooks.command("test", help="发测试消息 Send a test message.")
def test(number: Id) -> None:
    async def work(db: Database) -> str:
        async with db.reading() as session:
            webhook = await subscribing.found(session, number)
        return await try_out(webhook)

    why = with_database(work)
    if why:
        raise Unavailable(f"没有收下：{why}。", f"It was not taken: {why}.")
    say("已收下测试消息。", "The test message was taken.")
