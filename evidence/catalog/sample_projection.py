"""Turns entries about samples into catalog rows. Deterministic, like `evidence.catalog.projection`, which calls it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, insert, update

from evidence import sample_entries as se
from evidence.canonical import canonical
from evidence.catalog import sample_schema as s
from evidence.entry import Entry
from evidence.records import EntryIndex

Rule = Callable[[Connection, EntryIndex, Any], None]


def _committed(connection: Connection, index: EntryIndex, entry: se.SampleCommitted) -> None:
    row = _columns(s.samples, entry) | {"id": entry.sample, "items": canonical(list(entry.items)).decode()}
    connection.execute(insert(s.samples), row | {"state": "committed", "entry": index})


def _drawn(connection: Connection, index: EntryIndex, entry: se.SampleDrawn) -> None:
    values: dict[str, Any] = {"state": "drawn", "nonce": entry.nonce, "word": entry.word, "seed": entry.seed}
    values |= {"drawn_at": entry.at, "drawn_by": entry.by, "drawn_entry": index}
    connection.execute(update(s.samples).where(s.samples.c.id == entry.sample), values)
    rows = [{"sample": entry.sample, "n": n, "item": item} for n, item in enumerate(entry.chosen)]
    if rows:
        connection.execute(insert(s.sample_items), rows)


def _abandoned(connection: Connection, _index: EntryIndex, entry: se.SampleAbandoned) -> None:
    values = {"state": "abandoned", "abandoned_at": entry.at, "abandoned_by": entry.by, "reason": entry.reason}
    connection.execute(update(s.samples).where(s.samples.c.id == entry.sample), values)


def _reviewed(connection: Connection, index: EntryIndex, entry: se.SampleReviewed) -> None:
    row = _columns(s.sample_reviews, entry) | {"recordings": canonical(list(entry.recordings)).decode()}
    connection.execute(insert(s.sample_reviews), row | {"entry": index})


def _columns(table: Table, entry: Entry) -> dict[str, Any]:
    """The fields of an entry that a table has columns of the same name for."""
    return {name: value for name, value in msgspec.structs.asdict(entry).items() if name in table.c}


SAMPLE_RULES: dict[type[Entry], Rule] = {
    se.SampleCommitted: _committed,
    se.SampleDrawn: _drawn,
    se.SampleAbandoned: _abandoned,
    se.SampleReviewed: _reviewed,
}
