"""Whether all is well, part by part: each sign is well or not, with a sentence that says what to do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from models import checks, figures, heartbeats
from models.figures import Figures
from models.mailing.mail import MailState
from models.rules import almanac, ruling
from models.running import Heartbeat
from models.staff import vacancies
from policy.years import awaited
from portal.asking import PartName, Told
from portal.pages.paper import Reader
from portal.pages.speech import Speech, Words
from tasks import clock
from tasks.timekeeping import why_held

JOBS: dict[str, Words] = {
    "relay": ("通知送达（唤醒流程）", "waking of runs"),
    "watch": ("到期检查（发函规则）", "the watch over deadlines"),
    "post": ("组信发信", "the post"),
    "backup": ("备份", "backup"),
}
CHECKED = "check", "check all"
QUEUED_LONG = timedelta(hours=1)


@dataclass(frozen=True)
class Sign:
    """`ok` is None where nothing can be said."""

    name: str
    ok: bool | None
    sentence: str
    path: str = ""


async def signs(reader: Reader) -> list[Sign]:
    """What the database says; nobody else is asked."""
    speech, now, real = reader.speech, clock.now(), clock.real()
    async with reader.db.reading() as session:
        seen = await figures.figures(session, now, real)
        beats = {beat.job: beat for beat in await heartbeats.every(session)}
    held = await why_held(reader.db)
    found = [_job(job, words, beats, real, speech) for job, words in JOBS.items()]
    return [
        *found,
        *_mail(reader, seen),
        _wakes(seen, speech),
        *_deliveries(seen, speech),
        _clock(held, speech),
        _check(seen, beats, speech),
    ]


def _job(job: str, words: Words, beats: dict[str, Heartbeat], real: datetime, speech: Speech) -> Sign:
    beat, name = beats.get(job), speech.of(words)
    if beat is None:
        missing = speech.say(
            "还没有运行过。请确认 worker 已启动（rectify worker）。",
            "It never ran. Is the worker started (rectify worker)?",
        )
        return Sign(name, None if job == "backup" else False, missing)
    last = speech.say(f"最近一次 {clock.office_time(beat.at)}", f"Last done {clock.office_time(beat.at)}")
    if beat.note:
        return Sign(name, False, f"{last}{speech.say('：', ': ')}{beat.note}")
    if real - beat.at > checks.OVERDUE[job]:
        silent = speech.say(
            "，此后没有动静。请检查 worker 是否在运行，必要时重启。",
            ", and silent since. See whether the worker runs.",
        )
        return Sign(name, False, last + silent)
    return Sign(name, True, last + speech.say("。", "."))


def _mail(reader: Reader, seen: Figures) -> Iterator[Sign]:
    speech, name = reader.speech, reader.speech.say("发件箱", "outbox")
    if not reader.config.smtp_host:
        no = ("尚未设置邮件服务器，函件都在等候。", "No mail server is set, and all letters wait.")
        yield Sign(name, False, speech.of(no), "/admin/mail")
        return
    queued, late = seen.mails[MailState.QUEUED], seen.outbox_age > QUEUED_LONG.total_seconds()
    bad = seen.mails[MailState.FAILED] + seen.mails[MailState.IN_DOUBT]
    said = speech.say(f"待发{queued}封", f"{queued} to go out")
    if late:
        said += speech.say(
            "，最早的已等了一小时以上，请看邮件服务器是否正常",
            ", the oldest for over an hour: is the mail server well",
        )
    if bad:
        said += speech.say(
            f"，退信或存疑{bad}封，请改正邮箱或电话通知",
            f", {bad} refused or in doubt: correct the mailboxes",
        )
    yield Sign(name, not late and not bad, said + speech.say("。", "."), "/letters" if bad else "/admin/mail")


def _wakes(seen: Figures, speech: Speech) -> Sign:
    late = seen.wake_age > checks.LONG.total_seconds()
    said = speech.say(f"等候送达{seen.wakes}件", f"{seen.wakes} waiting")
    if late:
        said += speech.say(
            "，已等了很久：Prefect 服务可能没有运行", ", for long: the Prefect server may be down"
        )
    return Sign(speech.say("流程唤醒", "wakes of runs"), not late, said + speech.say("。", "."))


def _deliveries(seen: Figures, speech: Speech) -> Iterator[Sign]:
    """Only where something was given up: most offices tell no other system."""
    if failed := seen.deliveries["failed"]:
        said = speech.say(
            f"{failed}条没有送达，已不再尝试；对方恢复后请重发。",
            f"{failed} were given up; send them again once the other side is back.",
        )
        yield Sign(speech.say("事件通知", "webhooks"), False, said, "/admin/webhooks")


def _clock(held: str, speech: Speech) -> Sign:
    name = speech.say("时钟", "clock")
    return Sign(name, not held, held or speech.say("可信。", "Trusted."))


def _check(seen: Figures, beats: dict[str, Heartbeat], speech: Speech) -> Sign:
    name = speech.say("数据核对", "invariants")
    at = max((beats[job].at for job in CHECKED if job in beats), default=None)
    if at is None:
        return Sign(
            name, None, speech.say("还没有核对过，请按“现在核对”。", "Never checked yet: press “Check now”.")
        )
    last = speech.say(f"最近一次 {clock.office_time(at)}", f"Last checked {clock.office_time(at)}")
    broken = sum(seen.broken.values())
    if broken:
        wrong = speech.say(
            f"，发现{broken}处不符，请按“现在核对”查看", f", {broken} things are wrong: press “Check now”"
        )
        return Sign(name, False, f"{last}{wrong}{speech.say('。', '.')}", "/admin/health")
    return Sign(name, True, last + speech.say("，全部相符。", ", nothing wrong."))


def parts(told: Sequence[Told], speech: Speech) -> list[Sign]:
    """What the processes on this machine answered."""
    names: dict[PartName, Words] = {
        PartName.SERVER: ("Prefect 服务", "Prefect server"),
        PartName.WORKER: ("执行进程 worker", "worker"),
    }
    return [_part(one, speech.of(names[one.part]), speech) for one in told if one.part in names]


def _part(one: Told, name: str, speech: Speech) -> Sign:
    if one.alive and one.ready:
        return Sign(name, True, speech.say("正常应答。", "It answers."))
    if one.part is PartName.SERVER:
        no = (
            "没有应答。办理和发函照常，流程界面暂不可看；请重启 rectify server。",
            "No answer. Acts and mails go on; restart it.",
        )
    else:
        no = (
            "本机没有应答；在别的机器运行时请看下面各项时间。",
            "None answers on this machine; see the times below.",
        )
    return Sign(name, False if one.part is PartName.SERVER else None, speech.of(no))


async def waiting(reader: Reader) -> list[Sign]:
    """What the desk's start names besides: vacancies, the calendar, old rules."""
    speech, today = reader.speech, clock.today()
    async with reader.db.reading() as session:
        empty = await vacancies.vacancies(session, today, reader.sight.units)
        years = [row["year"] for row in await almanac.years(session)]
        under = await ruling.open_under(session)
        in_force = (await ruling.version_named(session, None)).version
    found = []
    if empty:
        said = speech.say(
            f"{len(empty)}个岗位有事项却无人可办。", f"{len(empty)} posts have work and nobody."
        )
        found.append(Sign("", False, said, "/admin/vacancies"))
    if year := awaited(today, years):
        said = speech.say(
            f"{year}年放假安排尚未导入，落在该年的时限为暂定。",
            f"{year} is not announced here: its dates are provisional.",
        )
        found.append(Sign("", False, said, "/admin/calendar"))
    if older := sum(count for version, count in under.items() if version != in_force):
        said = speech.say(
            f"{older}个未办结问题仍按旧规则办理。", f"{older} open findings are under older rules."
        )
        found.append(Sign("", None, said, "/admin/rules"))
    return found
