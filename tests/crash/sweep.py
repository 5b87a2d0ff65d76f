"""The sweep: a reference life tells which points there are; then each process dies once at each of them."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.crash.commands import COMMANDS, deaths
from tests.crash.house import House
from tests.crash.play import Outcome, play
from tests.crash.schedules import Schedule
from tests.flows.prefect_house import ROOT

REFERENCES = (
    Schedule("a life", ("short",), calm=True),
    Schedule("returned once", ("returned",), calm=True),
    Schedule("clicks in the flow UI", ("troubled",), calm=True),
    Schedule("returned once, at the portal", ("returned",), doors=("portal",), calm=True),
    Schedule("a life over the API", ("short",), doors=("api",), calm=True),
    Schedule("mails not taken at first", habits={"RCPT": ["451 4.2.1 later"]}, calm=True),
)
OFTEN = 6
"""A point reached so often in a life is hit once more, later in it."""
AT_ONCE = 5
"""Deaths of one process in one schedule."""
Rooms = Callable[[], AbstractContextManager[House]]
"""Opens a house of its own, Prefect's server included, and nothing in it but the people."""
Tell = Callable[[Outcome], None]


@dataclass
class Sweep:
    """Plays schedules in one house after the other: a new one where the last was left in disorder."""

    rooms: Rooms
    tell: Tell
    bound: float
    outcomes: list[Outcome] = field(default_factory=list)
    known: set[str] = field(default_factory=set)
    hit: set[str] = field(default_factory=set)

    def play_all(self, schedules: Sequence[Schedule]) -> None:
        """In one house, as long as all is well in it."""
        waiting = list(schedules)
        while waiting:
            with self.rooms() as house:
                while waiting and self.play(house, waiting.pop(0)):
                    pass

    def play(self, house: House, schedule: Schedule) -> bool:
        """Whether all was well."""
        outcome = play(house, schedule, self.bound)
        for name in house.TRACED:
            self.known.update(f"{name}: {point}" for point in house.reached(name))
        self.note(outcome)
        return not outcome.wrong

    def note(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self.hit.update(outcome.struck)
        self.known.update(outcome.struck)
        self.tell(outcome)

    def points(self, wanted: re.Pattern[str]) -> None:
        """Every point of every process once, in the first life that reaches it; often reached ones twice.

        Several deaths make one schedule: each start of the process is both a recovery and the next to die.
        """
        at_birth, in_life = self.references()
        self.play_all(_together([one for one in in_life if wanted.search(one.title)]))
        for schedule in at_birth:
            if wanted.search(schedule.title):
                self.play_all([schedule])

    def commands(self, wanted: re.Pattern[str]) -> None:
        """Every point of the commands people give."""
        with self.rooms() as house:
            house.mend()
            for command in COMMANDS:
                if wanted.search(command.title):
                    for outcome in deaths(house, command, self.bound):
                        self.note(outcome)

    def references(self) -> tuple[list[Schedule], list[Schedule]]:
        """Schedules for the points that only a new house reaches, and for all others."""
        with self.rooms() as house:
            self.play(house, replace(REFERENCES[0], title="the first life of all"))
            born = {name: house.reached(name) for name in house.TRACED}
            later = list(self.of_lives(house))
        known = {(name, fault.partition("@")[0]) for one in later for name, (fault,) in one.armed.items()}
        first = [
            Schedule(f"birth, {name} at {point}", armed={name: [point]}, calm=True)
            for name, points in born.items()
            for point in points
            if (name, point) not in known
        ]
        return first, later

    def of_lives(self, house: House) -> Iterator[Schedule]:
        seen: set[tuple[str, str]] = set()
        for reference in REFERENCES:
            self.play(house, replace(reference, armed={name: [""] for name in house.TRACED}))
            for name in house.TRACED:
                points = house.reached(name)
                for point in points.keys() - {point for owner, point in seen if owner == name}:
                    yield from _schedules(reference, name, point, points)
                seen.update((name, point) for point in points)

    def seeds(self, schedules: Sequence[Schedule]) -> None:
        self.play_all(schedules)

    @property
    def failed(self) -> list[Outcome]:
        return [one for one in self.outcomes if one.wrong]


def _schedules(reference: Schedule, name: str, point: str, points: Counter[str]) -> Iterator[Schedule]:
    times = (1, points[point] // 2) if points[point] >= OFTEN else (1,)
    for time in times:
        title = f"{name} at {point}@{time} ({reference.title})"
        # What the people's own process does, it does without waiting for others.
        calm = reference.calm and name != "driver"
        yield replace(reference, title=title, armed={name: [f"{point}@{time}"]}, calm=calm)


def _together(schedules: Sequence[Schedule]) -> list[Schedule]:
    """Those of one process and one kind of life, some at a time; a life for each death."""
    kinds: dict[tuple[str, tuple[str, ...], tuple[str, ...], str], list[Schedule]] = {}
    for one in schedules:
        (name,) = one.armed
        kinds.setdefault((name, one.lives, one.doors, str(one.habits)), []).append(one)
    found: list[Schedule] = []
    for (name, lives, *_), alike in kinds.items():
        for some in (alike[at : at + AT_ONCE] for at in range(0, len(alike), AT_ONCE)):
            faults = [fault for one in some for fault in one.armed[name]]
            title = f"{name} at " + ", ".join(faults)
            found.append(replace(some[0], title=title, lives=lives * len(some), armed={name: faults}))
    return found


def written_points() -> set[str]:
    """The points that stand in the program: those of its transactions, and those reached by name."""
    found: set[str] = set()
    for package in ("portal", "flows", "tasks", "models"):
        for path in (ROOT / package).rglob("*.py"):
            found.update(_in(path))
    return found


def _in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Attribute(attr="writing"), args=[ast.Constant(value=str(name))]):
                yield from (f"{name}.before_commit", f"{name}.after_commit")
            case ast.Call(func=ast.Name(id="reach"), args=[ast.Constant(value=str(name))]):
                yield name
