"""Builds with one safeguard taken out, to prove that the sweep would notice: each of them must be caught."""
