"""The steps from one format of the store to the next, run by Alembic; the newest revision is the format version."""

__all__: list[str] = []
