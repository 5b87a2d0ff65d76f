"""The office's own templates: read from its folder and understood, or refused with line and reason."""

import os
import re
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, Template, TemplateSyntaxError, meta, nodes

from policy.refusals import Language
from tasks.letters.cards import words
from tasks.letters.paper import (
    FOLDER,
    HTML,
    SHIPPED,
    TEXT,
    BadTemplate,
    OwnLetter,
    Paper,
    environment,
    reason,
)
from tasks.letters.trial import mails, try_out
from tasks.letters.words import KINDS, Wording

IN_MAILS = frozenset(words(next(mails()), next(mails()).letters, SHIPPED))
IN_LETTERS = frozenset(("number", "title", "unit", "stage", "deadline", "days", "recipient", "link"))
LETTERS = {f"{language}/{rung}.txt": (language, rung) for language in Language for rung in KINDS}
KNOWN = (TEXT, HTML, *LETTERS)
HEADS = (("label", "简称", 40), ("document", "文种", 60))
"""The lines above a letter's text and the characters they may have: a subject is one line on a telephone."""


@lru_cache
def paper(home: Path) -> Paper:
    """What letters are written on with this data folder, as it was when this process first asked."""
    return read(home / "templates")


def read(folder: Path) -> Paper:
    """Raises BadTemplate for the first file that is unknown, or that does not stand its trial."""
    found = _sources(folder)
    known = environment()
    whole = {name: _template(known, name, found[name], IN_MAILS) for name in (TEXT, HTML) if name in found}
    own = Paper(
        text=whole.get(TEXT, SHIPPED.text),
        html=whole.get(HTML, SHIPPED.html),
        letters={LETTERS[name]: _letter(known, name, found[name]) for name in found if name in LETTERS},
        own=tuple(found),
    )
    if own.own:
        try_out(own)
    return own


def shipped_source(name: str) -> str:
    """A shipped template as the office would write it, to be copied and changed."""
    if name not in LETTERS:
        return (FOLDER / name).read_text(encoding="utf-8")
    language, rung = LETTERS[name]
    wording = KINDS[rung].wording(language)
    if language is Language.ENGLISH:
        return f"label: {wording.label}\ndocument: {wording.document}\n\n{wording.asks}\n"
    return f"简称：{wording.label}\n文种：{wording.document}\n\n{wording.asks}\n"


def nearest(name: str) -> str:
    """The template somebody meant; a letter's in Chinese unless the folder says otherwise."""
    folder, _, file = name.rpartition("/")
    found = get_close_matches(file, (TEXT, HTML, *(f"{rung}.txt" for rung in KINDS)), 1, cutoff=0)[0]
    language = Language.ENGLISH if folder == Language.ENGLISH else Language.CHINESE
    return found if found in (TEXT, HTML) else f"{language}/{found}"


def _sources(folder: Path) -> dict[str, str]:
    """The text of each file; those whose names begin with a dot are no templates."""
    if not folder.exists():
        return {}
    if not folder.is_dir():
        raise BadTemplate("templates", 0, "应当是文件夹", "it should be a folder")
    found = {}
    for place, _, names in os.walk(folder, onerror=_unreadable, followlinks=True):
        for name in names:
            path = Path(place, name)
            if not any(part.startswith(".") for part in path.relative_to(folder).parts):
                found[path.relative_to(folder).as_posix()] = path
    return {name: _text(name, found[name]) for name in sorted(found)}


def _unreadable(error: OSError) -> None:
    raise BadTemplate(str(error.filename), 0, "不能读取", "it cannot be read") from error


def _text(name: str, path: Path) -> str:
    if name not in KNOWN:
        raise BadTemplate(
            name,
            0,
            f"没有这个模板，您是否要写“{nearest(name)}”？",
            f"there is none; did you mean “{nearest(name)}”?",
        )
    try:
        raw = path.read_bytes()
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadTemplate(name, line, "不是 UTF-8 文字", "it is not UTF-8 text") from error
    except OSError as error:
        raise BadTemplate(name, 0, "不能读取", "it cannot be read") from error


def _letter(known: Environment, name: str, source: str) -> OwnLetter:
    lines = source.split("\n")
    label, document = (_head(name, lines, at) for at in range(len(HEADS)))
    if len(lines) > len(HEADS) and lines[len(HEADS)].strip():
        raise BadTemplate(
            name, 3, "应当是空行，正文从第4行开始", "it should be empty; the text begins on line 4"
        )
    asks = "\n".join(["", "", "", *lines[3:]])  # so that its lines keep their numbers
    return OwnLetter(Wording(label, document, asks), _template(known, name, asks, IN_LETTERS))


def _head(name: str, lines: list[str], at: int) -> str:
    en, zh, longest = HEADS[at]
    line = lines[at] if at < len(lines) else ""
    found = re.fullmatch(rf"(?:{en}|{zh})\s*[:：]\s*(.*\S)\s*", line)
    if found is None:
        raise BadTemplate(name, at + 1, f"应当写“{zh}：……”", f"it should read “{en}: …”")
    if len(found[1]) > longest or not found[1].isprintable() or re.search(r"[{}]", found[1]):
        raise BadTemplate(
            name,
            at + 1,
            f"“{zh}”最多{longest}个字，且不能有花括号",
            f"“{en}” has at most {longest} characters and no braces",
        )
    return found[1]


def _template(known: Environment, name: str, source: str, known_words: frozenset[str]) -> Template:
    try:
        tree = known.parse(source, name)
        _refuse_strange(name, tree, known_words)
        code = known.compile(source, name, name)
    except TemplateSyntaxError as error:
        raise BadTemplate(name, error.lineno, *reason(error)) from error
    return Template.from_code(known, code, known.make_globals(None))


def _refuse_strange(name: str, tree: nodes.Template, known_words: frozenset[str]) -> None:
    """Words nobody will say, also where the trial does not come by; and other files."""
    for file in tree.find_all((nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)):
        raise BadTemplate(name, file.lineno, "不能引用其他文件", "it may not refer to other files")
    strange = meta.find_undeclared_variables(tree) - known_words
    for node in tree.find_all(nodes.Name):
        if node.name in strange:
            near = get_close_matches(node.name, known_words, 1, cutoff=0)[0]
            raise BadTemplate(
                name,
                node.lineno,
                f"没有“{node.name}”这个字段，您是否要写“{near}”？",
                f"there is no “{node.name}”; did you mean “{near}”?",
            )
