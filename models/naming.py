"""Names in a ledger → units and posts; unknown ones are refused with the nearest name, or made on request."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import book
from models.people import Post, PostRole, Unit
from policy.ledger_rows import LedgerRow, Remark
from policy.roles import Role

POST_FIELDS: dict[str, tuple[str, tuple[Role, ...]]] = {
    "owner_post": ("owner_post_id", (Role.OWNER,)),
    "lead_leader": ("lead_leader_post_id", (Role.LEAD_LEADER,)),
    "responsible_leader": ("responsible_leader_post_id", (Role.RESPONSIBLE_LEADER,)),
    "supervisor": ("supervisor_post_id", (Role.SUPERVISOR, Role.VERIFIER)),
    "verifier": ("verifier_post_id", (Role.VERIFIER,)),
}
TITLES = re.compile(
    r"(?:第一|副)?(?:书记|主任|站长|所长|组长|院长|主席|专员|督导员|报账员|委员|乡长|镇长|会计|联络员|网格长)$"
)
HEADS = re.compile(r"(?<!副)(?:主任|站长|所长|组长|院长)$")
LEADERSHIP = "领导班子"


@dataclass
class Names:
    """All units and posts by name, and what was made on the way."""

    session: AsyncSession
    columns: dict[str, str]
    create: bool
    units: dict[str, Unit] = field(default_factory=dict)
    posts: dict[str, list[Post]] = field(default_factory=dict)
    roles: set[tuple[int, Role]] = field(default_factory=set)
    made: list[Remark] = field(default_factory=list)

    async def load(self) -> "Names":
        self.units = {unit.name: unit for unit in await self.session.exec(select(Unit))}
        for post in await self.session.exec(select(Post)):
            self.posts.setdefault(post.name, []).append(post)
        self.roles = {(row.post_id, row.role) for row in await self.session.exec(select(PostRole))}
        return self

    def problems(self, row: LedgerRow) -> Iterator[Remark]:
        """What a row names that nobody knows; nothing where names are made as they come."""
        if self.create:
            return
        if row.lead_unit not in self.units:
            said = book.unknown("单位", "unit", row.lead_unit, self.units)
            yield self._remark(row, "lead_unit", row.lead_unit, *said)
        for name in POST_FIELDS:
            wanted = getattr(row, name)
            if wanted and wanted not in self.posts:
                yield self._remark(row, name, wanted, *book.unknown("岗位", "post", wanted, self.posts))

    async def unit(self, row: LedgerRow, name: str) -> Unit:
        if name not in self.units:
            unit = Unit(name=name, kind=_kind(name), parent_id=self._root())
            self.session.add(unit)
            await self.session.flush()
            self.units[name] = unit
            self._made(row, "lead_unit", name, f"新建单位“{name}”", f"made the unit “{name}”")
        return self.units[name]

    async def post(self, row: LedgerRow, name: str) -> int | None:
        """The post a field of the row names, made if need be; None where the field is empty."""
        wanted: str = getattr(row, name)
        if not wanted:
            return None
        if wanted not in self.posts:
            await self._make_post(row, name, wanted)
        lead = self.units[row.lead_unit].id
        known = self.posts[wanted]
        post = next((post for post in known if post.unit_id == lead), known[0])
        if self.create:
            self._give_roles(post, [*POST_FIELDS[name][1], *_headships(wanted)])
        return post.id

    async def _make_post(self, row: LedgerRow, name: str, wanted: str) -> None:
        unit = await self.unit(row, self._unit_of(row, wanted))
        post = Post(unit_id=unit.id or 0, name=wanted)
        self.session.add(post)
        await self.session.flush()
        self.posts[wanted] = [post]
        zh, en = f"新建岗位“{wanted}”（{unit.name}）", f"made the post “{wanted}” in {unit.name}"
        self._made(row, name, wanted, zh, en)

    def _unit_of(self, row: LedgerRow, post: str) -> str:
        """The longest unit name the post's begins with, or the post's name without its title."""
        known = [name for name in (*self.units, row.lead_unit) if post.startswith(name) and name != post]
        if known:
            return max(known, key=len)
        rest = TITLES.sub("", post)
        return rest if rest != post and len(rest) > 1 and not rest.startswith("分管") else LEADERSHIP

    def _give_roles(self, post: Post, roles: list[Role]) -> None:
        for role in roles:
            if post.id is not None and (post.id, role) not in self.roles:
                self.roles.add((post.id, role))
                self.session.add(PostRole(post_id=post.id, role=role))

    def _root(self) -> int | None:
        roots = [unit.id for unit in self.units.values() if unit.kind == "township"]
        return roots[0] if len(roots) == 1 else None

    def _made(self, row: LedgerRow, name: str, value: str, zh: str, en: str) -> None:
        self.made.append(self._remark(row, name, value, zh, en))

    def _remark(self, row: LedgerRow, name: str, value: str, zh: str, en: str) -> Remark:
        return Remark(row.row, self.columns.get(name, name), value[:60], zh, en)


def _kind(name: str) -> str:
    if "专班" in name:
        return "task_force"
    return "village" if "村" in name and not name.startswith("乡") else "office"


def _headships(post: str) -> list[Role]:
    if post.endswith(("党支部书记", "党委书记", "党总支书记")):
        return [Role.PARTY_HEAD]
    return [Role.UNIT_HEAD] if HEADS.search(post) else []
