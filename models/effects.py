"""What each act changes besides the stage: columns of the finding, and rows that belong to it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import extending
from models.access.sight import sight_of
from models.bulk import store, whole
from models.evidence import standing_file
from models.findings import (
    ClosedCycle,
    Evidence,
    Finding,
    InspectionRound,
    Measure,
    OutcomeFigure,
    ProgressEntry,
)
from models.mailing import letters
from models.orders import ActWords, Attached, Order, Placing, Successor
from models.staff import book
from models.staff.people import HandOver, Post
from policy import extensions, merging, money
from policy.deadlines import Calendar, DeadlineType, counted_from, due
from policy.ledger_rows import Outcome
from policy.notices import HANDED_OVER_FROM
from policy.proposals import Proposal, check_override
from policy.refusals import BadInput, NotAllowed
from policy.roles import ROLES_FOR, Actor
from policy.rules import Rules
from policy.stages import Act, Facts, Moved, Stage
from policy.trade import Trade


@dataclass(frozen=True)
class Doing:
    """One act under way."""

    session: AsyncSession
    finding: Finding
    order: Order
    actor: Actor
    before: Facts
    moved: Moved
    trade: Trade
    now: datetime
    today: date
    noted: dict[str, Any] = field(default_factory=dict)
    """What else the event is to say, besides the words of the person."""

    @property
    def assisting_unit(self) -> str:
        """The unit whose share it is, where it only assists."""
        unit: str = self.noted.get("assists", "")
        return unit

    @property
    def words(self) -> ActWords:
        return self.order.words

    @property
    def rules(self) -> Rules:
        return self.trade.rules_of(self.finding.rules_version)

    @property
    def calendar(self) -> Calendar:
        return self.trade.calendar_of(self.finding.lead_unit_id)


POSTS = {
    "post": "owner_post_id",
    "lead_leader": "lead_leader_post_id",
    "responsible_leader": "responsible_leader_post_id",
    "supervisor": "supervisor_post_id",
    "verifier": "verifier_post_id",
}
"""Where the post named for each part is kept."""


async def place(session: AsyncSession, finding: Finding, words: Placing, today: date) -> None:
    """Write the named unit and posts onto the finding; an owner post that nobody holds is refused."""
    if words.unit:
        finding.lead_unit_id = (await book.unit_named(session, words.unit)).id
    named = {column: getattr(words, said) for said, column in POSTS.items() if getattr(words, said)}
    posts = await book.posts_named(session, set(named.values()), finding.lead_unit_id)
    for column, name in named.items():
        setattr(finding, column, posts[name].id)
    if words.assisting:
        finding.assisting = "\n".join(words.assisting)
    if words.deadline_type:
        finding.deadline_type = words.deadline_type
    if words.post:
        await _check_owner(session, finding, words.post, today)


async def _check_owner(session: AsyncSession, finding: Finding, name: str, today: date) -> None:
    owner, checker = finding.owner_post_id, finding.verifier_post_id
    told = await book.incumbents(session, [post for post in (owner, checker) if post], today)
    holder, verifier = told.get(owner or 0), told.get(checker or 0)
    if holder is None:
        raise NotAllowed(
            f"岗位空缺：“{name}”现无任职人，不能派发。请先登记任职人或改派其他岗位。",
            f"Nobody holds the post “{name}” today. Appoint somebody first, or choose another post.",
        )
    if verifier and verifier.person_id == holder.person_id:
        raise NotAllowed(
            f"“{name}”与验收人现为同一人，请另定验收人。",
            f"“{name}” and the verifier are the same person today: choose another verifier.",
        )


async def counts_from(session: AsyncSession, round_id: int | None, discovered_on: date) -> date:
    """The day from which a time to put it right counts: its round's feedback, else the discovery."""
    its_round = await session.get(InspectionRound, round_id) if round_id is not None else None
    return its_round.feedback_on if its_round and its_round.feedback_on else discovered_on


