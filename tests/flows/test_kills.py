"""Prefect's server, or its whole database, is gone for a while: findings go on, nothing is missing.

What happens when a process of ours dies is in tests/crash.
"""

from collections.abc import Iterator

import pytest

from tests.flows.prefect_house import Child, wait_for
from tests.flows.township import Township, inhabited

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def township(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Township]:
    with inhabited(tmp_path_factory.mktemp("kills"), "mailbox") as place:
        yield place


@pytest.fixture
def worker(township: Township) -> Iterator[Child]:
    child = township.start("worker")
    yield child
    child.end()


def goes_on(township: Township, number: str) -> None:
    """The rest of a life, and everything as it ought to be at its end."""
    township.stands_at(number, "整改中", 60)
    township.act(number, "attach_evidence", "owner", "--evidence", township.file())
    township.act(number, "submit", "owner")
    township.stands_at(number, "待验收")
    events = township.ask("show", number)["events"]
    assert [e["act"] for e in events] == ["open", "assign", "accept", "attach_evidence", "submit"]
    is_whole(township, number)


def is_whole(township: Township, number: str) -> None:
    def whole() -> bool:
        return township.run("check").returncode == 0 and len(township.told(number)) == 2

    wait_for(whole, 60, f"check is content and both letters of {number} arrived")
    assert sorted(township.told(number)) == ["owner@x.example", "verifier@x.example"]
    rungs = [row[0] for row in township.rows("SELECT rung FROM letter WHERE finding = ?", number)]
    assert len(rungs) == len(set(rungs)), "no letter is queued twice"


def test_a_server_killed_at_work_is_waited_for(township: Township, worker: Child) -> None:
    number = township.opened()
    township.stands_at(number, "待认领")
    township.prefect.kill()
    township.act(number, "accept", "owner")
    township.prefect.start()
    goes_on(township, number)


def test_mail_goes_on_without_prefect(township: Township, worker: Child) -> None:
    township.prefect.kill()
    try:
        number = township.opened()
        wait_for(lambda: township.told(number) == ["owner@x.example"], 30, "the letter of assignment")
    finally:
        township.prefect.start()
    township.stands_at(number, "待认领", 60)


def test_prefects_database_lost_gives_one_live_run_for_each_open_finding(
    township: Township, worker: Child
) -> None:
    number, closed = township.opened(), township.opened()
    township.stands_at(closed, "待认领")  # a finding that ends before its run begins needs none
    for act, by, words in (
        ("accept", "owner", ()),
        ("attach_evidence", "owner", ("--evidence", township.file())),
        ("submit", "owner", ()),
        ("pass_verification", "verifier", ()),
        ("approve_closure", "approver", ()),
    ):
        township.act(closed, act, by, *words)
    township.stands_at(closed, "已销号")
    township.prefect.kill()
    township.prefect.forget()
    township.prefect.start()
    township.stands_at(number, "待认领", 90)
    open_ones = {row[0] for row in township.rows("SELECT number FROM finding WHERE closed_on IS NULL")}
    wait_for(lambda: len(township.live_runs()) >= len(open_ones), 60, "a run for each open finding")
    numbers = sorted(run["parameters"]["number"] for run in township.live_runs())
    assert numbers == sorted(open_ones)
    assert township.run("check").returncode == 0
