"""The card that a supervisor reads in the flow UI."""

from datetime import UTC, date, datetime

import pytest

from models.findings import Finding
from models.guidance import Look
from models.settings import settings
from policy.deadlines import DayCount, DeadlineType
from policy.stages import Stage
from tasks.guide import drawn

OPENED = date(2026, 11, 2)


@pytest.mark.parametrize(("provisional", "said"), [(True, "2027-02-02（暂定），"), (False, "2027-02-02，")])
def test_the_card_says_whether_the_deadline_may_still_move(
    monkeypatch: pytest.MonkeyPatch, provisional: bool, said: str
) -> None:
    monkeypatch.setenv("RECTIFY_AS_OF", "2026-11-20T12:00:00+08:00")
    settings.cache_clear()
    finding = Finding(
        number="ZC2026-001",
        stage=Stage.IN_PROGRESS,
        title="议事记录不全",
        source="自查",
        condition="缺少会议记录。",
        deadline_type=DeadlineType.TIME_LIMITED,
        day_count=DayCount.MONTHS,
        discovered_on=OPENED,
        opened_on=OPENED,
        deadline=date(2027, 2, 2),
        original_deadline=date(2027, 2, 2),
        provisional=provisional,
        stage_since=OPENED,
        created_at=datetime(2026, 11, 2, tzinfo=UTC),
    )
    seen = Look(
        *("ZC2026-001", "议事记录不全", "自查", "甲村党支部", "一般", False),
        *(Stage.IN_PROGRESS, 1, 1, 1, frozenset()),
    )
    card = drawn(seen, finding, [])
    settings.cache_clear()
    assert card.line.startswith(f"时限 {said}")
    assert said in card.markdown
    assert card.markdown.count("暂定") == provisional
