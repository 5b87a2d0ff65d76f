"""The long run, `make crash`: every fault point once, seeded schedules, broken builds; or one again."""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from time import monotonic

from tests.crash.controls.trials import TRIALS, tried
from tests.crash.house import SLOW, House, opened
from tests.crash.play import Outcome
from tests.crash.schedules import Schedule, by_seed
from tests.crash.sweep import Sweep, written_points
from tests.models.postgres import Cluster, installed

POSTGRESQL = 1_000_000
"""Seeds from here on are played on PostgreSQL."""


def main() -> int:
    wanted = _arguments()
    began = monotonic()
    if wanted.schedule:
        return _replay(Schedule.read(wanted.schedule.read_text()), wanted)
    if wanted.seed is not None:
        return _replay(by_seed(wanted.seed), wanted)
    sweeps = []
    if wanted.points:
        print("# Every fault point", flush=True)
        sweep = Sweep(partial(_room, wanted.keep), _told, wanted.bound)
        sweep.commands(wanted.match)
        sweep.points(wanted.match)
        _print_points(sweep)
        sweeps.append(sweep)
    for name, number, first in (("SQLite", wanted.seeds, 1), ("PostgreSQL", wanted.pg_seeds, POSTGRESQL)):
        if number:
            print(f"# {number} random schedules on {name}", flush=True)
            with _cluster(first >= POSTGRESQL) as cluster:
                sweep = Sweep(partial(_room, wanted.keep, cluster), _told, wanted.bound)
                sweep.seeds([by_seed(seed) for seed in range(first, first + number)])
            sweeps.append(sweep)
    missed = _controls(wanted) if wanted.controls else []
    return _report(sweeps, missed, monotonic() - began)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", action="store_true", help="every fault point once")
    parser.add_argument(
        "--match", type=re.compile, default=re.compile("."), help="only points that fit this pattern"
    )
    parser.add_argument("--seeds", type=int, default=0, help="so many random schedules on SQLite")
    parser.add_argument("--pg-seeds", type=int, default=0, help="so many on PostgreSQL")
    parser.add_argument("--controls", action="store_true", help="the broken builds, which must be caught")
    parser.add_argument("--seed", type=int, help="play this one again")
    parser.add_argument("--schedule", type=Path, help="play the schedule of this file")
    parser.add_argument("--control", default="", help="with --seed or --schedule: on this broken build")
    parser.add_argument("--bound", type=float, default=SLOW, help="seconds for coming to rest")
    parser.add_argument("--keep", type=Path, help="leave the data folders in this folder")
    return parser.parse_args()


@contextmanager
def _room(keep: Path | None = None, cluster: Cluster | None = None, control: str = "") -> Iterator[House]:
    databases = (cluster.create(), cluster.create()) if cluster else ("", "")
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        with opened(Path(tempfile.mkdtemp(dir=keep)), databases, control) as house:
            yield house
        return
    with (
        tempfile.TemporaryDirectory(prefix="rectify-crash-") as folder,
        opened(Path(folder), databases, control) as house,
    ):
        yield house


@contextmanager
def _cluster(wanted: bool) -> Iterator[Cluster | None]:
    if not wanted:
        yield None
        return
    programs = installed()
    if programs is None:
        sys.exit("PostgreSQL is not installed: make postgresql")
    cluster = Cluster(programs)
    cluster.start()
    try:
        yield cluster
    finally:
        cluster.stop()


def _replay(schedule: Schedule, wanted: argparse.Namespace) -> int:
    print(schedule.told())
    is_postgresql = wanted.seed is not None and wanted.seed >= POSTGRESQL
    with _cluster(is_postgresql) as cluster:
        sweep = Sweep(partial(_room, wanted.keep, cluster, wanted.control), _told, wanted.bound)
        sweep.play_all([schedule])
    return _report([sweep], [], sum(one.seconds for one in sweep.outcomes))


def _controls(wanted: argparse.Namespace) -> list[str]:
    """Names of the broken builds that nobody noticed."""
    print("# Broken builds", flush=True)
    missed = []
    for trial in TRIALS:
        caught = tried(trial, partial(_room, wanted.keep, None, trial.control), wanted.bound)
        print(f"  {trial.control}: " + (f"caught. {caught}" if caught else "NOT CAUGHT"), flush=True)
        missed += [] if caught else [trial.control]
    return missed


def _told(outcome: Outcome) -> None:
    died = f", died: {', '.join(outcome.struck + outcome.died)}" if outcome.struck or outcome.died else ""
    word = "FAILED" if outcome.wrong else "ok"
    print(f"  {word} {outcome.schedule.title} ({outcome.seconds:.0f} s{died})", flush=True)
    for line in outcome.wrong[:10]:
        print(f"      {line[:400]}", flush=True)
    if outcome.wrong:
        print(f"      {outcome.schedule.told()}", flush=True)


def _print_points(sweep: Sweep) -> None:
    traced = {point.partition(": ")[2] for point in sweep.known}
    print(f"  {len(sweep.known)} points reached, {len(sweep.hit)} of them hit")
    for point in sorted(sweep.known - sweep.hit):
        print(f"  not hit: {point}")
    for point in sorted(written_points() - traced):
        print(f"  not reached in these lives: {point}")


def _report(sweeps: Sequence[Sweep], missed: Sequence[str], seconds: float) -> int:
    played = sum(len(sweep.outcomes) for sweep in sweeps)
    failed = [one for sweep in sweeps for one in sweep.failed]
    print(f"{played} schedules in {seconds / 60:.0f} min, {len(failed)} failed.")
    if played and not failed:
        print(f"So a schedule like these fails in less than {300 / played:.2g} % of cases (95 % sure).")
    for one in failed:
        print(f"FAILED {one.schedule.title}: {one.wrong[0][:200]}")
    for name in missed:
        print(f"NOT CAUGHT {name}")
    return 1 if failed or missed else 0


if __name__ == "__main__":
    sys.exit(main())
