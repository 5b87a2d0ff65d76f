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


async def taken_in(
    db: Database, config: Settings, account: str, files: Sequence[UploadFile]
) -> tuple[Attached, ...]:
    """All of them or none. Raises BadInput naming each that is not taken, TooOften for more than a share."""
    await count(db, account, len(files))
    kept: list[Attached] = []
    refused: list[BadInput] = []
    for file in files:
        try:
            kept.append(await run_in_threadpool(evidence.admit, file.filename or "", file.file, config.home))
        except BadInput as refusal:
            refused.append(refusal)
    if refused:
        raise BadInput("".join(x.zh for x in refused), " ".join(x.en for x in refused))
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
