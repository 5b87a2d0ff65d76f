"""A township backed up at work and restored elsewhere: its findings go on, and no letter is mailed twice."""

import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

from tests.flows.prefect_house import free_port, wait_for
from tests.flows.township import Township, inhabited

pytestmark = pytest.mark.server


@dataclass(frozen=True)
class Past:
    """A township that was backed up, went on, and stopped: its folder is today's, the backup yesterday's."""

    place: Township
    backup: Path
    accepted: str
    submitted: str
    closed_since: str


ONCE_EACH = Counter({"owner@x.example": 2, "verifier@x.example": 2, "approver@x.example": 1})
"""Assigned, to be verified, to be closed, and closed: to the owner and, as the supervisor, the verifier."""


def close(place: Township, number: str) -> None:
    for act, by in (("pass_verification", "verifier"), ("approve_closure", "approver")):
        place.act(number, act, by)


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Past]:
    with inhabited(tmp_path_factory.mktemp("past"), "mailbox", "worker") as place:
        accepted, submitted, closed = (place.opened() for _ in range(3))
        place.act(accepted, "accept", "owner")
        for number in (submitted, closed):
            place.act(number, "accept", "owner")
            place.act(number, "attach_evidence", "owner", "--evidence", place.file())
            place.act(number, "submit", "owner")
            place.stands_at(number, "待验收", 90)
        place.stands_at(accepted, "整改中", 90)
        wait_for(lambda: len(place.told(submitted)) == len(place.told(closed)) == 2, 90, "their letters")
        store = place.home / "backups"
        busy = Thread(target=lambda: [place.opened() for _ in range(2)])
        busy.start()
        said = place.ask("backup", str(store))
        busy.join()
        assert said["lacks"] == []
        # After the backup: the restored copy knows nothing of it.
        place.act(closed, "pass_verification", "verifier")
        wait_for(lambda: len(place.told(closed)) == 3, 90, "the approver's letter")
        place.act(closed, "approve_closure", "approver")
        place.stands_at(closed, "已销号", 90)
        for child in place.parts.values():
            child.end()
        place.prefect.kill()
        yield Past(place, Path(said["folder"]), accepted, submitted, closed)


@pytest.fixture(params=["prefect restored too", "prefect lost", "prefect of today"])
def restored(request: pytest.FixtureRequest, past: Past, tmp_path: Path) -> Iterator[Township]:
    """The backup in a new folder, with Prefect's database from where it may come, and everything running."""
    home = tmp_path / "restored"
    words = [] if request.param == "prefect restored too" else ["--without-prefect"]
    past.place.rectify("restore", str(past.backup), "--into", str(home), *words)
    if request.param == "prefect of today":
        shutil.copytree(past.place.home / "prefect", home / "prefect", dirs_exist_ok=True)
        for key in ("prefect-auth", "prefect-key"):
            shutil.copy(past.place.home / key, home / key)
    shutil.copytree(past.place.home / "mailbox", home / "mailbox")
    place = Township(home)
    place.environment["RECTIFY_MAILBOX_PORT"] = place.environment["RECTIFY_SMTP_PORT"] = str(free_port())
    place.prefect.start()
    try:
        place.start("mailbox")
        place.start("worker")
        yield place
    finally:
        place.end()


def test_findings_go_on_and_nobody_is_written_to_twice(past: Past, restored: Township) -> None:
    numbers = [row[0] for row in restored.rows("SELECT number FROM finding WHERE closed_on IS NULL")]
    assert {past.accepted, past.submitted, past.closed_since} <= set(numbers)
    wait_for(lambda: restored.run("check").returncode == 0, 150, "rectify check is content")
    stages = {past.accepted: "整改中", past.submitted: "待验收", past.closed_since: "待验收"}
    for number, state in stages.items():
        restored.stands_at(number, state, 90)
    one_each = "one live run for each, none left over"
    wait_for(lambda: len(restored.live_runs()) == len(numbers), 90, one_each)

    restored.act(past.accepted, "attach_evidence", "owner", "--evidence", restored.file())
    restored.act(past.accepted, "submit", "owner")
    for number in stages:
        close(restored, number)
        restored.stands_at(number, "已销号", 90)
    new = restored.opened()
    restored.stands_at(new, "待认领", 90)
    assert restored.run_of(new)["parameters"] == {"number": new, "generation": 1}
    wait_for(lambda: restored.run("check").returncode == 0, 150, "rectify check is content")
    for number in (past.accepted, past.submitted):
        told = Counter(restored.told(number))
        assert told <= ONCE_EACH, f"{number}: {told}"
    ids = [mail["Message-ID"] for mail in restored.mails()]
    assert len(ids) == len(set(ids))


def test_a_restore_is_refused_while_the_folder_is_in_use(past: Past, tmp_path: Path) -> None:
    home = tmp_path / "busy"
    home.mkdir()
    with (home / "held").open("w"):
        (home / "held").unlink()
        refused = past.place.run("restore", str(past.backup), "--into", str(home))
    assert refused.returncode == 3
    assert "正被程序使用" in refused.stderr
