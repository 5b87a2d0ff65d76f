"""All tables in one place, for migrations and checks."""

from sqlmodel import SQLModel

from models import findings, history, running
from models.mailing import mail
from models.rules import rulebook
from models.staff import people

__all__ = ["findings", "history", "mail", "metadata", "people", "rulebook", "running"]

metadata = SQLModel.metadata
