"""A log of bounded size."""

from pathlib import Path

from portal.rolling import Rolling


def sizes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_size for path in sorted(folder.iterdir())}


def test_it_is_put_aside_between_lines_and_the_oldest_goes(tmp_path: Path) -> None:
    log = Rolling(tmp_path / "worker.log", largest=100, kept=2)
    for number in range(50):
        log.write(f"line {number:03}\n".encode())  # nine bytes
    assert sizes(tmp_path) == {"worker.log": 54, "worker.log.1": 99, "worker.log.2": 99}
    assert (tmp_path / "worker.log").read_text().endswith("line 049\n")
    assert (tmp_path / "worker.log.1").read_text().endswith("line 043\n")


def test_a_line_is_not_cut_unless_it_is_endless(tmp_path: Path) -> None:
    log = Rolling(tmp_path / "worker.log", largest=100, kept=1)
    for _ in range(15):
        log.write(b"0123456789")
    assert sizes(tmp_path) == {"worker.log": 150}
    for _ in range(10):
        log.write(b"0123456789")
    assert sizes(tmp_path)["worker.log.1"] == 210


def test_it_goes_on_after_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "worker.log").write_bytes(b"before\n")
    Rolling(tmp_path / "worker.log", largest=100).write(b"after\n")
    assert (tmp_path / "worker.log").read_bytes() == b"before\nafter\n"


def test_where_nothing_can_be_written_it_is_lost_and_nobody_fails(tmp_path: Path) -> None:
    Rolling(Path("/dev/full")).write(b"lost\n")
    Rolling(tmp_path / "nowhere" / "worker.log").write(b"lost\n")
    log = Rolling(tmp_path / "worker.log")
    log.write(b"kept\n")
    assert sizes(tmp_path) == {"worker.log": 5}
