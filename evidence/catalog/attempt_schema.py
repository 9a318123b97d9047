"""Operational table of intake: every attempt at a device file, with its state. Rules: `schema`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

attempts = Table(
    "attempts",
    metadata,
    _c("id", Integer, "row", primary_key=True),
    _c("bay", Text, "bay", index=True),
    _c("path", Text, "path below the bay, undecodable bytes as \\xNN"),
    _c("size_bytes", BigInteger, "length of the device file when noticed"),
    _c("mtime_ns", BigInteger, "modification time of the device file"),
    _c(
        "state",
        Text,
        "waiting | copying | keeping | indexing | sealing | sealed | duplicate | refused | failed | destroyed",
    ),
    _c("code", Text, "error code of a refusal or failure", nullable=True),
    _c("reason", Text, "refusal or failure in words", nullable=True),
    _c("original", Text, "SHA-256, once known", nullable=True),
    _c("recording", Text, "recording id, once known", nullable=True),
    _c("copied_bytes", BigInteger, "progress of the copy"),
    _c("tries", Integer, "how often it was tried"),
    _c("first_seen_at", Text, "when it was first noticed"),
    _c("updated_at", Text, "when the state last changed", index=True),
    _c("volume", Text, "on which volume its clearing began; null: not known, or never", nullable=True),
)
Index("attempts_file", attempts.c.bay, attempts.c.path, attempts.c.mtime_ns, attempts.c.size_bytes)