async def set_deadline(
    session: AsyncSession, finding: Finding, words: Placing, trade: Trade, today: date
) -> None:
    """The date given by hand, or the one the rules compute; immediate work counts from its assignment.

    Raises BadInput for a date that is neither the rules' nor the one it had, and no reason.
    """
    begun = await counts_from(session, finding.inspection_round_id, finding.discovered_on)
    start = counted_from(finding.deadline_type, begun, today)
    finding.deadline_set_on = today
    if words.deadline:
        if words.deadline < finding.discovered_on:
            raise BadInput(
                f"完成时限 {words.deadline} 早于发现日期 {finding.discovered_on}。",
                f"The deadline {words.deadline} is before the day of discovery {finding.discovered_on}.",
            )
        if words.deadline != finding.deadline:
            check_override(proposed(finding, start, trade), words.deadline, words.reason)
        set_by_hand(finding, words.deadline)
    elif finding.deadline is None or not finding.deadline_by_hand:
        compute_deadline(finding, start, trade)
    finding.original_deadline = finding.deadline


def proposed(finding: Finding, start: date, trade: Trade) -> Proposal:
    """The deadline by the rules the finding was opened under, counted from `start`."""
    period = trade.rules_of(finding.rules_version).period(finding.source, finding.deadline_type)
    found = due(start, period, trade.calendar_of(finding.lead_unit_id))
    return Proposal(finding.source, start, period, found)


def set_by_hand(finding: Finding, day: date) -> None:
    """A date that a person wrote is never moved by a calendar."""
    finding.deadline, finding.deadline_by_hand, finding.provisional = day, True, False
    finding.deadline_from = finding.nominal_deadline = None


def keep_deadline(finding: Finding) -> None:
    """What it was computed from holds no longer, and still it stands: from now on as if written by hand."""
    if finding.deadline is not None and finding.deadline_from is not None:
        set_by_hand(finding, finding.deadline)


def compute_deadline(finding: Finding, start: date, trade: Trade) -> None:
    """By the rules the finding was opened under and the calendar of its unit, counted from `start`."""
    rules, calendar = trade.rules_of(finding.rules_version), trade.calendar_of(finding.lead_unit_id)
    computed = due(start, rules.period(finding.source, finding.deadline_type), calendar)
    finding.deadline, finding.nominal_deadline = computed.day, computed.nominal
    finding.deadline_from, finding.provisional = start, computed.provisional
    finding.deadline_by_hand = False


def set_review(finding: Finding, by_hand: date | None, today: date, trade: Trade) -> None:
    """The next review of what is to be kept up: the day a person named, or the one the rules compute."""
    rules, calendar = trade.rules_of(finding.rules_version), trade.calendar_of(finding.lead_unit_id)
    computed = due(today, rules.look_back, calendar)
    finding.next_review_on = by_hand or computed.day
    finding.review_from = None if by_hand else today
    finding.review_provisional = by_hand is None and computed.provisional


def _mark_money(doing: Doing) -> None:
    """Whether it involves money, and how much, as far as that is said with the act; a change is noted."""
    finding, words = doing.finding, doing.words
    if words.about_money is None:
        return
    before = money.in_words(finding.involves_money, finding.amount_involved)
    finding.involves_money, finding.amount_involved = words.about_money, words.amount_involved
    after = money.in_words(finding.involves_money, finding.amount_involved)
    if after != before:
        doing.noted["money"] = {"旧": before, "新": after}


async def _assign(doing: Doing) -> None:
    finding, words = doing.finding, doing.words
    if not words.unit and finding.lead_unit_id is None:
        raise BadInput("请写明责任单位。", "Name the responsible unit.")
    if not words.post and finding.owner_post_id is None:
        raise BadInput("请写明责任人岗位。", "Name the owner post.")
    kind = finding.deadline_type
    _mark_money(doing)
    await place(doing.session, finding, words, doing.today)
    finding.assigned_on = doing.today
    if doing.order.act is not Act.ASSIGN and finding.deadline and not words.deadline:
        if finding.deadline_type is not kind:
            keep_deadline(finding)
        return
    before, original = finding.deadline, finding.original_deadline
    await set_deadline(doing.session, finding, words, doing.trade, doing.today)
    if doing.order.act is not Act.ASSIGN:
        finding.original_deadline = original or finding.deadline
    finding.deadline_version += doing.order.act is not Act.ASSIGN and finding.deadline != before


async def _reassign(doing: Doing) -> None:
    if not doing.words.post:
        raise BadInput("请写明改派给哪个岗位。", "Name the new owner post.")
    await _assign(doing)


