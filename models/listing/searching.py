"""Full-text search: what each finding says, written with it, and found by any two characters or more."""

from collections.abc import Sequence

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Text,
    TextClause,
    bindparam,
    cast,
    column,
    false,
    func,
    literal_column,
    select,
    table,
)
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from models.bulk import Values, connected, rewrite, store
from models.bulk import plain as asked
from models.findings import Finding
from models.listing.grams import all_of, entries, pairs, plain
from models.staff.people import Unit
from policy.refusals import BadInput

SAYING = ("number", "title", "item", "condition")
"""What is looked through; a unit is found by its own name, which may change."""
MOST_WORDS = 8


class FindingText(SQLModel, table=True):
    """What a finding says, for search alone; beside it each database has its own index of pairs."""

    __tablename__ = "finding_text"

    id: int | None = Field(default=None, primary_key=True)
    finding: str = Field(foreign_key="finding.number", unique=True)
    words: str


FINDINGS, TEXTS = (SQLModel.metadata.tables[name] for name in ("finding", "finding_text"))
INDEX = table("finding_search", column("rowid"))
"""SQLite's; it holds entries alone and has to be told what it forgets."""
ADD = sql(
    "INSERT INTO finding_search (rowid, entries)"
    " SELECT id, :entries FROM finding_text WHERE finding = :finding"
)
FORGET = sql(
    "INSERT INTO finding_search (finding_search, rowid, entries)"
    " SELECT 'delete', id, :entries FROM finding_text WHERE finding = :finding"
)


def words_of(finding: Finding) -> str:
    return plain("\n".join(getattr(finding, name) for name in SAYING))


async def write(session: AsyncSession, findings: Sequence[Finding]) -> None:
    """Make new findings findable; the session writes."""
    rows: list[Values] = [{"finding": each.number, "words": words_of(each)} for each in findings]
    await store(session, FindingText, rows)
    await _tell(session, ADD, rows)


async def write_again(session: AsyncSession, findings: Sequence[Finding]) -> None:
    """The same for findings of which some say something else than before."""
    said = {each.number: words_of(each) for each in findings}
    if not said:
        return
    connection = await connected(session)
    stored = await connection.execute(select(TEXTS).where(TEXTS.c.finding.in_(said)))
    old = [dict(row) for row in stored.mappings() if row["words"] != said[row["finding"]]]
    new: list[Values] = [{"finding": row["finding"], "words": said[row["finding"]]} for row in old]
    await _tell(session, FORGET, old)
    await rewrite(session, FindingText, "finding", new)
    await _tell(session, ADD, new)


async def _tell(session: AsyncSession, what: TextClause, rows: Sequence[Values]) -> None:
    if rows and is_sqlite(session):
        connection = await connected(session)
        entered = [{"finding": row["finding"], "entries": entries(row["words"])} for row in rows]
        await connection.execute(what, entered)


async def astray(session: AsyncSession) -> list[str]:
    """Numbers of findings that are not written down as they stand, or not in the index."""
    found: list[str] = []
    last = ""
    while True:
        rows = await asked(session, STANDING, {"last": last})
        found += [row.number for row in rows if plain("\n".join(row[1:])) != row.words]
        if len(rows) < AT_A_TIME:
            return found + await _unindexed(session)
        last = rows[-1].number


AT_A_TIME = 500
STANDING = (
    select(TEXTS.c.words, *(FINDINGS.c[name] for name in SAYING))
    .select_from(FINDINGS.outerjoin(TEXTS, TEXTS.c.finding == FINDINGS.c.number))
    .where(FINDINGS.c.number > bindparam("last"))
    .order_by(FINDINGS.c.number)
    .limit(AT_A_TIME)
)


async def _unindexed(session: AsyncSession) -> list[str]:
    """SQLite's index is told by us; PostgreSQL keeps its own."""
    if not is_sqlite(session):
        return []
    indexed = select(INDEX.c.rowid)
    lost = select(TEXTS.c.finding).where(TEXTS.c.id.not_in(indexed)).order_by(TEXTS.c.finding)
    over = select(INDEX.c.rowid).where(INDEX.c.rowid.not_in(select(TEXTS.c.id)))
    gone = [f"索引第{row}条" for (row,) in await asked(session, over, {})]
    return [*(number for (number,) in await asked(session, lost, {})), *gone]


def is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def says(session: AsyncSession, asked: str) -> list[ColumnElement[bool]]:
    """Conditions on `Finding`: each word stands in what it says, or in its unit's name. Raises BadInput."""
    words = [word for each in asked.split() if (word := plain(each))][:MOST_WORDS]
    if not any(True for word in words for _ in pairs(word)):
        raise BadInput(
            "请至少输入连在一起的两个字、字母或数字，例如“会议”。",
            "Type at least two characters that stand together, like “会议” or “ZC”.",
        )
    return [_says(session, word) for word in words]


def _says(session: AsyncSession, word: str) -> ColumnElement[bool]:
    """The index narrows, the text decides: pairs may stand apart, and a single sign is no pair."""
    units = select(col(Unit.id)).where(col(Unit.name).icontains(word, autoescape=True))
    in_text = select(col(FindingText.finding)).where(_holds(session, word))
    in_unit = select(col(Finding.number)).where(col(Finding.lead_unit_id).in_(units))
    return col(Finding.number).in_(in_text.union(in_unit))


def quotes(session: AsyncSession, text: str) -> ColumnElement[bool]:
    """A condition on `Finding`: it says this, whatever the punctuation; never where there is no text."""
    word = plain(text)
    if not any(True for _ in pairs(word)):
        return false()
    return col(Finding.number).in_(select(col(FindingText.finding)).where(_holds(session, word)))


def _holds(session: AsyncSession, word: str) -> ColumnElement[bool]:
    text = col(FindingText.words).contains(word, autoescape=True)
    return _indexed(session, word) & text if any(True for _ in pairs(word)) else text


def _indexed(session: AsyncSession, word: str) -> ColumnElement[bool]:
    if is_sqlite(session):
        match = literal_column("finding_search").op("MATCH")(all_of(word))
        return col(FindingText.id).in_(select(INDEX.c.rowid).where(match))
    wanted = cast(list(dict.fromkeys(pairs(word))), ARRAY(Text))
    found: ColumnElement[bool] = func.finding_pairs(col(FindingText.words)).op("@>")(wanted)
    return found
