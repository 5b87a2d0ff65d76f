"""The sample ledgers that the demo and the tests read."""
