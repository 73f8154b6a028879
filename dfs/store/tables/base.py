"""What all tables share: the collection of tables, with explicit names for every constraint."""

from __future__ import annotations

from sqlalchemy import MetaData

__all__ = ["metadata"]

# Explicit names, so that a migration can change a constraint in every database.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)
