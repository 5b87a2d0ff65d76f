"""Names in a ledger → units and posts; unknown ones are refused with the nearest name, or made on request."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from models.bulk import store, whole
from models.staff import book
from models.staff.people import Post, PostRole, Unit
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
    """All units and posts by name; what is new is wanted first and then made, all at once."""

    session: AsyncSession
    columns: dict[str, str]
    create: bool
    gives_roles: bool = True
    """Whether posts that are there already get the roles a row names them in; new ones have no holder yet."""
    units: dict[str, Unit] = field(default_factory=dict)
    posts: dict[str, dict[str, Post]] = field(default_factory=dict)
    """Posts by their name and the name of their unit; also by the name that means one alone."""
    unit_names: dict[int | None, str] = field(default_factory=dict)
    post_names: dict[int | None, str] = field(default_factory=dict)
    roles: set[tuple[int | None, Role]] = field(default_factory=set)
    given: list[tuple[Post, Role]] = field(default_factory=list)
    made: list[Remark] = field(default_factory=list)

    async def load(self) -> None:
        self.units = {unit.name: unit for unit in await self.session.exec(select(Unit))}
        self._index()
        for post in await self.session.exec(select(Post)):
            unit = self.unit_names[post.unit_id]
            self.posts.setdefault(post.name, {})[unit] = post
            self.posts.setdefault(book.full_name(unit, post.name), {})[unit] = post
        self._index()
        self.roles = {(row.post_id, row.role) for row in await self.session.exec(select(PostRole))}

    def problems(self, row: LedgerRow) -> Iterator[Remark]:
        """What a row names that nobody knows, but where names are made as they come; what may be several."""
        for name in POST_FIELDS:
            wanted = getattr(row, name)
            known = self.posts.get(wanted, {})
            if len(known) > 1 and row.lead_unit not in known:
                yield self._remark(row, name, wanted, *book.several(wanted, list(known)))
        if self.create:
            return
        if row.lead_unit not in self.units:
            said = book.unknown("单位", "unit", row.lead_unit, self.units)
            yield self._remark(row, "lead_unit", row.lead_unit, *said)
        for name in POST_FIELDS:
            wanted = getattr(row, name)
            if wanted and wanted not in self.posts:
                yield self._remark(row, name, wanted, *book.unknown("岗位", "post", wanted, self.posts))

    def want(self, row: LedgerRow, fields: Iterable[str]) -> None:
        """The unit and the posts that these fields of the row name are needed."""
        for name in fields:
            wanted = getattr(row, name)
            if name == "lead_unit":
                self._unit(row, wanted)
            elif wanted:
                self._post(row, name, wanted)

    async def make(self) -> None:
        """Store what is wanted and new."""
        self.session.add_all(self.units.values())
        await self.session.flush()
        for known in self.posts.values():
            for unit, post in known.items():
                if post.id is None:
                    post.unit_id = self.units[unit].id or 0
                    self.session.add(post)
        await self.session.flush()
        new = dict.fromkeys((post.id, role) for post, role in self.given if (post.id, role) not in self.roles)
        await store(self.session, PostRole, [whole(PostRole, post_id=post, role=role) for post, role in new])
        self.roles |= new.keys()
        self.given.clear()
        self._index()

    def unit_id(self, row: LedgerRow) -> int | None:
        return self.units[row.lead_unit].id

    def post_id(self, row: LedgerRow, name: str) -> int | None:
        """The post a field of the row names; None where the field is empty."""
        wanted: str = getattr(row, name)
        return self._nearest(row, wanted).id if wanted else None

    def _index(self) -> None:
        self.unit_names = {unit.id: unit.name for unit in self.units.values()}
        posts = (post for known in self.posts.values() for post in known.values())
        self.post_names = {post.id: post.name for post in posts}

    def _unit(self, row: LedgerRow, name: str) -> None:
        if name not in self.units:
            self.units[name] = Unit(name=name, kind=_kind(name), parent_id=self._root())
            self._made(row, "lead_unit", name, f"新建单位“{name}”", f"made the unit “{name}”")

    def _post(self, row: LedgerRow, name: str, wanted: str) -> None:
        if wanted not in self.posts:
            unit = self._unit_of(row, wanted)
            self._unit(row, unit)
            self.posts[wanted] = {unit: Post(unit_id=0, name=wanted)}
            zh, en = f"新建岗位“{wanted}”（{unit}）", f"made the post “{wanted}” in {unit}"
            self._made(row, name, wanted, zh, en)
        post = self._nearest(row, wanted)
        if self.create and (self.gives_roles or post.id is None):
            self.given += [(post, role) for role in (*POST_FIELDS[name][1], *_headships(wanted))]

    def _nearest(self, row: LedgerRow, wanted: str) -> Post:
        """The post of that name in the row's own unit, else the only one."""
        known = self.posts[wanted]
        return known.get(row.lead_unit) or next(iter(known.values()))

    def _unit_of(self, row: LedgerRow, post: str) -> str:
        """The longest unit name the post's begins with, or the post's name without its title."""
        known = [name for name in (*self.units, row.lead_unit) if post.startswith(name) and name != post]
        if known:
            return max(known, key=len)
        rest = TITLES.sub("", post)
        return rest if rest != post and len(rest) > 1 and not rest.startswith("分管") else LEADERSHIP

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
