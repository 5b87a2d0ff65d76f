"""The page of one act: its form anew, or again with what was typed; or why the act is not open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from fastapi.responses import HTMLResponse
from sqlmodel.ext.asyncio.session import AsyncSession

from models import standing
from models.alike import Alike, alike
from models.findings import Finding
from models.orders import Attached
from models.staff import choices
from models.staff.choices import PostChoice
from models.standing import Standing
from policy.acts import allow
from policy.deadlines import DeadlineType
from policy.ledger_rows import UNIT_OF
from policy.money import plain
from policy.proposals import Proposal
from policy.refusals import NotAllowed
from policy.roles import FITTING
from policy.stages import Act
from portal.pages import act_fields
from portal.pages.act_fields import FIELDS, INTRO, OWNER, Kind, Typed
from portal.pages.finding import Seen, look, told
from portal.pages.held import ticket
from portal.pages.paper import Reader
from portal.pages.read_back import read_back
from tasks import clock, evidence

CLAIMS = frozenset({Act.PASS_VERIFICATION, Act.RETURN_FOR_REWORK, Act.APPROVE_CLOSURE, Act.DEFER_CLOSURE})
"""Acts that are decided with the claim and its evidence side by side."""

PLACES = frozenset({Act.ASSIGN, Act.REASSIGN})
"""Acts that say who is to put it right."""

RULED = frozenset(act for act in FIELDS if any(one.kind is Kind.TYPE for one in FIELDS[act]))
"""Acts that set a kind of deadline."""


TYPED = frozenset({Kind.LINE, Kind.LONG, Kind.MEASURES})
"""Fields whose text would be missed."""


@dataclass(frozen=True)
class Shown:
    """How a form is drawn: anew, or again with what was typed and why it was not taken."""

    typed: Typed = field(default_factory=Typed)
    sentence: str = ""
    warned: tuple[str, ...] = ()
    status: int = 200
    nonce: str = ""
    files: tuple[str, ...] = ()
    """Names of those that were chosen, and are not held."""
    held: tuple[Attached, ...] = ()
    """Files that need not be chosen again."""
    seen_version: int | None = None
    """What the person saw, if others changed it since."""

    @property
    def all_files(self) -> list[str]:
        return [*(file.name for file in self.held), *self.files]


async def posts_for(session: AsyncSession, act: Act) -> list[PostChoice]:
    asks = any(one.kind is Kind.POST for one in FIELDS[act])
    return await choices.posts(session, clock.today()) if asks else []


async def proposed(session: AsyncSession, seen: Seen) -> dict[DeadlineType, Proposal]:
    return await standing.proposals(session, seen.finding, must_open(seen).limits)


async def like_it(session: AsyncSession, reader: Reader, finding: Finding) -> list[Alike]:
    """What may be the same problem once more, in its unit or any other."""
    unit, says = finding.lead_unit_id, finding.condition
    return await alike(session, reader.sight, unit, says, everywhere=True, but=finding.number)


async def draw(reader: Reader, number: str, act: Act, shown: Shown) -> HTMLResponse:
    """The act's form; where it is not open, why not and what is."""
    async with reader.db.reading() as session:
        seen = await look(session, reader, number)
        posts = await posts_for(session, act)
        near = await like_it(session, reader, seen.finding) if act in PLACES else []
        rules = await proposed(session, seen) if act in RULED else {}
        events = await standing.since(session, number, shown.seen_version) if shown.seen_version else []
    stands = must_open(seen)
    closed = why_closed(stands, act)
    sentence = shown.sentence or (closed.said(reader.speech.language) if closed else "")
    numbers = {event.seq for event in events}
    meanwhile = [told(x, reader.speech, seen) for x in seen.row["events"] if x["seq"] in numbers]
    return reader.page(
        "act.html",
        409 if closed and shown.status == 200 else shown.status,
        finding=seen.row,
        seen=seen,
        act=act,
        is_open=closed is None,
        shown=shown,
        sentence=overtaken(meanwhile[-1], act, reader) if meanwhile else sentence,
        read_back=read_back(act, shown.typed, posts, shown.all_files, reader.speech) if closed else [],
        meanwhile=meanwhile,
        since=[told(event, reader.speech, seen) for event in seen.since],
        claims=act in CLAIMS,
        alike=near,
        is_picture=evidence.is_picture,
        rules=rules,
        drafts=drafts(reader, seen, act),
        held=[(ticket(reader, file), file.name) for file in shown.held],
        **asked(seen, act, posts, shown, reader),
    )


