"""Read an .xlsx workbook without opening it here: a limited child process hands back its ledger sheet."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import IO

from policy.refusals import BadLedger
from tasks.ledgers import wire
from tasks.ledgers.sheets import Sheet

WALL_SECONDS = 30
MAX_ANSWER = 64 * 2**20
REFUSED = 3
ROOT = Path(__file__).resolve().parents[2]
PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR")


def read_workbook(path: Path) -> Sheet:
    """The sheet whose header looks most like a ledger's. Raises BadLedger."""
    with tempfile.TemporaryFile() as answer:
        code = run_child(path, answer)
        size = answer.tell() if code == 0 else 0
        answer.seek(0)
        if code == REFUSED:
            zh, _, en = answer.read(4_000).decode().partition("\n")
            raise BadLedger(zh, en)
        if code != 0 or size > MAX_ANSWER:
            raise too_much()
        try:
            return wire.load(answer.read())
        except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError) as garbled:
            raise too_much() from garbled


def run_child(path: Path, answer: IO[bytes]) -> int:
    """Its exit code; negative if it was killed by its limits."""
    command = [sys.executable, "-P", "-m", "tasks.ledgers.child", str(path.resolve())]
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    try:
        return subprocess.run(  # noqa: S603 (our own interpreter and module)
            command,
            stdin=subprocess.DEVNULL,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            env=environment | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
            timeout=WALL_SECONDS,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired:
        return -1


def too_much() -> BadLedger:
    return BadLedger(
        "文件结构过于复杂或已损坏，在限定的时间和内存内读不完。请把台账复制到新的工作簿，另存为 .xlsx 再试。",
        "The file is too complex or damaged: it cannot be read within the limits of time and memory."
        " Copy the ledger to a new workbook and save it as .xlsx.",
    )
