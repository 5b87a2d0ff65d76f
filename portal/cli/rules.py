"""Commands about the rules: show, check, use, list, move."""

from pathlib import Path
from typing import Annotated

import typer

from models.database import Database
from models.rules import moving, ruling, trade
from models.rules.moving import Moving, Wanted
from models.rules.recomputing import Move
from models.rules.rulebook import RuleBook
from models.rules.ruling import Ruling
from policy.office import OFFICE
from policy.refusals import BadInput
from policy.rulebook.file import BadRules, Fault, read
from policy.rulebook.words import Change, place_words
from portal.cli.calendars import WHAT
from portal.cli.findings import By, Json
from portal.cli.printing import as_json, is_english, line, refuse_line, say, table, words
from portal.cli.running import with_database
from tasks import clock
from tasks.letters.words import KINDS
from tasks.rules_file import read_text

rules = typer.Typer(help="整改规则 The rules: time limits, steps, letters.", no_args_is_help=True)
Dry = Annotated[bool, typer.Option("--dry-run", help="只看不办 Say what would change, and change nothing.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(rules, name="rules")


@rules.command("show", help="显示规则 Print the rules in force, as a file.")
def show(
    version: Annotated[int | None, typer.Option("--version", help="第几版 Another version.", min=1)] = None,
) -> None:
    async def work(db: Database) -> RuleBook:
        async with db.reading() as session:
            return await ruling.version_named(session, version)

    line(with_database(work).text.rstrip("\n"))


@rules.command("list", help="历次规则 Every version, and the open findings under it.")
def list_versions(json: Json = False) -> None:
    async def work(db: Database) -> tuple[list[RuleBook], dict[int, int]]:
        async with db.reading() as session:
            return await trade.versions(session), await ruling.open_under(session)

    books, under = with_database(work)
    rows = [_row(one, under.get(one.version, 0), one is books[-1]) for one in books]
    if json:
        as_json(rows)
        return
    columns = (
        ("版本", "version"),
        ("启用", "since"),
        ("由", "by"),
        ("理由", "reason"),
        ("未办结问题", "open findings"),
        ("现行", "in force"),
    )
    shipped, yes = words(("出厂设置", "as shipped")), words(("是", "yes"))
    table(
        columns,
        [
            (
                str(row["version"]),
                str(row["at"]),
                str(row["by"] or shipped),
                str(row["reason"]),
                str(row["open"]),
                yes if row["in_force"] else "",
            )
            for row in rows
        ],
    )


def _row(one: RuleBook, under: int, in_force: bool) -> dict[str, object]:
    return {
        "version": one.version,
        "at": f"{one.at.astimezone(OFFICE):%Y-%m-%d %H:%M}",
        "by": one.by,
        "reason": one.reason,
        "open": under,
        "in_force": in_force,
        "sha256": one.sha256,
    }


@rules.command("check", help="检查规则文件 Say everything that is wrong with a file of rules.")
def check(file: Path, json: Json = False) -> None:
    faults = _faults(read_text(file))
    if json:
        as_json({"ok": not faults, "faults": [_fault_json(fault) for fault in faults]})
    elif faults:
        _print_faults(faults)
    else:
        say("规则文件没有错误，可以启用。", "Nothing is wrong with these rules: they can be used.")
    raise typer.Exit(2 if faults else 0)


def _faults(text: str) -> tuple[Fault, ...]:
    try:
        read(text, version=1)
    except BadRules as refused:
        return refused.faults
    return ()


def _fault_json(fault: Fault) -> dict[str, object]:
    return {"line": fault.line, "key": fault.key, "reason": words((fault.zh, fault.en))}


def _print_faults(faults: tuple[Fault, ...]) -> None:
    for fault in faults:
        refuse_line(*fault.said)


@rules.command("use", help="启用规则 Bring a file of rules into force, for new findings.")
def use(
    file: Path,
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="理由 Why.")] = "",
    dry_run: Dry = False,
    json: Json = False,
) -> None:
    text = read_text(file)
    if faults := _faults(text):
        _print_faults(faults)
        raise typer.Exit(2)

    async def work(db: Database) -> Ruling:
        if not dry_run:
            return await ruling.use(db, text, by, reason, clock.now())
        async with db.reading() as session:
            await ruling.may_rule(session, by, clock.now())
            return await ruling.preview(session, text)

    made = with_database(work)
    if json:
        as_json(_ruling_json(made, dry_run))
        return
    _print_ruling(made, dry_run)


