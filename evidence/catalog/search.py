"""The full-text table of recordings, in both databases' dialects. Terms are made by `evidence.catalog.bigrams`.

On PostgreSQL a recording's officer, device, unit, kind and playback are terms too, marked so that no word can be one:
a text within one unit is then found by the text index alone, instead of reading every row that the text is in. Its
times stand beside the terms there, so that what was found is sorted without a look at the recordings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Select,
    Text,
    UnaryExpression,
    cast,
    column,
    func,
    select,
    table,
    text,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.sql.operators import custom_op

from evidence.catalog.bigrams import match, prefixes
from evidence.catalog.schema import recordings
from evidence.records import RecordingId

# Columns of `recordings` that are terms as well, and what marks them; migration 0009 did the same to older rows.
_marks = {"officer": "=o", "device": "=d", "unit": "=u", "kind": "=k", "playback": "=p"}
# Any of these values of these columns; all such claims must hold.
Claim = dict[str, str]
# As PostgreSQL has it.
_s = table(
    "recording_search", *(column(name, Text()) for name in ("recording", "terms", "started_at", "received_at"))
).c


@dataclass(frozen=True, slots=True)
class Order:
    by: Literal["started_at", "received_at"]
    falling: bool

    def put(self, query: Select[Any], time: ColumnElement[Any], name: ColumnElement[Any]) -> Select[Any]:
        """In this order, ties broken by `name`."""
        return query.order_by(time.desc(), name.desc()) if self.falling else query.order_by(time, name)


@dataclass(frozen=True, slots=True)
class TextSearch:
    """What is searched for, and which part of it is wanted. `None` does not filter."""

    query: str
    claims: tuple[Claim, ...]
    start: str | None
    to: str | None
    order: Order
    after: tuple[str, str] | None  # (time, recording) behind which the wanted part begins
    n_rows: int


@dataclass(frozen=True, slots=True)
class Hits:
    """How many recordings a search found, counted up to a limit, and the wanted part of them: (time, recording)."""

    n: int
    keys: tuple[tuple[str, str], ...]


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
            "INSERT INTO recording_search (recording, terms, started_at, received_at) "  # noqa: S608 -- constants
            f"SELECT id, array_to_tsvector({words}), started_at, received_at FROM recordings WHERE id = :recording"
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


def count_matches(connection: Connection, query: str, limit: int) -> int:
    """SQLite: how many recordings a search text matches, counted up to `limit`."""
    wanted = match(query, "sqlite")
    if not wanted:
        return 0
    counted = text("SELECT count(*) FROM (SELECT 1 FROM recording_search WHERE terms MATCH :wanted LIMIT :limit)")
    return int(connection.execute(counted, {"wanted": wanted, "limit": limit}).scalar_one())


def matches(query: str, dialect: str, *, walked: bool) -> ColumnElement[bool] | None:
    """A condition on `recordings` for a search text; None if the text has nothing to search for.

    `walked`: so many match that rows are walked in the wanted order and looked up among what was found, rather than
    what was found looked up among the rows. PostgreSQL always walks here: `hits` finds what is rarer.
    """
    wanted = match(query, dialect)
    if not wanted:
        return None
    if dialect == "sqlite":
        found = text("SELECT rowid FROM recording_search WHERE terms MATCH :wanted")
        key = unindexed(recordings.c.entry) if walked else recordings.c.entry
        return key.in_(found.bindparams(wanted=wanted).columns(recordings.c.entry))
    # A value for each row, not a condition: the planner cannot turn it into a join of everything.
    one = select(_matching(wanted)).where(_s.recording == recordings.c.id)
    return one.correlate(recordings).scalar_subquery()


def hits(connection: Connection, search: TextSearch, limit: int) -> Hits | None:
    """PostgreSQL: what a search finds, found once to be counted and sorted. Where the limit is reached the keys say
    nothing. None if the text has nothing to search for."""
    words = match(search.query, "postgresql")
    if not words:
        return None
    order = search.order
    found = _found(_with_claims(words, search.claims), search).limit(limit).cte("found")
    time, name = found.c.time, found.c.recording
    wanted = select(time, name)
    if search.after is not None:
        key, edge = tuple_(time, name), tuple_(*search.after)
        wanted = wanted.where(key < edge if order.falling else key > edge)
    part = order.put(wanted, time, name).limit(search.n_rows).subquery("part")
    counted = select(func.count().label("n")).select_from(found).subquery("counted")
    both = select(counted.c.n, part.c.time, part.c.recording).select_from(counted.outerjoin(part, true()))
    rows = connection.execute(order.put(both, part.c.time, part.c.recording)).all()
    return Hits(int(rows[0].n), tuple((row.time, row.recording) for row in rows if row.recording is not None))


def _found(wanted: str, search: TextSearch) -> Select[Any]:
    query = select(_s.recording, _s[search.order.by].label("time")).where(_matching(wanted))
    if search.start is not None:
        query = query.where(_s.started_at >= search.start)
    return query if search.to is None else query.where(_s.started_at < search.to)


def _matching(wanted: str) -> ColumnElement[bool]:
    return _s.terms.op("@@", return_type=Boolean())(cast(wanted, TSQUERY))


def _with_claims(words: str, claims: Iterable[Claim]) -> str:
    either = ("|".join(_quoted(_marks[name] + value) for name, value in claim.items()) for claim in claims)
    return " & ".join([words, *(f"({each})" for each in either if each)])


def _quoted(lexeme: str) -> str:
    """A lexeme as it stands in a tsquery, whatever is in it."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The column with a plus before it: the same value, for which SQLite looks for no index."""
    return UnaryExpression(column, operator=custom_op("+"), type_=column.type)
