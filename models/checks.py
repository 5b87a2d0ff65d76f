"""The invariants as code, one function each: every one returns a line for each thing that is broken."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import exists, func, or_, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import heartbeats, seals
from models.database import Database
from models.findings import Evidence, Finding
from models.history import Event, Seal
from models.hooks import delivering, queueing
from models.keeping.files import stored
from models.ledger import link
from models.listing import searching
from models.mailing.mail import Addressee, Letter, Mail, MailState
from models.mailing.outbox import CLAIM
from models.rules.recomputing import needless
from models.rules.ruling import digest
from models.rules.trade import calendar_of, versions
from models.running import Run, Wake
from models.staff.people import Account
from policy import chain
from policy.escalation import LetterState
from policy.office import office_day
from policy.stages import ENDED, MOVES, Act, Stage


@dataclass(frozen=True)
class Sight:
    """What a check may look at."""

    session: AsyncSession
    home: Path
    now: datetime
    real: datetime
    """By the machine's own clock, which is that of heartbeats."""


AT_A_TIME = 500
LONG = timedelta(minutes=15)
"""For a wake to wait."""
OVERDUE = {
    "relay": timedelta(minutes=5),
    "watch": timedelta(minutes=5),
    "post": timedelta(minutes=20),  # it may be in one mail server's hands for ten
    "webhooks": timedelta(minutes=5),
    "backup": timedelta(hours=26),
}
"""How long a job may be silent."""
NEVER = timedelta.max


@dataclass(frozen=True)
class Invariant:
    name: str
    broken: list[str]
    zh: str

    @property
    def ok(self) -> bool:
        return not self.broken


async def _events(session: AsyncSession) -> AsyncIterator[Event]:
    """All events by finding and number, some at a time: a database of years does not fit into memory."""
    finding, seq = "", 0
    while True:
        page = list(
            await session.exec(
                select(Event)
                .where(tuple_(col(Event.finding), col(Event.seq)) > (finding, seq))
                .order_by(col(Event.finding), col(Event.seq))
                .limit(AT_A_TIME)
            )
        )
        for event in page:
            yield event
        if len(page) < AT_A_TIME:
            return
        finding, seq = page[-1].finding, page[-1].seq
        session.expunge_all()


async def chains_are_whole(sight: Sight) -> list[str]:
    """Events are numbered without a gap, each carries the hash of the one before and its own."""
    broken: list[str] = []
    number, seq, digest = "", 0, chain.GENESIS
    async for event in _events(sight.session):
        if event.finding != number:
            number, seq, digest = event.finding, 0, chain.GENESIS
        if event.seq != seq + 1 or event.previous != digest or event.hash != link(event):
            broken.append(f"{event.finding} 第{event.seq}条记录与前一条接不上或被改动")
        seq, digest = event.seq, event.hash
    return broken


async def rows_equal_their_events(sight: Sight) -> list[str]:
    """Stage, round, cycle and version of each finding are what its last event says, by allowed moves."""
    broken: list[str] = []
    before: Event | None = None
    async for event in _events(sight.session):
        before = before if before and before.finding == event.finding else None
        if not _follows(before, event):
            broken.append(f"{event.finding} 第{event.seq}条：{event.act} 不能由此环节办理")
        before = event
    return broken + [f"{number} 的现状与其记录不符" for number in await _astray(sight.session)]


async def _astray(session: AsyncSession) -> list[str]:
    """Findings that are not as their last event left them."""
    later = aliased(Event)
    has_later = exists().where(col(later.finding) == Event.finding, col(later.seq) > Event.seq)
    rows = await session.exec(
        select(Finding.number)
        .outerjoin(Event, (col(Event.finding) == col(Finding.number)) & ~has_later)
        .where(
            or_(
                col(Event.seq).is_(None),
                col(Finding.version) != Event.seq,
                col(Finding.stage) != Event.to_stage,
                col(Finding.round) != Event.round,
                col(Finding.cycle) != Event.cycle,
            )
        )
        .order_by(col(Finding.number))
    )
    return list(rows)


def _follows(before: Event | None, event: Event) -> bool:
    if before is None:
        return event.act is Act.OPEN and event.from_stage is None
    if event.from_stage is not before.to_stage:
        return False
    if event.act is Act.RECOMPUTE:
        return event.to_stage is event.from_stage
    return event.imported or (before.to_stage, event.act) in MOVES


async def live_findings_have_a_run(sight: Sight) -> list[str]:
    """Every live finding has a run of its cycle, or a wake that will start one."""
    waits = exists().where(col(Wake.finding) == Finding.number, col(Wake.done_at).is_(None))
    runs = exists().where(
        col(Run.finding) == Finding.number,
        col(Run.cycle) == Finding.cycle,
        col(Run.ended_at).is_(None),
        col(Run.flow_run_id) != "",
    )
    rows = await sight.session.exec(
        select(Finding.number)
        .where(col(Finding.stage).not_in(list(ENDED)), ~waits, ~runs)
        .order_by(col(Finding.number))
    )
    return [f"{number} 既无运行也无唤醒" for number in rows]


