"""What a process writes of itself: one JSON object a line, or words on a terminal; never what people wrote.

An error's text may quote anything, a row, a name, a mailbox: of an error its kind, code and place are told.
"""

import errno
import json
import logging
import os
import re
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from traceback import extract_tb
from typing import TextIO

from sqlalchemy.exc import DBAPIError

from models.settings import LogFormat, Settings, settings
from policy.refusals import Refusal

CONFIGURATION = Path(__file__).with_name("prefect_logging.yaml")
"""The same for whatever sets up its logging from a file: Prefect and its server."""
LARGEST, KEPT = 10_000_000, 5
"""Bytes of a log before it is put aside, and how many are kept then."""
DEEPEST = 12
"""Places told of an error, the last ones."""
STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
MAILBOX = re.compile(r"[^\s<>@,;:\"']+@[^\s<>@,;:\"']+")
"""A mail server's answer may name one."""
QUIET = ("py.warnings", "asyncio")
"""Loggers that quote values: their first line says what it is about."""


def begin(process: str, form: LogFormat | None = None, file: Path | None = None) -> None:
    """Log to standard error, or to a file that is put aside when it is large, whatever was set up before."""
    logging.raiseExceptions = False  # a full disk of logs stops nobody
    handler = _rotating(file) if file else logging.StreamHandler()
    handler.setFormatter(lines(process, form))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("rectify").setLevel(logging.INFO)
    warnings.showwarning = _warned


def _rotating(file: Path) -> RotatingFileHandler:
    return RotatingFileHandler(file, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8", delay=True)


def _warned(
    message: Warning | str,  # noqa: ARG001, it may quote
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,  # noqa: ARG001, the signature it replaces
    line: str | None = None,  # noqa: ARG001
) -> None:
    """Pydantic's warnings quote values, so only where it is."""
    logging.getLogger("rectify.warnings").warning("%s at %s:%d", category.__name__, filename, lineno)


def lines(process: str = "", form: LogFormat | None = None) -> "Lines":
    """The formatter for this process: for a person at a terminal, for a program elsewhere."""
    wanted = form or settings().log_format
    if wanted is LogFormat.AUTO:
        wanted = LogFormat.TEXT if sys.stderr.isatty() else LogFormat.JSON
    return Lines(process, wanted)


class Plain(logging.Formatter):
    """The message alone, without the text of errors: for what is kept in Prefect, too."""

    def format(self, record: logging.LogRecord) -> str:
        return " ".join(filter(None, (message(record), told(record))))


class Lines(logging.Formatter):
    """One line for each record."""

    def __init__(self, process: str, form: LogFormat) -> None:
        super().__init__()
        self.process, self.form = process, form

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC)
        if self.form is LogFormat.TEXT:
            words = (f"{at.astimezone():%H:%M:%S}", record.levelname.lower(), record.name)
            fields = (f"{name}={value}" for name, value in _fields(record).items())
            return STEERING.sub(" ", " ".join([*words, message(record), *fields, told(record)])).rstrip()
        line: dict[str, object] = {
            "time": at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": message(record),
            "process": self.process,
            "pid": os.getpid(),
        }
        error = record.exc_info[1] if record.exc_info else None
        line |= {"error": kinds(error), "at": places(error)} if error else {}
        return json.dumps(line | _fields(record), ensure_ascii=False, default=str)


def _fields(record: logging.LogRecord) -> dict[str, object]:
    """What was given as `extra={"fields": …}`, and Prefect's ids; its other extras hold names and titles."""
    ids = {name: getattr(record, name, None) for name in ("flow_run_id", "task_run_id")}
    given: dict[str, object] = getattr(record, "fields", {})
    return {name: str(value) for name, value in ids.items() if value} | given


def message(record: logging.LogRecord) -> str:
    """The message; an error among its arguments is told by its kind."""
    arguments = record.args
    if isinstance(arguments, tuple):
        arguments = tuple(_Told(one) if isinstance(one, BaseException) else one for one in arguments)
    said = MAILBOX.sub("…@…", str(record.msg) % arguments if arguments else str(record.msg))
    return said.partition("\n")[0] if record.name in QUIET else said


class _Told:
    """Stands for an error in a message."""

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __repr__(self) -> str:
        return kinds(self.error)

    __str__ = __repr__


def told(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    return f"[{kinds(error)}: {' < '.join(reversed(places(error)))}]" if error else ""


class Broken(Exception):
    """Something broke; the text says what kind of thing, and may be kept anywhere."""

    quotes_nobody = True


@contextmanager
def quoting_nobody() -> Iterator[None]:
    """What breaks in here is told to Prefect, which keeps it, by its kind.

    Refusals are sentences of ours, and the database's own errors quote no row.
    """
    try:
        yield
    except (Refusal, DBAPIError):
        raise
    except Exception as error:
        raise Broken(kinds(error)) from error


def kinds(error: BaseException) -> str:
    """The error's kind and code, and that of what led to it; its text if that is known to quote nobody."""
    if getattr(error, "quotes_nobody", False):
        return str(error)
    return " < ".join(_kind(one) for one in _chain(error))


def _kind(error: BaseException) -> str:
    code = next(filter(None, (_code(error, attribute) for attribute in CODES)), "")
    return f"{type(error).__name__} {code}".strip()


CODES = ("sqlstate", "sqlite_errorname", "errno", "status_code", "code")


def _code(error: BaseException, attribute: str) -> str:
    found = getattr(error, attribute, None)
    if attribute == "errno" and isinstance(found, int):
        return errno.errorcode.get(found, str(found))
    return str(found) if isinstance(found, int | str) and re.fullmatch(r"\w{1,40}", str(found)) else ""


def places(error: BaseException) -> list[str]:
    """Where it went wrong, from the outside in, without the lines themselves."""
    frames = extract_tb(error.__traceback__)[-DEEPEST:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-2:])


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        yield one
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)


def defect(config: Settings, error: BaseException) -> Path:
    """Keep where a command of ours broke. Returns the file; raises OSError if there is no room for it."""
    folder = config.home / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    handler = _rotating(folder / "defects.log")
    handler.setFormatter(Lines("cli", LogFormat.JSON))
    trouble = (type(error), error, error.__traceback__)
    handler.emit(logging.LogRecord("rectify.cli", logging.ERROR, "", 0, "a command broke", None, trouble))
    handler.close()
    return folder / "defects.log"