@rules.command("move", help="改按现行规则 Take findings over to the rules in force.")
def move(
    by: By,
    reason: Annotated[str, typer.Option("--reason", help="理由 Why.")],
    numbers: Annotated[list[str] | None, typer.Argument(metavar="NUMBER…", help="问题编号")] = None,
    every: Annotated[bool, typer.Option("--all", help="全部未办结问题 All open ones.")] = False,
    unit: Annotated[str, typer.Option("--unit", help="责任单位及下级 A unit and those below.")] = "",
    dry_run: Dry = False,
    json: Json = False,
) -> None:
    if [bool(numbers), every, bool(unit)].count(True) != 1:
        raise BadInput(
            "请写明哪些问题：编号、--unit 单位、--all，三者取其一。",
            "Say which findings: their numbers, or --unit, or --all.",
        )
    wanted = Wanted(by, reason, tuple(numbers or ()), unit)

    async def work(db: Database) -> Moving:
        way = moving.preview if dry_run else moving.move
        return await way(db, wanted, clock.now())

    done = with_database(work)
    if json:
        as_json(_moving_json(done, dry_run))
    else:
        _print_moving(done, dry_run)


def _moving_json(done: Moving, dry_run: bool) -> dict[str, object]:
    return {
        "version": done.version,
        "dry_run": dry_run,
        "numbers": done.numbers,
        "dates": [
            {
                "number": x.number,
                "what": x.what.value,
                "old": x.old.isoformat(),
                "new": x.new.isoformat(),
                "provisional": x.provisional,
            }
            for x in done.moves
            if x.is_moved
        ],
        "left": [{"number": number, "reason": words(why)} for number, why in done.left],
    }


def _print_moving(done: Moving, dry_run: bool) -> None:
    columns = (("编号", "number"), ("单位", "unit"), ("日期", "date"), ("原为", "old"), ("改为", "new"))
    moved = [x for x in done.moves if x.is_moved]
    table(columns, [(x.number, x.unit, words(WHAT[x.what]), str(x.old), _new(x)) for x in moved])
    for number, why in done.left:
        say(f"{number} 未改：{why[0]}。", f"{number} stays: {why[1]}.")
    count, dates = len(done.numbers), len(moved)
    if dry_run:
        say(
            f"{count}个问题将改按第{done.version}版规则办理，其中{dates}个日期有变；本次没有改动。",
            f"Findings that would go over to version {done.version}: {count}; dates to move: {dates}. "
            "Nothing was changed.",
        )
        return
    say(
        f"{count}个问题已改按第{done.version}版规则办理，其中{dates}个日期有变。",
        f"Findings that went over to version {done.version}: {count}; dates that moved: {dates}.",
    )


def _new(date: Move) -> str:
    return f"{date.new}{words(('（暂定）', ' (provisional)')) if date.provisional else ''}"


def _ruling_json(made: Ruling, dry_run: bool) -> dict[str, object]:
    return {
        "version": made.version,
        "in_force": not dry_run,
        "changes": [
            {"key": ".".join(x.place), "what": _place(x), "old": words(x.old), "new": words(x.new)}
            for x in made.changes
        ],
        "open": {str(version): count for version, count in made.staying.items()},
    }


def _print_ruling(made: Ruling, dry_run: bool) -> None:
    for x in made.changes:
        line(f"{_place(x)}{': ' if is_english() else '：'}{words(x.old)} → {words(x.new)}")
    if dry_run:
        say(
            f"以上{len(made.changes)}处将有变化，本次没有启用。",
            f"Values that would change: {len(made.changes)}. Nothing was brought into force.",
        )
    else:
        say(
            f"第{made.version}版规则已启用，适用于今后登记的问题。",
            f"Version {made.version} is in force for findings opened from now on.",
        )
    for version, count in made.staying.items():
        say(
            f"{count}个未办结问题仍按第{version}版规则办理。",
            f"Open findings that stay under version {version}: {count}.",
        )


def _place(change: Change) -> str:
    """A letter is named as its reader knows it."""
    found = words(place_words(change.place))
    if change.place[0] == "ladder" and (kind := KINDS.get(change.place[2])):
        found = found.replace(change.place[2], words((kind.zh.document, kind.en.document)))
    return found
