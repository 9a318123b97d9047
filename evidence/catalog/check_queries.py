"""What the invariant checks read from the catalog, streamed so that a large site needs little memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from evidence.canonical import Digest
from evidence.catalog.clock_schema import slate_readings
from evidence.catalog.document_rows import documents
from evidence.catalog.item_schema import item_adoptions, item_proposals
from evidence.catalog.ledger_rows import stored_bytes
from evidence.catalog.retention_facts import gone as gone_recordings
from evidence.catalog.retention_schema import destruction_items, destructions
from evidence.catalog.sample_schema import samples
from evidence.catalog.schema import (
    attempts,
    ledger_checkpoints,
    ledger_entries,
    ledger_tiles,
    live_recordings,
    recordings,
    renditions,
    sidecars,
    sittings,
)

_CHUNK = 1_000
# Per statement: as an option of the connection it would hold for every later statement too.
_STREAMED = {"yield_per": _CHUNK}


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    """What of a sealed recording a sample's population may be found by."""

    entry: int
    kind: str
    unit: str | None
    started_at: str


@dataclass(frozen=True, slots=True)
class BlobUse:
    """A row that needs a blob."""

    digest: Digest
    subject: str  # what needs it, in words
    size_bytes: int | None  # length that the row states, where it does


@dataclass(frozen=True, slots=True)
class LedgerRow:
    index: int
    type: str
    at: str
    entry: bytes
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class Signed:
    """A stored checkpoint."""

    size: int
    root: bytes
    note: str


@dataclass(frozen=True, slots=True)
class SealedAttempt:
    """A device file that people were told is safe."""

    bay: str
    path: str
    original: str | None
    recording: str | None


def blob_uses(connection: Connection) -> Iterator[BlobUse]:
    """Every blob that the catalog's rows point to."""
    c = recordings.c
    query = select(c.id, c.original, c.size_bytes, c.manifest, c.samples, c.au_digests, c.init)
    gone = frozenset(connection.execute(gone_recordings()).scalars())
    for row in connection.execute(query, execution_options=_STREAMED):
        if row.id in gone:
            yield from _kept_of_destroyed(row)
            continue
        yield BlobUse(Digest(row.original), f"original of recording {row.id}", row.size_bytes)
        for name in ("manifest", "samples", "au_digests", "init"):
            digest = getattr(row, name)
            if digest is not None:
                yield BlobUse(Digest(digest), f"{name.replace('_', ' ')} of recording {row.id}", None)
    for live in connection.execute(select(live_recordings.c.id, live_recordings.c.init)):
        yield BlobUse(Digest(live.init), f"init segment of live recording {live.id}", None)
    for row in connection.execute(select(sidecars).where(sidecars.c.recording.not_in(gone_recordings()))):
        yield BlobUse(Digest(row.blob), f"sidecar {row.name} of recording {row.recording}", row.size_bytes)
    for table in (item_adoptions, item_proposals):
        for listed in connection.execute(select(table)):
            yield BlobUse(Digest(listed._mapping["items"]), f"item list {listed.version}", None)
    yield from rendition_uses(connection)
    for drawn in connection.execute(select(samples.c.id, samples.c.population)):
        yield BlobUse(Digest(drawn.population), f"population of sample {drawn.id}", None)
    for attached in connection.execute(select(documents.c.id, documents.c.blob, documents.c.size_bytes)):
        yield BlobUse(Digest(attached.blob), f"document {attached.id}", attached.size_bytes)
    read = select(slate_readings.c.recording, slate_readings.c.codes)
    for slate in connection.execute(read.where(slate_readings.c.recording.not_in(gone_recordings()))):
        yield BlobUse(Digest(slate.codes), f"codes of the time slate in recording {slate.recording}", None)
    paper = select(sittings.c.id, sittings.c.receipt, sittings.c.receipt_bytes)
    for set_once in connection.execute(paper.where(sittings.c.receipt.is_not(None))):
        yield BlobUse(Digest(set_once.receipt), f"receipt of sitting {set_once.id}", set_once.receipt_bytes)
    d = destructions.c
    for certified in connection.execute(select(d.id, d.facts, d.pdf, d.pdf_bytes).where(d.pdf.is_not(None))):
        yield BlobUse(Digest(certified.facts), f"facts of destruction {certified.id}", None)
        yield BlobUse(Digest(certified.pdf), f"certificate of destruction {certified.id}", certified.pdf_bytes)