async def _accept(doing: Doing) -> None:
    doing.finding.accepted_on = doing.today


async def _file_plan(doing: Doing) -> None:
    """A filed plan replaces the one before: measures not yet done give way to the new ones."""
    finding, session = doing.finding, doing.session
    finding.objective = doing.words.objective or finding.objective
    kept = 0
    for measure in await _measures(doing):
        if measure.tracked and measure.done_on:
            kept = max(kept, measure.seq)
        else:
            await session.delete(measure)
    await session.flush()
    for seq, (text, due_on) in enumerate(doing.words.measures, start=kept + 1):
        session.add(Measure(finding=finding.number, cycle=finding.cycle, seq=seq, text=text, due_on=due_on))
    finding.next_measure_on = min((day for _, day in doing.words.measures if day), default=None)


async def _measures(doing: Doing) -> list[Measure]:
    finding = doing.finding
    rows = await doing.session.exec(
        select(Measure).where(Measure.finding == finding.number, Measure.cycle == finding.cycle)
    )
    return list(rows)


async def _report_progress(doing: Doing) -> None:
    finding, words = doing.finding, doing.words
    if not doing.assisting_unit:  # how the whole stands is not for who assists to say
        finding.percent = finding.percent if words.percent is None else words.percent
        finding.progress = words.text
    entry = whole(
        ProgressEntry,
        finding=finding.number,
        cycle=finding.cycle,
        round=finding.round,
        at=doing.now,
        by=doing.actor.account,
        percent=finding.percent,
        text=words.text,
        assisting_unit=doing.assisting_unit,
    )
    await store(doing.session, ProgressEntry, [entry])
    await figure_outcomes(doing.session, finding, words)


async def figure_outcomes(session: AsyncSession, finding: Finding, words: ActWords) -> None:
    """Set the figures of this cycle; a metric given again replaces the one before, one dropped is gone."""
    if not words.outcomes and not words.drop_outcomes:
        return
    stored = await session.exec(
        select(OutcomeFigure).where(
            OutcomeFigure.finding == finding.number, OutcomeFigure.cycle == finding.cycle
        )
    )
    figures = {row.metric: row for row in stored}
    for metric in set(words.drop_outcomes) & figures.keys():
        await session.delete(figures.pop(metric))
    for outcome in words.outcomes:
        row = figures.setdefault(outcome.metric, figure(finding, outcome))
        row.amount = outcome.amount
        session.add(row)


def figure(finding: Finding, outcome: Outcome) -> OutcomeFigure:
    return OutcomeFigure(**figured(finding, outcome))


def figured(finding: Finding, outcome: Outcome) -> dict[str, Any]:
    return {
        "finding": finding.number,
        "cycle": finding.cycle,
        "metric": outcome.metric,
        "amount": outcome.amount,
        "unit": outcome.unit,
    }


async def _complete_measure(doing: Doing) -> None:
    wanted, measures = doing.words.measure, await _measures(doing)
    named = next((one for one in measures if one.seq == wanted), None)
    if named is None:
        raise BadInput(f"没有第{wanted}条措施。", f"There is no measure {wanted}.")
    if doing.words.undone and not named.done_on:
        raise BadInput(f"第{wanted}条措施本来就没有办结。", f"Measure {wanted} is not done anyway.")
    named.done_on = None if doing.words.undone else named.done_on or doing.today
    doing.session.add(named)
    still_open = [one.due_on for one in measures if one.tracked and one.due_on and not one.done_on]
    doing.finding.next_measure_on = min(still_open, default=None)


async def _attach_evidence(doing: Doing) -> None:
    """A file that lies there already, under the same name, is not kept twice."""
    finding, files = doing.finding, dict.fromkeys(doing.order.files)
    await _not_withdrawn(doing, files)
    stored = await doing.session.exec(
        select(Evidence.name, Evidence.sha256).where(
            Evidence.finding == finding.number,
            Evidence.cycle == finding.cycle,
            col(Evidence.sha256).in_([file.sha256 for file in files]),
        )
    )
    known = set(stored)
    new = [file for file in files if (file.name, file.sha256) not in known]
    await store(doing.session, Evidence, [_evidence(doing, file) for file in new])


