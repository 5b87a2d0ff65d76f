"""Commands about letters: letters, sign, mail, clock."""

from typing import Annotated

import typer

from models import questions
from models.database import Database
from models.mailing import letters as letter_rows
from models.mailing import outbox
from models.mailing.mail import MailState
from models.rules.trade import trade
from models.settings import settings
from models.staff.book import account_named
from policy.escalation import LetterState
from policy.office import OFFICE
from policy.refusals import BadInput, NotAllowed
from policy.words import LETTER_STATE_WORDS
from portal.cli.findings import By, Json
from portal.cli.printing import as_json, listing, say, table, words
from portal.cli.running import with_database
from portal.pages.speech import Speech
from tasks import clock
from tasks.letters.words import kind

LARGEST_ID = 2**31 - 1


def add_to(app: typer.Typer) -> None:
    app.command("letters", help="函件 Letters queued, sent, failed.")(letters)
    app.command("sign", help="签发拟稿 Sign a drafted letter.")(sign)
    app.command("mail", help="邮件，及对存疑邮件的决定 Mails, and what to do with one in doubt.")(mail)
    app.command("clock", help="时钟 Whether the rounds trust the clock.")(clock_)


COLUMNS = (
    ("日期", "date"),
    ("编号", "number"),
    ("函件", "letter"),
    ("主送", "to"),
    ("抄送", "cc"),
    ("状态", "state"),
    ("说明", "note"),
)


def letters(json: Json = False) -> None:
    async def work(db: Database) -> list[questions.Row]:
        async with db.reading() as session:
            return await questions.letters(session)

    listing(with_database(work), COLUMNS, row_of, ("没有函件。", "No letters."), json=json)


def row_of(row: questions.Row) -> tuple[str, ...]:
    state = words(LETTER_STATE_WORDS[LetterState(row["state"])])
    if row["state"] == LetterState.DRAFTED and row["id"]:
        state += f" #{row['id']}"
    names = ("、".join(row["to"]), "、".join(row["cc"]))
    lent = Speech(settings().language).reached(row) if "reached" in row else ""
    note = "；".join(filter(None, (lent, row.get("note", ""))))
    return (row["date"], row["finding"], document(row["rung"]), *names, state, note)


def document(rung: str) -> str:
    """What a letter is called."""
    called = kind(rung)
    return words((called.zh.document, called.en.document))


def sign(letter: Annotated[int, typer.Argument(min=1, max=LARGEST_ID)], by: By) -> None:
    async def work(db: Database) -> str:
        held = await trade(db)
        async with db.writing("sign") as session:
            account = await account_named(session, by)
            return await letter_rows.sign(session, letter, account, held, clock.now())

    number = with_database(work)
    say(f"{number} 的函件已由“{by}”签发，待发送。", f"The letter on {number} is signed by “{by}” and queued.")


def mail(
    mail_id: Annotated[int | None, typer.Argument(metavar="[MAIL]", min=1, max=LARGEST_ID)] = None,
    arrived: Annotated[bool, typer.Option("--arrived", help="确认已送达 It did arrive.")] = False,
    again: Annotated[bool, typer.Option("--again", help="再发一次 Send it once more.")] = False,
    by: Annotated[str, typer.Option("--by", help="帐号")] = "",
    json: Json = False,
) -> None:
    """Without a number: mails that failed, are in doubt or put off. With one: decide on a mail in doubt."""
    if mail_id is not None:
        _settle(mail_id, arrived, again, by)
        return

    async def work(db: Database) -> list[questions.Row]:
        async with db.reading() as session:
            troubled = (MailState.FAILED, MailState.IN_DOUBT)
            return await questions.mails(session, states=troubled, put_off=True)

    rows = with_database(work)
    if json:
        as_json(rows)
        return
    speech = Speech(settings().language)
    columns = (("邮件", "mail"), ("收件", "to"), ("主题", "subject"), ("状态", "state"), ("原因", "reason"))
    table(
        columns,
        [
            (str(x["id"]), x["recipient"], x["subject"], speech.mail_state(x["state"]), x["note"])
            for x in rows
        ],
    )
    if not rows:
        say("没有失败或存疑的邮件，也没有暂缓的。", "No mail failed, in doubt or put off.")


def _settle(mail_id: int, arrived: bool, again: bool, by: str) -> None:
    if arrived == again or not by:
        raise BadInput(
            "请用 --arrived 或 --again 之一，并用 --by 写明由谁决定。",
            "Say either --arrived or --again, and with --by who decides.",
        )

    async def work(db: Database) -> bool:
        async with db.writing("settle") as session:
            return await outbox.settle(session, mail_id, clock.now(), arrived=arrived, by=by)

    if not with_database(work):
        raise NotAllowed(f"邮件{mail_id}不在存疑状态，无需处理。", f"Mail {mail_id} is not in doubt.")
    say(f"邮件{mail_id}已处理。", f"Mail {mail_id} is settled.")


def clock_(
    confirm: Annotated[bool, typer.Option("--confirm", help="时间无误 It is right as it stands.")] = False,
    by: By = "",
) -> None:
    """What time it is here, and why nobody is reminded meanwhile; a supervisor may say that it is right."""
    if confirm and not by:
        raise BadInput("请用 --by 写明由谁确认。", "Say with --by who confirms it.")

    async def work(db: Database) -> str:
        from tasks import timekeeping

        if confirm:
            await timekeeping.confirm(db, by, clock.now())
        return await timekeeping.why_held(db)

    held = with_database(work)
    shown = f"{clock.now().astimezone(OFFICE):%Y-%m-%d %H:%M}"
    say(held or f"现在 {shown}，时钟正常。", held or f"It is {shown}; the rounds trust the clock.")
