"""Turns ledger entries into catalog rows, in the transaction that appends them. Deterministic: the same entries
and blobs give the same rows, which is what `mediad rebuild` relies on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, delete, insert, update

from evidence import entries as e
from evidence.blobs.store import Blobs
from evidence.canonical import canonical
from evidence.catalog import schema as s
from evidence.catalog import sitting_rows
from evidence.catalog.absence_projection import ABSENCE_RULES
from evidence.catalog.bigrams import terms
from evidence.catalog.case_projection import CASE_RULES
from evidence.catalog.case_schema import stretches
from evidence.catalog.clock_rows import CLOCK_RULES
from evidence.catalog.concern_rows import CONCERN_RULES
from evidence.catalog.document_rows import DOCUMENT_RULES
from evidence.catalog.emergency_rows import EMERGENCY_RULES
from evidence.catalog.handover_rows import HANDOVER_RULES
from evidence.catalog.item_projection import ITEM_RULES
from evidence.catalog.live_rows import ended_values, event_row, live_recording_row, live_segment_row, reached_values
from evidence.catalog.recording_rows import (
    recording_row,
    search_texts,
    segment_rows,
    sidecar_rows,
    source_row,
)
from evidence.catalog.retention_projection import RETENTION_RULES, returned
from evidence.catalog.roster_rows import ROSTER_RULES
from evidence.catalog.sample_projection import SAMPLE_RULES
from evidence.catalog.search import drop_terms, put_terms
from evidence.catalog.stretch_rows import stretch_rows
from evidence.catalog.unrecorded_rows import UNRECORDED_RULES
from evidence.entry import Entry
from evidence.records import EntryIndex, RecordingId
from evidence.statements import Manifest

# Made once: this is the statement that every segment served waits for.
_ADD_DELIVERY = insert(s.deliveries)


class Projector:
    """Callable as `project(connection, index, entry)`. Reads manifests from the blob store."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._rules: dict[type[Entry], Callable[[Connection, EntryIndex, Any], None]] = {
            e.RecordingSealed: self._recording_sealed,
            e.LiveStarted: _live_started,
            e.LiveSegment: _live_segment,
            e.LiveEvent: _live_event,
            e.LiveEnded: _live_ended,
            e.RecordingSighted: _recording_sighted,
            e.SourceCleared: _source_cleared,
            e.RenditionMade: _rendition_made,
            e.RenditionFailed: _rendition_failed,
            e.ViewingOpened: _viewing_opened,
            e.ViewingRefused: _viewing_refused,
            e.ViewingDelivered: _viewing_delivered,
            e.ViewingRendered: _viewing_rendered,
            e.ViewingClosed: _viewing_closed,
            **sitting_rows.RULES,
            **CASE_RULES,
            **ABSENCE_RULES,
            **UNRECORDED_RULES,
            **RETENTION_RULES,
            **CONCERN_RULES,
            **ITEM_RULES,
            **DOCUMENT_RULES,
            **EMERGENCY_RULES,
            **ROSTER_RULES,
            **SAMPLE_RULES,
            **CLOCK_RULES,
            **HANDOVER_RULES,
        }

    def __call__(self, connection: Connection, index: EntryIndex, entry: e.AnyEntry) -> None:
        rule = self._rules.get(type(entry))
        # Entries without a rule (site.created, account.changed, …) are read from the ledger itself.
        if rule is not None:
            rule(connection, index, entry)

    def _recording_sealed(self, connection: Connection, index: EntryIndex, entry: e.RecordingSealed) -> None:
        manifest = Manifest.from_bytes(self._blobs.read(entry.manifest))
        row = recording_row(manifest, entry, index)
        if returned(connection, entry.recording, entry.at):
            _forget(connection, entry.recording, manifest)
            connection.execute(update(s.recordings).where(s.recordings.c.id == entry.recording), row)
        else:
            connection.execute(insert(s.recordings), row)
        for table, rows in (
            (s.segments, segment_rows(manifest)),
            (s.sources, [source_row(entry.recording, manifest.source, manifest.received_at)]),
            (s.sidecars, sidecar_rows(manifest)),
            (stretches, stretch_rows(manifest)),
        ):
            if rows:
                connection.execute(insert(table), rows)
        put_terms(connection, entry.recording, terms(*search_texts(row)))
        if manifest.live is not None:
            c = s.live_recordings.c
            connection.execute(update(s.live_recordings).where(c.id == entry.recording).values(state="sealed"))


def _forget(connection: Connection, recording: RecordingId, manifest: Manifest) -> None:
    """What was said about the same content before it was destroyed and docked again. Other sightings stay."""
    drop_terms(connection, recording)
    for table in (s.segments, s.sidecars, stretches):
        connection.execute(delete(table).where(table.c.recording == recording))
    c, source = s.sources.c, manifest.source
    again = (c.recording == recording, c.bay == source.bay, c.path == source.path, c.mtime == source.mtime)
    connection.execute(delete(s.sources).where(*again))