async def _not_withdrawn(doing: Doing, files: Iterable[Attached]) -> None:
    """What was taken away on purpose does not come back by another click."""
    stored = await doing.session.exec(
        select(Evidence.name, Evidence.sha256).where(
            Evidence.finding == doing.finding.number,
            col(Evidence.sha256).in_([file.sha256 for file in files]),
            col(Evidence.withdrawn_event).is_not(None),
        )
    )
    for name, _ in stored:
        raise NotAllowed(
            f"“{name}”已从{doing.finding.number}撤下，不能再传同一文件。",
            f"“{name}” was withdrawn from {doing.finding.number}; the same file is not taken again.",
        )


async def _withdraw_evidence(doing: Doing) -> None:
    """The file is not shown any more; its name, its hash and the reason stay in the history."""
    finding, wanted = doing.finding, doing.words.file
    file = await standing_file(doing.session, finding.number, wanted)
    if file.cycle != finding.cycle and not ROLES_FOR[Act.WITHDRAW_EVIDENCE] & doing.actor.roles:
        raise NotAllowed(
            f"“{file.name}”属于以前的办理，须由检查人员或督办人撤下。",
            f"“{file.name}” belongs to an earlier cycle: an inspector or a supervisor has to withdraw it.",
        )
    file.withdrawn_event = doing.before.version + 1
    doing.session.add(file)
    doing.noted["withdrawn"] = [f"{file.name} {file.sha256}"]


def _evidence(doing: Doing, file: Attached) -> dict[str, Any]:
    return whole(
        Evidence,
        finding=doing.finding.number,
        cycle=doing.finding.cycle,
        round=doing.finding.round,
        name=file.name,
        sha256=file.sha256,
        size=file.size,
        at=doing.now,
        by=doing.actor.account,
        assisting_unit=doing.assisting_unit,
    )


async def _submit(doing: Doing) -> None:
    finding = doing.finding
    finding.submitted_on, finding.submitted_by = doing.today, doing.actor.person
    finding.result = doing.words.result or finding.result
    await figure_outcomes(doing.session, finding, doing.words)


async def _take_back(doing: Doing) -> None:
    doing.finding.submitted_on = None


async def _pass_verification(doing: Doing) -> None:
    finding = doing.finding
    finding.verified_on, finding.verified_by = doing.today, doing.actor.person
    finding.verdict = "通过"
    if doing.moved.stage is Stage.CLOSED:  # the terms ask for no approval of its own
        await _approve_closure(doing)


async def _return_for_rework(doing: Doing) -> None:
    finding, words = doing.finding, doing.words
    finding.verified_on, finding.verified_by = doing.today, doing.actor.person
    finding.returned_on = doing.today
    _mark_money(doing)
    finding.verdict = f"不通过：{words.reason}" + (
        f"；补充要求：{words.supplement}" if words.supplement else ""
    )


async def _approve_closure(doing: Doing) -> None:
    """What is to be kept up for good closes its stage and comes back for review on a day."""
    finding = doing.finding
    finding.closed_on = doing.today
    finding.percent = 100
    finding.sustained = finding.sustained or finding.deadline_type is DeadlineType.SUSTAINED
    named = doing.words.next_review_on
    if named or (finding.sustained and not _is_after(finding.next_review_on, doing.today)):
        set_review(finding, named, doing.today, doing.trade)
    await extending.lapse(doing.session, finding, doing.today)
    await store(doing.session, ClosedCycle, [frozen(finding)])


def _is_after(day: date | None, today: date) -> bool:
    return day is not None and day > today


async def _look_back(doing: Doing) -> None:
    """What was struck off still holds; what is to be kept up is looked at again on another day."""
    finding = doing.finding
    if doing.words.next_review_on or finding.sustained:
        set_review(finding, doing.words.next_review_on, doing.today, doing.trade)
        finding.deadline_version += 1  # its letters are called for anew
    else:
        finding.next_review_on, finding.review_from, finding.review_provisional = None, None, False


async def _end(doing: Doing) -> None:
    await extending.lapse(doing.session, doing.finding, doing.today)


