"""Webhooks: who is told of events over HTTP, and what was delivered."""
