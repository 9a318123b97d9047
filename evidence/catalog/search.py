"""The full-text table of recordings, in both databases' dialects. Terms are made by `evidence.catalog.bigrams`."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, UnaryExpression, text
from sqlalchemy.sql.operators import custom_op

from evidence.catalog.bigrams import match, prefixes
from evidence.catalog.schema import recordings
from evidence.records import RecordingId


def put_terms(connection: Connection, recording: RecordingId, terms: str) -> None:
    """Make these the terms under which a recording is found. Its row is there already.

    On SQLite the row number is that of the sealing ledger entry: found rows are then joined by an integer, and
    50,000 hits cost milliseconds.
    """
    if connection.dialect.name == "sqlite":
        # By row number: the text column of an FTS5 table has no index, and a search through it reads every row.
        delete = "DELETE FROM recording_search WHERE rowid = (SELECT entry FROM recordings WHERE id = :recording)"
        insert = (
            "INSERT INTO recording_search (rowid, recording, terms) "
            "SELECT entry, id, :terms FROM recordings WHERE id = :recording"
        )
    else:
        delete = "DELETE FROM recording_search WHERE recording = :recording"
        value = "array_to_tsvector(string_to_array(:terms, ' '))"
        insert = f"INSERT INTO recording_search (recording, terms) VALUES (:recording, {value})"  # noqa: S608 -- constants
        terms = f"{terms} {prefixes(terms)}".strip()
    connection.execute(text(delete), {"recording": recording})
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


def matches(query: str, dialect: str, *, walked: bool = False) -> ColumnElement[bool] | None:
    """A condition on `recordings` for a search text; None if the text has nothing to search for.

    `walked`: so many match that rows are walked in the wanted order and looked up among what was found, rather than
    what was found looked up among the rows.
    """
    wanted = match(query, dialect)
    if not wanted:
        return None
    if dialect != "sqlite":
        found = text("SELECT recording FROM recording_search WHERE terms @@ CAST(:wanted AS tsquery)")
        return recordings.c.id.in_(found.bindparams(wanted=wanted).columns(recordings.c.id))
    found = text("SELECT rowid FROM recording_search WHERE terms MATCH :wanted")
    key = unindexed(recordings.c.entry) if walked else recordings.c.entry
    return key.in_(found.bindparams(wanted=wanted).columns(recordings.c.entry))


def unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column with a plus before it: the same value, for which SQLite looks for no index."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)