def frozen(finding: Finding) -> dict[str, Any]:
    """The dates of the cycle that was closed."""
    if finding.closed_on is None:
        raise RuntimeError("a closed finding has its day")
    return {
        "finding": finding.number,
        "cycle": finding.cycle,
        "rounds": finding.round,
        "original_deadline": finding.original_deadline,
        "deadline": finding.deadline,
        "submitted_on": finding.submitted_on,
        "verified_on": finding.verified_on,
        "closed_on": finding.closed_on,
    }


async def _reopen(doing: Doing) -> None:
    finding = doing.finding
    finding.first_closed_on = finding.first_closed_on or finding.closed_on
    finding.reopened_on = doing.today
    finding.closed_on = finding.submitted_on = finding.verified_on = None
    finding.submitted_by = finding.verified_by = None
    finding.returned_on = finding.next_measure_on = None
    finding.verdict, finding.percent = "", 0
    finding.deadline_version += 1
    finding.deadline_set_on = doing.today
    compute_deadline(finding, doing.today, doing.trade)
    finding.original_deadline = finding.deadline
    if doing.words.deadline:
        await set_deadline(doing.session, finding, doing.words, doing.trade, doing.today)


async def _merge(doing: Doing) -> None:
    target = await doing.session.get(Finding, doing.words.into)
    sight = await sight_of(doing.session, doing.actor.person, doing.today)
    if target is None or not sight.sees(target):
        raise BadInput(
            f"没有编号为“{doing.words.into}”的问题。", f"There is no finding “{doing.words.into}”."
        )
    end = await _end_of(doing.session, target)
    merging.takes_in(doing.finding.number, target.number, target.stage, end)
    doing.finding.merged_into = target.number
    await _end(doing)


async def _end_of(session: AsyncSession, finding: Finding) -> str:
    """Where mergers from here lead to in the end; empty where they go round in a circle."""
    passed: set[str] = set()
    while finding.stage is Stage.MERGED and finding.merged_into and finding.number not in passed:
        passed.add(finding.number)
        finding = await session.get_one(Finding, finding.merged_into)
    return "" if finding.number in passed or finding.stage is Stage.MERGED else finding.number


async def _request_extension(doing: Doing) -> None:
    finding, words = doing.finding, doing.words
    await extending.ask(doing.session, finding, words, doing.actor.person, doing.today)


async def _approve_extension(doing: Doing) -> None:
    """The last approval moves the deadline, to the earliest date that anybody agreed to."""
    finding, session = doing.finding, doing.session
    request = await extending.pending(session, finding)
    place = extensions.place_of(doing.before, doing.rules, doing.actor.roles) or 0
    named = doing.words.deadline
    until = await extending.approve(session, request, doing.actor, place, named, doing.today)
    if doing.moved.is_partial:
        finding.extension_to = until
        return
    await extending.grant(session, request, until, doing.today)
    set_by_hand(finding, until)
    finding.deadline_set_on = doing.today
    finding.deadline_version += 1
    finding.extensions += 1
    extending.forget(finding)
    if doing.moved.converts:
        finding.deadline_type, finding.sustained = DeadlineType.SUSTAINED, True
        finding.objective = request.objective
        set_review(finding, until, doing.today, doing.trade)


async def _refuse_extension(doing: Doing) -> None:
    request = await extending.pending(doing.session, doing.finding)
    await extending.refuse(doing.session, request, doing.today)
    extending.forget(doing.finding)


async def _hand_over(doing: Doing) -> None:
    """Record how the work stands as it leaves one pair of hands for another, and tell whoever leaves it.

    Whoever comes, and the supervisor, are told as after any act.
    """
    given = doing.order.successor or await _to_another_post(doing)
    record = _handed_over(doing, given)
    await store(doing.session, HandOver, [record])
    doing.noted["handed_over"] = await _in_names(doing.session, record)
    if given.leaves not in (None, given.comes):
        person, seq = given.leaves or 0, doing.before.version + 1
        await letters.tell(doing.session, doing.finding, HANDED_OVER_FROM, given.post, person, seq, doing.now)


