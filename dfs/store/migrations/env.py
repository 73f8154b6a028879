"""Alembic's entry: run the steps on the connection that `dfs.store.format` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from dfs.store.tables import metadata

__all__: list[str] = []

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