async def wakes_get_through(sight: Sight) -> list[str]:
    """No wake waits for long: Prefect may be down, or a finding's runs end again and again."""
    rows = await sight.session.exec(
        select(Wake)
        .where(col(Wake.done_at).is_(None), col(Wake.queued_at) < sight.now - LONG)
        .order_by(col(Wake.id))
    )
    return [f"{wake.finding} 的唤醒已等待很久：{wake.note or '未能送达'}" for wake in rows]


async def nobody_verifies_their_own_work(sight: Sight) -> list[str]:
    """Whoever submitted a finding, in any round of its cycle, is not the person who passed it."""
    submitted, passed = aliased(Event), aliased(Event)
    submitter, verifier = aliased(Account), aliased(Account)
    rows = await sight.session.exec(
        select(passed.finding, passed.by)
        .join(
            submitted,
            (col(submitted.finding) == passed.finding) & (col(submitted.cycle) == passed.cycle),
        )
        .join(submitter, col(submitter.name) == submitted.by)
        .join(verifier, col(verifier.name) == passed.by)
        .where(passed.act == Act.PASS_VERIFICATION, submitted.act == Act.SUBMIT)
        .where(submitter.person_id == verifier.person_id, ~col(passed.imported))
        .distinct()
    )
    return [f"{number} 由整改人“{by}”自行验收" for number, by in rows]


async def due_letters_are_recorded(sight: Sight) -> list[str]:
    """Nothing is due that no round has recorded."""
    rows = await sight.session.exec(
        select(Finding)
        .where(col(Finding.next_look_on) <= office_day(sight.now))
        .order_by(col(Finding.number))
    )
    return [f"{x.number} 自 {x.next_look_on} 起有函件到期未处理" for x in rows]


async def no_letter_is_written_twice(sight: Sight) -> list[str]:
    keys = (Letter.finding, Letter.cycle, Letter.deadline_version, Letter.rung, Letter.occasion)
    rows = await sight.session.exec(
        select(Letter.finding, Letter.rung, func.count()).group_by(*keys).having(func.count() > 1)  # type: ignore[arg-type]  # columns
    )
    return [f"{number} 的 {rung} 有{count}份" for number, rung, count in rows]


async def letters_have_addressees(sight: Sight) -> list[str]:
    """A queued or drafted letter is addressed to somebody."""
    rows = await sight.session.exec(
        select(Letter.finding, Letter.rung)
        .outerjoin(Addressee, col(Addressee.letter_id) == col(Letter.id))
        .where(col(Letter.state).in_([LetterState.QUEUED, LetterState.DRAFTED]))
        .where(col(Addressee.letter_id).is_(None))
    )
    return [f"{number} 的 {rung} 没有收件岗位" for number, rung in rows]


async def mails_get_somewhere(sight: Sight) -> list[str]:
    """A mail is sent, waiting, or failed with a reason; none hangs with a dead sender."""
    broken: list[str] = []
    for mail in await sight.session.exec(select(Mail).where(Mail.state != MailState.SENT)):
        hangs = mail.state in {MailState.CLAIMED, MailState.DATA}
        if hangs and (mail.claimed_at is None or sight.now - mail.claimed_at > 2 * CLAIM):
            broken.append(f"邮件{mail.id} 停在 {mail.state}，无人发送")
        if mail.state in {MailState.FAILED, MailState.IN_DOUBT} and not mail.note:
            broken.append(f"邮件{mail.id} {mail.state}，没有写明原因")
    return broken


async def letters_agree_with_their_mails(sight: Sight) -> list[str]:
    """A letter that counts as sent was accepted for everybody it is addressed to."""
    rows = await sight.session.exec(
        select(Letter.finding, Letter.rung)
        .join(Addressee, col(Addressee.letter_id) == col(Letter.id))
        .outerjoin(Mail, col(Mail.id) == col(Addressee.mail_id))
        .where(Letter.state == LetterState.SENT, ~col(Addressee.copy_only))
        .where(col(Mail.state).is_(None) | (col(Mail.state) != MailState.SENT))
    )
    return [f"{number} 的 {rung} 记为已发，邮件却未发出" for number, rung in rows]


async def evidence_is_there(sight: Sight) -> list[str]:
    """Every kept file is in the store with the hash its row names."""
    broken: list[str] = []
    rows = await sight.session.exec(
        select(Evidence.sha256, Evidence.finding).where(Evidence.sha256 != "").distinct()
    )
    for sha256, number in rows:
        path = stored(sight.home, sha256)
        if not path.is_file():
            broken.append(f"{number} 的佐证 {sha256[:12]} 不见了")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
            broken.append(f"{number} 的佐证 {sha256[:12]} 内容已变")
    return broken


async def no_step_is_without_a_clock(sight: Sight) -> list[str]:
    """A finding somebody has to work on has a deadline."""
    free = [*ENDED, Stage.DRAFT, Stage.DISPUTED]
    rows = await sight.session.exec(
        select(Finding.number).where(col(Finding.stage).not_in(free), col(Finding.deadline).is_(None))
    )
    return [f"{number} 没有完成时限" for number in rows]


