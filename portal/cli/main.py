"""The one entry point: commands, and every refusal as one sentence with its exit code."""

import io
import os
import re
import sys
from itertools import pairwise
from pathlib import Path

import typer
from pydantic import ValidationError

from models.settings import LogFormat, Settings, settings
from policy.refusals import BadInput, NotAllowed, Overtaken, Refusal, Unavailable
from portal.cli import (
    calendars,
    findings,
    health,
    lateness,
    letters,
    parts,
    people,
    planning,
    printing,
    rounds,
    rules,
    safekeeping,
    telephone,
    templates,
    tokens,
    webhooks,
)
from portal.cli.running import override
from tasks import logs

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
    form = settings().log_format
    logs.begin("cli", LogFormat.TEXT if form is LogFormat.AUTO else form)


for part in (
    parts,
    health,
    findings,
    planning,
    lateness,
    letters,
    telephone,
    templates,
    rounds,
    people,
    calendars,
    rules,
    safekeeping,
    tokens,
    webhooks,
):
    part.add_to(app)


def main() -> None:
    """Run a command; never a stack trace for what a person did."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        override(language=_language_asked(sys.argv[1:]))
        _readable(sys.argv[1:])
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except Refusal as refusal:
        printing.refuse(refusal)
        code = next(code for kind, code in EXIT_CODES if isinstance(refusal, kind))
    except (typer.Exit, typer.Abort) as ended:
        code = getattr(ended, "exit_code", 130)
    except ValidationError as error:
        code = _bad_setting(error) if error.title == Settings.__name__ else _defect(error)
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        code = _usage(error) if hasattr(error, "format_message") else _defect(error)
    sys.exit(code if isinstance(code, int) else 0)


def _readable(words: list[str]) -> None:
    """Raises BadInput for bytes that are no text: they could be neither stored nor shown."""
    for word in words:
        if not word.isprintable() and any("\ud800" <= letter <= "\udfff" for letter in word):
            shown = word.encode("utf-8", "replace").decode()[:60]
            raise BadInput(
                f"“{shown}”不是 UTF-8 文字，请改写（或给文件改名）后再试。",
                f"“{shown}” is not UTF-8 text. Write it anew, or rename the file.",
            )


def _language_asked(words: list[str]) -> str:
    """`--lang` counts for a command line, too, that cannot be understood otherwise."""
    return next((value for name, value in pairwise(words) if name == "--lang"), "")


USAGE = (
    (r"No such command '(.*)'\.", "没有“{}”这个命令"),
    (r"No such option: (\S+) \(Possible options: (.*)\)", "没有“{}”这个选项，您是否要写 {}"),
    (r"No such option: (\S+)", "没有“{}”这个选项"),
    (r"Missing argument '(.*)'\.", "缺少参数“{}”"),
    (r"Missing option '(.*?)'.*", "缺少选项“{}”"),
    (r"Option '(.*)' requires an argument\.", "选项“{}”后面要写一个值"),
    (r"Option '(.*)' does not take a value\.", "选项“{}”后面不写值"),
    (r"Got unexpected extra argument.*? \(([^()]*)\)", "多写了“{}”"),
    (r"Invalid value for '(.*?)'.*", "“{}”的值不能识别"),
)


def _usage(error: Exception) -> int:
    """The command line's own complaint; typer keeps the classes to itself, so it is known by its method."""
    said = error.format_message() if hasattr(error, "format_message") else str(error)
    if type(error).__name__ == "NoArgsIsHelpError":
        printing.line(said)
        return 0
    known = ((re.fullmatch(form, said, re.DOTALL), words) for form, words in USAGE)
    zh = next((words.format(*found.groups()) for found, words in known if found), said)
    en = said.rstrip(".")
    printing.refuse(BadInput(f"命令用法有误：{zh}。请看 rectify --help。", f"{en}. See rectify --help."))
    return 2


def _defect(error: Exception) -> int:
    """A fault of ours: one sentence for the person, the trace for whoever mends it."""
    try:
        settings()
    except (ValueError, OSError):
        printing.refuse(BadInput("设置文件 .env 不能读取。", "The file .env cannot be read."))
        return 2
    try:
        log = logs.defect(settings(), error)
    except OSError:
        log = Path("-")
    printing.refuse(
        Refusal(
            f"程序出错（{type(error).__name__}），本次未办理。详情记在 {log}，请转告管理员。",
            f"Rectify failed ({type(error).__name__}); nothing was done. Details are in {log}.",
        )
    )
    return 70


def _bad_setting(error: ValidationError) -> int:
    first = error.errors(include_url=False)[0]
    name = "RECTIFY_" + str(first["loc"][0] if first["loc"] else "").upper()
    told = first.get("ctx", {})
    value, possible = told.get("shown", str(first["input"])[:60]), told.get("expected", "")
    zh, en = (f"可以是：{possible}。", f" It may be {possible}.") if possible else ("", "")
    printing.refuse(
        BadInput(f"设置 {name} 不能是“{value}”。{zh}", f"The setting {name} cannot be “{value}”.{en}")
    )
    return 2
