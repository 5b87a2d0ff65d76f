"""Commands about the working-day calendar: show, import a year's notice, days of a unit's own."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from models.database import Database
from models.questions import Row
from models.rules import almanac, announcing
from models.rules.announcing import Announced
from models.rules.recomputing import Move, What
from policy.ledger_rows import Remark
from policy.refusals import BadInput
from policy.timelimits import EARLIEST, LATEST, read_day
from policy.years import DayKind, Special
from portal.cli.findings import Json
from portal.cli.printing import as_json, is_english, say, table, words
from portal.cli.running import with_database
from tasks import clock
from tasks.year_file import LONGEST_LABEL, read_year

calendar = typer.Typer(help="工作日历 The working-day calendar.", no_args_is_help=True)
By = Annotated[str, typer.Option("--by", help="帐号 The account that acts.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="只列出变动不保存 List what moves, store nothing.")]
WEEKDAYS = (
    ("一", "Mon"),
    ("二", "Tue"),
    ("三", "Wed"),
    ("四", "Thu"),
    ("五", "Fri"),
    ("六", "Sat"),
    ("日", "Sun"),
)
KINDS = {DayKind.OFF: ("放假", "off"), DayKind.WORK: ("上班", "work")}
WHAT = {What.DEADLINE: ("完成时限", "deadline"), What.REVIEW: ("下次复核", "look-back")}


class Keeping(StrEnum):
    """How a unit is to keep a day; `none` takes back what was said of it."""

    OFF = "off"
    WORK = "work"
    NONE = "none"


def add_to(app: typer.Typer) -> None:
    app.add_typer(calendar, name="calendar")


@calendar.command("show", help="查看日历 Announced years, or one year's days.")
def show(
    year: Annotated[int | None, typer.Argument(min=EARLIEST, max=LATEST)] = None,
    unit: Annotated[str, typer.Option("--unit", help="单位 As this unit keeps it.")] = "",
    json: Json = False,
) -> None:
    async def work(db: Database) -> list[Row] | Row:
        async with db.reading() as session:
            return await (almanac.years(session) if year is None else almanac.year(session, year, unit))

    if unit and year is None:
        raise BadInput("请写明年份，如 rectify calendar show 2026 --unit 甲村。", "Name a year, like 2026.")
    found = with_database(work)
    if json:
        as_json(found)
    elif isinstance(found, list):
        _print_years(found)
    else:
        _print_year(found)


def _print_years(rows: list[Row]) -> None:
    columns = (
        ("年份", "year"),
        ("平日放假", "weekdays off"),
        ("周末上班", "weekends worked"),
        ("工作日", "workdays"),
        ("依据", "source"),
        ("导入", "by"),
    )
    keys = ("year", "off", "work", "workdays", "source", "by")
    table(columns, [tuple(str(row[key]) for key in keys) for row in rows])


def _print_year(row: Row) -> None:
    year = row["year"]
    columns = (("日期", "date"), ("星期", "weekday"), ("安排", "kept"), ("名称", "label"), ("单位", "unit"))
    table(columns, [_day(day) for day in row["days"]])
    if not row["known"]:
        say(
            f"{year}年的放假安排尚未导入：只按周一至周五和固定节日估算，落在该年的时限为暂定。",
            f"{year} is not announced yet: Monday–Friday less fixed holidays; its dates are provisional.",
        )
        return
    say(
        f"{year}年共{row['workdays']}个工作日。依据：{row['source']}",
        f"{row['workdays']} workdays. {row['source']}",
    )


def _day(row: Row) -> tuple[str, ...]:
    weekday = words(WEEKDAYS[date.fromisoformat(row["date"]).weekday()])
    return row["date"], weekday, words(KINDS[DayKind(row["kind"])]), row["label"], row["unit"]


@calendar.command("import", help="导入一年的放假安排 Take in a year's notice (csv, xlsx).")
def import_year(
    file: Path,
    source: Annotated[str, typer.Option("--source", help="文号 The notice's reference.")] = "",
    by: By = "",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """Exit code 0 if the year is in, or would be; 2 if the file has errors."""
    _named(by, dry_run=dry_run)
    notice, errors, warnings = read_year(file, source.strip()[:200])
    if notice is None:
        _refuse(errors, json=json)
        return

    async def work(db: Database) -> Announced:
        return await announcing.announce(db, notice, by, clock.now(), dry_run=dry_run)

    done = with_database(work)
    off = sum(special.kind is DayKind.OFF for special in notice.days.values())
    if json:
        head = {"year": notice.year, "source": notice.source, "off": off, "work": len(notice.days) - off}
        as_json(
            {**head, **_done(done, dry_run=dry_run), "errors": [], "warnings": [_remark(x) for x in warnings]}
        )
        return
    _print_remarks(("提示", "note"), warnings)
    say(
        f"{notice.year}年：平日放假{off}天，周末上班{len(notice.days) - off}天。",
        f"{notice.year}: {off} weekdays off, {len(notice.days) - off} weekend days worked.",
    )
    _print_done(done, dry_run=dry_run)


def _named(by: str, *, dry_run: bool) -> None:
    if not by and not dry_run:
        raise BadInput("请用 --by 写明由谁办理。", "Say with --by who does it.")


def _refuse(errors: list[Remark], *, json: bool) -> None:
    if json:
        as_json({"errors": [_remark(x) for x in errors]})
    else:
        _print_remarks(("有误", "error"), errors)
        say("因有错误，本次没有保存。", "Because of the errors nothing was stored.")
    raise typer.Exit(2)


def _remark(x: Remark) -> Row:
    return {"row": x.row, "column": x.column, "value": x.value, "reason": x.en if is_english() else x.zh}


def _print_remarks(title: tuple[str, str], remarks: list[Remark]) -> None:
    for x in remarks:
        say(f"{title[0]} 第{x.row}行“{x.value}”：{x.zh}。", f"{title[1]}: row {x.row} “{x.value}” {x.en}.")


@calendar.command("local", help="单位另行安排的一天 A day that a unit keeps in its own way.")
def local(
    unit: str,
    day: str,
    kind: Annotated[Keeping, typer.Argument(help="off 放假 | work 上班 | none 撤销")],
    label: Annotated[str, typer.Option("--label", help="名称 What the day is called.")] = "",
    by: By = "",
    dry_run: DryRun = False,
    json: Json = False,
) -> None:
    """It counts for the unit and all below it, from the moment it is said."""
    _named(by, dry_run=dry_run)
    on = read_day(day)
    special = None if kind is Keeping.NONE else Special(DayKind(kind.value), label.strip()[:LONGEST_LABEL])

    async def work(db: Database) -> Announced:
        return await announcing.keep_local(db, unit, on, special, by, clock.now(), dry_run=dry_run)

    done = with_database(work)
    if json:
        as_json({"unit": unit, "date": on.isoformat(), "kind": kind.value, **_done(done, dry_run=dry_run)})
        return
    _print_done(done, dry_run=dry_run)


def _done(done: Announced, *, dry_run: bool) -> Row:
    moved, confirmed = _parted(done)
    return {
        "dry_run": dry_run,
        "changed": done.changed,
        "moved": [_move(move) for move in moved],
        "confirmed": [_move(move) for move in confirmed],
    }


def _move(move: Move) -> Row:
    return {
        "number": move.number,
        "unit": move.unit,
        "what": move.what.value,
        "old": move.old.isoformat(),
        "new": move.new.isoformat(),
        "nominal": move.nominal.isoformat(),
        "provisional": move.provisional,
        "why": move.why.en if is_english() else move.why.zh,
    }


def _parted(done: Announced) -> tuple[list[Move], list[Move]]:
    """Those on another day, and those that only are certain now."""
    return [x for x in done.moves if x.is_moved], [x for x in done.moves if not x.is_moved]


def _print_done(done: Announced, *, dry_run: bool) -> None:
    moved, confirmed = _parted(done)
    columns = (
        ("编号", "number"),
        ("单位", "unit"),
        ("日期", "date"),
        ("原为", "old"),
        ("现为", "new"),
        ("原因", "why"),
    )
    if done.moves:
        table(columns, [_row(move) for move in (*moved, *confirmed)])
    zh, en = ("试运行，未保存：", "Dry run, nothing stored: ") if dry_run else ("", "")
    if not done.changed:
        say(f"{zh}日历没有变化。", f"{en}the calendar is as it was.")
    say(
        f"{zh}变动日期{len(moved)}个，确认不变{len(confirmed)}个。",
        f"{en}{len(moved)} dates moved, {len(confirmed)} confirmed as they were.",
    )


def _row(move: Move) -> tuple[str, ...]:
    new = f"{move.new}{words(('（暂定）', ' (provisional)')) if move.provisional else ''}"
    if not move.is_moved:
        new = words(("确认", "confirmed"))
    why = words((move.why.zh, move.why.en))
    return move.number, move.unit, words(WHAT[move.what]), str(move.old), new, why
