"""The look-up pages say what the code does. `python -m tests.test_docs` writes their tables anew."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from models.figures import Figures
from models.rules.shipped import shipped, shipped_text
from models.settings import Settings
from policy.lights import Light
from policy.notices import CONVERTED, FIRST_APPROVED, NOTICES, REVIEW_MOVED, THIRD_RETURN, notices
from policy.roles import OWNER_ACTS, ROLES_FOR, Role
from policy.rulebook.rungs import CLOCKS, FORMS, MAY_BE_EMPTY
from policy.rulebook.shape import EXTENSION, HOURS, PERIOD, RETURNS, RUNG, STEPS, TERMS, Key
from policy.rulebook.words import LADDER_WORDS, when_words
from policy.rules import Rung
from policy.scopes import SCOPE_WORDS, Scope
from policy.stages import LIVE, ON_RECORD_ONLY, STEP_OF, Act, Moved, Stage, acts_possible
from policy.words import (
    ACT_WORDS,
    DEADLINE_TYPE_WORDS,
    LETTER_STATE_WORDS,
    LIGHT_WORDS,
    ROLE_WORDS,
    STAGE_WORDS,
    STEP_WORDS,
    WHY_NOT_WORDS,
)
from portal.api.openapi import described
from portal.cli.main import app
from portal.demonstration import PASSWORD, WORTH_TRYING
from tasks import measures
from tasks.letters.words import KINDS
from tasks.measures import Stock

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
LOOK_UP = DOCS / "look-up"
FOR_READERS = ("learn", "how-to", "look-up")
READMES = ("README.md", "README.zh-CN.md")
LINK = re.compile(r"\]\(([^)\s]+)\)")
BEGIN, END = "<!-- {}: written by python -m tests.test_docs -->\n", "<!-- end -->\n"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |\n" for row in lines)


def code(names: Iterable[str]) -> str:
    return " ".join(f"`{name}`" for name in names)


def settings() -> str:
    rows = ((f"`RECTIFY_{name.upper()}`", default(one), one.description or "") for name, one in fields())
    return table(("setting", "unless given", "what it is"), rows)


def fields() -> Iterable[tuple[str, FieldInfo]]:
    return Settings.model_fields.items()


def default(one: FieldInfo) -> str:
    value = "" if one.default is PydanticUndefined else str(one.default)
    return f"`{value}`" if value else ""


def commands() -> str:
    rows = ((f"`rectify {name}`", said, code(options)) for name, said, options in known_commands())
    return table(("command", "does", "takes"), rows)


def known_commands() -> Iterator[tuple[str, str, list[str]]]:
    """Each command with its help and what it takes, in the order of `rectify --help`."""
    root = typer.main.get_command(app)
    for name, command in getattr(root, "commands", {}).items():
        inner = getattr(command, "commands", None)
        for path, one in (
            {f"{name} {sub}": x for sub, x in inner.items()}.items() if inner else [(name, command)]
        ):
            if not one.hidden:
                yield path, one.help or "", [taken(parameter) for parameter in one.params]


def taken(parameter: object) -> str:
    options, kind = getattr(parameter, "opts", []), getattr(parameter, "param_type_name", "")
    name = str(getattr(parameter, "metavar", None) or getattr(parameter, "name", "")).upper()
    either = [*options[:1], *getattr(parameter, "secondary_opts", [])]
    return "/".join(either) if kind == "option" else name


def stages() -> str:
    rows = (
        (f"`{stage}`", STAGE_WORDS[stage][0], STAGE_WORDS[stage][1], step(stage), code(acts_possible(stage)))
        for stage in Stage
    )
    return table(("stage", "中文", "in English", "step", "acts possible"), rows)


def step(stage: Stage) -> str:
    words = STEP_WORDS[STEP_OF[stage]]
    return f"{words[1]} {words[0]}" if stage in LIVE or stage is Stage.CLOSED else "–"


def acts() -> str:
    rows = ((f"`{act}`", *ACT_WORDS[act], who(act)) for act in Act if act not in ON_RECORD_ONLY)
    return table(("act", "中文", "in English", "done by"), rows)


def who(act: Act) -> str:
    if act in OWNER_ACTS:
        return f"holder of the owner post {ROLE_WORDS[Role.OWNER][0]}"
    return roles(role for role in Role if role in ROLES_FOR[act])


def roles(found: Iterable[Role]) -> str:
    return "; ".join(f"{ROLE_WORDS[role][1]} {ROLE_WORDS[role][0]}" for role in found) or "–"


def words() -> str:
    rows = (
        (kind, zh, en, f"`{one}`")
        for kind, of_kind in WORDS.items()
        for one, (zh, en) in of_kind.items()
        if one is not Light.NONE
    )
    return table(("", "中文", "in English", "word"), rows)


WORDS: dict[str, Mapping[Any, tuple[str, str]]] = {
    "环节 step": STEP_WORDS,
    "预警 light": LIGHT_WORDS,
    "时限类型 deadline kind": DEADLINE_TYPE_WORDS,
    "函件状态 letter": LETTER_STATE_WORDS,
    "未送达的原因 not reached": WHY_NOT_WORDS,
}


def roles_and_acts() -> str:
    rows = ((ROLE_WORDS[role][0], ROLE_WORDS[role][1], f"`{role}`", acts_of(role)) for role in Role)
    return table(("中文", "in English", "word", "can 可办"), rows)


def acts_of(role: Role) -> str:
    its = (
        act for act in Act if (act in OWNER_ACTS if role is Role.OWNER else role in ROLES_FOR.get(act, ()))
    )
    return "、".join(ACT_WORDS[act][0] for act in its) or "–"


def ladders() -> str:
    rows = (line(rung, ladder.name) for ladder in shipped().ladders for rung in ladder.rungs)
    return table(("rung", "中文", "ladder", "falls due", "to", "copy to", "sent or drafted"), rows)


def line(rung: Rung, ladder: str) -> tuple[str, ...]:
    sent = f"drafted, then signed by any of: {roles(rung.signed_by)}" if rung.draft else "sent"
    document = KINDS[rung.name].zh.document
    return f"`{rung.name}`", document, ladder, when_words(rung)[1], roles(rung.to), roles(rung.cc), sent


def keys() -> str:
    rows = (
        (f"`[{name}]`" if first else "", f"`{key}`", one.zh, one.en, one.possible)
        for name, shape in SHAPES.items()
        for first, (key, one) in zip((True, *(False for _ in shape)), shape.items(), strict=False)
    )
    return table(("table", "key", "中文", "meaning", "may be"), rows)


SHAPES: dict[str, Mapping[str, Key]] = {
    "hours": HOURS,
    "default.TYPE": TERMS,
    "steps.STEP": PERIOD,
    "extension": EXTENSION,
    "returns": RETURNS,
    "[ladder.LADDER]": RUNG,
}


def steps() -> str:
    return table(
        ("step", "中文", "meaning"),
        ((f"`{name}`", zh, en) for name, (zh, en) in STEPS.items()),
    )


def ladder_names() -> str:
    rows = (
        (f"`{name}`", LADDER_WORDS[name][0], CLOCKS.get(name, "–"), code(letters), needed(name))
        for name, letters in FORMS.items()
    )
    return table(("ladder", "中文", "clock of the step", "letters, in this order", "may be left out"), rows)


def needed(ladder: str) -> str:
    return "yes" if ladder in MAY_BE_EMPTY else "no"


def shipped_file() -> str:
    return f"```toml\n{shipped_text()}```\n"


def notes() -> str:
    rows = (
        (
            f"`{one.rung}`",
            KINDS[one.rung].zh.document,
            f"`{act}` {ACT_WORDS[act][0]}",
            roles(one.to),
            roles(one.cc),
        )
        for act, one in [*NOTICES.items(), *MORE_NOTICES]
    )
    return table(("letter", "中文", "called for by", "to", "copy to"), rows)


MORE_NOTICES = (
    (Act.RETURN_FOR_REWORK, THIRD_RETURN),
    (Act.APPROVE_EXTENSION, FIRST_APPROVED),
    (Act.APPROVE_EXTENSION, CONVERTED),
    (Act.RECOMPUTE, REVIEW_MOVED),
)
"""Called for in place of an act's usual letter, or besides it."""


