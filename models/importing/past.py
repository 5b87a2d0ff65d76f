"""The past of a finding read from a ledger, as imported events: what was done, and when it says so."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from models.bulk import unsaved, whole
from models.findings import Finding
from models.history import Event
from models.ledger import link_values
from policy.chain import GENESIS
from policy.ledger_rows import LedgerRow
from policy.office import OFFICE
from policy.stages import Act, Stage


@dataclass(frozen=True)
class Past:
    """One thing that happened; `on` is None where the ledger does not say when."""

    act: Act
    on: date | None
    to: Stage
    round: int = 1
    cycle: int = 1


UNDATED = json.dumps({"日期": "台账未载明"}, ensure_ascii=False)
STRAIGHT = (Stage.IN_PROGRESS, Stage.PENDING_VERIFICATION, Stage.PENDING_CLOSURE, Stage.CLOSED)


def events_of(finding: Finding, row: LedgerRow, by: str, now: datetime) -> list[Event]:
    """The chained events that lead to the finding's stage; the last one's number is its version."""
    events: list[Event] = []
    known = finding.discovered_on
    for past in _told(finding, row):
        known = max(known, past.on) if past.on else known
        events.append(_event(finding, past, known, events[-1] if events else None, by, now))
    return events


def _event(finding: Finding, past: Past, on: date, previous: Event | None, by: str, now: datetime) -> Event:
    values = whole(
        Event,
        finding=finding.number,
        seq=previous.seq + 1 if previous else 1,
        at=datetime.combine(on, time(), OFFICE),
        recorded_at=now,
        act=past.act,
        by=by,
        imported=True,
        from_stage=previous.to_stage if previous else None,
        to_stage=past.to,
        round=past.round,
        cycle=past.cycle,
        said="" if past.on else UNDATED,
        previous=previous.hash if previous else GENESIS,
    )
    event = unsaved(Event, values)
    values["hash"] = link_values(values)
    return event


def _told(finding: Finding, row: LedgerRow) -> Iterator[Past]:
    stage = finding.stage
    yield Past(Act.OPEN, row.discovered_on, Stage.DRAFT)
    if stage is Stage.DRAFT:
        return
    if stage in {Stage.WITHDRAWN, Stage.MERGED}:
        yield Past(Act.WITHDRAW if stage is Stage.WITHDRAWN else Act.MERGE, None, stage)
        return
    yield Past(Act.ASSIGN, row.assigned_on, Stage.ASSIGNED)
    if stage is Stage.ASSIGNED:
        return
    if stage is Stage.DISPUTED:
        yield Past(Act.DISPUTE, None, stage)
        return
    yield from _worked(finding, row)


def _worked(finding: Finding, row: LedgerRow) -> Iterator[Past]:
    stage, cycle = finding.stage, finding.cycle
    planning = stage if stage in {Stage.PLANNING, Stage.PLAN_REVIEW} else Stage.IN_PROGRESS
    yield Past(Act.ACCEPT, row.accepted_on, planning)
    for earlier in range(1, cycle):
        on = row.first_closed_on if earlier == 1 else None
        yield Past(Act.APPROVE_CLOSURE, on, Stage.CLOSED, cycle=earlier)
        yield Past(Act.REOPEN, row.reopened_on, Stage.IN_PROGRESS, cycle=earlier + 1)
    for _ in range(finding.extensions):
        yield Past(Act.APPROVE_EXTENSION, None, planning, cycle=cycle)
    for returned in range(1, finding.round):
        last = stage is Stage.RETURNED and returned == finding.round - 1
        submitted, verified = (row.submitted_on, row.verified_on) if last else (None, None)
        yield Past(Act.SUBMIT, submitted, Stage.PENDING_VERIFICATION, returned, cycle)
        yield Past(Act.RETURN_FOR_REWORK, verified, Stage.RETURNED, returned + 1, cycle)
    if stage in STRAIGHT:
        yield from _finished(finding, row)


def _finished(finding: Finding, row: LedgerRow) -> Iterator[Past]:
    reached = STRAIGHT.index(finding.stage)
    steps = (
        Past(Act.SUBMIT, row.submitted_on, STRAIGHT[1], finding.round, finding.cycle),
        Past(Act.PASS_VERIFICATION, row.verified_on, STRAIGHT[2], finding.round, finding.cycle),
        Past(Act.APPROVE_CLOSURE, row.closed_on, STRAIGHT[3], finding.round, finding.cycle),
    )
    yield from steps[:reached]
