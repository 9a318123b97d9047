"""Projected tables of holds, changes of retention and destruction. Rules as in `evidence.catalog.schema`."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

holds = Table(
    "holds",
    metadata,
    _c("id", Text, "hold id", primary_key=True),
    _c("on", Text, "recording | case | subject | device"),
    _c("target", Text, "id, name or number of what is held", index=True),
    _c("from_at", Text, "for a device: footage of this time on", nullable=True),
    _c("until_at", Text, "for a device: and before this", nullable=True),
    _c("reason", Text, "in words"),
    _c("by", Text, "who set it"),
    _c("at", Text, "when"),
    _c("entry", BigInteger, "ledger index of hold.set"),
    _c("lifted_by", Text, "who lifted it: never who set it", nullable=True),
    _c("lifted_at", Text, "when", nullable=True),
    _c("lifted_reason", Text, "in words", nullable=True),
)

retention_changes = Table(
    "retention_changes",
    metadata,
    _c("id", Text, "change id", primary_key=True),
    _c("of", Text, "items | recordings | case"),
    _c("items", Text, "version of the item list whose classes are to be in force", nullable=True),
    _c("recordings", Text, "JSON: recordings that get the class"),
    _c("case", Text, "case that gets the class", nullable=True),
    _c("code", Text, "the class", nullable=True),
    _c("n_expired", BigInteger, "recordings that would be expired at once, as simulated"),
    _c("n_sooner", BigInteger, "that would expire sooner"),
    _c("n_later", BigInteger, "that would expire later"),
    _c("reason", Text, "in words"),
    _c("by", Text, "who proposed it"),
    _c("at", Text, "when"),
    _c("state", Text, "proposed | approved | cancelled | in-force", index=True),
    _c("due_at", Text, "not in force before, once approved", nullable=True),
    _c("ended_by", Text, "who cancelled it", nullable=True),
    _c("ended_at", Text, "when it was cancelled or came into force", nullable=True),
    _c("ended_reason", Text, "why it was cancelled", nullable=True),
    _c("ended_entry", BigInteger, "ledger index of that", nullable=True),
    _c("entry", BigInteger, "ledger index of retention.proposed"),
)

retention_approvals = Table(
    "retention_approvals",
    metadata,
    _c("change", Text, "change id", ForeignKey("retention_changes.id")),
    _c("by", Text, "who approved"),
    _c("at", Text, "when"),
    _c("note", Text, "in words"),
    PrimaryKeyConstraint("change", "by"),
)

retention_classes = Table(
    "retention_classes",
    metadata,
    _c("on", Text, "recording | case"),
    _c("target", Text, "recording or case id"),
    _c("code", Text, "class that people gave it"),
    _c("change", Text, "change that it rests on"),
    PrimaryKeyConstraint("on", "target"),
)

destructions = Table(
    "destructions",
    metadata,
    _c("id", Text, "destruction id", primary_key=True),
    _c("reason", Text, "in words"),
    _c("by", Text, "who requested it"),
    _c("at", Text, "when"),
    _c("state", Text, "requested | approved | cancelled | done", index=True),
    _c("approved_by", Text, "who approved it", nullable=True),
    _c("approved_at", Text, "when", nullable=True),
    _c("approved_note", Text, "in words", nullable=True),
    _c("due_at", Text, "nothing is destroyed before", nullable=True),
    _c("cancelled_by", Text, "who cancelled it", nullable=True),
    _c("cancelled_at", Text, "when", nullable=True),
    _c("cancelled_reason", Text, "in words", nullable=True),
    _c("facts", Text, "SHA-256 of the certificate's signed facts", nullable=True),
    _c("pdf", Text, "SHA-256 of the certificate's PDF", nullable=True),
    _c("pdf_bytes", BigInteger, "length of the PDF", nullable=True),
    _c("entry", BigInteger, "ledger index of destruction.requested"),
)

destruction_items = Table(
    "destruction_items",
    metadata,
    _c("destruction", Text, "destruction id", ForeignKey("destructions.id")),
    _c("recording", Text, "recording id", ForeignKey("recordings.id"), index=True),
    _c("state", Text, "listed | spared | begun | done | returned: docked again later"),
    _c("reason", Text, "why it was spared", nullable=True),
    _c("original", Text, "SHA-256 of what was destroyed", nullable=True),
    _c("manifest", Text, "SHA-256 of the manifest, which is kept", nullable=True),
    _c("size_bytes", BigInteger, "length of the original", nullable=True),
    _c("blobs", Text, "JSON: blobs that had to go", nullable=True),
    _c("shared", Text, "JSON: those of them that something else needs", nullable=True),
    _c("code", Text, "class that it expired by", nullable=True),
    _c("expired_at", Text, "when it expired", nullable=True),
    _c("begun_at", Text, "when its bytes began to go", nullable=True),
    _c("begun_entry", BigInteger, "ledger index of destruction.begun", nullable=True),
    _c("done_at", Text, "when they were gone", nullable=True),
    _c("done_entry", BigInteger, "ledger index of destruction.done", nullable=True),
    _c("returned_at", Text, "when the same content was docked again", nullable=True),
    PrimaryKeyConstraint("destruction", "recording"),
)
Index("destruction_items_state", destruction_items.c.state)

RETENTION_TABLES = (
    holds, retention_changes, retention_approvals, retention_classes, destructions, destruction_items,
)  # fmt: skip
