"""A log file of bounded size: when it is full it is put aside, and the oldest put aside goes."""

from pathlib import Path

LARGEST, KEPT = 10_000_000, 5


class Rolling:
    """What is written to it may be lost, on a full disk say, but nobody waits and nobody fails."""

    def __init__(self, path: Path, largest: int = LARGEST, kept: int = KEPT) -> None:
        self.path, self.largest, self.kept = path, largest, kept
        self.ends_line = True

    def write(self, chunk: bytes) -> None:
        try:
            self._make_room(len(chunk))
            with self.path.open("ab", buffering=0) as file:
                file.write(chunk)
            self.ends_line = chunk.endswith(b"\n")
        except OSError:
            return

    def _make_room(self, wanted: int) -> None:
        """Between two lines; within one only if it is endless."""
        size = self.path.stat().st_size if self.path.exists() else 0
        if size + wanted <= self.largest or not (self.ends_line or size > 2 * self.largest):
            return
        for number in range(self.kept, 0, -1):
            older = self._aside(number - 1) if number > 1 else self.path
            if older.exists():
                older.replace(self._aside(number))

    def _aside(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")
