"""The full-text table of recordings, in both databases' dialects. Terms are made by `evidence.catalog.bigrams`."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, text

from evidence.catalog.bigrams import match
from evidence.catalog.schema import recordings
from evidence.records import RecordingId


def put_terms(connection: Connection, recording: RecordingId, terms: str) -> None:
    """Make these the terms under which a recording is found."""
    connection.execute(text("DELETE FROM recording_search WHERE recording = :recording"), {"recording": recording})
    value = ":terms" if connection.dialect.name == "sqlite" else "array_to_tsvector(string_to_array(:terms, ' '))"
    connection.execute(
        # `value` is one of the two constants above, never a caller's text.
        text(f"INSERT INTO recording_search (recording, terms) VALUES (:recording, {value})"),  # noqa: S608
        {"recording": recording, "terms": terms},
    )


def clear_terms(connection: Connection) -> None:
    connection.execute(text("DELETE FROM recording_search"))


def matches(query: str, dialect: str) -> ColumnElement[bool] | None:
    """A condition on `recordings` for a search text; None if the text has nothing to search for."""
    wanted = match(query, dialect)
    if not wanted:
        return None
    condition = "terms MATCH :wanted" if dialect == "sqlite" else "terms @@ CAST(:wanted AS tsquery)"
    found = text(f"SELECT recording FROM recording_search WHERE {condition}")  # noqa: S608 -- two constants
    return recordings.c.id.in_(found.bindparams(wanted=wanted).columns(recordings.c.id))
