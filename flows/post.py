"""The round that sends what lies in the outbox."""

from prefect import flow


@flow(name="post", persist_result=False)
async def post() -> None:
    """Send what waits."""
