"""Secrets of this installation that lie in files of the data folder, outside any database."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from models.settings import Settings


def codes_key(settings: Settings) -> bytes:
    """What one-time and recovery codes are made and checked with; all portals have the same."""
    kept_key = settings.codes_key or kept(settings.home / "codes-key", lambda: secrets.token_urlsafe(32))
    return kept_key.encode()


def kept(path: Path, new: Callable[[], str]) -> str:
    """What lies in the file, made once. Two processes at once agree: linking fails for the second."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(new())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
