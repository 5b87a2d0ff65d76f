"""My items 我的事项: what I, or whom I stand in for, have to do now, the worst first, and what is next."""

from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from models.mine import MOST, Mine, mine
from models.questions import Row
from models.rules.trade import trade
from policy.roles import ROLES_FOR
from policy.stages import Act, Stage
from policy.turns import Urgency, next_act, urgency
from portal.pages.paper import READ, Reader, Reading
from portal.pages.speech import Words
from tasks import clock

router = APIRouter()

URGENCY_WORDS: dict[Urgency, Words] = {
    Urgency.OVERDUE: ("已逾期", "Overdue"),
    Urgency.SOON: ("10日内到期", "Due within 10 days"),
    Urgency.RETURNED: ("退回整改", "Returned"),
    Urgency.NEW: ("新派发", "New"),
    Urgency.UNDER_WAY: ("办理中", "Under way"),
}
NEXT_WORDS: dict[tuple[Stage, Act], Words] = {
    (Stage.DRAFT, Act.ASSIGN): ("去派发", "Assign it"),
    (Stage.ASSIGNED, Act.ACCEPT): ("去认领，或提异议", "Accept or dispute it"),
    (Stage.DISPUTED, Act.UPHOLD): ("去复核异议", "Decide on the dispute"),
    (Stage.PLANNING, Act.FILE_PLAN): ("去报送方案", "File the plan"),
    (Stage.PLAN_REVIEW, Act.APPROVE_PLAN): ("去审核方案", "Review the plan"),
    (Stage.IN_PROGRESS, Act.REPORT_PROGRESS): ("去填报进展", "Report progress"),
    (Stage.IN_PROGRESS, Act.SUBMIT): ("去提交验收", "Submit it"),
    (Stage.RETURNED, Act.SUBMIT): ("看退回原因，补充后再提交", "See why, then submit again"),
    (Stage.PENDING_VERIFICATION, Act.PASS_VERIFICATION): ("去验收", "Verify it"),
    (Stage.PENDING_CLOSURE, Act.APPROVE_CLOSURE): ("去审批销号", "Decide on the closure"),
}
AT_ONCE = frozenset({Act.ASSIGN, Act.FILE_PLAN, Act.REPORT_PROGRESS})
"""Acts whose form is next; before the others one looks at the finding, which offers them on top."""
DECIDE: Words = ("去审批延期", "Decide on the extension")
CHECKS: tuple[tuple[Stage, Words], ...] = (
    (Stage.PENDING_VERIFICATION, ("待我验收", "To verify")),
    (Stage.DISPUTED, ("异议待复核", "Disputes to decide on")),
    (Stage.PLAN_REVIEW, ("方案待审核", "Plans to review")),
    (Stage.DRAFT, ("待派发", "To assign")),
    (Stage.PENDING_CLOSURE, ("待销号", "To close")),
)


@dataclass(frozen=True)
class Item:
    row: Row
    next: str = ""
    """What is to be done, in words; empty where others have to do it."""
    link: str = ""
    """Where it is done."""
    waited: str = ""


@dataclass(frozen=True)
class Group:
    name: str
    heading: str
    items: list[Item]
    is_cut: bool = False
    """There are more than are shown."""
    is_in_bulk: bool = False
    """They may also be done all at once, on a page of their own."""


@router.api_route("/mine", methods=READ)
async def my_items(reader: Reading) -> HTMLResponse:
    person = reader.visitor.person if reader.visitor else 0
    rules = (await trade(reader.db)).rules
    async with reader.db.reading() as session:
        found = await mine(session, reader.sight, person, rules, clock.today())
    return reader.page(
        "mine.html",
        mine=found,
        to_do=to_do(reader, found),
        to_check=to_check(reader, found),
        waiting=[Item(row, waited=waited(reader, row)) for row in found.waiting],
        assisting=[assisted(reader, row, found) for row in found.assisting],
        most=MOST,
        has_posts=bool(reader.sight.posts),
        may_open=reader.has(*ROLES_FOR[Act.OPEN]),
    )


def to_do(reader: Reader, found: Mine) -> list[Group]:
    groups: dict[Urgency, list[Item]] = {each: [] for each in Urgency}
    for row in found.to_do:
        deadline = date.fromisoformat(row["deadline"]) if row["deadline"] else None
        groups[urgency(Stage(row["stage"]), deadline, clock.today())].append(item(reader, row))
    return [
        Group(each.name.lower(), reader.speech.of(URGENCY_WORDS[each]), items)
        for each, items in groups.items()
        if items
    ]


def to_check(reader: Reader, found: Mine) -> list[Group]:
    """What waits for me as verifier, inspector or approver; extensions first, as a deadline hangs on them."""
    groups = []
    if found.to_decide:
        decide = reader.speech.of(DECIDE)
        items = [Item(row, decide, reader.finding(row["number"])) for row in found.to_decide]
        heading = reader.speech.say("延期待审批", "Extensions to decide on")
        groups.append(Group("extensions", heading, items, "to_decide" in found.is_cut))
    for stage, words in CHECKS:
        items = [item(reader, row, is_check=True) for row in found.to_check if row["stage"] == stage]
        if items:
            in_bulk = stage is Stage.PENDING_CLOSURE and len(items) > 1
            groups.append(Group(stage.value, reader.speech.of(words), items, is_in_bulk=in_bulk))
    return groups


def item(reader: Reader, row: Row, *, is_check: bool = False) -> Item:
    stage = Stage(row["stage"])
    act = next_act(stage, row["percent"] or 0)
    words = reader.speech.of(NEXT_WORDS[stage, act])
    at = reader.finding(row["number"])
    if act in AT_ONCE:
        at = reader.link(f"/findings/{row['number']}/acts/{act.value}")
    return Item(row, words, at, waited(reader, row) if is_check else "")


def assisted(reader: Reader, row: Row, found: Mine) -> Item:
    """With a way to report one's own share, where there is work going on."""
    if row["number"] not in found.to_report:
        return Item(row)
    words = reader.speech.say("填报本单位进展", "Report our share")
    return Item(row, words, reader.link(f"/findings/{row['number']}/acts/{Act.REPORT_PROGRESS.value}"))


def waited(reader: Reader, row: Row) -> str:
    days = row["days_since"]
    return reader.speech.say(f"已等{days}日", f"waiting {days} days") if days > 0 else ""
