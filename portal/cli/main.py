"""The one entry point: commands, and every refusal as one sentence with its exit code."""

import os
import sys
import traceback
from pathlib import Path

import typer
from pydantic import ValidationError

from models.settings import settings
from policy.refusals import BadInput, NotAllowed, Overtaken, Refusal, Unavailable
from portal.cli import findings, letters, parts, people, printing
from portal.cli.running import override

EXIT_CODES: tuple[tuple[type[Refusal], int], ...] = (
    (BadInput, 2),
    (NotAllowed, 3),
    (Overtaken, 4),
    (Unavailable, 5),
)

app = typer.Typer(
    name="rectify",
    help="整改跟踪：从问题登记到销号。 Rectification tracking, from opened to struck off.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def options(
    data: str = typer.Option("", "--data", help="数据目录 The data folder (RECTIFY_HOME)."),
    as_of: str = typer.Option("", "--as-of", help="演示时钟 The demo's clock, like 2026-11-20."),
    language: str = typer.Option("", "--lang", help="zh-CN | en"),
) -> None:
    override(home=data, as_of=as_of, language=language)


for part in (parts, findings, letters, people):
    part.add_to(app)


def main() -> None:
    """Run a command; never a stack trace for what a person did."""
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except Refusal as refusal:
        printing.refuse(refusal)
        code = next(code for kind, code in EXIT_CODES if isinstance(refusal, kind))
    except (typer.Exit, typer.Abort) as ended:
        code = getattr(ended, "exit_code", 130)
    except ValidationError as error:
        printing.refuse(_bad_setting(error))
        code = 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        code = _usage(error) if hasattr(error, "format_message") else _defect(error)
    sys.exit(code if isinstance(code, int) else 0)


def _usage(error: Exception) -> int:
    """The command line's own complaint; typer keeps the classes to itself, so it is known by its method."""
    said = error.format_message() if hasattr(error, "format_message") else str(error)
    printing.refuse(BadInput(f"命令用法有误：{said} 请看 rectify --help。", f"{said} See rectify --help."))
    return 2


def _defect(error: Exception) -> int:
    """A fault of ours: one sentence for the person, the trace for whoever mends it."""
    log = settings().home / "logs" / "defects.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write("".join(traceback.format_exception(error)))
    except OSError:
        log = Path("-")
    printing.refuse(
        Refusal(
            f"程序出错（{type(error).__name__}），本次未办理。详情记在 {log}，请转告管理员。",
            f"Rectify failed ({type(error).__name__}); nothing was done. Details are in {log}.",
        )
    )
    return 70


def _bad_setting(error: ValidationError) -> BadInput:
    first = error.errors(include_url=False)[0]
    name = "RECTIFY_" + str(first["loc"][0] if first["loc"] else "").upper()
    value = str(first["input"])[:60]
    return BadInput(f"设置 {name} 不能是“{value}”。", f"The setting {name} cannot be “{value}”.")
