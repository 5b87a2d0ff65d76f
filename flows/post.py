"""The round that sends what lies in the outbox."""

from prefect import flow

from tasks.post import send, write


@flow(name="post", flow_run_name="发件", persist_result=False)
async def post() -> int:
    """Put queued letters into mails, one to each person, and send every mail that may go now.

    Returns how many mails were written or accepted.
    """
    return await write() + await send()


async def post_plainly() -> int:
    """The same round without Prefect."""
    return await write.fn() + await send.fn()
