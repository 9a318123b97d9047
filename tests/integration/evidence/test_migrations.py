"""Migrations from nothing give exactly the schema that the code is written for."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from evidence.catalog.engine import connected, migrate, open_engine
from evidence.catalog.schema import metadata


def test_migrated_equals_declared(empty_database_url: str) -> None:
    engine = open_engine(empty_database_url)
    migrate(engine)
    with connected(engine) as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, kind, _: kind != "table" or name in metadata.tables}
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_every_column_says_what_it_holds() -> None:
    silent = [f"{t.name}.{c.name}" for t in metadata.tables.values() for c in t.columns if not c.comment]
    assert silent == []
