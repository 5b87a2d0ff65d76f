"""Named fault points: nothing in production; the crash sweep lets processes die, stall or fail there.

RECTIFY_FAULTS is a list, by comma, of `POINT[@N][=ACTION]`. POINT `*` is any point; `@N` is the Nth time it
is reached in this process, each time if left out. ACTION is `kill` (by SIGKILL, if left out),
`sleep:SECONDS`, or `raise:` and one of `locked`, `enospc`, `cut`, `timeout`. After a commit, `raise` is the
worst of answers: it is done, and an error comes back.
"""

import errno
import os
import re
import signal
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self

from sqlalchemy.exc import OperationalError

from models.settings import settings
from policy.refusals import BadInput

FAULT = re.compile(
    r"(?P<point>[^@=]+)(@(?P<time>[1-9]\d*))?"
    r"(=(?P<action>kill|sleep:\d+(\.\d+)?|raise:(locked|enospc|cut|timeout)))?"
)


def reach(point: str) -> None:
    """Go on, unless RECTIFY_FAULTS has something in store for this point."""
    if is_armed():
        config = settings()
        _armed(config.faults, config.faults_trace).reach(point)


def is_armed() -> bool:
    """Whether fault points mean anything in this process."""
    config = settings()
    return bool(config.faults or config.faults_trace)


@dataclass(frozen=True)
class Fault:
    """What is to happen at which point; `time` None means each time."""

    point: str
    time: int | None
    action: str

    @classmethod
    def read(cls, text: str) -> Self:
        found = FAULT.fullmatch(text.strip())
        if found is None:
            raise BadInput(
                f"RECTIFY_FAULTS 中的“{text}”不能识别。", f"“{text}” in RECTIFY_FAULTS cannot be understood."
            )
        return cls(found["point"], int(found["time"]) if found["time"] else None, found["action"] or "kill")

    def hits(self, point: str, reached: Counter[str]) -> bool:
        return self.point in {point, "*"} and self.time in {None, reached[self.point]}

    def strike(self) -> None:
        kind, _, how = self.action.partition(":")
        match kind:
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "sleep":
                time.sleep(float(how))
            case _:
                raise _trouble(how)


def _trouble(kind: str) -> Exception:
    match kind:
        case "locked":
            return OperationalError("a fault", None, sqlite3.OperationalError("database is locked"))
        case "enospc":
            return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        case "timeout":
            return TimeoutError("a fault")
        case _:
            return ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))


@dataclass
class _Armed:
    """The faults of this process, how often each point was reached, and the file that tells of it."""

    faults: tuple[Fault, ...]
    trace: int | None
    reached: Counter[str] = field(default_factory=Counter)

    def reach(self, point: str) -> None:
        self.reached[point] += 1
        self.reached["*"] += 1
        fault = next((one for one in self.faults if one.hits(point, self.reached)), None)
        if self.trace is not None:
            os.write(self.trace, f"{os.getpid()}\t{point}\t{fault.action if fault else ''}\n".encode())
        if fault is not None:
            fault.strike()


@lru_cache
def _armed(faults: str, trace: str) -> _Armed:
    told = os.open(trace, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if trace else None
    return _Armed(tuple(Fault.read(one) for one in faults.split(",") if one.strip()), told)
