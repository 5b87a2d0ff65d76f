"""An import that is killed leaves all or nothing, and the next one completes it."""

import json
import os
import signal
from pathlib import Path
from subprocess import CompletedProcess

import pytest

import portal
from tests.commands import rectify

LEDGER = Path(portal.__file__).parent / "demo" / "sample_ledger.xlsx"


def run(home: Path, *words: str, faults: str = "") -> "CompletedProcess[str]":
    named = {"RECTIFY_HOME": str(home), "RECTIFY_AS_OF": "2026-11-20", "RECTIFY_DEMO": "true"}
    environment = os.environ | named | ({"RECTIFY_FAULTS": faults} if faults else {})
    return rectify(*words, environment=environment)


@pytest.mark.server
@pytest.mark.parametrize(("point", "stored"), [("intake.before_commit", 0), ("intake.after_commit", 26)])
def test_an_import_killed_around_its_commit_leaves_all_or_nothing(
    tmp_path: Path, point: str, stored: int
) -> None:
    words = ("import", str(LEDGER), "--create-units", "--json")
    assert run(tmp_path, *words, faults=point).returncode == -signal.SIGKILL
    assert len(json.loads(run(tmp_path, "list", "--json").stdout)) == stored
    again = json.loads(run(tmp_path, *words).stdout)
    assert (again["imported"], again["unchanged"]) == (26 - stored, stored)
