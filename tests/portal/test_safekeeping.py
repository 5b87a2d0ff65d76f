"""`rectify backup` and `rectify restore` as people type them, and killed in the middle."""

import shutil
import signal
from pathlib import Path

import pytest

from models.keeping import backups
from tests.portal.test_cli import FINDINGS, PEOPLE, apart

BACKUP_POINTS = (
    "backup.after_prefect",
    "backup.after_database",
    "backup.before_evidence",
    "backup.after_evidence",
    "backup.before_manifest",
    "backup.before_rename",
)
RESTORE_POINTS = ("restore.begun", "restore.before_database", "restore.before_commit", "restore.before_end")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample township, with a file attached."""
    home = tmp_path_factory.mktemp("filled")
    photo = tmp_path_factory.mktemp("photo") / "照片.pdf"
    photo.write_bytes(b"%PDF photo")
    attach = ("act", "DC2026-002", "attach_evidence", "--by", "jicun", "--evidence", str(photo))
    accept = ("act", "DC2026-002", "accept", "--by", "jicun")
    for words in (("people", "import", str(PEOPLE)), ("import", str(FINDINGS)), accept, attach):
        done = apart(home, *words)
        assert done.code == 0, done.err
    return home


@pytest.fixture(scope="module")
def backed_up(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("store")
    assert apart(filled, "backup", str(store)).code == 0
    return store


def test_a_backup_is_restored_by_two_commands(filled: Path, backed_up: Path, tmp_path: Path) -> None:
    done = apart(filled, "restore", str(backed_up), "--into", str(tmp_path / "new"))
    assert done.code == 0, done.err
    assert "已恢复" in done.out
    for home in (filled, tmp_path / "new"):
        assert apart(home, "list", "--json").data == apart(filled, "list", "--json").data


def test_in_english_too(filled: Path, backed_up: Path, tmp_path: Path) -> None:
    done = apart(filled, "--lang", "en", "restore", str(backed_up), "--dry-run")
    assert (done.code, "is whole" in done.out) == (0, True)
    refused = apart(filled, "--lang", "en", "restore", str(backed_up))
    assert (refused.code, "never overwritten" in refused.err) == (3, True)


def test_what_is_no_backup_is_refused(filled: Path, tmp_path: Path) -> None:
    refused = apart(filled, "restore", str(tmp_path), "--into", str(tmp_path / "new"))
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("point", BACKUP_POINTS)
def test_a_backup_killed_midway_leaves_nothing_that_looks_like_one(
    filled: Path, tmp_path: Path, point: str
) -> None:
    killed = apart(filled, "backup", str(tmp_path), RECTIFY_FAULTS=point)
    assert killed.code == -signal.SIGKILL
    assert backups.backups(tmp_path) == []
    assert [path for path in tmp_path.iterdir() if not path.name.startswith((".", "evidence"))] == []
    assert apart(filled, "backup", str(tmp_path)).code == 0
    [whole] = backups.backups(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {".lock", "evidence", whole.folder.name}
    assert list(tmp_path.glob("evidence/*/.*")) == []


@pytest.mark.parametrize("point", RESTORE_POINTS)
def test_a_restore_killed_midway_is_refused_by_all_and_begun_again(
    filled: Path, backed_up: Path, tmp_path: Path, point: str
) -> None:
    home = tmp_path / "new"
    words = ("restore", str(backed_up), "--into", str(home))
    assert apart(filled, *words, RECTIFY_FAULTS=point).code == -signal.SIGKILL
    refused = apart(home, "list")
    assert (refused.code, "rectify restore" in refused.err) == (5, True)
    assert apart(filled, *words).code == 0
    assert apart(home, "list", "--json").data == apart(filled, "list", "--json").data
    assert {path.name for path in home.iterdir()} >= {"rectify.db", "evidence", "demo"}
    assert not [path.name for path in home.iterdir() if "restoring" in path.name]


def test_a_backup_that_lacks_something_ends_with_one_and_says_what(filled: Path, tmp_path: Path) -> None:
    home = Path(shutil.copytree(filled, tmp_path / "home"))
    shutil.rmtree(home / "evidence")
    done = apart(home, "backup", str(tmp_path / "store"))
    assert (done.code, "缺少：evidence/" in done.out) == (1, True)
