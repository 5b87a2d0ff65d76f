"""What happens, in order: Prefect flows and the worker that runs them."""
