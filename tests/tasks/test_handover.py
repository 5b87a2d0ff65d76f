"""What a process scheduled itself, its own worker need not ask for."""

from uuid import uuid4

from prefect.client.schemas.objects import FlowRun

from tasks.handover import Handover


def run() -> FlowRun:
    return FlowRun(flow_id=uuid4(), name="ZC2026-001")


def test_runs_are_given_once_and_in_their_order() -> None:
    handover, first, second = Handover(), run(), run()
    handover.is_taken_up = True
    handover.give(first)
    handover.give(second)
    assert handover.there.is_set()
    assert handover.take() == [first, second]
    assert not handover.there.is_set()
    assert handover.take() == []


def test_nothing_is_kept_where_no_worker_takes_it_up() -> None:
    handover = Handover()
    handover.give(run())
    assert not handover.there.is_set()
    assert handover.take() == []
