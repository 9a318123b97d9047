"""Every column that names a blob is known to destruction: what something else needs stays."""

from __future__ import annotations

from evidence.catalog.schema import PROJECTED
from evidence.catalog.shared_blobs import ALWAYS, OF_RECORDINGS

# Digests that name no blob, or the blobs of what was destroyed.
_NO_BLOBS = {
    "segments.statement",
    "live_segments.digest",
    "live_segments.statement",
    "item_proposals.base",  # the list that another row names
    "samples.nonce_digest",
    "samples.word_digest",
    "destruction_items.original",
    "destruction_items.manifest",
}


def test_every_column_that_names_a_blob() -> None:
    said = {f"{t.name}.{c.name}" for t in PROJECTED for c in t.columns if str(c.comment).startswith("SHA-256")}
    known = {f"{c.table.name}.{c.name}" for c in (*ALWAYS, *(column for column, _owner in OF_RECORDINGS))}
    assert said - _NO_BLOBS == known
