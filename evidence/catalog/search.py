"""The full-text table of recordings, in both databases' dialects. Terms are made by `evidence.catalog.bigrams`."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, text

from evidence.catalog.bigrams import match
from evidence.catalog.schema import recordings
from evidence.records import RecordingId


def put_terms(connection: Connection, recording: RecordingId, terms: str) -> None:
    """Make these the terms under which a recording is found. Its row is there already.

    On SQLite the row number is that of the sealing ledger entry: found rows are then joined by an integer, and
    50,000 hits cost milliseconds.
    """
    connection.execute(text("DELETE FROM recording_search WHERE recording = :recording"), {"recording": recording})
    if connection.dialect.name == "sqlite":
        insert = (
            "INSERT INTO recording_search (rowid, recording, terms) "
            "SELECT entry, id, :terms FROM recordings WHERE id = :recording"
        )
    else:
        value = "array_to_tsvector(string_to_array(:terms, ' '))"
        insert = f"INSERT INTO recording_search (recording, terms) VALUES (:recording, {value})"  # noqa: S608 -- constants
    connection.execute(text(insert), {"recording": recording, "terms": terms})


def clear_terms(connection: Connection) -> None:
    connection.execute(text("DELETE FROM recording_search"))


def count_matches(connection: Connection, query: str, limit: int) -> int:
    """How many recordings a search text matches, counted up to `limit`: cheap on both databases."""
    wanted = match(query, connection.dialect.name)
    if not wanted:
        return 0
    condition = "terms MATCH :wanted" if connection.dialect.name == "sqlite" else "terms @@ CAST(:wanted AS tsquery)"
    some = f"SELECT 1 FROM recording_search WHERE {condition} LIMIT :limit"  # noqa: S608 -- two constants
    counted = text(f"SELECT count(*) FROM ({some}) AS hits")  # noqa: S608 -- constants
    return int(connection.execute(counted, {"wanted": wanted, "limit": limit}).scalar_one())


def matches(query: str, dialect: str, *, common: bool = False) -> ColumnElement[bool] | None:
    """A condition on `recordings` for a search text; None if the text has nothing to search for.

    `common`: so many match that rows are better walked in the wanted order than fetched and sorted. PostgreSQL finds
    that out by itself.
    """
    wanted = match(query, dialect)
    if not wanted:
        return None
    if dialect != "sqlite":
        found = text("SELECT recording FROM recording_search WHERE terms @@ CAST(:wanted AS tsquery)")
        return recordings.c.id.in_(found.bindparams(wanted=wanted).columns(recordings.c.id))
    found = text("SELECT rowid FROM recording_search WHERE terms MATCH :wanted")
    # `entry + 0` is not in the index on `entry`: that keeps SQLite from using it.
    key = recordings.c.entry + 0 if common else recordings.c.entry
    return key.in_(found.bindparams(wanted=wanted).columns(recordings.c.entry))
