"""What somebody typed into an act's form, read back to them by its labels where the form itself is shut."""

from collections.abc import Iterator, Sequence
from datetime import date

from models.staff.choices import PostChoice
from policy.deadlines import DeadlineType
from policy.ledger_rows import UNIT_OF
from policy.stages import Act
from portal.pages.act_fields import FIELDS, Field, Kind, Typed
from portal.pages.speech import Speech


def read_back(
    act: Act, typed: Typed, posts: Sequence[PostChoice], files: Sequence[str], speech: Speech
) -> list[tuple[str, str]]:
    """Label and words of all that was filled in, chosen or ticked; of files their names."""
    names = {str(one.id): f"{one.unit} {one.name}" for one in posts}
    return [
        (label, words)
        for each in FIELDS[act]
        for label, words in _lines(each, typed, names, files, speech)
        if words
    ]


def _lines(
    each: Field, typed: Typed, posts: dict[str, str], files: Sequence[str], speech: Speech
) -> Iterator[tuple[str, str]]:
    label, said = speech.of(each.label), typed.said.get(each.name, "").strip()
    match each.kind:
        case Kind.FILES:
            yield label, speech.names(list(files))
        case Kind.MEASURES:
            yield from _measures(typed, speech)
        case Kind.OUTCOMES:
            for metric, unit in UNIT_OF.items():
                figure = typed.said.get(f"outcome_{metric}", "").strip()
                yield speech.metric({"metric": metric}), figure and f"{figure} {speech.unit(unit)}"
        case Kind.POST:
            yield label, posts.get(said, said)
        case Kind.TYPE:
            yield label, speech.deadline_type(said) if said in set(DeadlineType) else said
        case Kind.TICK:
            yield label, said and speech.say("是", "yes")
        case Kind.DAY:
            yield label, _day(said, speech)
        case Kind.PERCENT:
            yield label, said and f"{said}%"
        case _:
            yield label, said


def _measures(typed: Typed, speech: Speech) -> Iterator[tuple[str, str]]:
    for row in range(typed.rows):
        text, due = (typed.said.get(f"{name}_{row}", "").strip() for name in ("measure", "due"))
        yield speech.say(f"措施{row + 1}", f"Measure {row + 1}"), f"{text} {_day(due, speech)}".strip()


def _day(text: str, speech: Speech) -> str:
    try:
        return speech.day(date.fromisoformat(text).isoformat()) if text else ""
    except ValueError:
        return text
