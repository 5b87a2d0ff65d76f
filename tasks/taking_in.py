"""Taking in a ledger that somebody uploaded: read apart, held to their sight, then stored or tried out."""

import asyncio
import hashlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from weakref import WeakKeyDictionary

from models.access.sight import Sight
from models.database import Database
from models.importing import intake
from models.importing.desk import Taken, Wanted
from models.importing.intake import Progress
from models.importing.reaching import in_sight
from models.rules.trade import trade
from policy.refusals import BadInput
from tasks import clock
from tasks.ledgers.reading import read_ledger


@dataclass(frozen=True)
class Upload:
    """A file that lies in the data folder, and what was said with it."""

    path: Path
    sha256: str
    source: str = ""


async def take_in(
    db: Database, upload: Upload, wanted: Wanted, sight: Sight, now: datetime, told: Progress
) -> Taken:
    """Raises BadLedger, or BadInput if the file is not the one that was looked at."""
    if await asyncio.to_thread(digest, upload.path) != upload.sha256:
        raise BadInput(
            "文件与预览时的不同，没有导入。请重新上传。",
            "This is not the file that was looked at. Nothing was stored; upload it again.",
        )
    async with _reading():
        read = await asyncio.to_thread(read_ledger, upload.path, today=clock.today(), source=upload.source)
    async with db.reading() as session:
        read = await in_sight(session, read, sight)
    told(0, len(read.rows))
    return await intake.take_in(db, read, wanted, now, await trade(db), told)


_LOCKS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


def _reading() -> asyncio.Lock:
    """One file at a time: a hostile one may take half a gigabyte before it is given up."""
    return _LOCKS.setdefault(asyncio.get_running_loop(), asyncio.Lock())


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
