"""Commands about findings: import, open, list, show, act, check."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from models import checks, ledger, opening, questions
from models.database import Database
from models.importing import intake
from models.importing.desk import Difference, Taken, Wanted
from models.keeping import files
from models.ledger import Receipt
from models.orders import ActWords, OpenWords, Order, words_of
from models.rules.trade import trade
from models.settings import settings
from models.staff.book import account_named
from policy.deadlines import DeadlineType
from policy.ledger_rows import Remark
from policy.lights import Light
from policy.refusals import BadInput, NotFound
from policy.stages import Act, Stage
from policy.words import ACT_WORDS, DEADLINE_TYPE_WORDS, STAGE_WORDS, light_in_words
from portal.cli import printing, runs
from portal.cli.printing import as_json, listing, say, table, words
from portal.cli.running import folder, with_database
from portal.pages.speech import Speech
from tasks import clock
from tasks.ledgers.reading import read_ledger

Json = Annotated[bool, typer.Option("--json", help="JSON")]
By = Annotated[str, typer.Option("--by", help="帐号 The account that acts.")]
Sets = Annotated[list[str] | None, typer.Option("--set", help="KEY=VALUE", metavar="KEY=VALUE")]

IMPORTER = "导入"


def add_to(app: typer.Typer) -> None:
    app.command("import", help="导入台账 Take in a ledger (xlsx, csv).")(import_ledger)
    app.command("open", help="登记一个问题 Open one finding.")(open_one)
    app.command("list", help="问题清单 List findings.")(list_findings)
    app.command("show", help="查看一个问题 Show one finding.")(show)
    app.command("act", help="办理 Do one act.")(act)
    app.command("check", help="核对 Check the invariants.")(check)


def import_ledger(
    file: Path,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="只检查不保存 Store nothing.")] = False,
    skip_bad_rows: Annotated[bool, typer.Option("--skip-bad-rows", help="跳过有误的行")] = False,
    create_units: Annotated[bool, typer.Option("--create-units", help="新建未登记的单位和岗位")] = False,
    update: Annotated[bool, typer.Option("--update", help="以本表为准更新 Replace what differs.")] = False,
    source: Annotated[str, typer.Option("--source", help="问题来源（表中没有时）")] = "",
    by: Annotated[str, typer.Option("--by", help="帐号 In whose name.")] = "",
    json: Json = False,
) -> None:
    """Exit code 0 if all rows are in, 1 if some, 2 if none."""
    wanted = Wanted(by or IMPORTER, dry_run, skip_bad_rows, create_units, update)

    async def work(db: Database) -> Taken:
        if by:
            async with db.reading() as session:
                await account_named(session, by)
        with printing.progress(("读取台账", "reading"), ("导入", "taking in")) as (begin, told):
            read = await asyncio.to_thread(read_ledger, file, today=clock.today(), source=source)
            begin()
            return await intake.take_in(db, read, wanted, clock.now(), await trade(db), told)

    taken = with_database(work)
    if json:
        as_json(_taken_json(taken))
    else:
        _print_taken(taken, wanted)
    stored = taken.imported + taken.updated + taken.unchanged if not _refused(taken, wanted) else 0
    raise typer.Exit((1 if stored else 2) if taken.errors else 0)


def _refused(taken: Taken, wanted: Wanted) -> bool:
    return bool(taken.errors) and not wanted.skip_bad_rows


def _remark(remark: Remark) -> dict[str, object]:
    reason = remark.en if printing.is_english() else remark.zh
    return {"row": remark.row, "column": remark.column, "value": remark.value, "reason": reason}


def _taken_json(taken: Taken) -> dict[str, object]:
    differences = [
        {"row": x.row, "number": x.number, "column": x.column, "old": x.old, "new": x.new}
        for x in taken.differences
    ]
    warned = [
        {"row": x.row, "column": x.column, "value": x.new, "reason": words(_differs(x))}
        for x in taken.differences
    ]
    return {
        "imported": taken.imported,
        "updated": taken.updated,
        "unchanged": taken.unchanged,
        "errors": [_remark(x) for x in taken.errors],
        "warnings": [_remark(x) for x in taken.warnings] + warned,
        "differences": differences,
    }


def _differs(difference: Difference) -> tuple[str, str]:
    old = difference.old
    return f"与已存的“{old}”不同，未更新", f"differs from the stored “{old}” and was left alone"


def _print_taken(taken: Taken, wanted: Wanted) -> None:
    for title, remarks in ((("有误", "errors"), taken.errors), (("提示", "warnings"), taken.warnings)):
        for remark in remarks:
            where_zh = f"{title[0]} 第{remark.row}行“{remark.column}”：{_valued(remark)}{remark.zh}"
            where_en = f"{title[1]}: row {remark.row} “{remark.column}”: {_valued(remark)}{remark.en}"
            say(where_zh, where_en)
    for x in taken.differences:
        say(
            f"不同 第{x.row}行 {x.number}“{x.column}”：现存“{x.old}”，表中“{x.new}”，未更新。",
            f"differs: row {x.row} {x.number} “{x.column}”: stored “{x.old}”, file “{x.new}”; left alone.",
        )
    prefix = ("试运行，未保存：", "Dry run, nothing stored: ") if wanted.dry_run else ("", "")
    say(
        f"{prefix[0]}新增{taken.imported}条，更新{taken.updated}条，未变{taken.unchanged}条，有误{len(taken.errors)}处。",
        f"{prefix[1]}{taken.imported} imported, {taken.updated} updated, {taken.unchanged} unchanged, "
        f"{len(taken.errors)} errors.",
    )
    if _refused(taken, wanted):
        say("因有错误，本次没有保存。", "Because of the errors nothing was stored.")


def _valued(remark: Remark) -> str:
    return f"“{remark.value}”" if remark.value else ""


def open_one(by: By, sets: Sets = None, json: Json = False) -> None:
    said = words_of(OpenWords, _said(sets))

    async def work(db: Database) -> Receipt:
        return await opening.open_finding(db, by, said, clock.now(), await trade(db))

    _print_receipt(with_database(work), json)


def act(
    number: str,
    what: Annotated[str, typer.Argument(metavar="ACT", help="例如 accept、submit")],
    by: By,
    sets: Sets = None,
    evidence: Annotated[list[Path] | None, typer.Option("--evidence", help="佐证文件")] = None,
    version: Annotated[int | None, typer.Option("--version", help="所见版本 The version you saw.")] = None,
    nonce: Annotated[str | None, typer.Option("--nonce", help="同一表单只办一次")] = None,
    json: Json = False,
) -> None:
    said, verb = words_of(ActWords, _said(sets)), _act(what)

    async def work(db: Database) -> Receipt:
        kept = tuple(files.keep(path, folder()) for path in evidence or ())
        order = Order(number, verb, by, said, kept, nonce, version)
        try:
            return await ledger.record(db, order, clock.now(), await trade(db))
        except NotFound:
            raise
        except BadInput as refusal:
            raise _spelled(refusal, verb, said) from refusal

    _print_receipt(with_database(work), json)


WRITTEN: dict[Act, tuple[str, ...]] = {
    Act.ASSIGN: ("unit=单位名称", "post=岗位名称"),
    Act.REASSIGN: ("post=岗位名称",),
    Act.HAND_OVER: ("post=岗位名称",),
    Act.COMPLETE_MEASURE: ("measure=1",),
    Act.MERGE: ("into=问题编号", "reason=并案理由"),
    Act.APPROVE_CLOSURE: ("meeting=第12次党委会",),
    Act.REQUEST_EXTENSION: ("deadline=2026-12-31", "reason=延期理由"),
    Act.RETURN_FOR_REWORK: ("reason=退回理由",),
    Act.FILE_PLAN: ("measures=1.措施；2.措施@2026-05-01",),
    Act.REPORT_PROGRESS: ("text=进展情况",),
}
"""How what an act asks for is written on the command line."""


def _spelled(refusal: BadInput, act: Act, said: ActWords) -> BadInput:
    """With how to write what was not said."""
    given = said.model_dump(exclude_defaults=True)
    wanting = [one for one in WRITTEN.get(act, ()) if one.partition("=")[0] not in given]
    how = " ".join(f"--set {one}" for one in wanting)
    return BadInput(f"{refusal.zh}写法：{how}", f"{refusal.en} Write: {how}") if how else refusal


HIDDEN = frozenset({Act.OPEN, Act.AMEND, Act.RECOMPUTE})


def _act(text: str) -> Act:
    """An act by its identifier, or by its Chinese name."""
    by_name = {zh: one for one, (zh, _) in ACT_WORDS.items()}
    known = {one.value: one for one in Act if one not in HIDDEN} | by_name
    found = known.get(text) or known.get(text.replace("-", "_"))
    if found is None:
        names = "、".join(one.value for one in Act if one not in HIDDEN)
        raise BadInput(
            f"没有“{text[:60]}”这种办理。可以是：{names}。", f"There is no act “{text[:60]}”: {names}."
        )
    return found


def _said(sets: Sequence[str] | None) -> dict[str, Any]:
    """`KEY=VALUE` pairs; a key given again adds to the one before."""
    said: dict[str, Any] = {}
    for pair in sets or ():
        key, equals, value = pair.partition("=")
        if not equals:
            raise BadInput(f"“{pair[:60]}”应写成 KEY=VALUE。", f"“{pair[:60]}” should be KEY=VALUE.")
        key = {"owner_post": "post", "lead_unit": "unit"}.get(key.strip(), key.strip())
        said[key] = f"{said[key]}；{value}" if key in said else value
    return said


def _print_receipt(receipt: Receipt, json: bool) -> None:
    stage = STAGE_WORDS[receipt.stage]
    if json:
        as_json(
            {
                "number": receipt.number,
                "seq": receipt.seq,
                "act": receipt.act.value,
                "stage": receipt.stage.value,
                "hash": receipt.hash,
            }
        )
        return
    zh, en = ACT_WORDS[receipt.act]
    say(
        f"{receipt.number}：{zh}已办理，现为“{stage[0]}”（第{receipt.seq}条记录）。",
        f"{receipt.number}: {en} recorded as event {receipt.seq}; now “{stage[1]}”.",
    )


def list_findings(
    overdue: Annotated[bool, typer.Option("--overdue", help="只列逾期 Overdue only.")] = False,
    unit: Annotated[str, typer.Option("--unit", help="责任单位及下级 A unit and those below.")] = "",
    json: Json = False,
) -> None:
    async def work(db: Database) -> list[questions.Row]:
        async with db.reading() as session:
            return await questions.listed(session, clock.today(), overdue=overdue, unit=unit)

    listing(
        with_database(work), LIST_COLUMNS, _list_row, ("没有符合条件的问题。", "No such finding."), json=json
    )


LIST_COLUMNS = (
    ("编号", "number"),
    ("问题", "finding"),
    ("责任单位", "unit"),
    ("责任人", "owner post"),
    ("状态", "stage"),
    ("完成时限", "deadline"),
    ("预警", "light"),
)


def _list_row(row: questions.Row) -> tuple[printing.Cell, ...]:
    title = f"（涉密）{row['title']}" if row["confidential"] else row["title"]
    deadline = _deadline(row)
    texts = (row["number"], title, row["unit"], row["owner_post"], _stage(row), deadline)
    return (*texts, printing.coloured(row["light"], _light(row)))


def _deadline(row: questions.Row) -> str:
    return (row["deadline"] or "—") + (words(("（暂定）", " (provisional)")) if row["provisional"] else "")


def _stage(row: questions.Row) -> str:
    stage = words(STAGE_WORDS[Stage(row["stage"])])
    more = [f"第{row['cycle']}周期"] if row["cycle"] > 1 else []
    more += [f"第{row['round']}轮"] if row["round"] > 1 else []
    return stage + (f"（{'、'.join(more)}）" if more else "")


def _light(row: questions.Row) -> str:
    its, stage = Light(row["light"]), Stage(row["stage"])
    return words(light_in_words(its, row["days_left"], stage, is_late=row["late"]))


def show(number: str, json: Json = False) -> None:
    async def work(db: Database) -> questions.Row:
        async with db.reading() as session:
            finding = await ledger.find(session, number)
            row = await questions.shown(session, finding, clock.today())
        row["run"] = await runs.seen(row["run"])
        return row

    row = with_database(work)
    if json:
        as_json(row)
    else:
        _print_finding(row)


def _print_finding(row: questions.Row) -> None:
    speech = Speech(settings().language)
    kind = words(DEADLINE_TYPE_WORDS[DeadlineType(row["deadline_type"])])
    facts = (
        (("问题", "finding"), f"{row['number']} {row['title']}"),
        (("来源", "source"), " ".join(filter(None, (row["source"], row["round_name"], row["source_doc"])))),
        (("具体表现", "condition"), row["condition"]),
        *([(("涉及金额", "involves money"), speech.amount(row))] if row["involves_money"] else []),
        (("责任", "responsible"), f"{row['unit']} {row['owner_post']}"),
        (("督办 · 验收", "supervisor · verifier"), f"{row['supervisor']} · {row['verifier']}"),
        (("状态", "stage"), _stage(row)),
        (("时限", "deadline"), f"{kind} {_deadline(row)} {_light(row)}"),
        *([(("下次复核", "next look-back"), _review(row))] if row["next_review_on"] else []),
        (("进展", "progress"), f"{row['percent']}% {row['progress']}"),
    )
    table((("项目", "item"), ("内容", "content")), [(words(name), text) for name, text in facts])
    for title, columns, rows in _sections(row):
        if rows:
            table(columns, rows, title=words(title))
    run = row["run"]
    if run:
        say(f"运行：{run['url']} {run['state_name'] or ''}", f"run: {run['url']} {run['state_name'] or ''}")


def _review(row: questions.Row) -> str:
    mark = words(("（暂定）", " (provisional)")) if row["review_provisional"] else ""
    return f"{row['next_review_on']}{mark}"


def _sections(row: questions.Row) -> Sequence[tuple[Any, Any, list[tuple[str, ...]]]]:
    speech = Speech(settings().language)
    return (
        (
            ("整改措施", "measures"),
            (("序号", "no."), ("措施", "measure"), ("期限", "due"), ("完成", "done")),
            [(str(x["seq"]), x["text"], x["due_on"] or "", x["done_on"] or "") for x in row["measures"]],
        ),
        (
            ("佐证材料", "evidence"),
            (("编号", "id"), ("文件", "file"), ("校验", "hash")),
            [_file_row(x) for x in row["evidence"]],
        ),
        (
            ("延期申请", "extensions"),
            (
                ("申请", "asked"),
                ("申请人", "by"),
                ("由", "from"),
                ("延至", "until"),
                ("结果", "outcome"),
                ("理由", "reason"),
            ),
            [
                (x["asked_on"], x["asked_by"], x["deadline"], x["asked_for"], speech.decision(x), x["reason"])
                for x in row["extension_requests"]
            ],
        ),
        (
            ("办理记录", "events"),
            (
                ("序号", "no."),
                ("时间", "at"),
                ("办理", "act"),
                ("帐号", "by"),
                ("状态", "to"),
                ("理由", "reason"),
            ),
            [_event_row(x) for x in row["events"]],
        ),
        (
            ("函件", "letters"),
            (("日期", "date"), ("函件", "letter"), ("主送", "to"), ("状态", "state")),
            [
                (x["date"], speech.document(x["rung"]), _to(x, speech), speech.letter_state(x["state"]))
                for x in row["letters"]
            ],
        ),
        (
            ("邮件", "mails"),
            (("收件", "to"), ("主题", "subject"), ("状态", "state")),
            [(x["recipient"], x["subject"], speech.mail_state(x["state"])) for x in row["mails"]],
        ),
    )


def _file_row(file: questions.Row) -> tuple[str, ...]:
    name = file["name"] + (words(("（已撤下）", " (withdrawn)")) if file["withdrawn_event"] else "")
    return str(file["id"]), name, file["sha256"][:12] or words(("台账所列", "named only"))


def _to(letter: questions.Row, speech: Speech) -> str:
    lent = speech.reached(letter)
    return "、".join(letter["to"]) + (f"（{lent}）" if lent else "")


def _event_row(event: questions.Row) -> tuple[str, ...]:
    act_word = words(ACT_WORDS[Act(event["act"])]) + (words(("（导入）", " (imported)")) * event["imported"])
    stage = words(STAGE_WORDS[Stage(event["to"])])
    speech = Speech(settings().language)
    reason = "；".join(filter(None, (*speech.hands(event), event["reason"])))
    return str(event["seq"]), speech.moment(event["at"]), act_word, event["by"], stage, reason


def check(json: Json = False) -> None:
    """The invariants; exit code 1 and a line each for what is broken."""

    async def work(db: Database) -> list[checks.Invariant]:
        found = await checks.check(db, folder(), clock.now(), clock.real())
        return [*found, *await runs.squared(db, settings())]

    found = with_database(work)
    ok = all(one.ok for one in found)
    if json:
        shown = [{"name": one.name, "ok": one.ok, "broken": one.broken} for one in found]
        as_json({"ok": ok, "invariants": shown})
    else:
        for one in found:
            say(f"{'正常' if one.ok else '异常'} {one.zh}", f"{'ok' if one.ok else 'BROKEN'} {one.name}")
            for line in one.broken:
                say(f"  {line}", f"  {line}")
    raise typer.Exit(0 if ok else 1)
