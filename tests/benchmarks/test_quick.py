"""The benchmarks still run; what it measures here, with tiny sizes beside other tests, means nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import ROWS

ROOT = Path(__file__).parents[2]
WITH_PROCESSES = {
    "burst",
    "watch_scale",
    "recorded",
    "act",
    "profile",
    "province",
    "pages",
}
"""Rows that start a Prefect server or a PostgreSQL of their own."""
TOO_LONG = {"lives", "parked", "disk_per_finding"}
"""Rows that take a minute or two however small they are, some for plain Prefect's sake: `make bench` alone
runs them."""


def marked(row: str) -> object:
    return pytest.param(row, marks=pytest.mark.server) if row in WITH_PROCESSES else row


@pytest.mark.parametrize("row", [marked(row) for row in ROWS if row not in TOO_LONG])
def test_a_benchmark_runs(row: str) -> None:
    words = [sys.executable, "-m", "tests.benchmarks", row, "--quick"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert f"{row}: " in done.stdout
