"""Commands about people: the people file, hand-overs, stand-ins, vacancies, and accounts."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from models import questions
from models.access import codes, houses, passwords
from models.database import Database
from models.rules.trade import trade
from models.settings import settings
from models.staff import staffing, standing_in, succession, vacancies
from models.staff.staffing import Staffed
from models.staff.standing_in import Span, Standing, Wanted
from models.staff.succession import Change, Changed, Move
from models.staff.vacancies import Vacancy
from policy.refusals import BadInput, Language
from portal.cli.findings import By, Json
from portal.cli.printing import as_json, is_english, say, table, words
from portal.cli.running import with_database
from tasks import clock
from tasks.account_mails import Told, tell
from tasks.people_file import read_people
from tasks.succession import follow

people = typer.Typer(help="人员岗位 People and posts.", no_args_is_help=True)
account = typer.Typer(help="帐号 Accounts.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(people, name="people")
    app.add_typer(account, name="account")


@people.command("import", help="导入名册 Take in a people file (csv, xlsx).")
def import_people(file: Path, json: Json = False) -> None:
    holders, errors = read_people(file)

    async def work(db: Database) -> tuple[Staffed, int]:
        done = await staffing.take_in(db, holders, clock.today())
        return done, 0 if done.errors else await follow(db, clock.now())

    done, passed = (Staffed(errors=errors), 0) if errors else with_database(work)
    if json:
        as_json(_done_json(done) | {"handed_over": passed})
    else:
        _print_done(done)
        if passed:
            say(f"换人的岗位已办理交接{passed}项。", f"{passed} findings told of new or missing holders.")
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


@people.command("hand-over", help="岗位交接 Hand a post or its work over.")
def hand_over(
    post: str,
    by: By,
    unit: Annotated[str, typer.Option("--unit", help="岗位所在单位")] = "",
    to: Annotated[str, typer.Option("--to", help="接任人帐号 The account of who comes.")] = "",
    leaves: Annotated[str, typer.Option("--from", help="交出人帐号，多人任职时填写")] = "",
    on: Annotated[str, typer.Option("--on", help="接任首日 The successor's first day.")] = "",
    to_post: Annotated[str, typer.Option("--to-post", help="事项交给另一岗位 To another post.")] = "",
    to_unit: Annotated[str, typer.Option("--to-unit", help="该岗位所在单位")] = "",
    findings: Annotated[list[str] | None, typer.Option("--finding", help="只交这些事项")] = None,
    note: Annotated[str, typer.Option("--note", help="交接说明")] = "",
    json: Json = False,
) -> None:
    """A successor takes the post with all its work; or the work, all or some of it, goes to another post."""
    if bool(to) == bool(to_post):
        raise BadInput(
            "请用 --to 写明接任人，或用 --to-post 写明另一岗位，二者选一。",
            "Say with --to who comes, or with --to-post which post the work goes to.",
        )
    if to_post:
        _move(Move(post, to_post, by, unit, to_unit, findings or (), note), json)
        return
    if findings:
        raise BadInput(
            "换人是整个岗位的交接；只交部分事项请用 --to-post。",
            "A successor takes all of a post's work; some of it goes to another post, with --to-post.",
        )
    _change_hands(Change(post, to, by, unit, leaves, _day(on, "--on"), note), json)


def _move(move: Move, json: bool) -> None:
    async def work(db: Database) -> list[str]:
        return await succession.move_work(db, move, clock.now(), await trade(db))

    numbers = with_database(work)
    if json:
        as_json({"post": move.post, "to_post": move.to_post, "findings": numbers})
        return
    say(
        f"{len(numbers)}项已由“{move.post}”交给“{move.to_post}”：{'、'.join(numbers)}。",
        f"{len(numbers)} handed from “{move.post}” to “{move.to_post}”: {', '.join(numbers)}.",
    )


def _change_hands(change: Change, json: bool) -> None:
    async def work(db: Database) -> Changed:
        return await succession.change_hands(db, change, clock.now(), await trade(db))

    done = with_database(work)
    if json:
        as_json(_changed_json(done))
        return
    leave, until = "、".join(done.leave), f"（至 {done.until}）" if done.until else ""
    say(
        f"“{done.post}”{done.on} 起由“{done.comes}”任职{until}"
        + (f"，“{leave}”任至前一日。" if leave else "。"),
        f"“{done.comes}” holds “{done.post}” from {done.on}"
        + (f" until {done.until}" if done.until else "")
        + (f"; the last day of {leave} is the day before." if leave else "."),
    )
    if done.on > clock.today():
        say("到时自动办理事项交接并发函。", "Its work is handed over, and letters written, on that day.")
    elif done.numbers:
        numbers = "、".join(done.numbers)
        say(f"已交接{len(done.numbers)}项：{numbers}。", f"{len(done.numbers)} handed over: {numbers}.")
    if done.own_check:
        numbers = "、".join(done.own_check)
        say(
            f"注意：接任人同时是验收人，须由他人验收：{numbers}。",
            f"Note: the successor is the verifier, too; somebody else has to verify {numbers}.",
        )


def _changed_json(done: Changed) -> dict[str, object]:
    return {
        "post": done.post,
        "leave": done.leave,
        "comes": done.comes,
        "on": done.on.isoformat(),
        "until": done.until.isoformat() if done.until else None,
        "findings": done.numbers,
        "own_check": done.own_check,
    }


def _day(text: str, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput(
            f"{option} 应为日期，如 2026-11-20。", f"{option} takes a day like 2026-11-20."
        ) from None


def _needed_day(text: str, option: str) -> date:
    found = _day(text, option)
    if found is None:
        raise BadInput(f"请用 {option} 写明日期。", f"Say which day with {option}.")
    return found


@people.command("substitute", help="设代班人 Let somebody stand in for a while.")
def substitute(
    post: str,
    by: By,
    stand_in: Annotated[str, typer.Option("--stand-in", help="代班人帐号 Who stands in.")],
    first: Annotated[str, typer.Option("--from", help="首日 The first day.")],
    last: Annotated[str, typer.Option("--to", help="末日 The last day.")],
    unit: Annotated[str, typer.Option("--unit", help="岗位所在单位")] = "",
    reason: Annotated[str, typer.Option("--reason", help="事由")] = "",
) -> None:
    span = Span(_needed_day(first, "--from"), _needed_day(last, "--to"))
    wanted = Wanted(post, stand_in, span, by, unit, reason)

    async def work(db: Database) -> None:
        await standing_in.stand_in(db, wanted, clock.today(), clock.real())

    with_database(work)
    say(
        f"{span.first} 至 {span.last} 由“{stand_in}”代“{post}”。",
        f"“{stand_in}” stands in for “{post}” from {span.first} to {span.last}.",
    )


@people.command("substitutes", help="代班清单 Who stands in for whom.")
def substitutes(
    past: Annotated[bool, typer.Option("--past", help="含已结束的 Also those that are over.")] = False,
    json: Json = False,
) -> None:
    async def work(db: Database) -> list[Standing]:
        async with db.reading() as session:
            return await standing_in.listed(session, clock.today(), past=past)

    found = with_database(work)
    if json:
        as_json([_standing_json(one) for one in found])
        return
    columns = (
        ("序号", "no."),
        ("岗位", "post"),
        ("单位", "unit"),
        ("代班人", "stands in"),
        ("自", "from"),
        ("至", "to"),
        ("设定", "by"),
        ("事由", "reason"),
    )
    table(columns, [_standing_row(one) for one in found])
    if not found:
        say("没有代班。", "Nobody stands in for anybody.")


def _standing_row(one: Standing) -> tuple[str, ...]:
    vacant = words(("空缺时", "when vacant"))
    days = (str(one.span.first), str(one.span.last)) if one.span else (vacant, "")
    return (str(one.id), one.post, one.unit, one.person, *days, one.by, one.reason)


def _standing_json(one: Standing) -> dict[str, object]:
    first, last = (one.span.first.isoformat(), one.span.last.isoformat()) if one.span else (None, None)
    said = {"from": first, "to": last, "by": one.by, "reason": one.reason}
    return {"id": one.id, "post": one.post, "unit": one.unit, "person": one.person, **said}


@people.command("end-substitute", help="提前结束代班 End a substitution early.")
def end_substitute(
    number: Annotated[int, typer.Argument(min=1, max=2**31 - 1)],
    by: By,
    last: Annotated[str, typer.Option("--on", help="末日，不填为即刻 The last day; else at once.")] = "",
) -> None:
    day = _day(last, "--on")

    async def work(db: Database) -> None:
        await standing_in.end(db, number, by, day, clock.today(), clock.real())

    with_database(work)
    said = (f"到 {day} 为止", f"ends on {day}") if day else ("已结束", "has ended")
    say(f"第{number}号代班{said[0]}。", f"Substitution {number} {said[1]}.")


@people.command("vacancies", help="有事无人的岗位 Posts with work and nobody to do it.")
def list_vacancies(json: Json = False) -> None:
    async def work(db: Database) -> list[Vacancy]:
        async with db.reading() as session:
            return await vacancies.vacancies(session, clock.today())

    found = with_database(work)
    if json:
        as_json([_vacancy_json(one) for one in found])
        return
    columns = (
        ("岗位", "post"),
        ("单位", "unit"),
        ("自", "since"),
        ("代班人", "stands in"),
        ("未办结", "open"),
        ("编号", "numbers"),
    )
    table(columns, [_vacancy_row(one) for one in found])
    if not found:
        say("有事项的岗位均有人任职。", "Every post with work is held by somebody.")


def _vacancy_row(one: Vacancy) -> tuple[str, ...]:
    since = str(one.since) if one.since else "—"
    return one.post, one.unit, since, one.stands_in, str(len(one.numbers)), "、".join(one.numbers)


def _vacancy_json(one: Vacancy) -> dict[str, object]:
    return {
        "post": one.post,
        "unit": one.unit,
        "since": one.since.isoformat() if one.since else None,
        "stands_in": one.stands_in,
        "open": len(one.numbers),
        "findings": one.numbers,
    }


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


@account.command("link", help="对应统一认证身份 Link an identity of another house.")
def link_account(
    name: str,
    by: By,
    subject: Annotated[str, typer.Option("--subject", help="统一认证身份；空为解除")] = "",
) -> None:
    """The identity is what a refused sign-in there shows; without one the link is taken away."""

    async def work(db: Database) -> None:
        issuer = settings().oidc_issuer
        async with db.writing("account") as session:
            await houses.link(session, name, f"{issuer} {subject}" if subject else "", clock.real(), by)

    with_database(work)
    say(f"帐号“{name}”已修改。", f"Account “{name}” changed.")


@account.command("code-off", help="停用验证码 Switch one-time codes off.")
def switch_code_off(name: str, by: By) -> None:
    """For somebody who lost the device and the recovery codes; ends their sessions."""

    async def work(db: Database) -> None:
        async with db.writing("code") as session:
            await codes.drop(session, name, clock.real(), by)
        await tell(db, settings(), name, Told.CODE_OFF)

    with_database(work)
    say(
        f"“{name}”的验证码已停用，现在只用密码登录，并可重新启用。",
        f"{name} signs in by password alone now, and can switch codes on again.",
    )


@account.command("password", help="发放初始密码 Give an initial password.")
def give_password(name: str, json: Json = False) -> None:
    """It is shown once, holds for three days, and is changed at the first sign-in."""

    async def work(db: Database) -> str:
        async with db.writing("password") as session:
            password = await passwords.give_initial(session, name, clock.real())
        await tell(db, settings(), name, Told.PASSWORD_GIVEN)
        return password

    password = with_database(work)
    if json:
        as_json({"account": name, "password": password})
        return
    say(
        f"{name} 的初始密码是 {password}，三天内有效，首次登录时须修改。请当面或以其他方式告知本人。",
        f"The initial password of {name} is {password}. It holds for three days and is changed at the first "
        "sign-in. Tell it to its owner in person.",
    )
