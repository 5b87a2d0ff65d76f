"""All tables in one place, for migrations and checks."""

from sqlmodel import SQLModel

from models import findings, history, mail, people, rulebook, running

__all__ = ["findings", "history", "mail", "metadata", "people", "rulebook", "running"]

metadata = SQLModel.metadata
