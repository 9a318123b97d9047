"""Operational tables of accounts: who may sign in, who is signed in, which sign-ins failed. Rules: `schema`."""

from __future__ import annotations

from sqlalchemy import Boolean, ForeignKey, Integer, Table, Text

from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

accounts = Table(
    "accounts",
    metadata,
    _c("name", Text, "sign-in name", primary_key=True),
    _c("display_name", Text, "name shown to people"),
    _c("roles", Text, "comma-separated: officer supervisor legal oversight custodian admin"),
    _c("unit", Text, "unit", nullable=True),
    _c("password", Text, "argon2id hash"),
    _c("enabled", Boolean, "may sign in"),
    _c("created_at", Text, "when"),
    _c("updated_at", Text, "when"),
)

sessions = Table(
    "sessions",
    metadata,
    _c("token_hash", Text, "SHA-256 of the cookie's token", primary_key=True),
    _c("account", Text, "sign-in name", ForeignKey("accounts.name"), index=True),
    _c("csrf", Text, "token that unsafe requests must carry"),
    _c("address", Text, "from where it was opened"),
    _c("created_at", Text, "when"),
    _c("last_seen_at", Text, "when it was last used, to the minute"),
    _c("expires_at", Text, "when it ends at the latest"),
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    _c("id", Integer, "row", primary_key=True),
    _c("account", Text, "name that was tried", index=True),
    _c("address", Text, "from where", index=True),
    _c("at", Text, "when", index=True),
)
