"""Which recordings have which derived copies."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, literal, or_, select, union_all

from evidence.catalog.schema import recordings, renditions
from evidence.records import RecordingId


def is_decided(connection: Connection, recording: RecordingId, kind: str, after: int = -1) -> bool:
    """True if the rendition was made, or failed by an entry behind `after`: who asks again names the failure it had."""
    row = connection.execute(_outcome(recording, kind)).first()
    return row is not None and (row.state == "made" or row.entry > after)


def failed_entry(connection: Connection, recording: RecordingId, kind: str) -> int:
    """The ledger entry that says that it could not be made; -1 if none does."""
    row = connection.execute(_outcome(recording, kind)).first()
    return int(row.entry) if row is not None and row.state == "failed" else -1


def _outcome(recording: RecordingId, kind: str) -> Select[Any]:
    c = renditions.c
    return select(c.state, c.entry).where(c.recording == recording, c.kind == kind)


def original_of(connection: Connection, recording: RecordingId) -> str | None:
    return connection.execute(select(recordings.c.original).where(recordings.c.id == recording)).scalar()


def latest_entry(connection: Connection) -> int:
    """The ledger entry that sealed the latest recording; -1 if there is none."""
    found = connection.execute(select(func.max(recordings.c.entry))).scalar()
    return -1 if found is None else int(found)


def missing(
    connection: Connection, limit: int, recording: RecordingId | None = None, *, after: int = -1
) -> list[tuple[RecordingId, str]]:
    """(recording, kind) for every rendition that should exist and does not, latest recordings first; of those that
    were sealed by an entry behind `after`.

    Thumbnails for what has a picture that can be decoded, hashes for video, observations for video and sound, a
    viewing copy where the index said so, time slates in video.
    """
    c = recordings.c
    picture = and_(c.playback != "none", or_(c.kind == "photo", and_(c.kind == "video", c.width > 0)))
    wishes = {
        "thumbnails": picture,
        "phashes": and_(picture, c.kind == "video"),
        "observations": and_(c.playback != "none", or_(and_(c.kind == "video", c.width > 0), c.kind == "audio")),
        "viewing-copy": c.playback == "copy",
        "slates": and_(picture, c.kind == "video"),
    }
    parts = []
    for kind, wish in wishes.items():
        there = exists().where(renditions.c.recording == c.id, renditions.c.kind == kind)
        query = select(c.id, literal(kind).label("kind"), c.received_at).where(wish, ~there, c.entry > after)
        parts.append(query if recording is None else query.where(c.id == recording))
    found = union_all(*parts).subquery()
    order = select(found.c.id, found.c.kind).order_by(found.c.received_at.desc(), found.c.id).limit(limit)
    return [(RecordingId(row[0]), str(row[1])) for row in connection.execute(order)]
