"""Commands for one round by hand: watch and post, and what they would do."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from models.database import Database
from models.questions import Row
from models.settings import settings
from policy.refusals import BadInput
from portal.cli import runs
from portal.cli.findings import Json
from portal.cli.letters import COLUMNS, row_of
from portal.cli.printing import as_json, say, table, words
from portal.cli.running import with_database
from tasks import clock

Once = Annotated[bool, typer.Option("--once", help="立即执行一轮 One round now.")]
DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="只推算，不记录、不发送 Say what it would do; store and send nothing."),
]
Columns = Sequence[tuple[str, str]]
MAIL_COLUMNS: Columns = (("收件", "to"), ("主题", "subject"), ("问题", "findings"), ("说明", "note"))


def add_to(app: typer.Typer) -> None:
    app.command("watch", help="巡查一轮 One round of the watch.")(watch)
    app.command("post", help="发件一轮 One round of the post.")(post)


def watch(once: Once = False, dry_run: DryRun = False, json: Json = False) -> None:
    _only_once(once, "watch")
    if dry_run:
        _foresee(json, climbing=True)
        return

    async def work(db: Database) -> tuple[int, bool]:
        answers = await runs.answers(settings())
        _prefect()
        from tasks import succession
        from tasks.watch import climb_due, seal, square

        written = await succession.follow(db, clock.now()) + await climb_due(db, clock.now())
        if answers:
            await square.fn()
        await seal.fn()
        return written, answers

    written, answered = with_database(work)
    if json:
        as_json({"letters": written, "prefect": answered})
        return
    say(
        f"巡查完毕：新记函件{written}份。" + ("" if answered else "Prefect 未运行，运行未核对。"),
        f"Watched: {written} letters recorded." + ("" if answered else " Prefect is not running."),
    )


def post(once: Once = False, dry_run: DryRun = False, json: Json = False) -> None:
    _only_once(once, "post")
    if dry_run:
        _foresee(json, climbing=False)
        return

    async def work(db: Database) -> tuple[int, int]:
        _prefect()
        from tasks.letters.own import paper
        from tasks.post import send_mails, write_mails

        paper(settings().home)
        written = await write_mails(db, settings(), clock.now())
        return written, await send_mails(db, settings(), clock.now())

    written, sent = with_database(work)
    if json:
        as_json({"written": written, "sent": sent})
        return
    say(f"组信{written}封，送达{sent}封。", f"{written} mails written, {sent} accepted by the server.")
    _say_if_mails_wait()


def _foresee(json: bool, *, climbing: bool) -> None:
    async def work(db: Database) -> Mapping[str, Any]:
        _prefect()
        from tasks.foresight import foresee

        return vars(await foresee(db, settings(), clock.now(), climbing=climbing))

    found = with_database(work)
    if json:
        as_json(found)
    else:
        _print(**found)


def _print(letters: list[Row], mails: list[Row], waiting: list[Row], *, is_open: bool) -> None:
    _titled(("将记录的函件：", "Letters to be recorded:"), COLUMNS, [row_of(row) for row in letters])
    _titled(("将发出的邮件：", "Mails to be sent:"), MAIL_COLUMNS, [_mail(row) for row in mails])
    _titled(("无人可送的函件：", "Letters that reach nobody:"), COLUMNS, [row_of(row) for row in waiting])
    say(
        f"推算：将记录函件{len(letters)}份，将发邮件{len(mails)}封，{len(waiting)}份无人可送。没有记录，没有发送。",
        f"It would record {len(letters)} letters and send {len(mails)} mails; {len(waiting)} letters reach "
        "nobody. Nothing was stored, nothing sent.",
    )
    if not is_open:
        say(
            "现在不是发信时间，邮件待上班时间发出。",
            "No mails go out at this hour: they wait for office hours.",
        )
    _say_if_mails_wait()


def _titled(title: tuple[str, str], columns: Columns, rows: list[tuple[str, ...]]) -> None:
    if rows:
        say(*title)
        table(columns, rows)


def _mail(row: Row) -> tuple[str, ...]:
    state = words(("新组", "new")) if row["new"] else words(("待发", "queued")) + f" #{row['id']}"
    return (row["recipient"], row["subject"], "、".join(row["findings"]), f"{state} {row['note']}".strip())


def _say_if_mails_wait() -> None:
    if not settings().smtp_host:
        say("尚未设置邮件服务器（RECTIFY_SMTP_HOST），邮件留在发件箱。", "No mail server is set: mails wait.")


def _prefect() -> None:
    from tasks.prefect_server import apply, client_environment

    apply(client_environment(settings()))


def _only_once(once: bool, name: str) -> None:
    if not once:
        raise BadInput(
            f"请写 rectify {name} --once；平时由 rectify worker 自动执行。",
            f"Say rectify {name} --once; otherwise the worker does it by itself.",
        )