def _live_started(connection: Connection, index: EntryIndex, entry: e.LiveStarted) -> None:
    connection.execute(insert(s.live_recordings), live_recording_row(entry, index))


def _live_segment(connection: Connection, index: EntryIndex, entry: e.LiveSegment) -> None:
    connection.execute(insert(s.live_segments), live_segment_row(entry, index))
    c = s.live_recordings.c
    connection.execute(update(s.live_recordings).where(c.id == entry.recording).values(**reached_values(entry)))


def _live_event(connection: Connection, index: EntryIndex, entry: e.LiveEvent) -> None:
    """A span that was written at its beginning keeps its row; the entry at its end completes it."""
    row = event_row(entry, index)
    c = s.live_events.c
    begun = (c.channel == entry.channel, c.kind == entry.kind, c.from_at == entry.from_at, c.until_at.is_(None))
    completed = {name: value for name, value in row.items() if name != "entry"}
    if not connection.execute(update(s.live_events).where(*begun).values(**completed)).rowcount:
        connection.execute(insert(s.live_events), row)


def _live_ended(connection: Connection, _index: EntryIndex, entry: e.LiveEnded) -> None:
    c = s.live_recordings.c
    connection.execute(update(s.live_recordings).where(c.id == entry.recording).values(**ended_values(entry)))


def _recording_sighted(connection: Connection, _index: EntryIndex, entry: e.RecordingSighted) -> None:
    connection.execute(insert(s.sources), source_row(entry.recording, entry.source, entry.at))


def _source_cleared(connection: Connection, _index: EntryIndex, entry: e.SourceCleared) -> None:
    c = s.sources.c
    connection.execute(
        update(s.sources)
        .where(c.recording == entry.recording, c.bay == entry.source.bay)
        .where(c.path == entry.source.path, c.mtime == entry.source.mtime)
        .values(cleared_at=entry.at)
    )


def _replace_rendition(connection: Connection, row: dict[str, Any]) -> None:
    c = s.renditions.c
    connection.execute(delete(s.renditions).where(c.recording == row["recording"], c.kind == row["kind"]))
    connection.execute(insert(s.renditions), row)


def _rendition_made(connection: Connection, index: EntryIndex, entry: e.RenditionMade) -> None:
    _replace_rendition(
        connection,
        {
            "recording": entry.recording,
            "kind": entry.kind,
            "state": "made",
            "blob": entry.blob,
            "size_bytes": entry.size_bytes,
            "tool": entry.tool,
            "params": canonical(entry.params).decode(),
            "index": entry.index,
            "init": entry.init,
            "at": entry.at,
            "entry": index,
        },
    )


def _rendition_failed(connection: Connection, index: EntryIndex, entry: e.RenditionFailed) -> None:
    row = {"recording": entry.recording, "kind": entry.kind, "state": "failed", "reason": entry.reason}
    _replace_rendition(connection, row | {"at": entry.at, "entry": index})


def _viewing_opened(connection: Connection, index: EntryIndex, entry: e.ViewingOpened) -> None:
    connection.execute(
        insert(s.viewings),
        _columns(s.viewings, entry)
        | {
            "id": entry.viewing,
            "roles": ",".join(entry.roles),
            "policies": ",".join(entry.policies),
            "opened_at": entry.at,
            "entry": index,
        },
    )


def _viewing_refused(connection: Connection, index: EntryIndex, entry: e.ViewingRefused) -> None:
    connection.execute(insert(s.refusals), _columns(s.refusals, entry) | {"entry": index})


def _viewing_delivered(connection: Connection, index: EntryIndex, entry: e.ViewingDelivered) -> None:
    connection.execute(_ADD_DELIVERY, _columns(s.deliveries, entry) | {"entry": index})


def _viewing_rendered(connection: Connection, index: EntryIndex, entry: e.ViewingRendered) -> None:
    shared = _columns(s.renders, entry) | {"entry": index}
    rows = [
        shared
        | {
            "n": n,
            "start_ms": span.start_ms,
            "end_ms": span.end_ms,
            "rate_permille": round(span.rate * 1000),
            "visible": span.visible,
        }
        for n, span in enumerate(entry.spans)
    ]
    if rows:
        connection.execute(insert(s.renders), rows)


def _viewing_closed(connection: Connection, _index: EntryIndex, entry: e.ViewingClosed) -> None:
    connection.execute(
        update(s.viewings)
        .where(s.viewings.c.id == entry.viewing, s.viewings.c.closed_at.is_(None))
        .values(closed_at=entry.at, closed_reason=entry.reason)
    )


def _columns(table: Table, entry: Entry) -> dict[str, Any]:
    """The fields of an entry that a table has columns of the same name for; what an older entry lacks is null."""
    found = {name: value for name, value in msgspec.structs.asdict(entry).items() if name in table.c}
    return {name: None if value is msgspec.UNSET else value for name, value in found.items()}
