"""Values of the ledger in the reader's words: stages, lights, days, letters, figures."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from models.mailing.mail import MailState
from models.questions import Row
from policy.deadlines import DayCount, DeadlineType, Period
from policy.escalation import LetterState
from policy.extensions import DECISION_WORDS, Decision
from policy.ledger_rows import Metric
from policy.lights import Light
from policy.office import OFFICE
from policy.refusals import Language
from policy.roles import Role
from policy.rulebook.words import period_words
from policy.stages import Act, Stage, Step
from policy.telephone import WhyNot
from policy.words import (
    ACT_WORDS,
    DEADLINE_TYPE_WORDS,
    LETTER_STATE_WORDS,
    LIGHT_WORDS,
    ROLE_WORDS,
    STAGE_WORDS,
    STEP_WORDS,
    WHY_NOT_WORDS,
    days_in_words,
    in_language,
    light_in_words,
)
from tasks.letters import words as letters

Words = tuple[str, str]

MAIL_STATE_WORDS: dict[MailState, Words] = {
    MailState.QUEUED: ("待发", "queued"),
    MailState.CLAIMED: ("发送中", "being sent"),
    MailState.DATA: ("发送中", "being sent"),
    MailState.SENT: ("已发", "sent"),
    MailState.FAILED: ("失败", "failed"),
    MailState.IN_DOUBT: ("在途存疑", "in doubt"),
    MailState.CANCELLED: ("取消", "cancelled"),
}
DAY_COUNT_WORDS: dict[DayCount, Words] = {
    DayCount.CALENDAR_DAYS: ("自然日", "calendar days"),
    DayCount.WORKING_DAYS: ("工作日", "working days"),
    DayCount.MONTHS: ("月", "months"),
}
METRIC_WORDS: dict[Metric, Words] = {
    Metric.CONTRACTS: ("整改问题合同", "contracts put right"),
    Metric.DEBT_RESOLVED: ("化解债务", "debt resolved"),
    Metric.RECEIVABLES_COLLECTED: ("清收债权", "receivables collected"),
    Metric.RESOURCE_FEES: ("新增资源收费", "new resource fees"),
    Metric.REGULATIONS: ("出台制度", "regulations issued"),
}
WAYS: dict[Act, Words] = {
    Act.PASS_VERIFICATION: ("对照佐证，办理验收", "verify: claim and evidence"),
    Act.APPROVE_CLOSURE: ("查看情况，审批销号", "look it over and close it"),
}
FIGURE_UNITS = {"万元": "×10,000 yuan", "份": "", "项": ""}
NO_DEADLINE = ("未定时限", "no deadline")


@dataclass(frozen=True)
class Speech:
    """One language. Methods take what `models.questions` returns: identifiers and ISO text."""

    language: Language

    @property
    def english(self) -> bool:
        return self.language is Language.ENGLISH

    def say(self, zh: str, en: str) -> str:
        return en if self.english else zh

    def of(self, words: Words) -> str:
        return in_language(words, self.language)

    def stage(self, stage: str | None) -> str:
        return self.of(STAGE_WORDS[Stage(stage)]) if stage else "—"

    def step(self, step: str) -> str:
        return self.of(STEP_WORDS[Step(step)])

    def act(self, act: str) -> str:
        return self.of(ACT_WORDS[Act(act)])

    def way_to(self, act: str) -> str:
        """On the button that leads to an act's form, where more than the act is to be seen there."""
        return self.of(WAYS.get(Act(act)) or ACT_WORDS[Act(act)])

    def hands(self, event: Row) -> list[str]:
        """`代甲书记办理`, and `甲书记 → 丙书记`: whose work an act was, and whose it is now."""
        told: list[str] = []
        if unit := event["assists"]:
            told.append(self.assists(unit))
        if lent := event["stands_in"]:
            name = lent["for"] or lent["post"]
            told.append(self.say(f"代{name}办理", f"standing in for {name}"))
        if passed := event["handed_over"]:
            told.append(" → ".join(self._hand(passed, side) for side in ("from", "to")))
        return told

    def assists(self, unit: str) -> str:
        return self.say(f"协办：{unit}", f"assisting: {unit}")

    def _hand(self, passed: Row, side: str) -> str:
        post, person = passed[side]["post"], passed[side]["person"]
        other = passed["to" if side == "from" else "from"]["post"]
        where = f"（{post}）" if post != other and not self.english else f" ({post})" if post != other else ""
        return (person or self.say("空缺", "vacant")) + where

    def reached(self, letter: Row) -> str:
        """Those that the mails of a letter reached in another's place."""
        lent = [x for x in letter["reached"] if x["stands_in"]]
        return self.say("、", ", ").join(
            self.say(f"{x['person']}代", f"{x['person']} standing in") for x in lent
        )

    def colour(self, light: str) -> str:
        return self.of(NO_DEADLINE if light == Light.NONE else LIGHT_WORDS[Light(light)])

    def light(self, row: Row) -> str:
        """`黄 剩10日`: the colour is said, and printed in black it still says how long."""
        if row["light"] == Light.NONE:
            return self.of(NO_DEADLINE)
        left, is_late = row["days_left"], bool(row["late"])
        return self.of(light_in_words(Light(row["light"]), left, Stage(row["stage"]), is_late=is_late))

    def days(self, left: int) -> str:
        return letters.days(left, self.language) if self.english else days_in_words(left)[0]

    def deadline_type(self, kind: str) -> str:
        return self.of(DEADLINE_TYPE_WORDS[DeadlineType(kind)])

    def day_count(self, count: str) -> str:
        return self.of(DAY_COUNT_WORDS[DayCount(count)])

    def role(self, role: Role) -> str:
        return self.of(ROLE_WORDS[role])

    def roles(self, roles: Collection[Role]) -> str:
        return self.names([self.role(role) for role in Role if role in roles])

    def period(self, period: Period) -> str:
        return self.of(period_words(period))

    def unit(self, unit: str) -> str:
        return FIGURE_UNITS.get(unit, unit) if self.english else unit

    def decision(self, request: Row) -> str:
        """`已同意至 2026年12月20日`, `待审批`; what is asked for late is said to be."""
        said = self.of(DECISION_WORDS[Decision(request["outcome"])])
        if request["granted_to"]:
            until = self.day(request["granted_to"])
            said = f"{said} until {until}" if self.english else f"{said}至 {until}"
        if request["is_late"]:
            said += self.say("，逾期后申请", ", asked for after the deadline")
        return said

    def letter_state(self, state: str) -> str:
        return self.of(LETTER_STATE_WORDS[LetterState(state)])

    def mail_state(self, state: str) -> str:
        return self.of(MAIL_STATE_WORDS[MailState(state)])

    def why_not(self, why: str) -> str:
        return self.of(WHY_NOT_WORDS[WhyNot(why)])

    def document(self, rung: str) -> str:
        return letters.kind(rung).wording(self.language).document

    def day(self, text: str | None) -> str:
        return letters.day(date.fromisoformat(text), self.language) if text else "—"

    def short_day(self, text: str) -> str:
        """`11/15`, below a drawing."""
        day = date.fromisoformat(text)
        return f"{day.month}/{day.day}"

    def moment(self, text: str | None) -> str:
        """To the minute, in the office's time zone."""
        return f"{datetime.fromisoformat(text).astimezone(OFFICE):%Y-%m-%d %H:%M}" if text else "—"

    def office_day(self, text: str) -> str:
        return self.day(datetime.fromisoformat(text).astimezone(OFFICE).date().isoformat())

    def names(self, names: list[str]) -> str:
        return self.say("、", ", ").join(names) or "—"

    def figure(self, outcome: Row) -> str:
        amount = f"{Decimal(outcome['amount']).normalize():f}"
        unit = outcome["unit"]
        return f"{amount} {FIGURE_UNITS.get(unit, unit)}".strip() if self.english else f"{amount}{unit}"

    def amount(self, row: Row) -> str:
        """`12.5万元` of a finding that involves money; `是` where it is not known how much."""
        if not row["amount_involved"]:
            return self.say("是", "yes")
        return self.figure({"amount": row["amount_involved"], "unit": "万元"})

    def metric(self, outcome: Row) -> str:
        return self.of(METRIC_WORDS[Metric(outcome["metric"])])
