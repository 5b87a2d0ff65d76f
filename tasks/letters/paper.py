"""The paper letters are written on: the templates and wordings in use, shipped or the office's own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from traceback import extract_tb

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    Template,
    TemplateSyntaxError,
    UndefinedError,
    select_autoescape,
)
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from policy.refusals import BadInput, Language
from tasks.letters.words import Wording, kind

TEXT, HTML = "mail.txt", "mail.html"
FOLDER = Path(__file__).parent


class BadTemplate(BadInput):
    """A template of the office cannot be used. `line` is 0 where none is to blame."""

    def __init__(self, name: str, line: int, zh: str, en: str) -> None:
        where_zh, where_en = (f"第{line}行", f", line {line}") if line else ("", "")
        super().__init__(
            f"模板“{name}”{where_zh}：{zh}{'' if zh.endswith('？') else '。'}",
            f"The template “{name}”{where_en}: {en}{'' if en.endswith('?') else '.'}",
        )
        self.name, self.line = name, line


@dataclass(frozen=True)
class OwnLetter:
    """The office's wording of one letter in one language; `wording.asks` is its source."""

    wording: Wording
    asks: Template


@dataclass(frozen=True)
class Paper:
    """`own` names the office's files among these, as they lie in its folder."""

    text: Template
    html: Template
    letters: Mapping[tuple[Language, str], OwnLetter] = field(default_factory=dict)
    own: tuple[str, ...] = ()

    def wording(self, rung: str, language: Language) -> Wording:
        found = self.letters.get((language, rung))
        return found.wording if found else kind(rung).wording(language)

    def asks(self, rung: str, language: Language, said: Mapping[str, str]) -> str:
        """What the letter asks for; the office's may name what is `said` of the finding."""
        found = self.letters.get((language, rung))
        return fill(found.asks, said) if found else kind(rung).wording(language).asks


def environment(kind: type[Environment] = ImmutableSandboxedEnvironment) -> Environment:
    return kind(
        loader=FileSystemLoader(FOLDER) if kind is Environment else None,
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def shipped() -> Paper:
    known = environment(Environment)
    return Paper(known.get_template(TEXT), known.get_template(HTML))


SHIPPED = shipped()


def fill(template: Template, words: Mapping[str, object]) -> str:
    """Raises BadTemplate with the line that could not be filled in, whatever the reason."""
    try:
        return template.render(words)
    except Exception as error:
        lines = [x.lineno or 0 for x in extract_tb(error.__traceback__) if x.filename == template.filename]
        raise BadTemplate(template.name or "", lines[-1] if lines else 0, *reason(error)) from error


def reason(error: Exception) -> tuple[str, str]:
    """Why a template fails, in Chinese and in English."""
    said = " ".join(str(error).split()).rstrip(".")[:200]
    match error:
        case TemplateSyntaxError():
            return f"写法有误（{said}）", f"it is not well written ({said})"
        case UndefinedError():
            word = (re.findall(r"'([^']*)'", said) or [said])[-1]
            return f"没有“{word}”这个字段", f"there is no “{word}”"
        case SecurityError():
            return f"模板中不许这样写（{said}）", f"a template may not do this ({said})"
    return (
        f"不能填写（{type(error).__name__}：{said}）",
        f"it cannot be filled in ({type(error).__name__}: {said})",
    )
