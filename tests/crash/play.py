"""Playing a schedule: people act, things die and are started again, and in the end all has to be right."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from time import monotonic, sleep
from typing import Any

from tests.crash.house import SLOW, Died, House
from tests.crash.lives import LIVES, Step, opening
from tests.crash.schedules import Schedule

NONCES = count()
FEW = 8
"""So often a person tries again what was not possible just now."""


@dataclass
class Outcome:
    """What was wrong in the end (nothing, if all is well), and what had died on the way."""

    schedule: Schedule
    wrong: list[str] = field(default_factory=list)
    died: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Refused(Exception):
    """An act the rules allow was refused."""


@dataclass
class Life:
    """One finding on its way."""

    name: str
    steps: list[Step]
    number: str = ""
    door: str = ""


def play(house: House, schedule: Schedule, bound: float = SLOW) -> Outcome:
    """Play it through and say what became of it; the bound is for coming to rest, in seconds."""
    began = monotonic()
    outcome = Outcome(schedule)
    house.is_served = house.is_served or any(schedule.doors)
    house.arm(schedule.armed, schedule.habits)
    try:
        _Player(house, schedule, outcome, bound).play()
        house.mend()
        outcome.wrong = rested(house, bound)
    except Refused as refused:
        outcome.wrong = [str(refused)]
    house.kill("second")
    outcome.struck = [f"{name}: {point}" for name in house.TRACED for point in house.struck(name)]
    outcome.wrong += _missed(house, schedule)
    outcome.seconds = monotonic() - began
    return outcome


def _missed(house: House, schedule: Schedule) -> Iterable[str]:
    """A point that was to be hit and was not proves nothing; random ones may lie beyond the end."""
    for name, faults in schedule.armed.items():
        for point in (fault.partition("=")[0].partition("@")[0] for fault in faults if fault):
            if point != "*" and point not in house.struck(name):
                yield f"{name} never reached {point}"


def rested(house: House, bound: float) -> list[str]:
    """Wait until all is at rest and right; what is not so in the end."""
    until, patience = monotonic() + bound, monotonic() + bound
    wrong = ["not looked at"]
    while wrong and monotonic() < min(until, patience):
        house.mend()
        wrong = house.unrest()
        if wrong:
            patience = monotonic() + bound
            sleep(0.2)
            continue
        wrong = house.broken()
        patience = min(patience, monotonic() + bound / 4)
    return wrong


@dataclass
class _Player:
    house: House
    schedule: Schedule
    outcome: Outcome
    bound: float

    def play(self) -> None:
        lives = [Life(life, [*LIVES[life]], door=door) for life, door in self.schedule.told_apart()]
        for place, which in enumerate(self.schedule.steps()):
            life = lives[which]
            if not life.number:
                if self.schedule.calm and place and self.is_struck():
                    break
                self.open(life)
            twice = self.meanwhile(life, self.schedule.events.get(str(place), ()))
            self.mend()
            self.step(life, life.steps.pop(0), twice)
            self.calm_down()
        self.house.armed = {}

    def open(self, life: Life) -> None:
        self.mend()
        today = datetime.now(UTC).date()
        self.act(life, opening(self.schedule.title[:200], today, immediate=life.name != "planned"))
        self.calm_down()

    def is_struck(self) -> bool:
        """Whether every fault has struck; without any there is nothing to wait for."""
        wanted = sum(bool(fault) for faults in self.schedule.armed.values() for fault in faults)
        return sum(len(self.house.struck(name)) for name in self.schedule.armed) >= wanted > 0

    def meanwhile(self, life: Life, events: Iterable[str]) -> bool:
        """Let happen what is to happen before a step. True if the step is to be sent in twice."""
        twice = False
        for event in events:
            match event.split():
                case ["kill", name]:
                    self.outcome.died.append(name)
                    self.house.kill(name)
                case ["mend"]:
                    self.house.mend()
                case ["second", "worker"]:
                    self.house.start_second()
                case ["click", *verb]:
                    self.click(life, " ".join(verb))
                case ["after", number, "points"]:
                    self.wait_for_points(int(number))
                case _:
                    twice = True
        return twice

    def wait_for_points(self, number: int) -> None:
        """Until the worker has gone on by so many points, or seems to rest."""
        before, until = self.house.reached("worker").total(), monotonic() + 2
        while self.house.reached("worker").total() < before + number and monotonic() < until:
            sleep(0.02)

    def mend(self) -> None:
        """A supervisor's restarts; Prefect's server stays down until its time."""
        names = ("sink", "driver", "worker")
        self.outcome.died += self.house.mend(names)

    def step(self, life: Life, step: Step, twice: bool) -> None:
        if "click" in step:
            self.click(life, step["click"])
            return
        receipt = self.act(life, step)
        if twice and self.act(life, step, receipt["nonce"])["hash"] != receipt["hash"]:
            raise Refused(f"the same form sent twice gave two receipts: {step}")

    def click(self, life: Life, verb: str) -> None:
        if self.house.prefect.child.alive():
            self.house.click(life.number, verb)

    def act(self, life: Life, step: Step, nonce: str = "") -> dict[str, Any]:
        """Send a form in until it is answered, always with the same nonce, and note the receipt."""
        form = {k: v for k, v in step.items() if k != "evidence"}
        form |= {"number": life.number, "nonce": nonce or f"form-{os.getpid()}-{next(NONCES)}"}
        form |= {"door": life.door} if life.door else {}
        if step.get("evidence"):
            form["file"] = str(self.house.photograph(form["nonce"]))
        self.house.note(form)
        for _ in range(FEW):
            answer = self.ask(form)
            if "hash" in answer:
                self.house.note(form | answer)
                life.number = answer["number"]
                return form | answer
            if answer.get("refused") not in (None, "Unavailable"):
                break
        raise Refused(f"{form}: {answer}")

    def ask(self, form: dict[str, Any]) -> dict[str, Any]:
        try:
            answer: dict[str, Any] = self.house.driver.ask(json.dumps(form))
        except Died:
            self.mend()
            return {}
        if "gone" in answer:
            self.outcome.died += self.house.mend_portal()
        return answer

    def calm_down(self) -> None:
        """Come to rest after the step, as long as a fault is still to strike."""
        until = monotonic() + self.bound
        while self.schedule.calm and not self.is_struck() and monotonic() < until:
            self.mend()
            if not self.house.unrest():
                return
            sleep(0.2)
