"""`rectify` in a process of its own, forked from one that has read all modules: that saves a second each."""

import os
import sys
from collections.abc import Mapping
from multiprocessing import get_context
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
FORKED = get_context("forkserver")
FORKED.set_forkserver_preload(["tests.commands", "portal.cli.main"])


def rectify(*words: str, environment: Mapping[str, str]) -> "CompletedProcess[str]":
    """What a command line of these words does, says and ends with; `environment` is all there is."""
    with TemporaryDirectory() as folder:
        outputs = Path(folder, "stdout"), Path(folder, "stderr")
        process = FORKED.Process(target=_command, args=(words, dict(environment), outputs))
        process.start()
        process.join()
        said, complained = (file.read_text(errors="replace") for file in outputs)
    return CompletedProcess(words, process.exitcode or 0, said, complained)


def _command(words: tuple[str, ...], environment: dict[str, str], outputs: tuple[Path, Path]) -> None:
    """In the new process: as if it had been called by a shell."""
    from portal.cli.main import main

    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    for number, file in zip((1, 2), outputs, strict=True):
        with file.open("wb") as output:
            os.dup2(output.fileno(), number)
    sys.argv = ["rectify", *words]
    main()
