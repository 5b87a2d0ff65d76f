"""Rules put into tables, so that an auditor can read them aloud."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from policy.rulebook.shape import STEPS, TERMS
from policy.rulebook.words import LADDER_WORDS, Change, Place, place_words, stated
from policy.rules import Rules
from policy.words import DEADLINE_TYPE_WORDS
from portal.pages.speech import Speech, Words
from tasks.letters.words import KINDS


@dataclass(frozen=True)
class Line:
    name: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Tabled:
    """A heading, what stands over the columns, and the lines."""

    heading: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]


RUNG_COLUMNS: dict[str, Words] = {
    "when": ("何时", "when"),
    "to": ("主送", "to"),
    "cc": ("抄送", "copy to"),
    "signed_by": ("签发（仅拟稿的函）", "signed by, if drafted"),
}


def tables(rules: Rules, speech: Speech) -> list[Tabled]:
    """All that the rules say, once."""
    said = dict(stated(rules))
    return [
        _terms(said, speech),
        *_sources(rules, said, speech),
        _steps(said, speech),
        _plain(
            said,
            speech,
            ("延期、退回和发函时间", "Extensions, returns, hours"),
            "extension",
            "returns",
            "hours",
        ),
        _ladders(rules, said, speech),
    ]


def _terms(said: Mapping[Place, Words], speech: Speech) -> Tabled:
    """A column for each type of deadline."""
    kinds = [kind for kind in DEADLINE_TYPE_WORDS if ("default", kind.value, "number") in said]
    keys = [key for key in TERMS if key not in {"unit", "roll"}]
    lines = [
        Line(
            speech.say(TERMS[key].zh, TERMS[key].en),
            tuple(speech.of(said["default", kind.value, key]) for kind in kinds),
        )
        for key in keys
    ]
    columns = tuple(speech.of(DEADLINE_TYPE_WORDS[kind]) for kind in kinds)
    return Tabled(speech.say("各类整改的时限和手续", "Time limits and steps by type"), columns, tuple(lines))


def _sources(rules: Rules, said: Mapping[Place, Words], speech: Speech) -> Iterator[Tabled]:
    """What a source has otherwise than its type."""
    lines = []
    for source, kind in sorted(rules.of_source):
        own = [
            f"{speech.say(TERMS[key].zh, TERMS[key].en)} {speech.of(said['source', source, kind.value, key])}"
            for key in TERMS
            if key not in {"unit", "roll"}
            and said["source", source, kind.value, key] != said["default", kind.value, key]
        ]
        name = f"{source} · {speech.of(DEADLINE_TYPE_WORDS[kind])}"
        lines.append(Line(name, (speech.say("；", "; ").join(own) or speech.say("与一般相同", "as others"),)))
    if lines:
        column = speech.say("另行规定", "of its own")
        yield Tabled(speech.say("按来源另行规定", "Of single sources"), (column,), tuple(lines))


def _plain(said: Mapping[Place, Words], speech: Speech, heading: Words, *parts: str) -> Tabled:
    lines = [
        Line(speech.of(place_words(place)), (speech.of(value),))
        for place, value in said.items()
        if place[0] in parts
    ]
    return Tabled(speech.of(heading), ("",), tuple(lines))


def _steps(said: Mapping[Place, Words], speech: Speech) -> Tabled:
    lines = [
        Line(speech.of(STEPS[place[1]]), (speech.of(value),))
        for place, value in said.items()
        if place[0] == "steps"
    ]
    return Tabled(speech.say("环节时限", "Clocks of the steps"), ("",), tuple(lines))


def _ladders(rules: Rules, said: Mapping[Place, Words], speech: Speech) -> Tabled:
    """Every letter, under what it is about."""
    lines = tuple(
        Line(
            speech.document(rung.name),
            (
                speech.of(LADDER_WORDS[ladder.name]),
                *(speech.of(said["ladder", ladder.name, rung.name, key]) for key in RUNG_COLUMNS),
            ),
        )
        for ladder in rules.ladders
        for rung in ladder.rungs
    )
    columns = (speech.say("事由", "about"), *(speech.of(words) for words in RUNG_COLUMNS.values()))
    return Tabled(speech.say("什么时候发什么函", "Which letter goes out when"), columns, lines)


def place_said(change: Change, speech: Speech) -> str:
    """A letter is named as its reader knows it."""
    found = speech.of(place_words(change.place))
    if change.place[0] == "ladder" and (kind := KINDS.get(change.place[2])):
        found = found.replace(change.place[2], kind.wording(speech.language).document)
    return found
