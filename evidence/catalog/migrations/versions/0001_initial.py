"""The tables of the first release.

Written once from `evidence.catalog.schema` and never changed again: later versions add files beside this one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("name", sa.Text(), nullable=False, comment="sign-in name"),
        sa.Column("display_name", sa.Text(), nullable=False, comment="name shown to people"),
        sa.Column(
            "roles",
            sa.Text(),
            nullable=False,
            comment="comma-separated: officer supervisor legal oversight custodian admin",
        ),
        sa.Column("unit", sa.Text(), nullable=True, comment="unit"),
        sa.Column("password", sa.Text(), nullable=False, comment="argon2id hash"),
        sa.Column("enabled", sa.Boolean(), nullable=False, comment="may sign in"),
        sa.Column("created_at", sa.Text(), nullable=False, comment="when"),
        sa.Column("updated_at", sa.Text(), nullable=False, comment="when"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False, comment="row"),
        sa.Column("bay", sa.Text(), nullable=False, comment="bay"),
        sa.Column("path", sa.Text(), nullable=False, comment="path below the bay, undecodable bytes as \\xNN"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="length of the device file when noticed"),
        sa.Column("mtime_ns", sa.BigInteger(), nullable=False, comment="modification time of the device file"),
        sa.Column(
            "state",
            sa.Text(),
            nullable=False,
            comment="waiting | copying | keeping | indexing | sealing | sealed | duplicate | refused | failed",
        ),
        sa.Column("code", sa.Text(), nullable=True, comment="error code of a refusal or failure"),
        sa.Column("reason", sa.Text(), nullable=True, comment="refusal or failure in words"),
        sa.Column("original", sa.Text(), nullable=True, comment="SHA-256, once known"),
        sa.Column("recording", sa.Text(), nullable=True, comment="recording id, once known"),
        sa.Column("copied_bytes", sa.BigInteger(), nullable=False, comment="progress of the copy"),
        sa.Column("tries", sa.Integer(), nullable=False, comment="how often it was tried"),
        sa.Column("first_seen_at", sa.Text(), nullable=False, comment="when it was first noticed"),
        sa.Column("updated_at", sa.Text(), nullable=False, comment="when the state last changed"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("attempts_file", "attempts", ["bay", "path", "mtime_ns", "size_bytes"], unique=False)
    op.create_index(op.f("ix_attempts_bay"), "attempts", ["bay"], unique=False)
    op.create_index(op.f("ix_attempts_updated_at"), "attempts", ["updated_at"], unique=False)
    op.create_table(
        "ledger_checkpoints",
        sa.Column(
            "size",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="number of leaves it covers",
        ),
        sa.Column("root", sa.LargeBinary(), nullable=False, comment="RFC 6962 root, 32 bytes"),
        sa.Column("note", sa.Text(), nullable=False, comment="C2SP signed note"),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "ledger_entries",
        sa.Column(
            "idx",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="leaf number from 0",
        ),
        sa.Column("type", sa.Text(), nullable=False, comment="entry type, copied from the entry for searching"),
        sa.Column("at", sa.Text(), nullable=False, comment="time of the entry, copied from the entry for searching"),
        sa.Column("entry", sa.LargeBinary(), nullable=False, comment="canonical JSON: the leaf's data"),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False, comment="RFC 6962 leaf hash, 32 bytes"),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_index("ledger_entries_type_at", "ledger_entries", ["type", "at"], unique=False)
    op.create_table(
        "ledger_head",
        sa.Column(
            "id",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="always 1: the row every appending transaction locks",
        ),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="number of leaves"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "ledger_tiles",
        sa.Column("level", sa.Integer(), nullable=False, comment="height of the complete subtree: 8, 16, 24 …"),
        sa.Column("idx", sa.BigInteger(), nullable=False, comment="number of the subtree at that height"),
        sa.Column("hash", sa.LargeBinary(), nullable=False, comment="RFC 6962 subtree root, 32 bytes"),
        sa.PrimaryKeyConstraint("level", "idx"),
    )
    op.create_table(
        "recordings",
        sa.Column("id", sa.Text(), nullable=False, comment="recording id, follows from the original's digest"),
        sa.Column("original", sa.Text(), nullable=False, comment="SHA-256 of the original's bytes"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="length of the original"),
        sa.Column("kind", sa.Text(), nullable=False, comment="video | audio | photo | other"),
        sa.Column("container", sa.Text(), nullable=False, comment="FFmpeg's short name, empty if unreadable"),
        sa.Column("playback", sa.Text(), nullable=False, comment="direct | packaged | copy | image | none"),
        sa.Column("playback_reason", sa.Text(), nullable=False, comment="why it is not direct, in words"),
        sa.Column("name", sa.Text(), nullable=False, comment="file name on the device, for people"),
        sa.Column("bay", sa.Text(), nullable=False, comment="bay it was first taken in from"),
        sa.Column("path", sa.Text(), nullable=False, comment="path below the bay"),
        sa.Column("device", sa.Text(), nullable=True, comment="device number, if known"),
        sa.Column("officer", sa.Text(), nullable=True, comment="officer number or name, if known"),
        sa.Column("unit", sa.Text(), nullable=True, comment="unit, if known"),
        sa.Column("sequence", sa.BigInteger(), nullable=True, comment="the device's running number"),
        sa.Column("key_mark", sa.Boolean(), nullable=False, comment="the officer marked it important"),
        sa.Column("profile", sa.Text(), nullable=True, comment="file-name profile that matched"),
        sa.Column(
            "started_at",
            sa.Text(),
            nullable=False,
            comment="best known start; falls back to receipt minus duration",
        ),
        sa.Column("started_at_origin", sa.Text(), nullable=False, comment="which time source was believed"),
        sa.Column("received_at", sa.Text(), nullable=False, comment="when the server had it durably"),
        sa.Column("duration_ms", sa.BigInteger(), nullable=False, comment="presentation duration"),
        sa.Column("width", sa.Integer(), nullable=False, comment="pixels, 0 if none"),
        sa.Column("height", sa.Integer(), nullable=False, comment="pixels, 0 if none"),
        sa.Column("video_codec", sa.Text(), nullable=False, comment="FFmpeg's short name, empty if none"),
        sa.Column("audio_codec", sa.Text(), nullable=False, comment="FFmpeg's short name, empty if none"),
        sa.Column("n_segments", sa.Integer(), nullable=False, comment="number of sealed segments"),
        sa.Column("n_warnings", sa.Integer(), nullable=False, comment="number of warnings in the manifest"),
        sa.Column("manifest", sa.Text(), nullable=False, comment="SHA-256 of the manifest blob"),
        sa.Column("samples", sa.Text(), nullable=True, comment="SHA-256 of the sample table blob"),
        sa.Column("au_digests", sa.Text(), nullable=True, comment="SHA-256 of the access-unit digest blob"),
        sa.Column("init", sa.Text(), nullable=True, comment="SHA-256 of the init segment blob"),
        sa.Column(
            "details",
            sa.Text(),
            nullable=False,
            comment="JSON: identity, tracks, warnings, as in the manifest",
        ),
        sa.Column("sealed_at", sa.Text(), nullable=False, comment="time of the ledger entry"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of recording.sealed"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("original"),
    )
    op.create_index(op.f("ix_recordings_received_at"), "recordings", ["received_at"], unique=False)
    op.create_index(op.f("ix_recordings_started_at"), "recordings", ["started_at"], unique=False)
    op.create_index("recordings_device", "recordings", ["device", "started_at"], unique=False)
    op.create_index("recordings_officer", "recordings", ["officer", "started_at"], unique=False)
    op.create_index("recordings_unit", "recordings", ["unit", "started_at"], unique=False)
    op.create_table(
        "refusals",
        sa.Column(
            "entry",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="ledger index of viewing.refused",
        ),
        sa.Column("account", sa.Text(), nullable=False, comment="who asked"),
        sa.Column("address", sa.Text(), nullable=False, comment="from where"),
        sa.Column("scope", sa.Text(), nullable=False, comment="recording | library"),
        sa.Column("recording", sa.Text(), nullable=True, comment="recording id"),
        sa.Column("purpose", sa.Text(), nullable=False, comment="code of the purpose"),
        sa.Column("reason", sa.Text(), nullable=False, comment="why not"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("id", sa.Integer(), nullable=False, comment="row"),
        sa.Column("account", sa.Text(), nullable=False, comment="name that was tried"),
        sa.Column("address", sa.Text(), nullable=False, comment="from where"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_sign_in_failures_account"), "sign_in_failures", ["account"], unique=False)
    op.create_index(op.f("ix_sign_in_failures_address"), "sign_in_failures", ["address"], unique=False)
    op.create_index(op.f("ix_sign_in_failures_at"), "sign_in_failures", ["at"], unique=False)
    op.create_table(
        "viewings",
        sa.Column("id", sa.Text(), nullable=False, comment="viewing id"),
        sa.Column("account", sa.Text(), nullable=False, comment="who"),
        sa.Column("display_name", sa.Text(), nullable=False, comment="the account's name at the time"),
        sa.Column("roles", sa.Text(), nullable=False, comment="roles at the time, comma-separated"),
        sa.Column("session", sa.Text(), nullable=False, comment="short hash of the session"),
        sa.Column("address", sa.Text(), nullable=False, comment="from where"),
        sa.Column("user_agent", sa.Text(), nullable=False, comment="browser"),
        sa.Column("scope", sa.Text(), nullable=False, comment="recording | library"),
        sa.Column("recording", sa.Text(), nullable=True, comment="recording id, for scope recording"),
        sa.Column("purpose", sa.Text(), nullable=False, comment="code of the purpose"),
        sa.Column("note", sa.Text(), nullable=False, comment="purpose in the viewer's words"),
        sa.Column("case", sa.Text(), nullable=True, comment="case number, if given"),
        sa.Column("policies", sa.Text(), nullable=False, comment="rules that allowed it, comma-separated"),
        sa.Column("opened_at", sa.Text(), nullable=False, comment="when"),
        sa.Column("expires_at", sa.Text(), nullable=False, comment="when the grant runs out"),
        sa.Column("closed_at", sa.Text(), nullable=True, comment="when it ended"),
        sa.Column("closed_reason", sa.Text(), nullable=True, comment="how it ended"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of viewing.opened"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(op.f("ix_viewings_account"), "viewings", ["account"], unique=False)
    op.create_index(op.f("ix_viewings_opened_at"), "viewings", ["opened_at"], unique=False)
    op.create_index(op.f("ix_viewings_recording"), "viewings", ["recording"], unique=False)
    op.create_table(
        "deliveries",
        sa.Column(
            "entry",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
            comment="ledger index of viewing.delivered",
        ),
        sa.Column("viewing", sa.Text(), nullable=False, comment="viewing id"),
        sa.Column("recording", sa.Text(), nullable=False, comment="recording id"),
        sa.Column("item", sa.Text(), nullable=False, comment="segment | photo | thumbnail"),
        sa.Column("seq", sa.Integer(), nullable=True, comment="segment number"),
        sa.Column("start_ms", sa.BigInteger(), nullable=False, comment="presentation time"),
        sa.Column("end_ms", sa.BigInteger(), nullable=False, comment="half-open"),
        sa.Column("source", sa.Text(), nullable=False, comment="original | viewing-copy | thumbnails"),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.ForeignKeyConstraint(
            ["viewing"],
            ["viewings.id"],
        ),
        sa.PrimaryKeyConstraint("entry"),
    )
    op.create_index("deliveries_viewing", "deliveries", ["viewing", "entry"], unique=False)
    op.create_index(op.f("ix_deliveries_recording"), "deliveries", ["recording"], unique=False)
    op.create_table(
        "renders",
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of viewing.rendered"),
        sa.Column("n", sa.Integer(), nullable=False, comment="number of the span in the entry"),
        sa.Column("viewing", sa.Text(), nullable=False, comment="viewing id"),
        sa.Column("recording", sa.Text(), nullable=False, comment="recording id"),
        sa.Column("start_ms", sa.BigInteger(), nullable=False, comment="presentation time claimed as shown"),
        sa.Column("end_ms", sa.BigInteger(), nullable=False, comment="half-open"),
        sa.Column("rate_permille", sa.Integer(), nullable=False, comment="playback rate x 1000"),
        sa.Column("visible", sa.Boolean(), nullable=False, comment="the page was in front"),
        sa.Column(
            "undelivered_ms",
            sa.BigInteger(),
            nullable=False,
            comment="of the entry: shown but never delivered",
        ),
        sa.Column("at", sa.Text(), nullable=False, comment="when"),
        sa.ForeignKeyConstraint(
            ["viewing"],
            ["viewings.id"],
        ),
        sa.PrimaryKeyConstraint("entry", "n"),
    )
    op.create_index(op.f("ix_renders_recording"), "renders", ["recording"], unique=False)
    op.create_index(op.f("ix_renders_viewing"), "renders", ["viewing"], unique=False)
    op.create_table(
        "renditions",
        sa.Column("recording", sa.Text(), nullable=False, comment="recording id"),
        sa.Column("kind", sa.Text(), nullable=False, comment="viewing-copy | thumbnails | phashes"),
        sa.Column("state", sa.Text(), nullable=False, comment="made | failed"),
        sa.Column("blob", sa.Text(), nullable=True, comment="SHA-256 of the derived file"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=True, comment="length"),
        sa.Column("tool", sa.Text(), nullable=True, comment="program and version"),
        sa.Column("params", sa.Text(), nullable=True, comment="JSON of how it was made"),
        sa.Column("index", sa.Text(), nullable=True, comment="SHA-256 of its sample table, for a viewing copy"),
        sa.Column("init", sa.Text(), nullable=True, comment="SHA-256 of its init segment, for a viewing copy"),
        sa.Column("reason", sa.Text(), nullable=True, comment="why it failed"),
        sa.Column("at", sa.Text(), nullable=False, comment="time of the latest entry"),
        sa.Column("entry", sa.BigInteger(), nullable=False, comment="ledger index of the latest entry"),
        sa.ForeignKeyConstraint(
            ["recording"],
            ["recordings.id"],
        ),
        sa.PrimaryKeyConstraint("recording", "kind"),
    )
    op.create_table(
        "segments",
        sa.Column("recording", sa.Text(), nullable=False, comment="recording id"),
        sa.Column("seq", sa.Integer(), nullable=False, comment="number from 0"),
        sa.Column("start_ms", sa.BigInteger(), nullable=False, comment="presentation time from the first picture"),
        sa.Column("end_ms", sa.BigInteger(), nullable=False, comment="half-open"),
        sa.Column("start_pts", sa.BigInteger(), nullable=False, comment="first track's ticks, raw media time"),
        sa.Column("end_pts", sa.BigInteger(), nullable=False, comment="half-open"),
        sa.Column("timescale", sa.Integer(), nullable=False, comment="ticks per second of that track"),
        sa.Column("statement", sa.Text(), nullable=False, comment="SHA-256 of the signed segment statement"),
        sa.ForeignKeyConstraint(
            ["recording"],
            ["recordings.id"],
        ),
        sa.PrimaryKeyConstraint("recording", "seq"),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.Text(), nullable=False, comment="SHA-256 of the cookie's token"),
        sa.Column("account", sa.Text(), nullable=False, comment="sign-in name"),
        sa.Column("csrf", sa.Text(), nullable=False, comment="token that unsafe requests must carry"),
        sa.Column("address", sa.Text(), nullable=False, comment="from where it was opened"),
        sa.Column("created_at", sa.Text(), nullable=False, comment="when"),
        sa.Column("last_seen_at", sa.Text(), nullable=False, comment="when it was last used, to the minute"),
        sa.Column("expires_at", sa.Text(), nullable=False, comment="when it ends at the latest"),
        sa.ForeignKeyConstraint(
            ["account"],
            ["accounts.name"],
        ),
        sa.PrimaryKeyConstraint("token_hash"),
    )
    op.create_index(op.f("ix_sessions_account"), "sessions", ["account"], unique=False)
    op.create_table(
        "sidecars",
        sa.Column("recording", sa.Text(), nullable=False, comment="recording the sidecar belongs to"),
        sa.Column("blob", sa.Text(), nullable=False, comment="SHA-256 of the sidecar file"),
        sa.Column("name", sa.Text(), nullable=False, comment="file name on the device"),
        sa.Column("kind", sa.Text(), nullable=False, comment="gps | subtitle | other"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="length"),
        sa.ForeignKeyConstraint(
            ["recording"],
            ["recordings.id"],
        ),
        sa.PrimaryKeyConstraint("recording", "blob", "name"),
    )
    op.create_table(
        "sources",
        sa.Column("recording", sa.Text(), nullable=False, comment="recording id"),
        sa.Column("bay", sa.Text(), nullable=False, comment="bay"),
        sa.Column("path", sa.Text(), nullable=False, comment="path below the bay"),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False, comment="length of the device file"),
        sa.Column("mtime", sa.Text(), nullable=False, comment="modification time on the device"),
        sa.Column("seen_at", sa.Text(), nullable=False, comment="when it was taken in or sighted"),
        sa.Column("cleared_at", sa.Text(), nullable=True, comment="when the device file was deleted by us"),
        sa.ForeignKeyConstraint(
            ["recording"],
            ["recordings.id"],
        ),
        sa.PrimaryKeyConstraint("recording", "bay", "path", "mtime"),
    )
    op.execute("INSERT INTO ledger_head (id, size) VALUES (1, 0)")
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE VIRTUAL TABLE recording_search USING fts5(recording UNINDEXED, terms, tokenize='ascii')")
    else:
        op.execute("CREATE TABLE recording_search (recording text PRIMARY KEY, terms tsvector NOT NULL)")
        op.execute("CREATE INDEX recording_search_terms ON recording_search USING gin (terms)")


def downgrade() -> None:
    raise NotImplementedError("An evidence database is never downgraded: restore a backup instead.")
