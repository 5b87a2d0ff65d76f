"""All tables in one place, for migrations and checks."""

from sqlmodel import SQLModel

from models import findings, history, running
from models.access import keys
from models.hooks import subscriptions
from models.mailing import mail
from models.rules import rulebook
from models.staff import people

__all__ = [
    "findings",
    "history",
    "keys",
    "mail",
    "metadata",
    "people",
    "rulebook",
    "running",
    "subscriptions",
]

metadata = SQLModel.metadata
