"""The store of evidence: what a process that died left half written goes, what is whole stays."""

import io
from pathlib import Path

from models.keeping import files


def test_only_what_was_left_half_written_is_cleared(tmp_path: Path) -> None:
    kept = files.take("记录.pdf", io.BytesIO(b"%PDF-1.7"), tmp_path)
    store = tmp_path / "evidence"
    halves = [store / "tmpabc", files.stored(tmp_path, kept.sha256).parent / "tmpdef"]
    for half in halves:
        half.write_bytes(b"%PD")
    later = halves[0].stat().st_mtime + 60
    assert files.clear(tmp_path, later - 3600) == 0
    assert files.clear(tmp_path, later) == 2
    assert files.stored(tmp_path, kept.sha256).read_bytes() == b"%PDF-1.7"


def test_a_large_file_is_copied_a_piece_at_a_time(tmp_path: Path) -> None:
    class Stream(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            assert size > 0
            Stream.largest = max(Stream.largest, size)
            return super().read(size)

    kept = files.take("大.pdf", Stream(b"x" * 3_000_000), tmp_path)
    assert (kept.size, Stream.largest) == (3_000_000, files.PIECE)
