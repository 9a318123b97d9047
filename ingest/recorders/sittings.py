"""Sittings: begun, marked, noted, ended, and the receipt at the end. Thread-safe; every call blocks until durable.

The order holds whatever is killed: `sitting.started` is durable before the room records for it, and `sitting.ended`
follows when everything recorded until then is. A sitting that was open when the server stopped goes on.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

import structlog
from sqlalchemy import Engine

from evidence.blobs.store import Blobs
from evidence.catalog.engine import connected
from evidence.catalog.room_footage import room_footage, sitting_recordings
from evidence.catalog.sitting_queries import SittingRow, find_sitting, open_sittings
from evidence.clock import Clock, from_text, to_text
from evidence.entries import SittingEnded, SittingMarked, SittingNoted, SittingReceipt, SittingStarted
from evidence.errors import Conflict, Invalid, MediadError, NotFound
from evidence.ledger import Ledger
from evidence.live import SittingId
from evidence.paper.typesetter import TOOL
from evidence.sittings import Actor, NewSitting, new_sitting_id, sitting_digest
from ingest.recorders.channel_state import CAN_RECORD, RoomSnapshot
from ingest.recorders.receipts import Receipts
from policy.sitting_start import Readiness, require_ready

_log = structlog.get_logger("ingest.sittings")
_SYSTEM = Actor("mediad", "mediad")
# A mark may be meant for a moment that was on the screen a while ago, and clocks differ a little.
_AHEAD = timedelta(seconds=2)


class RoomDesk(Protocol):
    """What sittings ask of the rooms; `ingest.recorders.rooms.Rooms` does it."""

    def snapshot(self, room: str) -> RoomSnapshot: ...

    def snapshots(self) -> tuple[RoomSnapshot, ...]: ...

    def begin(self, room: str, sitting: SittingId | None) -> RoomSnapshot: ...

    def resume(self, room: str, sitting: SittingId, since: str) -> RoomSnapshot: ...

    def end(self, room: str) -> RoomSnapshot: ...


@dataclass(frozen=True, slots=True)
class Desk:
    """What sittings stand on."""

    engine: Engine
    ledger: Ledger
    blobs: Blobs
    rooms: RoomDesk
    receipts: Receipts
    clock: Clock


class Sittings:
    """`on_change` is called with the room whose sitting began, ended, or was written in."""

    def __init__(self, desk: Desk, on_change: Callable[[str], None] = lambda _room: None) -> None:
        self._desk = desk
        self._on_change = on_change
        # One begin or end per room at a time: an end waits for fragments.
        self._changing: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._running: dict[str, SittingRow] = {}  # room → its sitting, for those who ask often

    def start(self, asked: NewSitting, by: Actor) -> SittingRow:
        """NotFound; Conflict if the room is in use, or a channel that is needed is not ready: which, and why."""
        desk = self._desk
        room = desk.rooms.snapshot(asked.room)
        with self._changing[room.name]:
            room = desk.rooms.snapshot(asked.room)
            if room.sitting is not None:
                raise Conflict(f"{room.title} is in use already.", remedy="End the sitting that is going on first.")
            must_record = asked.must_record or room.must_record
            require_ready(readiness(room), must_record=must_record)
            sitting = new_sitting_id()
            desk.ledger.append(_started(sitting, asked, room, must_record, by, self._now()))
            self._running[room.name] = self.get(sitting)
            try:
                desk.rooms.begin(room.name, sitting)
            except MediadError:
                # A channel fell silent between the look and the begin: the sitting is over before it was one.
                self._close(sitting, room.name, "failed", desk.clock.now(), by)
                raise
        self._on_change(room.name)
        return self.get(sitting)

    def end(self, sitting: SittingId, by: Actor) -> SittingRow:
        """Stop, wait until what was recorded up to now is durable, write the digest, set the receipt."""
        desk, room = self._desk, self.get(sitting).room
        with self._changing[room]:
            if self.get(sitting).ended_at is not None:
                raise Conflict("This sitting has ended already.")
            ended_at = desk.clock.now()
            desk.rooms.end(room)
            self._close(sitting, room, "stopped", ended_at, by)
        try:
            self.receipt(sitting)
        except MediadError as error:
            # The sitting is over all the same; whoever asks for the receipt has it set then.
            _log.error("a receipt could not be set", sitting=sitting, reason=str(error))
        self._on_change(room)
        return self.get(sitting)

    def mark(self, sitting: SittingId, label: str, on_at: str | None, by: Actor) -> None:
        """Conflict once the sitting is over: a mark is set while it happens."""
        row = self.get(sitting)
        if row.ended_at is not None:
            raise Conflict("This sitting has ended.", remedy="Write a note instead.")
        at, meant = self._moment(row, on_at)
        entry = SittingMarked(
            at=at, sitting=sitting, on_at=meant, label=label, by=by.account, display_name=by.display_name
        )
        self._desk.ledger.append(entry)
        self._on_change(row.room)

    def note(self, sitting: SittingId, text: str, on_at: str | None, by: Actor) -> None:
        """About a second of the sitting; also after its end."""
        row = self.get(sitting)
        at, meant = self._moment(row, on_at)
        entry = SittingNoted(
            at=at, sitting=sitting, on_at=meant, text=text, by=by.account, display_name=by.display_name
        )
        self._desk.ledger.append(entry)
        self._on_change(row.room)

    def receipt(self, sitting: SittingId) -> bytes:
        """The receipt's PDF, as it was set first. Conflict while the sitting goes on."""
        desk = self._desk
        row = self.get(sitting)
        if row.ended_at is None:
            raise Conflict("The receipt is set at the end of the sitting.")
        with self._changing[row.room]:
            row = self.get(sitting)
            if row.receipt is None:
                pdf = desk.receipts.pdf(row)
                digest = desk.blobs.put(pdf)
                entry = SittingReceipt(at=self._now(), sitting=sitting, pdf=digest, size_bytes=len(pdf), tool=TOOL)
                desk.ledger.append(entry)
                return pdf
        return desk.blobs.read(row.receipt)

    def recover(self) -> None:
        """At start: go on with what was open when the server stopped; end what has no room any more."""
        desk = self._desk
        rooms = {each.name for each in desk.rooms.snapshots()}
        with connected(desk.engine) as connection:
            left = open_sittings(connection)
        for row in left:
            if row.room in rooms:
                self._running[row.room] = row
                desk.rooms.resume(row.room, row.id, row.started_at)
            else:
                self._close(row.id, row.room, "room-removed", desk.clock.now(), _SYSTEM)

    def running(self, room: str) -> SittingRow | None:
        """The sitting that goes on in a room, from memory."""
        return self._running.get(room)

    def get(self, sitting: SittingId) -> SittingRow:
        """NotFound."""
        with connected(self._desk.engine) as connection:
            row = find_sitting(connection, sitting)
        if row is None:
            raise NotFound("There is no such sitting.")
        return row

    def _close(
        self,
        sitting: SittingId,
        room: str,
        reason: Literal["stopped", "failed", "room-removed"],
        ended_at: datetime,
        by: Actor,
    ) -> None:
        desk = self._desk
        with connected(desk.engine) as connection:
            row = find_sitting(connection, sitting)
            started_at = ended_at if row is None else from_text(row.started_at)
            footage = room_footage(connection, room, sitting, started_at, ended_at)
            recordings = sitting_recordings(connection, footage)
        entry = SittingEnded(
            at=self._now(),
            sitting=sitting,
            reason=reason,
            ended_at=to_text(ended_at),
            recordings=recordings,
            digest=sitting_digest(recordings),
            by=by.account,
            display_name=by.display_name,
        )
        desk.ledger.append(entry)
        self._running.pop(room, None)

    def _moment(self, row: SittingRow, on_at: str | None) -> tuple[str, str]:
        """(now, the second that is meant). Invalid outside the sitting."""
        now = self._desk.clock.now()
        meant = now if on_at is None else from_text(on_at)
        if on_at is None and row.ended_at is not None:
            raise Invalid("Say which second of the sitting is meant.")
        last = from_text(row.ended_at) if row.ended_at else now + _AHEAD
        if not from_text(row.started_at) - _AHEAD <= meant <= last:
            raise Invalid("That second lies outside the sitting.")
        return to_text(now), to_text(meant)

    def _now(self) -> str:
        return to_text(self._desk.clock.now())


def readiness(room: RoomSnapshot) -> Sequence[Readiness]:
    """Every channel of a room, as the rule for beginning wants it."""
    return [
        Readiness(each.title, each.required, each.state in CAN_RECORD, each.reason or f"It is {each.state}.")
        for each in room.channels
    ]


def _started(
    sitting: SittingId, asked: NewSitting, room: RoomSnapshot, must_record: bool, by: Actor, at: str
) -> SittingStarted:
    return SittingStarted(
        at=at,
        sitting=sitting,
        room=room.name,
        unit=room.unit or by.unit,
        kind=asked.kind,
        case=asked.case,
        activity=asked.activity,
        people=asked.people,
        must_record=must_record,
        channels=tuple(each.id for each in room.channels),
        required=tuple(each.id for each in room.channels if each.required),
        by=by.account,
        display_name=by.display_name,
    )
