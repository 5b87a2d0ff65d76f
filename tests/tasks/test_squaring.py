"""What a survey makes of one finding and its run."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from models.findings import Finding
from models.running import Run
from policy.stages import Stage
from policy.words import state_name
from tasks.prefect_runs import RunSeen
from tasks.squaring import Survey, judge, rest_after

HERE = UUID(int=7)


def verdict(stage: Stage, state_type: str, name: str = "", version_seen: int = 3) -> Survey:
    """Of a finding in its third version."""
    third: dict[str, Any] = {"number": "X-1", "stage": stage, "cycle": 1, "version": 3}
    finding = Finding(**third)
    run = Run(finding="X-1", generation=1, cycle=1, flow_run_id=str(HERE), version_seen=version_seen)
    seen = RunSeen(HERE, "X-1", 1, state_type, name, datetime.now(UTC))
    found = Survey()
    judge(found, finding, run, {str(HERE): seen})
    return found


def test_a_run_parked_at_the_findings_stage_is_left_alone() -> None:
    assert verdict(Stage.ASSIGNED, "PAUSED", state_name(Stage.ASSIGNED)).is_clean


def test_a_run_that_has_not_seen_the_last_version_is_woken() -> None:
    assert verdict(Stage.ASSIGNED, "PAUSED", state_name(Stage.ASSIGNED), version_seen=2).wake == ["X-1"]


@pytest.mark.parametrize("stage", [Stage.ASSIGNED, Stage.CLOSED])
@pytest.mark.parametrize("over", ["FAILED", "CRASHED", "CANCELLED", "COMPLETED"])
def test_a_run_that_prefect_ended_and_our_rows_did_not_is_looked_after(stage: Stage, over: str) -> None:
    """Of a closed finding too: else its row counts as under way for ever."""
    assert verdict(stage, over).wake == ["X-1"]


def test_a_long_survey_rests_long_and_a_slow_one_does_not() -> None:
    """A township's few pages, read while Prefect restarts, put off no repair."""
    assert rest_after(Survey(pages=500), took=20) == 400
    assert rest_after(Survey(pages=2), took=60) == 2