def asked(seen: Seen, act: Act, posts: Sequence[PostChoice], shown: Shown, reader: Reader) -> dict[str, Any]:
    """What the form asks, what it holds, and what there is to choose from."""
    stands_there = initial(seen, act, posts)
    given = stands_there | dict(shown.typed.said)
    fields, intro = act_fields.fields(act, musts(must_open(seen), act)), INTRO.get(act, ("", ""))
    if seen.standing and seen.standing.assisting_unit:
        fields = tuple(one for one in fields if one.name in act_fields.OF_A_SHARE)
        intro = act_fields.SHARE
    return {
        "fields": fields,
        "folded": act_fields.folded(fields, given),
        "intro": reader.speech.of(intro),
        "given": given,
        "posts": {
            one.name: act_fields.offered(one, posts, stands_there.get(one.name, ""))
            for one in FIELDS[act]
            if one.kind is Kind.POST
        },
        "stands_there": stands_there,
        "units": UNIT_OF,
        "accepted": evidence.ACCEPTED,
        "kinds": evidence.KINDS,
    }


def drafts(reader: Reader, seen: Seen, act: Act) -> dict[str, Any]:
    """Under which name the browser keeps what is typed, and which of the reader's own acts ends that."""
    if seen.finding.confidential or not any(one.kind in TYPED for one in FIELDS[act]):
        return {}
    own = [x["seq"] for x in seen.row["events"] if x["act"] == act and x["by"] == reader.account]
    return {"key": f"{reader.account}|{seen.row['number']}|{act.value}", "done": max(own, default=0)}


def musts(stands: Standing, act: Act) -> frozenset[str]:
    """Fields that the rules want filled in as the finding stands."""
    if act is Act.APPROVE_CLOSURE and stands.limits.terms.review_meeting:
        return frozenset({"meeting", "met_on"})
    return frozenset({"text"} if act is Act.PASS_VERIFICATION and not stands.facts.evidence else ())


def must_open(seen: Seen) -> Standing:
    """Raises NotAllowed for what the reader only sees from afar."""
    if seen.standing is None:
        number = seen.row["number"]
        raise NotAllowed(
            f"{number} 涉密，您不能办理。", f"{number} is confidential: it is not yours to act on."
        )
    return seen.standing


def overtaken(last: Mapping[str, Any], act: Act, reader: Reader) -> str:
    """Who was faster, and with what: it may be the same person, on another page."""
    done = reader.speech.act(last["act"])
    if last["by"] == reader.account:
        return reader.speech.say(
            f"您已办理过“{done}”，不用再办。"
            if last["act"] == act
            else f"您已先办理了“{done}”，这次的没有办理。",
            f"You have done “{done}” already; what you sent now was not done.",
        )
    return reader.speech.say(
        f"“{last['who']}”先办理了“{done}”，您这次的没有办理。",
        f"{last['who']} was faster (“{done}”); what you sent was not done.",
    )


def why_closed(stands: Standing, act: Act) -> NotAllowed | None:
    try:
        allow(stands.facts, act, stands.limits)
    except NotAllowed as refusal:
        return refusal
    return None


def initial(seen: Seen, act: Act, posts: Sequence[PostChoice]) -> dict[str, str]:
    """What a form holds before anybody typed: what is known already."""
    row, finding = seen.row, seen.finding
    figures = {f"outcome_{x['metric']}": x["amount"] for x in row["outcomes"] if x["cycle"] == row["cycle"]}
    placed = {
        OWNER.name: finding.owner_post_id or _first_of(row["unit"], posts),
        "verifier": finding.verifier_post_id,
        "responsible_leader": finding.responsible_leader_post_id,
        "lead_leader": finding.lead_leader_post_id,
        "supervisor": finding.supervisor_post_id,
        "assisting": "、".join(row["assisting"]),
    }
    known: Mapping[Act, dict[str, Any]] = {
        Act.ASSIGN: {**placed, "deadline_type": finding.deadline_type, **_money(row)},
        Act.REASSIGN: placed,
        Act.RETURN_FOR_REWORK: _money(row),
        Act.FILE_PLAN: {"objective": finding.objective, **_planned(row)},
        Act.REPORT_PROGRESS: {"percent": finding.percent, **figures},
        Act.SUBMIT: {"result": finding.result, **figures},
        Act.APPROVE_EXTENSION: {"deadline": row["extension_to"]},
    }
    return {name: str(value) for name, value in known.get(act, {}).items() if value not in (None, "")}


def _money(row: Mapping[str, Any]) -> dict[str, Any]:
    amount = plain(Decimal(row["amount_involved"])) if row["amount_involved"] else ""
    return {"involves_money": "yes" if row["involves_money"] else "", "amount_involved": amount}


def _first_of(unit: str, posts: Sequence[PostChoice]) -> int | None:
    """The unit's foremost owner, where only the unit is known."""
    return next((x.id for x in posts if x.unit == unit and x.roles & FITTING["post"]), None)


def _planned(row: Mapping[str, Any]) -> dict[str, Any]:
    """The measures of a plan that came back, to be changed."""
    open_ones = [x for x in row["measures"] if x["cycle"] == row["cycle"] and not x["done_on"]]
    rows = {"rows": max(act_fields.FIRST_ROWS, len(open_ones))}
    for place, measure in enumerate(open_ones):
        rows |= {f"measure_{place}": measure["text"], f"due_{place}": measure["due_on"]}
    return rows
