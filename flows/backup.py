"""The daily backup, and the end of old rounds."""

from prefect import flow

from tasks.backup import copy
from tasks.housekeeping import forget, tidy


@flow(name="backup", flow_run_name="备份", persist_result=False)
async def backup() -> int:
    """Copy both databases and the evidence, let go of old backups, old rounds and what need not be known.

    Returns one for the backup, and one for each row and round taken away.
    """
    return await copy() + await forget() + await tidy()


async def backup_plainly() -> int:
    """The same without Prefect."""
    return await copy.fn() + await forget.fn() + await tidy.fn()