async def no_date_is_provisional_without_need(sight: Sight) -> list[str]:
    """A deadline of an open finding, or a day of review, is provisional only in a year not announced yet."""
    found = await needless(sight.session, await calendar_of(sight.session))
    return [
        f"{number} 的日期 {day} 仍为暂定，而{day.year}年已公布：请再导入一次该年放假安排"
        for number, day in found
    ]


async def rules_are_as_written(sight: Sight) -> list[str]:
    """Each version of the rules is what was brought into force, and each finding is under one of them."""
    books = await versions(sight.session)
    altered = [f"第{x.version}版规则被改动" for x in books if digest(x.text) != x.sha256]
    known = [x.version for x in books]
    lost = await sight.session.exec(
        select(Finding.number, Finding.rules_version)
        .where(col(Finding.rules_version).not_in(known))
        .order_by(col(Finding.number))
    )
    return altered + [f"{number} 所依据的第{version}版规则不存在" for number, version in lost]


async def search_finds_what_findings_say(sight: Sight) -> list[str]:
    """Each finding is written down for search as it stands, and nothing else is."""
    return [f"{number} 的检索内容与其现状不符" for number in await searching.astray(sight.session)]


async def every_event_is_told(sight: Sight) -> list[str]:
    """No act recorded after somebody asked to be told of them is without its delivery."""
    return await queueing.lost(sight.session, sight.now - LONG)


async def deliveries_get_somewhere(sight: Sight) -> list[str]:
    """No delivery to a webhook waits untried; given up ones are shown to the administrator."""
    return await delivering.left_lying(sight.session, sight.real - LONG)


async def heartbeats_are_fresh(sight: Sight) -> list[str]:
    """Every job that ever ran was looked after lately, and did not fall silent with a reason."""
    broken: list[str] = []
    for beat in await heartbeats.every(sight.session):
        if beat.job.startswith("check"):
            continue
        if beat.note:
            broken.append(f"{beat.job}：{beat.note}")
        elif sight.real - beat.at > OVERDUE.get(beat.job, NEVER):
            broken.append(f"{beat.job} 自 {beat.at:%Y-%m-%d %H:%M} UTC 起没有动静")
    return broken


CHECK, CHECK_EVERY = "check", timedelta(hours=1)
"""The rounds' own look at what is quick to check."""
VITAL = frozenset({"watch", "post", CHECK})


async def is_well(sight: Sight) -> bool:
    """Whether the rounds and the checks were done lately, and none of them has anything to complain of."""
    beats = {beat.job: beat for beat in await heartbeats.every(sight.session)}
    if VITAL - beats.keys() or any(beat.note for beat in beats.values()):
        return False
    return sight.real - beats[CHECK].at < 2 * CHECK_EVERY and not await heartbeats_are_fresh(sight)


async def last_seal_holds(sight: Sight) -> list[str]:
    """The heads as they stood at the last seal still give its hash."""
    seal = (await sight.session.exec(select(Seal).order_by(col(Seal.day).desc()).limit(1))).first()
    if seal is None:
        return []
    heads = await seals.heads_of(sight.session, seal.at)
    return [] if chain.seal(heads) == seal.hash else [f"{seal.day} 的封存与现存记录不符"]


INVARIANTS: dict[Callable[[Sight], Awaitable[list[str]]], str] = {
    chains_are_whole: "记录链完整",
    rows_equal_their_events: "现状与记录一致",
    nobody_verifies_their_own_work: "整改与验收分离",
    last_seal_holds: "日封存有效",
    live_findings_have_a_run: "未办结事项均有运行",
    wakes_get_through: "唤醒均已送达",
    due_letters_are_recorded: "到期函件均已记录",
    no_letter_is_written_twice: "没有重复函件",
    letters_have_addressees: "函件均有收件岗位",
    letters_agree_with_their_mails: "函件与邮件相符",
    mails_get_somewhere: "邮件均有去向",
    evidence_is_there: "佐证文件齐全",
    no_step_is_without_a_clock: "各环节均有时限",
    no_date_is_provisional_without_need: "暂定时限均有缘由",
    rules_are_as_written: "规则未被改动",
    search_finds_what_findings_say: "检索内容与台账一致",
    every_event_is_told: "办理均已列入通知",
    deliveries_get_somewhere: "通知均有去向",
    heartbeats_are_fresh: "各项工作按时进行",
}


SLOW = {
    chains_are_whole,
    rows_equal_their_events,
    last_seal_holds,
    evidence_is_there,
    search_finds_what_findings_say,
}
"""They read everything there ever was."""


async def check(
    db: Database, home: Path, now: datetime, real: datetime, *, whole: bool = True
) -> list[Invariant]:
    """Every invariant, or only those that are quick, in one snapshot of the database."""
    async with db.reading() as session:
        sight = Sight(session, home, now, real)
        return [
            Invariant(holds.__name__.replace("_", " "), await holds(sight), zh)
            for holds, zh in INVARIANTS.items()
            if whole or holds not in SLOW
        ]
