"""`python -m tests.benchmarks [--quick] [ROW …]`: rows measured, each in its own process, and kept."""

import argparse
import json
import subprocess
import sys
import tempfile
from datetime import date
from importlib import import_module
from pathlib import Path
from time import monotonic

from policy.office import OFFICE
from tasks import clock
from tests.benchmarks import table
from tests.benchmarks.machine import facts
from tests.benchmarks.measured import Figure

ROWS = (
    "lives",
    "recorded",
    "burst",
    "parked",
    "watch_scale",
    "letters_sent",
    "ledger_import",
    "act",
    "pages",
    "disk",
    "disk_per_finding",
    "profile",
    "province",
)
BY_NAME = {"province"}
"""Rows that take too long to be measured unless they are asked for."""


def main() -> int:
    asked = _asked()
    if asked.into:
        return _measure(asked.rows[0], asked.quick, asked.into)
    failed = [row for row in asked.rows or _there() if not _run(row, asked.quick)]
    if not asked.quick:
        table.write(table.kept(), ROWS)
    print(table.drawn(table.kept(), ROWS) if not asked.quick else "quick: every row ran")  # noqa: T201
    if failed:
        print(f"failed: {', '.join(failed)}")  # noqa: T201
    return 1 if failed else 0


def _asked() -> argparse.Namespace:
    words = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    words.add_argument(
        "rows", nargs="*", metavar="ROW", help=f"of {' '.join(ROWS)}; all but the last, unless named"
    )
    words.add_argument(
        "--quick", action="store_true", help="tiny sizes, to see that it runs; nothing is kept"
    )
    words.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    found = words.parse_args()
    unknown = set(found.rows) - set(ROWS)
    if unknown:
        words.error(f"no row {', '.join(sorted(unknown))}; there are {' '.join(ROWS)}")
    return found


def _there() -> list[str]:
    return [row for row in ROWS if row not in BY_NAME and (Path(__file__).parent / f"{row}.py").exists()]


def _run(row: str, quick: bool) -> bool:
    """In a process of its own: one row's memory, event loops and settings are no other's."""
    began = monotonic()
    with tempfile.TemporaryDirectory(prefix="rectify-bench-") as folder:
        into = Path(folder) / "figures.json"
        words = [sys.executable, "-m", "tests.benchmarks", row, "--into", str(into)]
        done = subprocess.run([*words, "--quick"] if quick else words, check=False)
        if done.returncode:
            return False
        found = tuple(table.figure(one) for one in json.loads(into.read_text(encoding="utf-8")))
    _say(row, found)
    if not quick:
        table.keep(table.Result(row, _today().isoformat(), monotonic() - began, found), facts())
    return True


def _measure(row: str, quick: bool, into: Path) -> int:
    found: list[Figure] = list(import_module(f"tests.benchmarks.{row}").measure(quick))
    into.write_text(json.dumps([table.plain(one) for one in found], ensure_ascii=False), encoding="utf-8")
    return 0


def _say(row: str, found: tuple[Figure, ...]) -> None:
    for one in found:
        print(f"{row}: {table.said(one)}", flush=True)  # noqa: T201


def _today() -> date:
    return clock.real().astimezone(OFFICE).date()


if __name__ == "__main__":
    sys.exit(main())
