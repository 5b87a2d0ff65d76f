"""Named fault points: nothing in production; tests let a process die at one of them."""

import os
import signal

from models.settings import settings


def reach(point: str) -> None:
    """Die here by SIGKILL if RECTIFY_FAULTS names this point."""
    armed = settings().faults
    if armed and point in armed.split(","):
        os.kill(os.getpid(), signal.SIGKILL)
