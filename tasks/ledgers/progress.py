"""How far a finding is: from its stage, or else from what the ledger says of completion and closure."""

import re
from datetime import date

from policy.ledger_rows import LedgerRow
from policy.refusals import BadInput
from policy.stages import Stage
from policy.timelimits import read_day
from tasks.ledgers.lines import Line
from tasks.ledgers.sheets import Cell, half_width
from tasks.ledgers.words import NOT_CLOSED, passed, stage_word

ENDED = (Stage.WITHDRAWN, Stage.MERGED)
WRITTEN_DATE = re.compile(r"\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?")


def stage_of(line: Line) -> Stage | None:
    """The stage that the column of stages names, if it does."""
    return stage_word(line.text("stage"))[0]


def move_words(line: Line) -> None:
    """整改进度 is per cent in some ledgers; words under it are a stage or progress."""
    cell = line.cell("percent")
    if not cell.text or re.search(r"\d", cell.text) or "%" in half_width(line.header.text_of("percent")):
        return
    del line.cells["percent"]
    if any(stage_word(cell.text)) and "stage" not in line.cells:
        line.cells["stage"] = cell
    else:
        line.cells["progress"] = Cell("\n".join(t for t in (line.text("progress"), cell.text) if t))


def fill_stage(row: LedgerRow, line: Line) -> None:
    """The stage: named, implied by closure, or derived; completion is not closure."""
    stage, done = named_stage(line)
    stated = completion(row, line)
    struck, on = closure(line)
    row.closed_on = row.closed_on or on
    stage = stage or (None if done else stated[0])
    row.stage = decided(row, line, stage, done or stated[1], struck)


def decided(row: LedgerRow, line: Line, stage: Stage | None, done: bool, struck: bool) -> Stage:
    if row.closed_on is not None or struck:
        return closed(row, line, stage)
    if stage is Stage.CLOSED:
        return closed(row, line, stage)
    if stage is not None:
        return stage
    if done:
        return completed(row, line)
    return derived(row, line)


def named_stage(line: Line) -> tuple[Stage | None, bool]:
    stage, done = stage_word(line.text("stage"))
    if line.text("stage") and stage is None and not done:
        line.error(
            "stage",
            "状态不认识。可填：待派发、待认领、整改中、待验收、退回整改、待销号、已销号、作废、并案。",
            "The stage is not known. Use 待认领, 整改中, 待验收, 退回整改, 待销号, 已销号 and the like.",
        )
    return stage, done


def completion(row: LedgerRow, line: Line) -> tuple[Stage | None, bool]:
    """是否完成, 完成情况: yes, no, or free words, which are progress."""
    text = line.text("done")
    stage, done = stage_word(text)
    if not text or stage or done:
        return stage, done
    if half_width(line.header.text_of("done")).startswith("是否"):
        line.error("done", "只能填“是”或“否”。", "Yes (是) or no (否) is wanted.")
    else:
        row.progress = "\n".join(t for t in (row.progress, text) if t)
    return None, False


def closure(line: Line) -> tuple[bool, date | None]:
    """销号情况: (struck off, on which day)."""
    text = half_width(line.text("closure"))
    if not text or text in NOT_CLOSED:
        return False, None
    try:
        if line.cell("closure").day is not None:
            return True, line.cell("closure").day
        if found := WRITTEN_DATE.search(text):
            return True, read_day(found[0])
    except BadInput as refusal:
        line.error("closure", refusal.zh, refusal.en)
        return False, None
    stage, _ = stage_word(text)
    if stage is Stage.CLOSED or text in ("是", "√", "TRUE"):
        return True, None
    line.error("closure", "只能填“已销号”“未销号”或销号日期。", "已销号, 未销号 or a date is wanted.")
    return False, None


def closed(row: LedgerRow, line: Line, stage: Stage | None) -> Stage:
    if stage in ENDED:
        return stage
    if stage not in (None, Stage.CLOSED):
        column = "closed_on" if row.closed_on else "closure"
        said = line.text("stage") or line.text("done")
        line.error(column, f"已填销号，状态却是“{said}”。", f"Closed, but the stage is {stage}.")
    elif row.closed_on is None and not line.text("closed_on"):
        where = "closed_on" if "closed_on" in line.header.fields or stage is None else "stage"
        line.error(where, "已销号却没有销号日期。", "Closed, but without the date of closure.")
    if not line.text("stage"):
        by_default(line)
    return Stage.CLOSED


def by_default(line: Line) -> None:
    zh = "由销号日期、验收结论和进展判断。"
    line.default("stage", zh, "judged by the date of closure, the verdict and the progress.")


def completed(row: LedgerRow, line: Line) -> Stage:
    """Said to be done by the unit: to be verified, or, once that is passed, to be closed."""
    stage = Stage.PENDING_CLOSURE if passed(row.verdict) else Stage.PENDING_VERIFICATION
    zh = "待销号" if stage is Stage.PENDING_CLOSURE else "待验收"
    column = "stage" if line.text("stage") else "done"
    line.derived("stage", column, f"完成不等于销号，按“{zh}”读入。", f"Done is not closed: taken as {stage}.")
    return stage


def derived(row: LedgerRow, line: Line) -> Stage:
    """No stage is named."""
    if not line.text("stage"):
        by_default(line)
    verdict = passed(row.verdict)
    if verdict is not None:
        return Stage.PENDING_CLOSURE if verdict else Stage.RETURNED
    if row.submitted_on is not None:
        return Stage.PENDING_VERIFICATION
    if row.progress or row.percent:
        return Stage.IN_PROGRESS
    return Stage.ASSIGNED if row.lead_unit and row.owner_post else Stage.DRAFT
