"""Runs scheduled in this very process, for its own worker: it need not ask Prefect's server for them."""

import asyncio
from functools import lru_cache

from prefect.client.schemas.objects import FlowRun


class Handover:
    """What was scheduled here and no worker of this process took up yet.

    A hint only: each run is in the work pool as well, where any worker finds it.
    """

    def __init__(self) -> None:
        self.there = asyncio.Event()
        self.is_taken_up = False
        """Whether a worker of this process takes runs from here."""
        self._runs: list[FlowRun] = []

    def give(self, run: FlowRun) -> None:
        if self.is_taken_up:
            self._runs.append(run)
            self.there.set()

    def take(self) -> list[FlowRun]:
        self.there.clear()
        runs, self._runs = self._runs, []
        return runs


@lru_cache
def handover() -> Handover:
    """This process's own."""
    return Handover()