def wordings() -> str:
    rows = ((f"`{rung}`", kind.zh.label, kind.zh.document, kind.en.document) for rung, kind in KINDS.items())
    return table(("letter", "in the subject", "中文", "in English"), rows)


def letter_states() -> str:
    return table(("state", "中文"), ((f"`{state}`", words[0]) for state, words in LETTER_STATE_WORDS.items()))


def metrics() -> str:
    rows = (
        (f"`{name}`", kind, code(labels) or "–", who, said)
        for name, (kind, labels, who, said) in measured().items()
    )
    return table(("metric", "type", "labels", "told by", "meaning"), rows)


def measured() -> dict[str, tuple[str, list[str], str, str]]:
    """Each metric of ours under the name Prometheus stores."""
    one = {"one": 1}
    stock = Stock()
    stock.figures = Figures(
        findings=one,
        overdue=0,
        mails=one,
        outbox_age=0,
        letters=one,
        wakes=0,
        wake_age=0,
        deliveries=one,
        heartbeats=one,
        broken=one,
    )
    everywhere, there = "portal, worker", ((measures.WORK, "worker"), (measures.ANY, "portal, worker"))
    found = [(family, everywhere) for family in stock.collect()]
    found += [(family, who) for registry, who in there for family in registry.collect()]
    return {
        family.name + ("_total" if family.type == "counter" else ""): (
            family.type,
            sorted({name for sample in family.samples for name in sample.labels} - {"le"}),
            who,
            family.documentation,
        )
        for family, who in found
        if family.name.startswith("rectify_")
    }


