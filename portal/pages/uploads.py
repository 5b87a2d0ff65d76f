"""Files that come with a form: counted for each account, looked over, kept before the act that names them."""

from collections.abc import Sequence

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from models.access import knocking
from models.database import Database
from models.orders import Attached
from models.settings import Settings
from policy.knocking import UPLOADS
from policy.refusals import BadInput
from tasks import clock, evidence


class PartlyRefused(BadInput):
    """Some files are not taken; those that would be lie in the store, and belong to nothing yet."""

    def __init__(self, zh: str, en: str, kept: tuple[Attached, ...]) -> None:
        super().__init__(zh, en)
        self.kept = kept


async def taken_in(
    db: Database, config: Settings, account: str, files: Sequence[UploadFile]
) -> tuple[Attached, ...]:
    """All or none. Raises PartlyRefused naming each that is not taken, TooOften for more than a share."""
    await count(db, account, len(files))
    kept: list[Attached] = []
    refused: list[BadInput] = []
    for file in files:
        try:
            kept.append(await run_in_threadpool(evidence.admit, file.filename or "", file.file, config.home))
        except BadInput as refusal:
            refused.append(refusal)
    if refused:
        raise PartlyRefused("".join(x.zh for x in refused), " ".join(x.en for x in refused), tuple(kept))
    return tuple(kept)


async def count(db: Database, account: str, files: int) -> None:
    if not files:
        return
    key = f"uploads:{account}"
    async with db.writing("throttle") as session:
        for _ in range(files):
            await knocking.refuse_if_full(session, key, UPLOADS, clock.real())
            await knocking.count(session, key, UPLOADS, clock.real())
            await session.flush()
