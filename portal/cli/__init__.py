"""The command line `rectify`."""

from portal.cli.main import main

__all__ = ["main"]
