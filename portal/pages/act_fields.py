"""What each act asks of a person, as one table, and what they typed as the words of an act."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any

from models.orders import ActWords, words_of
from models.staff.choices import PostChoice
from policy.acts import outcome_amount
from policy.ledger_rows import UNIT_OF, Metric, Outcome
from policy.refusals import BadInput
from policy.roles import FITTING, OWNERS, Role
from policy.stages import Act
from portal.pages.forms import Sent
from portal.pages.speech import Words


class Kind(StrEnum):
    """How a field is drawn."""

    LINE = "line"
    LONG = "long"
    DAY = "day"
    PERCENT = "percent"
    POST = "post"
    TYPE = "type"
    TICK = "tick"
    FILES = "files"
    MEASURES = "measures"
    MEASURE = "measure"
    OUTCOMES = "outcomes"
    EVIDENCE = "evidence"


@dataclass(frozen=True)
class Field:
    name: str
    label: Words
    kind: Kind = Kind.LONG
    must: bool = False
    hint: Words = ("", "")
    roles: frozenset[Role] = frozenset()
    """Posts with one of these are offered."""
    fold: Words = ("", "")
    """What it stands under, folded away, where it is seldom needed."""


NOTHING: Words = ("", "")
REASON = Field("reason", ("理由", "Reason"), must=True)
NOTE = Field("text", ("说明", "Remarks"))
OWNER = Field("owner", ("责任单位和责任人岗位", "Responsible unit and post"), Kind.POST, must=True)
DEADLINE = Field(
    "deadline",
    ("完成时限", "Deadline"),
    Kind.DAY,
    hint=("不填则按规则计算。", "Left empty, it is counted by the rules."),
)


def placed(name: str, label: Words) -> Field:
    return Field(name, label, Kind.POST, roles=FITTING[name])


PLACING = (
    placed("verifier", ("验收人", "Verifier")),
    placed("responsible_leader", ("责任领导", "In-charge leader")),
    placed("lead_leader", ("牵头领导", "Lead leader")),
    placed("supervisor", ("督办人", "Supervisor")),
    Field(
        "assisting",
        ("协办单位", "Assisting units"),
        Kind.LINE,
        hint=("几个单位用顿号隔开。", "Several are parted by commas."),
    ),
)
INVOLVED: Words = ("涉及金额？", "Is it about money?")
MONEY = (
    Field(
        "involves_money",
        ("涉及金额，须凭票据、全额验收", "It is about money: settled by vouchers, and in full"),
        Kind.TICK,
        fold=INVOLVED,
    ),
    Field(
        "amount_involved",
        ("涉及金额（万元）", "Amount (10,000 yuan)"),
        Kind.LINE,
        hint=("金额未定的可不填。", "Empty where it is not known."),
        fold=INVOLVED,
    ),
)
FALLING: Words = ("进度比上次低？", "Is it less than before?")
CONTINUING: Words = ("短期办不完，转为持续整改？", "To be kept up: turn it into continuing rectification?")
OUTCOMES = Field(
    "outcomes",
    ("成效数据", "Outcome figures"),
    Kind.OUTCOMES,
    fold=("成效数据（合同、债务等）", "Outcome figures (contracts, debt …)"),
    hint=("只填有的；写数字即可。", "Only those there are; a number will do."),
)
NEXT_REVIEW = Field(
    "next_review_on",
    ("下次复核日期", "Next look-back"),
    Kind.DAY,
    hint=("须长期坚持的才填；不填则按规则。", "For what is to be kept up; by the rules if left empty."),
)


def owner(hint: Words = NOTHING) -> Field:
    return Field(OWNER.name, OWNER.label, Kind.POST, must=True, hint=hint, roles=OWNERS)


TYPE = Field("deadline_type", ("时限类型", "Kind of deadline"), Kind.TYPE)
FIELDS: dict[Act, tuple[Field, ...]] = {
    Act.ASSIGN: (
        owner(),
        TYPE,
        DEADLINE,
        Field(
            "reason",
            ("另定时限的理由", "Why another deadline"),
            Kind.LINE,
            hint=("时限与规则不同才填。", "Only if it is not the one by the rules."),
        ),
        *PLACING,
        *MONEY,
    ),
    Act.ACCEPT: (),
    Act.DISPUTE: (Field("reason", ("异议理由", "Why it is not yours"), must=True),),
    Act.UPHOLD: (Field("reason", ("复核意见", "Why it stays")),),
    Act.REASSIGN: (
        owner(),
        Field("deadline", ("完成时限", "Deadline"), Kind.DAY, hint=("不填则不变。", "Empty: as it is.")),
        *PLACING,
        Field(
            "reason",
            ("改派理由", "Reason"),
            hint=("另定时限的须写明理由。", "Needed for a deadline that is not the one by the rules."),
        ),
    ),
    Act.FILE_PLAN: (
        Field(
            "objective",
            ("整改目标", "Objective"),
            hint=("做到什么程度算整改到位。", "What will be so when it is put right."),
        ),
        Field("measures", ("整改措施", "Measures"), Kind.MEASURES, must=True),
    ),
    Act.APPROVE_PLAN: (NOTE,),
    Act.RETURN_PLAN: (
        Field(
            "reason",
            ("退回理由和修改意见", "What is to be changed"),
            must=True,
            hint=("意见一次提全。", "Everything at once."),
        ),
    ),
    Act.REPORT_PROGRESS: (
        Field(
            "text",
            ("进展情况", "What was done"),
            must=True,
            hint=("做了什么、数字多少，最多1000字。", "What was done, with figures; up to 1000 characters."),
        ),
        Field("percent", ("进度（%）", "Progress (%)"), Kind.PERCENT),
        Field("reason", ("进度降低的理由", "Why progress falls"), Kind.LINE, fold=FALLING),
        OUTCOMES,
    ),
    Act.COMPLETE_MEASURE: (Field("measure", ("办结哪一条", "Which one is done"), Kind.MEASURE, must=True),),
    Act.ATTACH_EVIDENCE: (
        Field("files", ("佐证材料", "Evidence"), Kind.FILES, must=True),
        Field("text", ("材料说明", "What it shows"), Kind.LINE),
    ),
    Act.WITHDRAW_EVIDENCE: (
        Field("file", ("撤下哪一份", "Which one"), Kind.EVIDENCE, must=True),
        Field(
            "reason",
            ("撤下理由", "Reason"),
            must=True,
            hint=(
                "如：误传、含信访人信息。不要在这里写出信访人姓名。",
                "Like: wrong file, a petitioner's data. Do not name the petitioner here.",
            ),
        ),
    ),
    Act.SUBMIT: (
        Field("result", ("整改成效", "Result"), hint=("整改后是什么样。", "How things are now.")),
        OUTCOMES,
    ),
    Act.TAKE_BACK: (Field("reason", ("撤回原因", "Reason")),),
    Act.PASS_VERIFICATION: (Field("text", ("验收意见", "Opinion")),),
    Act.RETURN_FOR_REWORK: (
        Field(
            "reason",
            ("退回理由", "Why it comes back"),
            must=True,
            hint=("不少于10个字，写清哪里不到位。", "At least 10 characters: what is wanting."),
        ),
        Field(
            "supplement",
            ("须补充的材料和要求", "What is to be supplied"),
            hint=("一行一条。", "One on each line."),
        ),
        *MONEY,
    ),
    Act.APPROVE_CLOSURE: (
        Field(
            "meeting",
            ("审议会议", "Meeting"),
            Kind.LINE,
            hint=("如：2026年第12次党委会。", "Like: 12th committee meeting of 2026."),
        ),
        Field("met_on", ("会议日期", "Held on"), Kind.DAY),
        NEXT_REVIEW,
    ),
    Act.DEFER_CLOSURE: (REASON,),
    Act.REOPEN: (
        Field("reason", ("重启原因", "Reason"), must=True),
        Field(
            "basis",
            ("重启依据", "Basis"),
            Kind.LINE,
            must=True,
            hint=("如：回头看记录、信访件编号。", "Like: minutes of the look-back, number of a petition."),
        ),
        Field(
            "deadline",
            ("新的完成时限", "New deadline"),
            Kind.DAY,
            hint=("不填则按规则从今天起算。", "Left empty, it is counted from today by the rules."),
        ),
        Field(
            "confirmed",
            (
                "确认重启：已销号的问题重新进入整改，另计时限",
                "Yes, reopen it: what was closed is rectified again, with a deadline of its own",
            ),
            Kind.TICK,
            must=True,
        ),
    ),
    Act.LOOK_BACK: (
        Field("text", ("回头看情况", "What was found"), must=True),
        NEXT_REVIEW,
    ),
    Act.WITHDRAW: (REASON,),
    Act.MERGE: (
        Field("into", ("并入的问题编号", "Number of the finding to merge into"), Kind.LINE, must=True),
        Field("reason", ("并案理由", "Reason"), must=True),
    ),
    Act.REQUEST_EXTENSION: (
        Field("reason", ("延期理由", "Reason"), must=True),
        Field("deadline", ("延期至", "Until"), Kind.DAY),
        Field(
            "sustained",
            ("转为持续整改，填下面两项", "Turn it into continuing rectification, and fill in these two"),
            Kind.TICK,
            fold=CONTINUING,
        ),
        Field("objective", ("阶段整改目标", "Goal of this stage"), Kind.LINE, fold=CONTINUING),
        Field("next_review_on", ("下次复核日期", "Next look-back"), Kind.DAY, fold=CONTINUING),
    ),
    Act.APPROVE_EXTENSION: (
        Field(
            "deadline",
            ("同意延期至", "Granted until"),
            Kind.DAY,
            hint=(
                "不填即为申请的日期；可以提前。",
                "Empty: the date asked for; an earlier one may be given.",
            ),
        ),
        NOTE,
    ),
    Act.REFUSE_EXTENSION: (REASON,),
    Act.HAND_OVER: (
        owner(("交接给哪个岗位。", "Where the work goes.")),
        Field("reason", ("交接说明", "Remarks")),
    ),
}
"""The acts that have a form of their own, and what is asked."""

OF_A_SHARE = frozenset({"text", "files"})
"""What a unit that only assists is asked; how the whole stands is not for it to say."""
SHARE: Words = (
    "您的单位协办：只写本单位做了什么。总进度、提交验收由责任单位办理。",
    "Your unit assists: say what it did itself. The responsible unit reports on the whole and submits.",
)

INTRO: dict[Act, Words] = {
    Act.ASSIGN: ("派发后责任人即收到交办单。", "Whoever is responsible is told at once."),
    Act.ACCEPT: ("认领后由您负责整改。", "Having accepted it, you see to it that it is put right."),
    Act.DISPUTE: (
        "认为不该由您单位整改，请说明理由，由检查人员复核。复核期间时限照常计算。",
        "If this is not yours, say why; the inspectors look at it again. The deadline goes on meanwhile.",
    ),
    Act.UPHOLD: ("维持原派发，退回责任人认领。", "It stays where it is, and is to be accepted."),
    Act.REASSIGN: ("改由另一个岗位整改。", "Another post is to put it right."),
    Act.FILE_PLAN: (
        "写清做什么、做到什么程度、什么时候完成。一条也可以。",
        "What will be done, how far, and by when. One measure is enough.",
    ),
    Act.APPROVE_PLAN: ("方案通过后即按方案整改。", "Work begins as planned."),
    Act.RETURN_PLAN: ("方案退回责任人修改后重报。", "The plan goes back to be changed."),
    Act.REPORT_PROGRESS: (
        "进度填到100%也不等于提交验收：办完后还要点“提交验收”。",
        "100 % is not a submission: when all is done, send it in for verification.",
    ),
    Act.COMPLETE_MEASURE: ("措施确已办完的，点“办结”。", "Tick off what is really done."),
    Act.ATTACH_EVIDENCE: (
        "会议记录、票据、照片、制度文件等，能证明整改到位的都可以。",
        "Minutes, receipts, photos, regulations: whatever shows that it was put right.",
    ),
    Act.WITHDRAW_EVIDENCE: (
        "撤下后任何人都不能再查看或下载；名称、何人何时为何撤下留在办理记录中。",
        "Nobody can see or fetch it any more; its name, and by whom, when and why, stay in the history.",
    ),
    Act.SUBMIT: (
        "提交后由验收人验收，验收前可以撤回。",
        "The verifier looks at it next. Until then you can take it back.",
    ),
    Act.TAKE_BACK: ("撤回后可以继续补充，再重新提交。", "You can add to it and send it in again."),
    Act.PASS_VERIFICATION: ("逐项核对后再通过。", "Check each item against its evidence first."),
    Act.RETURN_FOR_REWORK: (
        "退回后责任人立即收到通知；完成时限不变。",
        "Whoever is responsible is told at once; the deadline stays.",
    ),
    Act.APPROVE_CLOSURE: ("同意后此问题销号。", "The finding is closed."),
    Act.DEFER_CLOSURE: ("暂不销号，下次再议。", "It is not closed yet."),
    Act.REOPEN: ("重启后进入新一次办理，另计时限。", "A new cycle begins, with a deadline of its own."),
    Act.LOOK_BACK: ("销号后复查：问题有没有反弹。", "Whether what was closed still holds."),
    Act.WITHDRAW: (
        "误登的问题作废，不删除，保留记录；未发的函件不再发出。",
        "What was opened by mistake is kept, as withdrawn; letters not yet sent are not sent.",
    ),
    Act.MERGE: (
        "与另一问题重复的，并入该问题，由该问题继续办理。",
        "What is the same as another finding goes into that one, which goes on.",
    ),
    Act.REQUEST_EXTENSION: (
        "审批期间原时限照常计算。",
        "Until it is decided the deadline stays as it is.",
    ),
    Act.HAND_OVER: (
        "时限和办理情况不变，双方都会记入办理记录。",
        "Deadline and progress stay; both names are kept.",
    ),
}


@dataclass(frozen=True)
class Typed:
    """What somebody typed into an act's form."""

    said: Mapping[str, str] = field(default_factory=dict)

    def words(self, act: Act, posts: Iterable[PostChoice], keeping: int | None = None) -> ActWords:
        """Raises BadInput for what cannot be understood; fields the act does not ask for are not heard.

        `keeping` is the owner's post as it stands: chosen again, the unit stays what it is too.
        """
        found: dict[str, Any] = {}
        known = {str(one.id): one for one in posts}
        for each in FIELDS[act]:
            found |= self._of(each, known)
        if keeping and self.said.get(OWNER.name) == str(keeping):
            found.pop("unit", None)
        return words_of(ActWords, found)

    def _of(self, each: Field, posts: Mapping[str, PostChoice]) -> dict[str, Any]:
        value = self.said.get(each.name, "").strip()
        match each.kind:
            case Kind.MEASURES:
                return {"measures": tuple(self.measures())}
            case Kind.OUTCOMES:
                return {"outcomes": tuple(self.outcomes()), "drop_outcomes": tuple(self.emptied())}
            case Kind.FILES:
                return {}
            case Kind.MEASURE if undo := self.said.get("undo", "").strip():
                return {each.name: undo, "undone": True}
            case Kind.TICK if each.must:
                return self._confirmed(each, value)
            case Kind.TICK:
                return {each.name: bool(value)}
            case Kind.POST if value:
                return self._post(each, posts.get(value))
            case _:
                return {each.name: value} if value else {}

    def _confirmed(self, each: Field, value: str) -> dict[str, Any]:
        """What has to be ticked is no word of the act: the act itself says it."""
        if not value:
            zh, en = each.label
            raise BadInput(f"请勾选“{zh}”。", f"Tick “{en}”.")
        return {}

    def _post(self, each: Field, chosen: PostChoice | None) -> dict[str, str]:
        if chosen is None:
            raise BadInput("所选岗位已不存在，请重新选择。", "The post chosen is not there any more.")
        if each.name == OWNER.name:
            return {"unit": chosen.unit, "post": chosen.written}
        return {each.name: chosen.written}

    def measures(self) -> list[tuple[str, date | None]]:
        """The rows that say something; a date without words is a slip."""
        found: list[tuple[str, date | None]] = []
        for row in range(self.rows):
            text, day = (self.said.get(f"{name}_{row}", "").strip() for name in ("measure", "due"))
            if text or day:
                found.append((text, _day(day)))
        return found

    @property
    def rows(self) -> int:
        said = self.said.get("rows", "")
        return min(int(said), MOST_ROWS) if said.isascii() and said.isdigit() else FIRST_ROWS

    def outcomes(self) -> list[Outcome]:
        found: list[Outcome] = []
        for metric in Metric:
            said = self.said.get(f"outcome_{metric}", "").strip().replace(",", "")
            if said:
                amount, unit = outcome_amount(said if not said[-1].isdigit() else said + UNIT_OF[metric])
                found.append(Outcome(metric, amount, unit))
        return found

    def emptied(self) -> list[Metric]:
        """Figures whose field was there and holds nothing."""
        fields = {metric: self.said.get(f"outcome_{metric}") for metric in Metric}
        return [metric for metric, said in fields.items() if said is not None and not said.strip()]


