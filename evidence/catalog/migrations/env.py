"""Alembic's entry point: migrations run on the connection they are handed, inside its transaction."""

from __future__ import annotations

from alembic import context

from evidence.catalog.schema import metadata

_connection = context.config.attributes["connection"]
context.configure(connection=_connection, target_metadata=metadata, transactional_ddl=True)
context.run_migrations()
