"""The language of fault points, and that no commit, call or file is without them."""

import ast
import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.database import Database
from models.faults import reach
from models.keeping.files import keep
from models.settings import settings
from policy.refusals import BadInput, Unavailable
from policy.stages import Act
from tests.models import township

ROOT = Path(__file__).parents[2]
PACKAGES = ("portal", "flows", "tasks", "models")


@pytest.fixture(autouse=True)
def disarmed() -> Iterator[None]:
    yield
    settings.cache_clear()


@pytest.fixture
def trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's points are noted; the name keeps its counts apart from other tests'."""
    file = tmp_path / "trace"
    monkeypatch.setenv("RECTIFY_FAULTS_TRACE", str(file))
    settings.cache_clear()
    return file


def arm(monkeypatch: pytest.MonkeyPatch, faults: str) -> None:
    monkeypatch.setenv("RECTIFY_FAULTS", faults)
    settings.cache_clear()


def noted(trace: Path) -> list[tuple[str, str]]:
    """Point and action, as they came."""
    lines = [line.split("\t") for line in trace.read_text().splitlines()]
    return [(point, action) for _pid, point, action in lines]


@pytest.mark.parametrize(
    ("kind", "error"), [("enospc", OSError), ("cut", ConnectionResetError), ("timeout", TimeoutError)]
)
def test_a_fault_is_raised_at_its_point_only(
    kind: str, error: type[Exception], trace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arm(monkeypatch, f"here=raise:{kind}")
    reach("there")
    with pytest.raises(error):
        reach("here")
    with pytest.raises(error):
        reach("here")
    assert noted(trace) == [("there", ""), ("here", f"raise:{kind}"), ("here", f"raise:{kind}")]


def test_a_fault_may_wait_for_the_third_time(trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arm(monkeypatch, "here@3=raise:enospc")
    reach("here")
    reach("here")
    with pytest.raises(OSError) as full:
        reach("here")
    assert full.value.errno == errno.ENOSPC
    reach("here")


def test_any_point_is_counted_by_a_star(trace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    arm(monkeypatch, "*@3=raise:cut")
    reach("one")
    reach("two")
    with pytest.raises(ConnectionResetError):
        reach("three")
    assert noted(trace)[-1] == ("three", "raise:cut")


def test_a_killed_process_has_noted_where(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    program = "from models.faults import reach; reach('first'); reach('second'); print('alive')"
    armed = os.environ | {"RECTIFY_FAULTS": "second", "RECTIFY_FAULTS_TRACE": str(trace)}
    died = subprocess.run(
        [sys.executable, "-c", program], env=armed, cwd=ROOT, capture_output=True, text=True
    )
    assert (died.returncode, died.stdout) == (-9, "")
    assert noted(trace) == [("first", ""), ("second", "kill")]


@pytest.mark.parametrize("spec", ["here=explode", "here@0", "here@x", "=kill", "here=raise:nothing"])
def test_what_is_no_fault_is_refused(spec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    arm(monkeypatch, spec)
    with pytest.raises(BadInput):
        reach("anywhere")


@pytest.mark.asyncio(loop_scope="session")
async def test_an_error_before_the_commit_stores_nothing(
    town: Database, trace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = (await township.opened(town)).number
    arm(monkeypatch, "record.before_commit=raise:locked")
    with pytest.raises(Unavailable, match="没有保存"):
        await township.act(town, number, Act.WITHDRAW, "inspector", reason="录入有误，重新登记")
    arm(monkeypatch, "")
    assert [event.act for event in await township.events(town, number)] == ["open"]


@pytest.mark.asyncio(loop_scope="session")
async def test_an_error_after_the_commit_does_not_claim_that_nothing_was_stored(
    town: Database, trace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = (await township.opened(town)).number
    arm(monkeypatch, "record.after_commit=raise:locked")
    with pytest.raises(Unavailable, match="尚不能确定"):
        await township.act(town, number, Act.WITHDRAW, "inspector", reason="录入有误，重新登记")
    arm(monkeypatch, "")
    assert [event.act for event in await township.events(town, number)] == ["open", "withdraw"]


def test_evidence_is_refused_where_the_disk_is_full(
    tmp_path: Path, trace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "照片.pdf"
    file.write_bytes(b"%PDF-1.4")
    arm(monkeypatch, "evidence.before_fsync=raise:enospc")
    with pytest.raises(Unavailable):
        keep(file, tmp_path / "home")
    assert not [path for path in (tmp_path / "home").rglob("*") if path.is_file()]


def calls(attribute: str) -> list[tuple[Path, ast.Call]]:
    """Every call of a method of this name in the program."""
    return [
        (path, node)
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if "migrations" not in path.parts
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == attribute
    ]


def test_every_transaction_has_a_name() -> None:
    nameless = [f"{path}:{call.lineno}" for path, call in calls("writing") if not call.args]
    assert not nameless


def test_nobody_commits_but_the_database() -> None:
    assert {path.relative_to(ROOT).as_posix() for path, _ in calls("commit")} == {"models/database.py"}
    begun = {
        path.relative_to(ROOT).as_posix()
        for path, call in calls("begin")
        if "models" in path.parts
        and ast.unparse(call.func) != "sessions.begin"  # a person's, not a transaction
    }
    assert begun == {"models/upgrade.py"}, "a transaction that has fault points of its own"


def test_the_database_is_the_only_one_to_reach_a_commits_points() -> None:
    points = [call.args[0] for _, call in [*calls("reach")] if call.args]
    assert not [
        point for point in points if isinstance(point, ast.Constant) and "_commit" in str(point.value)
    ]
