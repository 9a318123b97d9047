"""Projected tables of random samples: what `evidence.sample_entries` add up to."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Integer, PrimaryKeyConstraint, Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

samples = Table(
    "samples",
    metadata,
    _c("id", Text, "sample id", primary_key=True),
    _c("spec", Text, "how it is drawn"),
    _c("title", Text, "in words"),
    _c("of", Text, "recordings | activities"),
    _c("unit", Text, "of this unit; null: of all", nullable=True, index=True),
    _c("from_at", Text, "begun from"),
    _c("to_at", Text, "half-open"),
    _c("items", Text, "JSON: codes of the item list; none: of all"),
    _c("population", Text, "SHA-256 of the list of ids"),
    _c("root", Text, "RFC 6962 root over the ids"),
    _c("n_population", BigInteger, "how many ids"),
    _c("size", Integer, "how many are drawn"),
    _c("permille", Integer, "the share that was asked for", nullable=True),
    _c("nonce_digest", Text, "SHA-256 of the server's nonce"),
    _c("word_digest", Text, "SHA-256 of the person's word"),
    _c("by", Text, "who committed to it"),
    _c("display_name", Text, "that account's name then"),
    _c("at", Text, "when", index=True),
    _c("state", Text, "committed | drawn | abandoned"),
    _c("nonce", Text, "hex, once drawn", nullable=True),
    _c("word", Text, "once drawn", nullable=True),
    _c("seed", Text, "hex, once drawn", nullable=True),
    _c("drawn_at", Text, "when it was drawn", nullable=True),
    _c("drawn_by", Text, "by whom", nullable=True),
    _c("drawn_entry", BigInteger, "ledger index of sample.drawn", nullable=True),
    _c("abandoned_at", Text, "when it was abandoned", nullable=True),
    _c("abandoned_by", Text, "by whom", nullable=True),
    _c("reason", Text, "why", nullable=True),
    _c("entry", BigInteger, "ledger index of sample.committed"),
)

sample_items = Table(
    "sample_items",
    metadata,
    _c("sample", Text, "sample id", ForeignKey("samples.id")),
    _c("n", Integer, "order of the draw, from 0"),
    _c("item", Text, "recording or activity"),
    PrimaryKeyConstraint("sample", "n"),
)

sample_reviews = Table(
    "sample_reviews",
    metadata,
    _c(
        "entry",
        BigInteger().with_variant(Integer, "sqlite"),
        "ledger index of sample.reviewed",
        primary_key=True,
        autoincrement=False,
    ),
    _c("sample", Text, "sample id", ForeignKey("samples.id"), index=True),
    _c("item", Text, "recording or activity"),
    _c("result", Text, "in-order | flaw"),
    _c("words", Text, "what was found"),
    _c("recordings", Text, "JSON: recordings that were to be watched"),
    _c("duration_ms", BigInteger, "of these together"),
    _c("delivered_ms", BigInteger, "of it handed to the reviewer"),
    _c("rendered_ms", BigInteger, "of it claimed by the player and delivered"),
    _c("by", Text, "who reviewed it"),
    _c("display_name", Text, "that account's name then"),
    _c("at", Text, "when"),
)

SAMPLE_TABLES = (samples, sample_items, sample_reviews)
