"""A file of rules as it lies on the disk."""

from pathlib import Path

from policy.refusals import BadInput

LARGEST = 1_000_000


def read_text(path: Path) -> str:
    """Raises BadInput if there is no such file, or no text in it."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = "没有这个文件" if isinstance(error, FileNotFoundError) else "文件打不开，请检查权限"
        raise BadInput(f"{reason}：{path.name}。", f"The file cannot be opened: {path.name}.") from error
    if len(content) > LARGEST:
        raise BadInput(
            f"文件“{path.name}”太大，不是规则文件。", f"The file “{path.name}” is too large for rules."
        )
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise BadInput(
            f"文件“{path.name}”不是 UTF-8 编码，请用记事本另存为 UTF-8。",
            f"The file “{path.name}” is not UTF-8. Save it as UTF-8.",
        ) from None
