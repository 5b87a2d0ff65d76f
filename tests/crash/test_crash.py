"""The moments that tell most, and three seeds: killed there, and nothing is lost or said twice."""

from collections.abc import Iterator, Sequence

import pytest

from tests.crash.house import House, opened
from tests.crash.play import play
from tests.crash.schedules import Schedule, by_seed

RUNS = (
    "relay.before_prefect",
    "relay.between_start_and_store",
    "relay.after_prefect",
    "prefect.POST /flow_runs/{}/set_state RUNNING.after",
    "look.after_commit",
    "step.before_commit",
    "park.between",
    "prefect.POST /flow_runs/{}/set_state PAUSED.after",
)
MAILS = ("mail_claimed.after_commit", "mail_data.after_commit", "smtp.dot.after", "mail.answered")
TOLD = ("hooks_queued.before_commit", "webhooks.before_send", "webhooks.after_send")
PEOPLE = ("record.before_commit@2", "record.after_commit@2", "evidence.before_rename")

PORTAL = ("record.after_commit", "open.after_commit", "evidence.before_rename", "record.before_commit")
"""The first while a program calls the API, then while people are at their browsers."""


def deaths(title: str, process: str, points: Sequence[str]) -> Schedule:
    """The process dies at one point after the other, each start a recovery and the next to die."""
    return Schedule(title, ("short",) * len(points), armed={process: [*points]}, calm=True)


SCHEDULES = (
    deaths("a worker with its runs", "worker", RUNS),
    deaths("a worker with its mails", "worker", MAILS),
    deaths("a worker that tells of acts", "worker", TOLD),
    deaths("people at work", "driver", PEOPLE),
    Schedule("the portal", ("open", "short"), armed={"portal": [*PORTAL]}, doors=("api", "portal")),
    deaths("a mail server before it answers", "sink", ["sink...after"]),
    *(by_seed(seed) for seed in (1, 2, 3)),
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with opened(tmp_path_factory.mktemp("crash")) as found:
        yield found


@pytest.mark.server
@pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda one: one.title)
def test_whatever_dies_nothing_is_lost_and_nothing_done_twice(house: House, schedule: Schedule) -> None:
    outcome = play(house, schedule)
    assert not outcome.wrong, f"{outcome.wrong}\nplay it again: --schedule with {schedule.told()}"


def test_a_seed_is_always_the_same_schedule() -> None:
    assert by_seed(7) == by_seed(7)
    assert len({by_seed(seed).told() for seed in range(50)}) == 50


@pytest.mark.parametrize("seed", range(20))
def test_a_schedule_comes_back_from_its_file(seed: int) -> None:
    assert Schedule.read(by_seed(seed).told()) == by_seed(seed)
