"""The data folder: made on first use; a moved clock is only for folders made for a demo."""

from pathlib import Path

from models.settings import Settings
from policy.refusals import NotAllowed, Unavailable

MARK = "demo"
RESTORING = ".restoring"
"""Lies in a folder that a restore has not finished yet."""


def prepare(config: Settings) -> None:
    """Make the folder. Raises NotAllowed if the clock is moved outside a demo folder."""
    home = config.home
    try:
        is_new = not home.exists() or not any(home.iterdir())
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if config.as_of and is_new:
            make_demo(home)
    except OSError as error:
        raise Unavailable(
            f"数据目录“{home}”不能使用：{error.strerror}。",
            f"The data folder “{home}” cannot be used: {error.strerror}.",
        ) from error
    if (home / RESTORING).exists():
        raise Unavailable(
            f"“{home}”正在恢复，或恢复曾被中断。请重新执行 rectify restore。",
            f"“{home}” is being restored, or its restore was cut short. Run rectify restore again.",
        )
    if config.as_of and not is_demo(home):
        raise NotAllowed(
            f"“{home}”是正式数据目录，不能改动时钟（RECTIFY_AS_OF）。演示请另用一个空目录。",
            f"“{home}” holds real data: its clock cannot be moved (RECTIFY_AS_OF). Use an empty folder.",
        )


def logs(home: Path) -> Path:
    folder = home / "logs"
    folder.mkdir(exist_ok=True)
    return folder


def make_demo(home: Path) -> None:
    (home / MARK).touch()


def is_demo(home: Path) -> bool:
    return (home / MARK).exists()
