"""What is measured: counted where it happens in this process, or read from the database when asked."""

import asyncio
import platform
from collections.abc import Iterable, Mapping
from datetime import datetime
from importlib.metadata import version
from math import inf
from time import monotonic
from weakref import WeakKeyDictionary

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import DBAPIError

from models.database import Database
from models.figures import Figures, figures
from policy.refusals import Refusal
from tasks import clock

FRESH = 15.0
"""Seconds for which the database is not asked again, however many ask."""
PATIENCE = 5.0
"""Seconds within which it must answer."""
LATENCIES = (0.1, 0.25, 0.5, 1, 2, 3, 5, 10, 30, 60, 300)

disable_created_metrics()  # type: ignore[no-untyped-call]  # theirs
ANY = CollectorRegistry()
"""Of every process."""
WORK = CollectorRegistry()
"""Of a worker."""

BUILD = Gauge(
    "rectify_build_info",
    "Always 1; the labels say what runs.",
    ["version", "prefect", "python"],
    registry=ANY,
)
BUILD.labels(version("rectify"), version("prefect"), platform.python_version()).set(1)
ProcessCollector(registry=ANY)
GCCollector(registry=ANY)

WAKES_RELAYED = Counter("rectify_wakes_relayed", "Wakes taken to Prefect and accepted there.", registry=WORK)
WAKES_FAILED = Counter(
    "rectify_wakes_failed", "Wakes Prefect did not take; each is tried again.", registry=WORK
)
WAKE_TO_PARK = Histogram(
    "rectify_wake_to_park_seconds",
    "From an act to its run parked at the stage it led to.",
    registry=WORK,
    buckets=LATENCIES,
)
RUNS_UNDER_WAY = Gauge("rectify_runs_under_way", "Runs this worker has taken just now.", registry=WORK)
RUNS_BROKEN = Counter("rectify_runs_broken", "Runs that ended here with an error, not parked.", registry=WORK)
RUNS_FENCED = Counter(
    "rectify_runs_fenced", "Runs of an older generation or a closed cycle, sent away.", registry=WORK
)
LOOPS_RESTARTED = Counter(
    "rectify_loops_restarted", "Times a part of the worker broke and was begun again.", registry=WORK
)
PREFECT_UP = Gauge(
    "rectify_prefect_up", "1 if Prefect answered when this worker last asked for runs.", registry=WORK
)
MAILS_SENT = Counter("rectify_mails_sent", "Mails a mail server has accepted.", registry=WORK)
MAILS_FAILED = Counter("rectify_mails_failed", "Mails refused for good.", registry=WORK)
MAILS_IN_DOUBT = Counter(
    "rectify_mails_in_doubt", "Mails of which nobody knows whether they arrived.", registry=WORK
)
MAILS_TRIED_AGAIN = Counter("rectify_mails_tried_again", "Mails put back to be tried later.", registry=WORK)


def parked(woken_at: datetime | None, now: datetime) -> None:
    """A run is parked that a wake of `woken_at` made look; a clock moved back meanwhile measures nothing."""
    if woken_at is not None and now >= woken_at:
        WAKE_TO_PARK.observe((now - woken_at).total_seconds())


class Stock(Collector):
    """A database's figures; none at all, rather than old ones, while it does not answer."""

    def __init__(self) -> None:
        self.figures: Figures | None = None
        self.taken = -inf
        self.one_asks = asyncio.Lock()

    def describe(self) -> Iterable[Metric]:
        return []

    def collect(self) -> Iterable[Metric]:
        yield _gauge("rectify_database_up", "1 if our database answers.", float(self.figures is not None))
        if self.figures is not None:
            yield from families(self.figures)

    async def refresh(self, db: Database) -> None:
        async with self.one_asks:
            if monotonic() - self.taken >= FRESH:
                self.figures, self.taken = await _asked(db), monotonic()


_STOCKS: WeakKeyDictionary[Database, Stock] = WeakKeyDictionary()


async def exposition(db: Database, *registries: CollectorRegistry) -> bytes:
    """What is measured, as Prometheus reads it: of this process, and of the database."""
    stock = _STOCKS.setdefault(db, Stock())
    await stock.refresh(db)
    found = CollectorRegistry()
    found.register(stock)
    return b"".join(generate_latest(one) for one in (*registries, found))


async def _asked(db: Database) -> Figures | None:
    try:
        async with asyncio.timeout(PATIENCE), db.reading() as session:
            return await figures(session, clock.now(), clock.real())
    except (Refusal, OSError, DBAPIError):
        return None


def families(seen: Figures) -> Iterable[Metric]:
    """The database's figures as gauges."""
    for name, said, label, values in (
        ("rectify_findings", "Open findings by stage.", "stage", seen.findings),
        ("rectify_mails", "Mails not sent, by state.", "state", seen.mails),
        (
            "rectify_letters",
            "Letters not sent, by state; drafted ones are to be signed.",
            "state",
            seen.letters,
        ),
        (
            "rectify_webhook_deliveries",
            "Deliveries to webhooks by state; failed ones were given up.",
            "state",
            seen.deliveries,
        ),
        ("rectify_heartbeat_age_seconds", "Since a job was last looked after.", "job", seen.heartbeats),
        ("rectify_invariants_broken", "What the last check found broken.", "invariant", seen.broken),
    ):
        yield _by(name, said, label, values)
    for name, said, value in (
        ("rectify_findings_overdue", "Open findings that are late by their deadline.", seen.overdue),
        (
            "rectify_outbox_oldest_seconds",
            "How long the oldest mail that may go has waited.",
            seen.outbox_age,
        ),
        ("rectify_wakes_waiting", "Wakes not yet taken to Prefect.", seen.wakes),
        ("rectify_wake_oldest_seconds", "Relay lag: the age of the oldest waiting wake.", seen.wake_age),
    ):
        yield _gauge(name, said, value)


def _gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(name, said, value=value)


def _by(name: str, said: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, said, labels=[label])
    for key, value in values.items():
        family.add_metric([str(key)], value)
    return family