def rendition_uses(connection: Connection, ids: tuple[str, ...] | None = None) -> Iterator[BlobUse]:
    """What was made from these recordings, or from all."""
    r = renditions.c
    query = select(r.recording, r.kind, r.blob, r.size_bytes, r.index, r.init).where(r.state == "made")
    chunks = [None] if ids is None else [ids[at : at + _CHUNK] for at in range(0, len(ids), _CHUNK)]
    for chunk in chunks:
        for made in connection.execute(query if chunk is None else query.where(r.recording.in_(chunk))):
            yield BlobUse(Digest(made.blob), f"{made.kind} of recording {made.recording}", made.size_bytes)
            for digest in (made._mapping["index"], made.init):
                if digest is not None:
                    yield BlobUse(Digest(digest), f"{made.kind} of recording {made.recording}", None)


def _kept_of_destroyed(row: Any) -> Iterator[BlobUse]:
    """What proves that it existed stays."""
    yield BlobUse(Digest(row.manifest), f"manifest of destroyed recording {row.id}", None)
    if row.au_digests is not None:
        yield BlobUse(Digest(row.au_digests), f"au digests of destroyed recording {row.id}", None)


@dataclass(frozen=True, slots=True)
class DestroyedBlob:
    """A blob that the ledger says is gone."""

    recording: str
    digest: Digest


def destroyed_blobs(connection: Connection) -> Iterator[DestroyedBlob]:
    """Of every recording that is destroyed and did not come back, what nothing else needed."""
    c = destruction_items.c
    rows = connection.execute(select(c.recording, c.blobs, c.shared).where(c.state == "done")).all()
    for row in rows:
        kept = set(json.loads(row.shared))
        for digest in json.loads(row.blobs):
            if digest not in kept:
                yield DestroyedBlob(row.recording, Digest(digest))


def ledger_rows(connection: Connection, size: int) -> Iterator[LedgerRow]:
    """The first `size` leaves in order."""
    query = select(ledger_entries).where(ledger_entries.c.idx < size).order_by(ledger_entries.c.idx)
    for row in connection.execute(query, execution_options=_STREAMED):
        yield LedgerRow(int(row.idx), row.type, row.at, stored_bytes(row.entry), stored_bytes(row.leaf_hash))


def beyond(connection: Connection, size: int) -> tuple[int, int]:
    """How many entries and how many checkpoints lie behind the first `size` leaves."""
    entries, signed = ledger_entries.c.idx, ledger_checkpoints.c.size
    return (
        int(connection.execute(select(func.count()).where(entries >= size)).scalar_one()),
        int(connection.execute(select(func.count()).where(signed > size)).scalar_one()),
    )


def entries_of_type(connection: Connection, type_: str) -> list[tuple[int, bytes]]:
    """(index, canonical JSON), in the ledger's order."""
    c = ledger_entries.c
    query = select(c.idx, c.entry).where(c.type == type_).order_by(c.idx)
    return [(int(row.idx), stored_bytes(row.entry)) for row in connection.execute(query)]


def tiles(connection: Connection) -> dict[tuple[int, int], bytes]:
    """Stored subtree roots by (level, number)."""
    rows = connection.execute(select(ledger_tiles))
    return {(int(row.level), int(row.idx)): stored_bytes(row.hash) for row in rows}


def checkpoints(connection: Connection, size: int) -> Iterator[Signed]:
    """Every checkpoint up to `size`, smallest first. A busy site has nearly as many of them as entries."""
    query = select(ledger_checkpoints).where(ledger_checkpoints.c.size <= size).order_by(ledger_checkpoints.c.size)
    for row in connection.execute(query, execution_options=_STREAMED):
        yield Signed(int(row.size), stored_bytes(row.root), str(row.note))


def sealed_attempts(connection: Connection) -> Iterator[SealedAttempt]:
    """Device files whose attempt says that they are safe."""
    c = attempts.c
    query = select(c.bay, c.path, c.original, c.recording).where(c.state.in_(("sealed", "clearing", "duplicate")))
    for row in connection.execute(query, execution_options=_STREAMED):
        yield SealedAttempt(row.bay, row.path, row.original, row.recording)


def known_recordings(connection: Connection) -> frozenset[str]:
    return frozenset(connection.execute(select(recordings.c.id)).scalars())


def recording_facts(connection: Connection) -> dict[str, RecordingFacts]:
    """What populations of samples are found by, as the last sealing of each recording says."""
    c = recordings.c
    query = select(c.id, c.entry, c.kind, c.unit, c.started_at)
    return {row.id: RecordingFacts(*row[1:]) for row in connection.execute(query)}
