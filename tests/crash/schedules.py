"""Schedules: which findings live which lives, in which order, and what goes wrong meanwhile; all as JSON."""

import json
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from random import Random
from typing import Self

from tests.crash.lives import LIVES


@dataclass(frozen=True)
class Schedule:
    """`armed` holds for each kind of process the faults of its next starts, one after the other, or "".

    `events` are what happens before the nth step: `kill NAME`, `mend`, `second worker`, `twice`,
    `click VERB`, `after N points`. A calm schedule lets all come to rest after each step until every fault
    has struck, and begins no other life after that.
    """

    title: str
    lives: tuple[str, ...] = ("short",)
    order: tuple[int, ...] = ()
    armed: dict[str, list[str]] = field(default_factory=dict)
    habits: dict[str, list[str]] = field(default_factory=dict)
    events: dict[str, list[str]] = field(default_factory=dict)
    doors: tuple[str, ...] = ()
    """Through which the acts of each life come, `tests.crash.doors`; the first for those that have none."""
    calm: bool = False

    def told_apart(self) -> list[tuple[str, str]]:
        """Each life with its door."""
        first = self.doors[0] if self.doors else ""
        return list(zip_longest(self.lives, self.doors, fillvalue=first))

    def steps(self) -> tuple[int, ...]:
        """Whose turn it is, step by step; the lives one after the other where no order is given."""
        return self.order or tuple(which for which, life in enumerate(self.lives) for _ in LIVES[life])

    def told(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Self:
        told = json.loads(text)
        return cls(
            **{
                **told,
                "lives": tuple(told["lives"]),
                "order": tuple(told["order"]),
                "doors": tuple(told.get("doors", ())),
            }
        )


def by_seed(seed: int) -> Schedule:
    """The schedule of a seed: always the same."""
    dice = Random(seed)
    lives = tuple(dice.choices([*LIVES], k=dice.randint(1, 4)))
    order = [which for which, life in enumerate(lives) for _ in LIVES[life]]
    dice.shuffle(order)
    armed: dict[str, list[str]] = {}
    events: dict[str, list[str]] = {}
    habits: dict[str, list[str]] = {}
    for _ in range(dice.randint(1, 4)):
        place = str(dice.randrange(len(order)))
        match dice.choice(("worker", "worker", "driver", "sink", "kill", "kill", "server", "more", "mail")):
            case "kill":
                what = [_some_points(dice), f"kill {dice.choice(('worker', 'driver', 'sink'))}"]
                events.setdefault(place, []).extend(what)
            case "server":
                events.setdefault(place, []).extend([_some_points(dice), "kill server"])
                later = min(int(place) + dice.randint(1, 6), len(order) - 1)
                events.setdefault(str(later), []).append("mend")
            case "more":
                events.setdefault(place, []).append(dice.choice(MORE))
            case "mail":
                verb, reply = dice.choice(HABITS)
                habits.setdefault(verb, []).append(reply)
            case kind:
                reach = {"worker": 160, "driver": 16, "sink": 12}[kind]
                armed.setdefault(kind, []).append(f"*@{dice.randint(1, reach)}{dice.choice(ACTIONS)}")
    doors = tuple(dice.choices(DOORS, k=len(lives)))
    if any(doors):
        match dice.choice(("calm", "armed", "kill")):
            case "armed":
                armed["portal"] = [f"*@{dice.randint(1, 12)}{dice.choice(ACTIONS)}"]
            case "kill":
                events.setdefault(str(dice.randrange(len(order))), []).append("kill portal")
    return Schedule(f"seed {seed}", lives, tuple(order), armed, habits, events, doors)


DOORS = ("", "portal", "api")


def _some_points(dice: Random) -> str:
    return f"after {dice.randint(0, 25)} points"


ACTIONS = ("", "", "", "", "=sleep:1.5", "=raise:cut", "=raise:locked")
"""Mostly death."""
MORE = ("second worker", "twice", "click cancel", "click delete", "click resume", "click run again")
HABITS = (
    ("CONNECT", "421 4.3.2 busy"),
    ("CONNECT", "DROP"),
    ("EHLO", "HANG"),
    ("MAIL", "451 4.3.0 later"),
    ("RCPT", "451 4.2.1 later"),
    ("RCPT", "DROP"),
    ("RCPT", "550 5.1.1 unknown"),
    ("DATA", "421 4.3.2 going down"),
    ("CONTENT", "RESET"),
    (".", "DROP"),
    (".", "RESET"),
    (".", "451 4.3.0 later"),
    (".", "554 5.6.0 refused"),
)
