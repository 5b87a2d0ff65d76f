"""What a program may ask for: an act, a new finding. Unknown fields are refused."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Header
from pydantic import BaseModel, ConfigDict, Field

from models.listing.wanted import LONGEST, Wanted, understood
from models.orders import Code, Line, Long, Name
from policy.deadlines import DayCount, DeadlineType
from policy.ledger_rows import UNIT_OF, Metric
from policy.lights import Light
from policy.stages import ON_RECORD_ONLY, Act, Stage, Step
from policy.timelimits import EARLIEST, LATEST
from portal.api.paging import Cursor, Limit

LARGEST = 2**31 - 1
Day = Annotated[date, Field(ge=date(EARLIEST, 1, 1), le=date(LATEST, 12, 31))]
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=64,
        pattern=r"^[A-Za-z0-9_.:+/=-]+$",
        description="Made up by the caller, once for each act; sent again, it gets the receipt of the first.",
    ),
]


class Filters(BaseModel):
    """Conditions of a list, as `models.listing.wanted` explains them, and the page."""

    model_config = ConfigDict(extra="forbid")

    q: str = Field(default="", max_length=LONGEST)
    unit: str = Field(default="", max_length=LONGEST, description="And all below it.")
    source: str = Field(default="", max_length=LONGEST)
    category: str = Field(default="", max_length=LONGEST)
    item: str = Field(default="", max_length=LONGEST)
    severity: str = Field(default="", max_length=LONGEST)
    round: str = Field(default="", max_length=LONGEST)
    owner: str = Field(default="", max_length=LONGEST, description="The post that answers for it.")
    verifier: str = Field(default="", max_length=LONGEST)
    stage: list[Stage] = Field(default=[], max_length=20)
    step: list[Step] = Field(default=[], max_length=20)
    light: list[Light] = Field(default=[], max_length=20)
    due_from: Day | None = None
    due_to: Day | None = None
    closed_from: Day | None = None
    closed_to: Day | None = None
    closed_by: Day | None = None
    discovered_from: Day | None = None
    discovered_to: Day | None = None
    age: str = Field(default="", max_length=20, description="Days since it was discovered: `31-60`, `91-`.")
    late: bool = False
    overdue: bool = False
    extended: bool = False
    returned: bool = False
    reopened: bool = False
    provisional: bool = False
    limit: Limit = 100
    cursor: Cursor = ""

    def wanted(self) -> Wanted:
        """Raises BadInput for conditions that contradict each other."""
        pairs: list[tuple[str, str]] = []
        for name, value in self.model_dump(
            mode="json", exclude={"limit", "cursor"}, exclude_none=True
        ).items():
            values = value if isinstance(value, list) else [value]
            pairs += [(name, "1" if one is True else "" if one is False else str(one)) for one in values]
        return understood(pairs)


MORE_THAN_NOTHING = r"^([1-9][0-9]{0,11}(\.[0-9]{1,2})?|0\.(0[1-9]|[1-9][0-9]?))$"


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    unit: Line = ""
    post: Line = ""
    assisting: list[Line] = Field(default=[], max_length=50)
    lead_leader: Line = ""
    responsible_leader: Line = ""
    supervisor: Line = ""
    verifier: Line = ""
    deadline: Day | None = None
    deadline_type: DeadlineType | None = None
    involves_money: bool | None = None
    amount_involved: str | None = Field(default=None, pattern=MORE_THAN_NOTHING, description="In 万元.")


class MeasureIn(BaseModel):
    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    text: Annotated[str, Field(min_length=1, max_length=10000)]
    due_on: Day | None = None


class OutcomeIn(BaseModel):
    """A figure in the metric's own unit."""

    model_config = ConfigDict(extra="forbid")

    metric: Metric
    amount: str = Field(pattern=r"^[0-9]{1,14}(\.[0-9]{1,2})?$", description="Like “346” or “346.50”.")
    unit: str = Field(default="", max_length=10, description="Given, it has to be the metric's own.")


NO_BUTTON = (Act.OPEN.value, *sorted(act.value for act in ON_RECORD_ONLY))
"""Acts that nobody does by asking for them on a finding."""


class ActRequest(Asked):
    """One act on a finding as it was at `version`. Each act looks at its own fields."""

    act: Act = Field(json_schema_extra={"not": {"enum": [*NO_BUTTON]}})
    version: int = Field(ge=1, le=LARGEST)
    reason: Long = ""
    basis: Long = ""
    text: Long = ""
    percent: int | None = Field(default=None, ge=0, le=100)
    objective: Long = ""
    measures: list[MeasureIn] = Field(default=[], max_length=100)
    measure: int | None = Field(default=None, ge=1, le=LARGEST)
    outcomes: list[OutcomeIn] = Field(default=[], max_length=20)
    drop_outcomes: list[Metric] = Field(
        default=[], max_length=20, description="Figures to be taken away; what is not named stays."
    )
    file: Line = Field(default="", description="The evidence to be withdrawn: its id, or its SHA-256.")
    into: Line = ""
    meeting: Line = ""
    met_on: Day | None = None
    sustained: bool = False
    undone: bool = False
    next_review_on: Day | None = None
    supplement: Long = ""
    result: Long = ""

    def words(self) -> dict[str, Any]:
        """What is said with the act, as `models.orders` takes it."""
        said = self.model_dump(mode="python", exclude={"act", "version"})
        said["measures"] = [(one.text, one.due_on) for one in self.measures]
        said["outcomes"] = [
            {"metric": x.metric, "amount": Decimal(x.amount), "unit": x.unit or UNIT_OF[x.metric]}
            for x in self.outcomes
        ]
        return said


class OpenRequest(Asked):
    """A new finding. Assigned at once where unit and post are named; numbered where it has no number."""

    number: Annotated[str, Field(max_length=60)] = ""
    title: Line = ""
    source: Annotated[str, Field(min_length=1, max_length=40)]
    round_name: Name = ""
    source_doc: Name = ""
    category_no: Code = ""
    category: Name = ""
    item_no: Code = ""
    item: Line = ""
    condition: Annotated[str, Field(min_length=1, max_length=10000)]
    root_cause: Long = ""
    severity: Code = "一般"
    objective: Long = ""
    discovered_on: Day | None = None
    day_count: DayCount | None = None
    reason: Long = ""
    confidential: bool = False
