"""Processes that are ready before the clock starts, and do what they are told over their standard input."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from time import perf_counter

Pipe = subprocess.Popen[str]


def serve(do: Callable[[int, int], None]) -> None:
    """In the process: for each line `[number, at_once]` do it, then say so."""
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        do(*json.loads(line))
        print("done", flush=True)  # noqa: T201


class Team:
    """Processes of one module that work at the same time."""

    def __init__(self, processes: list[Pipe]) -> None:
        self.processes = processes

    def timed(self, number: int, at_once: int) -> float:
        """Seconds until all are done with `number` each, `at_once` at a time."""
        began = perf_counter()
        for process in self.processes:
            if process.stdin:
                process.stdin.write(json.dumps([number, at_once]) + "\n")
                process.stdin.flush()
        for process in self.processes:
            _heard(process, "done")
        return perf_counter() - began


@contextmanager
def team(module: str, url: str, size: int) -> Iterator[Team]:
    """`size` processes of `python -m MODULE URL`, one after the other ready, and ended in the end."""
    with ExitStack() as all_:
        yield Team([all_.enter_context(_process(module, url)) for _ in range(size)])


@contextmanager
def _process(module: str, url: str) -> Iterator[Pipe]:
    words = [sys.executable, "-m", module, url]
    process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        _heard(process, "ready")
        yield process
    finally:
        if process.stdin:
            process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _heard(process: Pipe, word: str) -> None:
    said = process.stdout.readline().strip() if process.stdout else ""
    if said != word:
        raise RuntimeError(f"{process.args!r} said “{said}” and not “{word}”")
