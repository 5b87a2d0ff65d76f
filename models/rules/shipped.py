"""The rules that Rectify is shipped with."""

from functools import lru_cache
from pathlib import Path

from policy.rulebook.file import read
from policy.rules import Rules

FILE = Path(__file__).with_name("rules.toml")


@lru_cache
def shipped_text() -> str:
    return FILE.read_text(encoding="utf-8")


@lru_cache
def shipped() -> Rules:
    """As version 1, which they are in every new database."""
    return read(shipped_text(), version=1)
