"""Recordings that nobody has looked through yet: for time slates, or for what they say about a clock. Never writes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, or_, select

from evidence.catalog.retention_facts import gone
from evidence.catalog.schema import recordings, renditions
from evidence.catalog.typed_rows import typed

# They have the server's time.
_SERVER = ("server", "live")
_TIMED = ("video", "audio")


@dataclass(frozen=True, slots=True)
class Handed:
    """Recordings meant: these, and those of these people or devices that came in since."""

    ids: tuple[str, ...]
    officers: tuple[str, ...]
    devices: tuple[str, ...]
    since: str


@dataclass(frozen=True, slots=True)
class LookRow:
    id: str
    name: str


def unsearched(connection: Connection, handed: Handed) -> tuple[LookRow, ...]:
    """Those that may show a time slate and were not looked through for one. What could not be is not among them."""
    r, d = recordings.c, renditions.c
    done = exists().where(d.recording == r.id, d.kind == "slates")
    return _found(connection, handed, r.kind == "video", r.width > 0, r.playback != "none", ~done)


def unmeasured(connection: Connection, handed: Handed, measured_to: int) -> tuple[LookRow, ...]:
    """Those of devices that were sealed behind the ledger entry up to which clocks were measured."""
    r = recordings.c
    own = r.started_at_origin.not_in(_SERVER)
    return _found(connection, handed, r.entry > measured_to, r.device.is_not(None), r.kind.in_(_TIMED), own)


def _found(connection: Connection, handed: Handed, *claims: ColumnElement[Any]) -> tuple[LookRow, ...]:
    r = recordings.c
    theirs = or_(r.officer.in_(handed.officers), r.device.in_(handed.devices))
    found: dict[str, LookRow] = {}
    for meant in ((r.id.in_(handed.ids),), (theirs, r.received_at >= handed.since)):
        query = select(r.id, r.name).where(*meant, *claims, r.id.not_in(gone()))
        found |= {row.id: row for row in typed(connection, LookRow, query.order_by(r.id))}
    return tuple(sorted(found.values(), key=lambda row: (row.name, row.id)))
