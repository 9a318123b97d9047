"""Projected tables of item lists: what was proposed, and what came into force when. Rules as in
`evidence.catalog.schema`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

item_adoptions = Table(
    "item_adoptions",
    metadata,
    _c("entry", BigInteger, "ledger index of items.adopted", primary_key=True, autoincrement=False),
    _c("version", Text, "name of the list"),
    _c("items", Text, "SHA-256 of the TOML file"),
    _c("from_at", Text, "acts that begin from then on are judged by it"),
    _c("at", Text, "when it was adopted"),
    _c("by", Text, "configuration, or who approved it"),
    _c("proposal", Text, "proposal that it came from; none for the founding list", nullable=True),
)

item_proposals = Table(
    "item_proposals",
    metadata,
    _c("id", Text, "proposal id", primary_key=True),
    _c("version", Text, "name of the list"),
    _c("items", Text, "SHA-256 of the TOML file"),
    _c("base", Text, "SHA-256 of the list that it was compared with"),
    _c("from_at", Text, "wished beginning of its force", nullable=True),
    _c("note", Text, "why, in words"),
    _c("by", Text, "who proposed"),
    _c("at", Text, "when"),
    _c("state", Text, "waiting | approved | rejected"),
    _c("decided_by", Text, "who decided", nullable=True),
    _c("decided_at", Text, "when", nullable=True),
    _c("decision", Text, "in words", nullable=True),
    _c("entry", BigInteger, "ledger index of items.proposed"),
)

ITEM_TABLES = (item_adoptions, item_proposals)