def scopes() -> str:
    return table(("scope", "中文", "lets a program"), ((f"`{x}`", *said(x)) for x in Scope))


def said(scope: Scope) -> tuple[str, str]:
    zh, en = SCOPE_WORDS[scope]
    return zh.partition("：")[2], en.partition(": ")[2]


def calls() -> str:
    rows = (
        (f"`{method.upper()} {path}`", code(call["security"][0]["token"]), call["description"])
        for path, methods in sorted(described()["paths"].items())
        for method, call in methods.items()
    )
    return table(("call", "scope", "does"), rows)


TABLES: dict[tuple[str, str], Callable[[], str]] = {
    ("settings", "settings"): settings,
    ("commands", "commands"): commands,
    ("stages", "stages"): stages,
    ("stages", "acts"): acts,
    ("letters", "ladders"): ladders,
    ("letters", "notices"): notes,
    ("letters", "wordings"): wordings,
    ("letters", "letter states"): letter_states,
    ("metrics", "metrics"): metrics,
    ("api", "scopes"): scopes,
    ("api", "calls"): calls,
    ("glossary", "words"): words,
    ("glossary", "roles"): roles_and_acts,
    ("rules", "keys"): keys,
    ("rules", "steps"): steps,
    ("rules", "ladders"): ladder_names,
    ("rules", "shipped file"): shipped_file,
}


def page(name: str) -> str:
    return (LOOK_UP / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "part"), TABLES)
def test_the_look_up_page_says_what_the_code_says(name: str, part: str) -> None:
    written = page(name).partition(BEGIN.format(part))[2].partition(END)[0]
    assert written.strip() == TABLES[name, part]().strip()


def test_every_setting_command_stage_act_and_rung_is_looked_up() -> None:
    for name, _ in fields():
        assert f"RECTIFY_{name.upper()}`" in page("settings")
    for command, _, _ in known_commands():
        assert f"`rectify {command}`" in page("commands")
    for stage in Stage:
        assert f"`{stage}` | {STAGE_WORDS[stage][0]}" in page("stages")
    for act in set(Act) - ON_RECORD_ONLY:
        assert f"`{act}` | {ACT_WORDS[act][0]}" in page("stages")
    for rung in KINDS:
        assert f"`{rung}`" in page("letters")


def test_every_metric_an_alert_asks_for_is_measured() -> None:
    asked = set(re.findall(r"rectify_[a-z_]+", (LOOK_UP.parent / "how-to" / "watch-over-it.md").read_text()))
    assert len(asked) > 8
    assert {name.removesuffix("_bucket") for name in asked} - set(measured()) == set()


def test_every_letter_that_can_be_called_for_has_its_words() -> None:
    third = Moved(Stage.RETURNED, round=4, cycle=1)
    called = {rung.name for ladder in shipped().ladders for rung in ladder.rungs} | {
        one.rung for act in Act for one in notices(act, third)
    }
    assert called <= set(KINDS)


@pytest.mark.parametrize("readme", READMES)
def test_both_readmes_lead_to_every_page_and_name_the_demos_cast(readme: str) -> None:
    text = (ROOT / readme).read_text(encoding="utf-8")
    pages = {str(page.relative_to(ROOT)) for folder in FOR_READERS for page in (DOCS / folder).glob("*.md")}
    assert pages - set(LINK.findall(text)) == set()
    assert re.findall(r"^\| [^|]+ \| `([a-z]+)` \|", text, re.M) == [account for account, _ in WORTH_TRYING]
    assert PASSWORD in text


@pytest.mark.parametrize(
    "page", [*map(ROOT.joinpath, READMES), *DOCS.rglob("*.md")], ids=lambda one: one.name
)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        assert "://" in link or (page.parent / link.partition("#")[0]).exists(), link


@pytest.mark.parametrize("page", sorted((DOCS / "how-to").glob("*.md")), ids=lambda one: one.stem)
def test_how_to_do_something_is_said_in_chinese_first(page: Path) -> None:
    after_the_title = page.read_text(encoding="utf-8").split("\n\n")[1]
    assert re.match("(## )?[一-鿿]", after_the_title)


def rewrite() -> None:
    for name, part in TABLES:
        before, begin, rest = page(name).partition(BEGIN.format(part))
        text = before + begin + TABLES[name, part]() + END + rest.partition(END)[2]
        (LOOK_UP / f"{name}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    rewrite()
