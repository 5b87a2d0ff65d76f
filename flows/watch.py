"""The round that tells whoever is late, and repairs what Prefect lost."""

from prefect import flow


@flow(name="watch", persist_result=False)
async def watch() -> None:
    """Climb the ladder, wake what moved on, replace what is lost."""
