"""Alembic migrations; upgrade leads exactly to the tables of `models`."""
