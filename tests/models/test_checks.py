"""Every invariant finds what breaks it, and nothing else; a sound township breaks none."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from models import checks, guidance, heartbeats, ledger, seals
from models.bulk import connected
from models.checks import INVARIANTS
from models.database import Database
from models.heartbeats import Beat
from models.hooks.queueing import queue
from models.hooks.subscribing import subscribe
from models.keeping import files
from models.listing.grams import entries
from models.listing.searching import FORGET, words_of
from models.mailing import letters
from models.mailing.mail import MailState
from models.settings import Settings
from policy.stages import Act, Stage
from tasks.post import write_mails
from tests.models.township import NOW, TRADE, act, asked, assigned, brought_to, change, opened

REAL = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
FREE = {
    "sqlite": ["DROP TRIGGER {0}_no_update", "DROP TRIGGER {0}_no_delete"],
    "postgresql": ["ALTER TABLE {0} DISABLE TRIGGER USER"],
}


async def broken(db: Database, home: Path, later: timedelta = timedelta(0)) -> dict[str, list[str]]:
    found = await checks.check(db, home, NOW + later, REAL + later)
    return {one.name: one.broken for one in found if not one.ok}


async def tamper(db: Database, table: str, statement: str) -> None:
    """As somebody with a database tool and time would do it."""
    for line in FREE[db.engine.dialect.name]:
        await change(db, line.format(table))
    await change(db, statement)
    if not db.is_sqlite:  # there only contents are put back for the next test
        await change(db, f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest_asyncio.fixture(loop_scope="session")
async def number(town: Database, tmp_path: Path) -> str:
    """A finding under verification, with its run, its evidence and its letters in order."""
    kept = files.keep(_written(tmp_path), tmp_path)
    number = await assigned(town)
    await act(town, number, Act.ACCEPT, "owner")
    await act(town, number, Act.FILE_PLAN, "owner", measures="补记")
    await act(town, number, Act.APPROVE_PLAN, "inspector")
    await act(town, number, Act.ATTACH_EVIDENCE, "owner", files=(kept,))
    await act(town, number, Act.COMPLETE_MEASURE, "owner", measure=1)
    await act(town, number, Act.SUBMIT, "owner")
    async with town.writing() as session:
        finding = await ledger.find(session, number)
        run = await guidance.new_generation(session, finding, None, NOW)
        run.flow_run_id, run.version_seen = "run-1", finding.version
        wakes = await guidance.take_wakes(session, NOW)
        await guidance.wakes_done(session, [wake for ids in wakes.values() for wake in ids], NOW)
        await letters.climb(session, finding, TRADE, NOW, NOW.date())
    await seals.seal_day(town, NOW + seals.SETTLED)
    assert await broken(town, tmp_path) == {}
    return number


def _written(folder: Path) -> Path:
    file = folder / "照片.pdf"
    file.write_bytes(b"%PDF-1.4 evidence")
    return file


async def only(db: Database, home: Path, name: str, later: timedelta = timedelta(0)) -> None:
    assert list(await broken(db, home, later)) == [name]


async def test_a_changed_word_in_history_shows(town: Database, number: str, tmp_path: Path) -> None:
    await tamper(town, "event", "UPDATE event SET reason = '改过' WHERE seq = 2")
    await only(town, tmp_path, "chains are whole")


async def test_an_event_taken_out_shows(town: Database, number: str, tmp_path: Path) -> None:
    await tamper(town, "event", "DELETE FROM event WHERE seq = 3")
    assert {"chains are whole", "rows equal their events"} <= set(await broken(town, tmp_path))


async def test_a_tail_cut_off_with_its_row_shows_by_the_seal(
    town: Database, number: str, tmp_path: Path
) -> None:
    (last,) = await asked(town, "SELECT max(seq) FROM event")
    await tamper(town, "event", f"DELETE FROM event WHERE seq = {last}")
    await change(town, f"UPDATE finding SET version = {last - 1}, stage = 'in_progress'")
    await change(town, f"UPDATE run SET version_seen = {last - 1}")
    assert "last seal holds" in await broken(town, tmp_path)


@pytest.mark.parametrize("change_of", ["stage = 'planning'", "round = 2", "cycle = 2", "version = 99"])
async def test_a_row_that_is_not_what_its_events_say_shows(
    town: Database, number: str, tmp_path: Path, change_of: str
) -> None:
    await change(town, f"UPDATE finding SET {change_of}")
    assert "rows equal their events" in await broken(town, tmp_path)


async def test_a_finding_without_run_and_wake_shows(town: Database, number: str, tmp_path: Path) -> None:
    await change(town, "UPDATE run SET ended_at = touched_at, flow_run_id = ''")
    await only(town, tmp_path, "live findings have a run")


async def test_a_wake_that_waits_for_long_shows(town: Database, number: str, tmp_path: Path) -> None:
    await act(town, number, Act.TAKE_BACK, "owner", reason="还要补充材料", now=NOW + timedelta(minutes=1))
    assert await broken(town, tmp_path) == {}
    await only(town, tmp_path, "wakes get through", timedelta(minutes=17))


async def test_a_letter_that_is_due_and_not_recorded_shows(
    town: Database, number: str, tmp_path: Path
) -> None:
    await change(town, "UPDATE finding SET next_look_on = '2026-11-19'")
    await only(town, tmp_path, "due letters are recorded")


@pytest.mark.parametrize(
    "done",
    ["UPDATE finding_text SET words = 'x'", "DELETE FROM finding_text", "UPDATE finding SET title = 'x'"],
)
async def test_a_finding_that_search_does_not_find_as_it_stands_shows(
    town: Database, number: str, tmp_path: Path, done: str
) -> None:
    await change(town, done)
    await only(town, tmp_path, "search finds what findings say")


async def test_a_finding_that_fell_out_of_sqlite_s_index_shows(sqlite_town: Database, tmp_path: Path) -> None:
    number = await assigned(sqlite_town)
    async with sqlite_town.writing() as session:
        finding = await ledger.find(session, number)
        entered = {"finding": number, "entries": entries(words_of(finding))}
        await (await connected(session)).execute(FORGET, entered)
    assert (await broken(sqlite_town, tmp_path))["search finds what findings say"] == [
        f"{number} 的检索内容与其现状不符"
    ]


async def test_a_letter_to_nobody_shows(town: Database, number: str, tmp_path: Path) -> None:
    await change(town, "DELETE FROM addressee")
    await only(town, tmp_path, "letters have addressees")


async def posted(db: Database, home: Path, state: MailState) -> None:
    """All queued letters in mails that stand at `state`."""
    assert await write_mails(db, Settings(_env_file=None, home=home), NOW) > 0
    claimed = "claimed_at = created_at, claimed_by = 'elsewhere:1'"
    await change(db, f"UPDATE mail SET state = '{state}', {claimed}")


async def test_a_letter_marked_as_sent_whose_mail_is_not_shows(
    town: Database, number: str, tmp_path: Path
) -> None:
    await posted(town, tmp_path, MailState.QUEUED)
    assert await broken(town, tmp_path) == {}
    await change(town, "UPDATE letter SET state = 'sent' WHERE state = 'queued'")
    await only(town, tmp_path, "letters agree with their mails")


async def test_a_mail_that_hangs_or_failed_without_a_word_shows(
    town: Database, number: str, tmp_path: Path
) -> None:
    await posted(town, tmp_path, MailState.DATA)
    assert await broken(town, tmp_path) == {}
    await only(town, tmp_path, "mails get somewhere", timedelta(hours=1))
    await change(town, "UPDATE mail SET state = 'failed'")
    await only(town, tmp_path, "mails get somewhere")


async def test_evidence_that_is_gone_or_changed_shows(town: Database, number: str, tmp_path: Path) -> None:
    (sha256,) = await asked(town, "SELECT sha256 FROM evidence")
    file = files.stored(tmp_path, sha256)
    file.chmod(0o600)
    file.write_bytes(b"%PDF-1.4 evidencE")
    await only(town, tmp_path, "evidence is there")
    file.unlink()
    await only(town, tmp_path, "evidence is there")


async def test_a_step_without_a_clock_shows(town: Database, number: str, tmp_path: Path) -> None:
    await change(town, "UPDATE finding SET deadline = NULL")
    await only(town, tmp_path, "no step is without a clock")


async def test_a_date_that_is_provisional_in_a_known_year_shows(
    town: Database, number: str, tmp_path: Path
) -> None:
    await change(town, "UPDATE finding SET deadline = '2026-12-01' WHERE provisional")
    await only(town, tmp_path, "no date is provisional without need")


async def test_who_passes_their_own_work_shows(town: Database, tmp_path: Path) -> None:
    number = await brought_to(town, Stage.PENDING_CLOSURE)
    assert "nobody verifies their own work" not in await broken(town, tmp_path)
    await tamper(town, "event", "UPDATE event SET by = 'owner' WHERE act = 'pass_verification'")
    found = await broken(town, tmp_path)
    assert found["nobody verifies their own work"] == [f"{number} 由整改人“owner”自行验收"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE rule_book SET text = replace(text, 'number = 3', 'number = 9')",
        "UPDATE finding SET rules_version = 7",
    ],
)
async def test_rules_that_were_altered_or_are_not_there_show(
    town: Database, number: str, tmp_path: Path, statement: str
) -> None:
    await change(town, statement)
    await only(town, tmp_path, "rules are as written")


@pytest.mark.parametrize(("job", "note"), [("watch", ""), ("post", "邮件服务器没有应答")])
async def test_a_job_that_fell_silent_shows(
    town: Database, number: str, tmp_path: Path, job: str, note: str
) -> None:
    await heartbeats.beat(town, Beat(job, "host:1", REAL, NOW))
    assert await broken(town, tmp_path) == {}
    silent = timedelta(0) if note else timedelta(minutes=21)
    await heartbeats.beat(town, Beat(job, "host:1", REAL, NOW, note=note))
    assert "heartbeats are fresh" in await broken(town, tmp_path, silent)


async def test_no_letter_twice_is_kept_by_the_database_itself(town: Database, number: str) -> None:
    """So nothing can break "no letter is written twice"."""
    columns = "finding, cycle, round, deadline_version, rung, occasion, kind, due_on, state, reminder, note, "
    columns += "signed_by, created_at"
    with pytest.raises(Exception, match=r"(?i)unique"):
        await change(town, f"INSERT INTO letter ({columns}) SELECT {columns} FROM letter LIMIT 1")


async def test_an_event_that_no_webhook_was_told_of_and_one_left_lying_are_found(
    town: Database, tmp_path: Path
) -> None:
    async with town.writing() as session:
        await subscribe(session, "http://127.0.0.1:9/", (), "administrator", REAL)
    number = (await opened(town)).number
    hour = timedelta(hours=1)
    assert number in (await broken(town, tmp_path, hour))["every event is told"][0]
    await queue(town, NOW, REAL)
    found = await broken(town, tmp_path, hour)
    assert "every event is told" not in found
    assert number in found["deliveries get somewhere"][0]


def test_every_invariant_is_broken_by_some_test_here() -> None:
    text = Path(__file__).read_text(encoding="utf-8")
    names = {holds.__name__.replace("_", " ") for holds in INVARIANTS}
    assert {name for name in names if f'"{name}"' not in text} == set()
