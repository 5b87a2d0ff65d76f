"""One finding from opened to struck off the ledger."""

from prefect import flow, get_run_logger


@flow(name="rectify", persist_result=False)
async def rectify(number: str, generation: int) -> None:
    """Assign, follow up, verify, close. People do the work; the run waits for them."""
    get_run_logger().info("%s/%s", number, generation)
