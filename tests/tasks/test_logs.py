"""What stands in a log: one line for each thing, for programs and people; never what people wrote."""

import asyncio
import errno
import io
import json
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.settings import LogFormat
from tasks import logs
from tasks.logs import CONFIGURATION, Broken, Lines, Plain, kinds, quoting_nobody
from tasks.prefect_runs import PrefectAway
from tests.flows.prefect_house import ROOT

CANARY = "张三canary@village.example"


@pytest.fixture
def said() -> Iterator[io.StringIO]:
    """Where a logger of ours writes JSON for the time of a test."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(Lines("worker", LogFormat.JSON))
    log = logging.getLogger("rectify")
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    yield out
    log.removeHandler(handler)


LOG = logging.getLogger("rectify.test")


def last(said: io.StringIO) -> dict[str, Any]:
    lines = said.getvalue().splitlines()
    found = json.loads(lines[-1])
    assert isinstance(found, dict)
    return found


def broken() -> Exception:
    """An error as it comes: with a cause, and both quote somebody."""
    try:
        try:
            raise OSError(errno.ENOSPC, CANARY)
        except OSError as cause:
            raise ValueError(CANARY) from cause
    except ValueError as error:
        return error


def test_a_line_says_when_what_and_who(said: io.StringIO) -> None:
    LOG.info("relayed %d wakes\nat once", 3, extra={"fields": {"wakes": 3}})
    line = last(said)
    at = datetime.fromisoformat(line.pop("time"))
    assert at.utcoffset() == timedelta(0)
    assert line == {
        "level": "info",
        "logger": "rectify.test",
        "message": "relayed 3 wakes\nat once",
        "process": "worker",
        "pid": os.getpid(),
        "wakes": 3,
    }
    assert said.getvalue().count("\n") == 1


@pytest.mark.parametrize("form", ["%s went wrong: %r", "%s went wrong: %s"])
def test_an_error_in_a_message_is_told_by_its_kind(said: io.StringIO, form: str) -> None:
    LOG.error(form, "ZC2026-001", broken())
    assert last(said)["message"] == "ZC2026-001 went wrong: ValueError < OSError ENOSPC"


def test_of_an_exception_its_kind_and_its_places_are_told(said: io.StringIO) -> None:
    LOG.error("it broke", exc_info=broken())
    line = last(said)
    assert line["error"] == "ValueError < OSError ENOSPC"
    assert line["at"][-1].endswith("broken")
    assert "tasks/test_logs.py:" in line["at"][-1]
    assert CANARY not in said.getvalue()


def test_an_error_without_its_own_trace_is_told_too(said: io.StringIO) -> None:
    LOG.error("it broke", exc_info=KeyError(CANARY))
    assert (last(said)["error"], last(said)["at"]) == ("KeyError", [])


def test_an_error_of_ours_that_quotes_nobody_is_told_as_it_is() -> None:
    assert kinds(PrefectAway("Prefect answers 503")) == "Prefect answers 503"


def test_a_mailbox_that_a_mail_server_names_is_left_out(said: io.StringIO) -> None:
    LOG.warning("it answers %s", "550 <zhang.san@village.example>: unknown")
    assert last(said)["message"] == "it answers 550 <…@…>: unknown"


def test_errors_that_cause_each_other_come_to_an_end() -> None:
    one, other = ValueError(CANARY), KeyError(CANARY)
    one.__cause__, other.__cause__ = other, one
    assert kinds(one) == "ValueError < KeyError"


@pytest.mark.parametrize("formatter", [Lines("worker", LogFormat.TEXT), Plain()])
def test_on_a_terminal_and_in_prefect_no_text_of_an_error_is_kept_either(
    formatter: logging.Formatter,
) -> None:
    error = broken()
    trouble = (type(error), error, error.__traceback__)
    record = logging.LogRecord("prefect.flow_runs", 40, "", 1, "run of %s: %r", ("ZC-1", error), trouble)
    text = formatter.format(record)
    assert CANARY not in text
    assert "run of ZC-1: ValueError < OSError ENOSPC" in text
    assert "test_logs.py" in text


def test_on_a_terminal_a_line_is_one_line_that_steers_nothing() -> None:
    record = logging.LogRecord("rectify.x", 30, "", 1, "a\r\nb\x1b[31m\u2028c", None, None)
    text = Lines("portal", LogFormat.TEXT).format(record)
    assert text.endswith("warning rectify.x a  b [31m c")


def test_prefect_s_names_and_titles_are_left_out_and_its_ids_kept(said: io.StringIO) -> None:
    LOG.warning("late", extra={"flow_run_name": CANARY, "task_run_name": CANARY, "flow_run_id": "7-8"})
    assert last(said)["flow_run_id"] == "7-8"
    assert CANARY not in said.getvalue()


def test_a_warning_and_a_lost_task_are_told_by_their_first_line(
    said: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warnings, "showwarning", logs._warned)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = logs._warned
        warnings.warn(CANARY, UserWarning, stacklevel=1)
    assert last(said)["message"].startswith("UserWarning at ")
    record = logging.LogRecord("asyncio", 40, "", 1, f"never retrieved\nfuture: {CANARY}", None, None)
    assert Lines("worker", LogFormat.JSON).format(record).count(CANARY) == 0


def test_what_breaks_in_a_step_reaches_prefect_by_its_kind_and_us_whole() -> None:
    with pytest.raises(Broken, match=r"^ValueError < OSError ENOSPC$") as told, quoting_nobody():
        raise broken()
    assert isinstance(told.value.__cause__, ValueError)


def test_prefect_s_own_handlers_are_set_up_to_quote_nobody() -> None:
    written = yaml.safe_load(CONFIGURATION.read_text(encoding="utf-8"))
    assert written["handlers"]["api"]["formatter"] == "plain"
    assert written["formatters"]["plain"] == {"()": f"{Plain.__module__}.{Plain.__name__}"}
    assert {name for logger in written["loggers"].values() for name in logger.get("handlers", [])} == {"api"}


PROGRAM = """
import logging, sys, warnings
from pathlib import Path
from models.settings import LogFormat
from tasks import logs
logs.LARGEST, logs.KEPT = 2000, 2
logs.begin("worker", None, Path(sys.argv[1]) if len(sys.argv) > 1 else None)
for number in range(200):
    logging.getLogger("rectify.test").info("line %d", number)
