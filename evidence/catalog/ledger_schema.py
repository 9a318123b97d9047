"""Tables of the ledger: append-only, the truth. Rules: `schema`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, PrimaryKeyConstraint, Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

ledger_entries = Table(
    "ledger_entries",
    metadata,
    _c(
        "idx",
        BigInteger().with_variant(Integer, "sqlite"),
        "leaf number from 0",
        primary_key=True,
        autoincrement=False,
    ),
    _c("type", Text, "entry type, copied from the entry for searching"),
    _c("at", Text, "time of the entry, copied from the entry for searching"),
    _c("entry", LargeBinary, "canonical JSON: the leaf's data"),
    _c("leaf_hash", LargeBinary, "RFC 6962 leaf hash, 32 bytes"),
)
Index("ledger_entries_type_at", ledger_entries.c.type, ledger_entries.c.at)

ledger_tiles = Table(
    "ledger_tiles",
    metadata,
    _c("level", Integer, "height of the complete subtree: 8, 16, 24 …"),
    _c("idx", BigInteger, "number of the subtree at that height"),
    _c("hash", LargeBinary, "RFC 6962 subtree root, 32 bytes"),
    PrimaryKeyConstraint("level", "idx"),
)

ledger_checkpoints = Table(
    "ledger_checkpoints",
    metadata,
    _c(
        "size",
        BigInteger().with_variant(Integer, "sqlite"),
        "number of leaves it covers",
        primary_key=True,
        autoincrement=False,
    ),
    _c("root", LargeBinary, "RFC 6962 root, 32 bytes"),
    _c("note", Text, "C2SP signed note"),
)

ledger_head = Table(
    "ledger_head",
    metadata,
    _c(
        "id",
        Integer,
        "always 1: the row every appending transaction locks",
        primary_key=True,
        autoincrement=False,
    ),
    _c("size", BigInteger, "number of leaves"),
)
