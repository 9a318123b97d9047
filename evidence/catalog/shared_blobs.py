"""Who else needs a blob: asked before the bytes of a destroyed recording go. Content-addressed, so the same bytes may
be an original here and a document there.

A test holds this to the schema: a new column that names a blob stands in one of the two lists below.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, Connection, Select, select

from evidence.canonical import Digest
from evidence.catalog.case_schema import item_lists
from evidence.catalog.clock_schema import slate_readings
from evidence.catalog.document_rows import documents
from evidence.catalog.item_schema import item_adoptions, item_proposals
from evidence.catalog.live_schema import live_recordings
from evidence.catalog.recording_schema import recordings, renditions, sidecars
from evidence.catalog.retention_schema import destruction_items, destructions
from evidence.catalog.sample_schema import samples
from evidence.catalog.sitting_schema import sittings

# Kept for good: whoever's they are, these stay.
ALWAYS: tuple[Column[Any], ...] = (
    recordings.c.manifest,
    recordings.c.au_digests,
    live_recordings.c.init,
    item_lists.c["items"],
    item_adoptions.c["items"],
    item_proposals.c["items"],
    sittings.c.receipt,
    documents.c.blob,
    samples.c.population,
    destructions.c.facts,
    destructions.c.pdf,
)
# Of recordings: they stay for another recording that is not destroyed.
OF_RECORDINGS: tuple[tuple[Column[Any], Column[Any]], ...] = (
    (recordings.c.original, recordings.c.id),
    (recordings.c.samples, recordings.c.id),
    (recordings.c.init, recordings.c.id),
    (sidecars.c.blob, sidecars.c.recording),
    (renditions.c.blob, renditions.c.recording),
    (renditions.c["index"], renditions.c.recording),
    (renditions.c.init, renditions.c.recording),
    (slate_readings.c.codes, slate_readings.c.recording),
)


def needed_elsewhere(connection: Connection, blobs: Iterable[Digest], recording: str) -> frozenset[Digest]:
    """Those of the blobs that anything but this recording's footage needs."""
    wanted = tuple(blobs)
    i = destruction_items.c
    gone = select(i.recording).where(i.state.in_(("begun", "done")))
    queries: list[Select[Any]] = [select(column).where(column.in_(wanted)) for column in ALWAYS]
    queries += [
        select(column).where(column.in_(wanted), owner != recording, owner.not_in(gone))
        for column, owner in OF_RECORDINGS
    ]
    return frozenset(Digest(found) for query in queries for found in connection.execute(query).scalars())
