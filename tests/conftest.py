"""What holds for all tests: none is timed, since other work may share the machine."""

from pathlib import Path
from typing import Any

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
SHOTS = Path(__file__).parents[1] / "build" / "screenshots"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Where the pictures are that the browser tests took; someone has to look at them."""
    if any("tests/browser/" in report.nodeid for report in terminalreporter.stats.get("passed", [])):
        terminalreporter.write_line(f"Screenshots: {SHOTS}")
