"""Table `copies_in_hand`: blobs of copies that are being made, named before they are kept and until a ledger entry
names them. A process that is killed in between leaves no copy that nobody knows of: destruction takes it along, and
the next try puts it away. Operational: no statement about evidence, never rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, PrimaryKeyConstraint, Table, Text, delete, insert, select

from evidence.canonical import Digest
from evidence.catalog.columns import column as _c
from evidence.catalog.columns import metadata

copies_in_hand = Table(
    "copies_in_hand",
    metadata,
    _c("recording", Text, "recording id"),
    _c("kind", Text, "as renditions.kind"),
    _c("blob", Text, "SHA-256 of what is kept", index=True),
    PrimaryKeyConstraint("recording", "kind", "blob"),
)


def name(connection: Connection, recording: str, kind: str, blob: Digest) -> None:
    """Before the bytes get their address. Naming it again changes nothing."""
    c = copies_in_hand.c
    row = {"recording": recording, "kind": kind, "blob": blob}
    known = select(c.blob).where(c.recording == recording, c.kind == kind, c.blob == blob)
    if connection.execute(known).first() is None:
        connection.execute(insert(copies_in_hand), row)


def in_hand(connection: Connection, recording: str, kind: str | None = None) -> tuple[Digest, ...]:
    """What is kept of a recording, or of one kind of copy, and no entry names."""
    c = copies_in_hand.c
    query = select(c.blob).where(c.recording == recording).order_by(c.kind, c.blob)
    return tuple(
        Digest(blob) for blob in connection.execute(query if kind is None else query.where(c.kind == kind)).scalars()
    )


def forget(connection: Connection, recording: str, kind: str | None = None) -> None:
    """A ledger entry names them, or they are gone."""
    c = copies_in_hand.c
    query = delete(copies_in_hand).where(c.recording == recording)
    connection.execute(query if kind is None else query.where(c.kind == kind))


def forget_blobs(connection: Connection, recording: str, blobs: Iterable[Digest]) -> None:
    """These are gone; what was kept of it since is not."""
    c = copies_in_hand.c
    connection.execute(delete(copies_in_hand).where(c.recording == recording, c.blob.in_(tuple(blobs))))


def all_in_hand(connection: Connection) -> Iterable[tuple[Digest, str]]:
    """(blob, recording)"""
    c = copies_in_hand.c
    for row in connection.execute(select(c.blob, c.recording).order_by(c.blob)):
        yield Digest(row.blob), row.recording