logging.getLogger("somebody.else").info("not of interest")
print("done")
"""


def run(*words: str, to: str = "", **environment: str) -> "subprocess.CompletedProcess[str]":
    redirected = f'exec "$0" -c "$1" "${{@:2}}" {to}'
    command = ["bash", "-c", redirected, sys.executable, PROGRAM, *words]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def test_a_process_whose_log_is_on_a_full_disk_goes_on() -> None:
    done = run(to="2>/dev/full")
    assert (done.returncode, done.stdout) == (0, "done\n")


def test_a_process_logs_json_unless_it_is_told_otherwise() -> None:
    lines = run().stderr.splitlines()
    assert [json.loads(line)["message"] for line in lines] == [f"line {n}" for n in range(200)]
    assert "info rectify.test line 7" in run(RECTIFY_LOG_FORMAT="text").stderr


def test_a_log_of_our_own_is_put_aside_when_it_is_large(tmp_path: Path) -> None:
    assert run(str(tmp_path / "up.log")).stderr == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["up.log", "up.log.1", "up.log.2"]
    assert all(path.stat().st_size <= 2000 for path in tmp_path.iterdir())
    assert json.loads((tmp_path / "up.log").read_text().splitlines()[-1])["message"] == "line 199"


async def test_a_loop_s_own_complaint_quotes_nobody(caplog: pytest.LogCaptureFixture) -> None:
    asyncio.get_running_loop().call_exception_handler({"message": "lost", "exception": broken()})
    text = [Lines("worker", LogFormat.JSON).format(record) for record in caplog.records]
    assert any('"lost"' in line for line in text)
    assert CANARY not in "".join(text)
