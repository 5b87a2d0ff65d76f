"""People at the command line: each command dies once at each of its points, and is simply given again."""

import csv
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from signal import SIGKILL
from time import monotonic

from models.rules.shipped import shipped_text
from tests.crash.house import House
from tests.crash.lives import PLACED
from tests.crash.play import Outcome, rested
from tests.crash.schedules import Schedule

Words = Callable[[House, str], Sequence[str]]
"""The words of a command; the tag makes what it does its own."""


@dataclass(frozen=True)
class Command:
    title: str
    words: Words
    in_new_folder: bool = False
    """For what only the first command in a data folder does."""
    again: tuple[int, ...] = (0,)
    """How it may end when it is given again."""


def _open(house: House, tag: str) -> Sequence[str]:
    sets = [word for name, value in PLACED.items() for word in ("--set", f"{name}={value}")]
    return (
        "open",
        "--by",
        "inspector",
        "--set",
        f"number=CL-{tag}",
        *sets,
        "--set",
        "deadline_type=立行立改",
    )


def _act(house: House, tag: str) -> Sequence[str]:
    file = str(house.photograph(f"act-{tag}"))
    number = _opened(house)
    return ("act", number, "attach_evidence", "--by", "owner", "--evidence", file, "--nonce", f"act-{tag}")


def _opened(house: House) -> str:
    """A finding somebody works on: opened and accepted, or known already."""
    if house.command("show", "CL-acts").returncode:
        opened = house.command(*_open(house, "acts"))
        accepted = house.command("act", "CL-acts", "accept", "--by", "owner")
        assert (opened.returncode, accepted.returncode) == (0, 0), opened.stderr + accepted.stderr
    return "CL-acts"


def _import(house: House, tag: str) -> Sequence[str]:
    ledger = house.home / f"ledger-{tag}.csv"
    with ledger.open("w", newline="", encoding="utf-8") as file:
        sheet = csv.writer(file)
        sheet.writerow(["问题编号", "问题来源", "问题标题", "具体表现", "严重程度", "责任单位", "责任人"])
        for row in range(3):
            sheet.writerow([f"L{tag}-{row}", "督查", "沟渠", "沟渠淤堵。", "一般", "甲村", "甲村书记"])
    return ("import", str(ledger))


def _people(house: House, tag: str) -> Sequence[str]:
    people = house.home / f"people-{tag}.csv"
    known = (house.home / "people.csv").read_text(encoding="utf-8").splitlines()
    line = f"甲村,village,甲乡,甲村{tag}员,liaison,某{tag},clerk{tag},clerk{tag}@x.example,,2026-01-01,,"
    people.write_text("\n".join([*known, line]), encoding="utf-8")
    return ("people", "import", str(people))


def _backup(house: House, tag: str) -> Sequence[str]:
    return ("backup", str(house.home / f"backup-{tag}"))


def _rules(house: House, tag: str) -> Sequence[str]:
    """Another number of days for the approval of a closure, and so another version."""
    text, days = shipped_text(), f"number = {10 + int(tag)}"
    before, closure, rest = text.partition("[steps.closure]")
    file = house.home / f"rules-{tag}.toml"
    file.write_text(before + closure + rest.replace("number = 5", days, 1), encoding="utf-8")
    return ("rules", "use", str(file), "--by", "verifier")


def _move(house: House, tag: str) -> Sequence[str]:
    number = _opened(house)
    if tag != "0":  # so that there is a version to move to
        assert house.command(*_rules(house, str(50 + int(tag)))).returncode in (0, 2)
    return ("rules", "move", number, "--by", "verifier", "--reason", "按新规则办理")


FIXED = ("01-01", "02-08", "02-09", "02-10", "05-03", "05-04", "10-01", "10-04", "10-05")


def _calendar(house: House, tag: str) -> Sequence[str]:
    """An invented year: the fixed holidays, and one day more each time."""
    days = [f"2027-{day}" for day in FIXED]
    more = [f"2027-06-{1 + int(tag):02}"]
    file = house.home / f"year-{tag}.csv"
    lines = [f"{day},off,节假日" for day in [*days, *more]]
    file.write_text("\n".join(["date,kind,label", *lines]), encoding="utf-8")
    return ("calendar", "import", str(file), "--by", "inspector", "--source", f"通知{tag}")


def _hand_over(house: House, tag: str) -> Sequence[str]:
    """The village's post goes back and forth between two people, its work with it."""
    _opened(house)
    people = house.home / "successor.csv"
    if not people.exists():
        known = (house.home / "people.csv").read_text(encoding="utf-8").splitlines()
        more = [
            "甲乡,township,,管理员,administrator,管理员,admin,admin@x.example,,2026-01-01,,",
            "甲村,village,甲乡,甲村会计,liaison,会计,clerk,clerk@x.example,,2026-01-01,,",
        ]
        people.write_text("\n".join([*known, *more]), encoding="utf-8")
        assert house.command("people", "import", str(people)).returncode == 0
    to = "clerk" if int(tag) % 2 == 0 else "owner"
    return ("people", "hand-over", "甲村书记", "--to", to, "--by", "admin")


def _list(_house: House, _tag: str) -> Sequence[str]:
    return ("list",)


COMMANDS = (
    Command("open", _open, again=(0, 2)),  # its number is taken: by itself
    Command("act", _act),
    Command("import", _import),
    Command("people import", _people),
    Command("backup", _backup),
    Command("rules use", _rules, again=(0, 2)),  # they are in force: by itself
    Command("rules move", _move, again=(0, 3)),
    Command("calendar import", _calendar),
    Command("hand over", _hand_over, again=(0, 2)),  # it is done: by itself
    Command("the first of all", _list, in_new_folder=True),
)


def deaths(house: House, command: Command, bound: float) -> Iterator[Outcome]:
    """The command once as it is, which tells its points; then killed at each and given again."""
    told = _given(house, command, "0")
    assert told.returncode == 0, told.stderr
    for number, point in enumerate(dict.fromkeys(house.reached("command")), start=1):
        began, outcome = monotonic(), Outcome(Schedule(f"{command.title} at {point}"))
        died = _given(house, command, str(number), point)
        outcome.struck = [f"command: {one}" for one in house.struck("command")]
        again = _given(house, command, str(number))
        if died.returncode != -SIGKILL or again.returncode not in command.again:
            outcome.wrong = [f"ended with {died.returncode}, then {again.returncode}: {again.stderr}"]
        outcome.wrong += rested(house, bound)
        outcome.seconds = monotonic() - began
        yield outcome


def _given(house: House, command: Command, tag: str, faults: str = "") -> "subprocess.CompletedProcess[str]":
    words = command.words(house, tag)
    house.trace("command").unlink(missing_ok=True)
    folder = {"RECTIFY_HOME": str(house.home / f"new-{tag}")} if command.in_new_folder else {}
    return house.command(*words, faults=faults, **folder)