FIRST_ROWS, MORE_ROWS, MOST_ROWS = 5, 5, 50


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput(
            f"日期“{text}”请写成 2026-11-20。", f"Write the date “{text}” like 2026-11-20."
        ) from error


def fields(act: Act, musts: Collection[str]) -> tuple[Field, ...]:
    """The act's fields; some that as a rule may be empty must be filled in here."""
    return tuple(replace(one, must=one.must or one.name in musts) for one in FIELDS[act])


def typed(form: Sent) -> Typed:
    return Typed(form.said)


def offered(
    asked: Field, posts: Sequence[PostChoice], stands: str = ""
) -> list[tuple[str, list[PostChoice]]]:
    """Those that fit the field, and the one that stands there, by unit, in the order they come in."""
    units: dict[str, list[PostChoice]] = {}
    for one in posts:
        if one.roles & asked.roles or str(one.id) == stands:
            units.setdefault(one.unit, []).append(one)
    return list(units.items())


def folded(fields: Sequence[Field], given: Mapping[str, str]) -> list[tuple[Words, list[Field], bool]]:
    """The fields in order, those side by side under one heading together, and whether they are unfolded."""
    groups = [(fold, list(group)) for fold, group in groupby(fields, key=lambda one: one.fold)]
    return [(fold, group, any(_is_given(one, given) for one in group)) for fold, group in groups]


def _is_given(each: Field, given: Mapping[str, str]) -> bool:
    if each.kind is Kind.OUTCOMES:
        return any(given.get(f"outcome_{metric}") for metric in Metric)
    return bool(given.get(each.name))
