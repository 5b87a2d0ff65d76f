"""Every benchmark still runs; what it measures here, with tiny sizes beside other tests, means nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.__main__ import ROWS

HERE = Path(__file__).parent
WITH_PROCESSES = {
    "lives",
    "burst",
    "parked",
    "watch_scale",
    "recorded",
    "act",
    "profile",
    "disk_per_finding",
    "province",
    "pages",
}
"""Rows that start a Prefect server or a PostgreSQL of their own."""


def marked(row: str) -> object:
    return pytest.param(row, marks=pytest.mark.server) if row in WITH_PROCESSES else row


@pytest.mark.parametrize("row", [marked(row) for row in ROWS if (HERE / f"{row}.py").exists()])
def test_a_benchmark_runs(row: str) -> None:
    words = [sys.executable, "-m", "tests.benchmarks", row, "--quick"]
    done = subprocess.run(words, cwd=HERE.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    assert f"{row}: " in done.stdout