async def _to_another_post(doing: Doing) -> Successor:
    """The finding moves to the post named, with whatever waits to be mailed to the old one."""
    finding, session = doing.finding, doing.session
    before = finding.owner_post_id
    post = await _post_named(doing)
    if post.id == before:
        raise BadInput(f"“{post.name}”本来就是责任岗位。", f"“{post.name}” is the owner post already.")
    await _check_reach(doing, post)
    finding.owner_post_id = post.id
    await _check_owner(session, finding, post.name, doing.today)
    hands = await book.holders(session, [x for x in (before, post.id) if x], doing.today)
    told = (await book.incumbents(session, [post.id or 0], doing.today))[post.id or 0]
    if before is not None:
        await letters.readdress(session, finding, before, post.id or 0)
    return Successor(before or post.id or 0, hands.get(before or 0), hands.get(post.id or 0, told.person_id))


async def _post_named(doing: Doing) -> Post:
    if doing.order.to_post is not None:
        return await doing.session.get_one(Post, doing.order.to_post)
    if not doing.words.post:
        raise BadInput("请写明交接给哪个岗位。", "Name the post to hand over to.")
    unit = doing.finding.lead_unit_id
    if doing.words.unit:
        unit = (await book.unit_named(doing.session, doing.words.unit)).id
    return await book.post_named(doing.session, doing.words.post, unit)


async def _check_reach(doing: Doing, post: Post) -> None:
    """Whoever may only because the work is theirs keeps it in the unit: nobody sheds it onto another one."""
    own = await doing.session.get(Post, doing.finding.owner_post_id) if doing.finding.owner_post_id else None
    is_elsewhere = own is not None and own.unit_id != post.unit_id
    if is_elsewhere and not ROLES_FOR[Act.HAND_OVER] & doing.actor.roles:
        raise NotAllowed(
            f"“{post.name}”不在本单位，须由巡察办或管理员交接。",
            f"“{post.name}” is in another unit: the inspection office or an administrator has to do that.",
        )


def _handed_over(doing: Doing, given: Successor) -> dict[str, Any]:
    before = doing.before
    return whole(
        HandOver,
        finding=before.number,
        seq=before.version + 1,
        cycle=before.cycle,
        at=doing.now,
        by=doing.order.by,
        from_post_id=before.owner_post,
        to_post_id=doing.finding.owner_post_id,
        from_person_id=given.leaves,
        to_person_id=given.comes,
        note=doing.words.reason,
        stage=before.stage,
        deadline=before.deadline,
        percent=before.percent,
        open_measures=before.open_measures,
        evidence=before.evidence,
    )


async def _in_names(session: AsyncSession, record: Mapping[str, Any]) -> dict[str, Any]:
    """The record as the history tells it, whatever becomes of posts and persons."""
    said = {side: await _hand(session, record, side) for side in ("from", "to")}
    deadline = record["deadline"].isoformat() if record["deadline"] else None
    counts = {name: record[name] for name in ("percent", "open_measures", "evidence")}
    return {**said, "stage": record["stage"].value, "deadline": deadline, **counts}


async def _hand(session: AsyncSession, record: Mapping[str, Any], side: str) -> dict[str, str]:
    post = await session.get(Post, record[f"{side}_post_id"]) if record[f"{side}_post_id"] else None
    person = await book.person_name(session, record[f"{side}_person_id"])
    return {"post": post.name if post else "", "person": person}


EFFECTS: dict[Act, Callable[[Doing], Awaitable[None]]] = {
    Act.ASSIGN: _assign,
    Act.REASSIGN: _reassign,
    Act.ACCEPT: _accept,
    Act.FILE_PLAN: _file_plan,
    Act.REPORT_PROGRESS: _report_progress,
    Act.COMPLETE_MEASURE: _complete_measure,
    Act.ATTACH_EVIDENCE: _attach_evidence,
    Act.WITHDRAW_EVIDENCE: _withdraw_evidence,
    Act.SUBMIT: _submit,
    Act.TAKE_BACK: _take_back,
    Act.PASS_VERIFICATION: _pass_verification,
    Act.RETURN_FOR_REWORK: _return_for_rework,
    Act.APPROVE_CLOSURE: _approve_closure,
    Act.LOOK_BACK: _look_back,
    Act.REOPEN: _reopen,
    Act.WITHDRAW: _end,
    Act.MERGE: _merge,
    Act.REQUEST_EXTENSION: _request_extension,
    Act.APPROVE_EXTENSION: _approve_extension,
    Act.REFUSE_EXTENSION: _refuse_extension,
    Act.HAND_OVER: _hand_over,
}
