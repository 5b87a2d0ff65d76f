"""All tables in one place, for migrations and checks."""

from sqlmodel import SQLModel

from models import findings, history, running
from models.access import keys
from models.hooks import subscriptions
from models.listing import searching
from models.mailing import calls, mail
from models.rules import rulebook
from models.staff import people

__all__ = [
    "calls",
    "findings",
    "history",
    "keys",
    "mail",
    "metadata",
    "people",
    "rulebook",
    "running",
    "searching",
    "subscriptions",
]

metadata = SQLModel.metadata

BESIDE = ("finding_search", "finding_text_pairs")
"""Indexes that only one database has: migrations make them by hand, and no table class knows of them."""
