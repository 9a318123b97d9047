"""Indexes that hold all a library page is chosen by, and prefixes of words that are looked up instead of walked."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_CHOSEN_BY = ["id", "officer", "device", "unit", "kind", "playback"]


def upgrade() -> None:
    op.drop_index("ix_recordings_started_at", "recordings")
    op.drop_index("ix_recordings_received_at", "recordings")
    op.drop_index("recordings_entry", "recordings")
    op.create_index("recordings_started_at", "recordings", ["started_at", *_CHOSEN_BY, "entry"])
    op.create_index("recordings_received_at", "recordings", ["received_at", *_CHOSEN_BY, "started_at", "entry"])
    op.create_index("recordings_entry", "recordings", ["entry", "started_at", "received_at", *_CHOSEN_BY])
    if op.get_bind().dialect.name == "sqlite":
        _remake_search_on_sqlite()
        return
    op.execute(
        "UPDATE recording_search SET terms = terms || (SELECT array_to_tsvector(array_agg(DISTINCT '^' || left(word, n)))"
        " FROM unnest(tsvector_to_array(terms)) AS word, generate_series(1, 4) AS n)"
    )


def _remake_search_on_sqlite() -> None:
    op.execute("CREATE TEMPORARY TABLE found AS SELECT rowid AS entry, recording, terms FROM recording_search")
    op.execute("DROP TABLE recording_search")
    op.execute(
        "CREATE VIRTUAL TABLE recording_search "
        "USING fts5(recording UNINDEXED, terms, tokenize='ascii', prefix='1 2 3 4')"
    )
    op.execute("INSERT INTO recording_search (rowid, recording, terms) SELECT entry, recording, terms FROM found")
    op.execute("DROP TABLE found")
