"""The full-text table of recordings, in both databases' dialects. Terms are made by `evidence.catalog.bigrams`.

On PostgreSQL a recording's officer, device, unit, kind and playback are terms too, marked so that no word can be one:
a text within one unit is then found by the text index alone, instead of reading every row that the text is in.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Connection, UnaryExpression, text
from sqlalchemy.sql.operators import custom_op

from evidence.catalog.bigrams import match, prefixes
from evidence.catalog.schema import recordings
from evidence.records import RecordingId

# Columns of `recordings` that are terms as well, and what marks them; migration 0009 did the same to older rows.
_marks = {"officer": "=o", "device": "=d", "unit": "=u", "kind": "=k", "playback": "=p"}
# Any of these values of these columns; all such claims must hold.
Claim = dict[str, str]


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
        marked = ", ".join(f"'{_marks[name]}' || {name}" for name in _marks)
        words = f"string_to_array(:terms, ' ') || array_remove(ARRAY[{marked}], NULL)"
        insert = (
            f"INSERT INTO recording_search (recording, terms) SELECT id, array_to_tsvector({words}) "  # noqa: S608 -- constants
            "FROM recordings WHERE id = :recording"
        )
        terms = f"{terms} {prefixes(terms)}".strip()
    connection.execute(text(delete), {"recording": recording})
    connection.execute(text(insert), {"recording": recording, "terms": terms})


def drop_terms(connection: Connection, recording: RecordingId) -> None:
    """Before the recording's row gets the number of another sealing entry."""
    if connection.dialect.name == "sqlite":
        delete = "DELETE FROM recording_search WHERE rowid = (SELECT entry FROM recordings WHERE id = :recording)"
    else:
        delete = "DELETE FROM recording_search WHERE recording = :recording"
    connection.execute(text(delete), {"recording": recording})


def clear_terms(connection: Connection) -> None:
    connection.execute(text("DELETE FROM recording_search"))


def count_matches(connection: Connection, query: str, claims: Iterable[Claim], limit: int) -> int:
    """How many recordings a search text matches, counted up to `limit`: cheap on both databases.

    PostgreSQL counts those that fulfil the claims; SQLite's text index does not know them.
    """
    wanted = _wanted(query, claims, connection.dialect.name)
    if not wanted:
        return 0
    condition = "terms MATCH :wanted" if connection.dialect.name == "sqlite" else "terms @@ CAST(:wanted AS tsquery)"
    some = f"SELECT 1 FROM recording_search WHERE {condition} LIMIT :limit"  # noqa: S608 -- two constants
    counted = text(f"SELECT count(*) FROM ({some}) AS hits")  # noqa: S608 -- constants
    return int(connection.execute(counted, {"wanted": wanted, "limit": limit}).scalar_one())


def matches(query: str, claims: Iterable[Claim], dialect: str, *, walked: bool = False) -> ColumnElement[bool] | None:
    """A condition on `recordings` for a search text; None if the text has nothing to search for.

    The claims make it narrower where that is cheap; whoever asks states them as conditions besides. `walked`: so many
    match that rows are walked in the wanted order and looked up among what was found, rather than what was found
    looked up among the rows.
    """
    wanted = _wanted(query, claims, dialect)
    if not wanted:
        return None
    if dialect != "sqlite":
        found = text("SELECT recording FROM recording_search WHERE terms @@ CAST(:wanted AS tsquery)")
        return recordings.c.id.in_(found.bindparams(wanted=wanted).columns(recordings.c.id))
    found = text("SELECT rowid FROM recording_search WHERE terms MATCH :wanted")
    key = unindexed(recordings.c.entry) if walked else recordings.c.entry
    return key.in_(found.bindparams(wanted=wanted).columns(recordings.c.entry))


def _wanted(query: str, claims: Iterable[Claim], dialect: str) -> str:
    wanted = match(query, dialect)
    if not wanted or dialect == "sqlite":
        return wanted
    either = ("|".join(_quoted(_marks[name] + value) for name, value in claim.items()) for claim in claims)
    return " & ".join([wanted, *(f"({each})" for each in either if each)])


def _quoted(lexeme: str) -> str:
    """A lexeme as it stands in a tsquery, whatever is in it."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column with a plus before it: the same value, for which SQLite looks for no index."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)
