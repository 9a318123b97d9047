"""What a sitting's receipt says, gathered from ledger and catalog. The words and the paper are evidence.paper's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from evidence import intervals
from evidence.canonical import Digest
from evidence.catalog.engine import connected
from evidence.catalog.room_footage import RoomFootage, room_footage
from evidence.catalog.sitting_queries import AlarmRow, NoteRow, SittingRow, alarms_of, notes_of
from evidence.clock import from_text
from evidence.errors import Conflict, NotFound
from evidence.live import ChannelId
from evidence.paper.receipt import AlarmLine, ChannelLine, EventLine, MarkLine, Receipt
from evidence.paper.typesetter import receipt_pdf
from ingest.recorders.channel_state import RoomSnapshot

_NAMES = {
    "h264": "H.264", "hevc": "H.265", "aac": "AAC", "opus": "Opus", "flac": "FLAC", "pcm_alaw": "G.711 A",
    "pcm_mulaw": "G.711 µ", "mpeg4": "MPEG-4", "mjpeg": "MJPEG",
}  # fmt: skip


class RoomBook(Protocol):
    def snapshot(self, room: str) -> RoomSnapshot:
        """NotFound."""
        ...


@dataclass(frozen=True, slots=True)
class Receipts:
    """Gathers and sets. Blocking."""

    engine: Engine
    rooms: RoomBook
    site: str
    ledger: str  # origin line
    zone: ZoneInfo

    def pdf(self, row: SittingRow) -> bytes:
        """Raises PaperFailed, StoreUnavailable."""
        return receipt_pdf(self.gather(row), self.zone)

    def gather(self, row: SittingRow) -> Receipt:
        if row.ended_at is None or row.digest is None or row.ended_entry is None:
            raise Conflict("The receipt is set at the end of the sitting.")
        start_at, end_at = from_text(row.started_at), from_text(row.ended_at)
        with connected(self.engine) as connection:
            footage = room_footage(connection, row.room, row.id, start_at, end_at)
            notes, alarms = notes_of(connection, row.id), alarms_of(connection, row.id)
        title, titles = self._titles(row)
        return Receipt(
            site=self.site,
            sitting=row.id,
            room=title,
            unit=row.unit,
            kind=row.kind,
            case=row.case,
            activity=row.activity,
            people=row.people,
            must_record=row.must_record,
            started_at=start_at,
            ended_at=end_at,
            begun_by=row.display_name,
            ended_by=row.ended_name or "",
            channels=tuple(_channel(row, each, titles, footage) for each in row.channels),
            events=tuple(_events(row, titles, footage)),
            alarms=tuple(_alarm(each, titles) for each in alarms),
            marks=tuple(_mark(each) for each in notes),
            digest=Digest(row.digest),
            entry=row.ended_entry,
            ledger=self.ledger,
        )

    def _titles(self, row: SittingRow) -> tuple[str, dict[ChannelId, str]]:
        try:
            room = self.rooms.snapshot(row.room)
        except NotFound:
            return row.room, {}
        return room.title, {each.id: each.title for each in room.channels}


def _channel(row: SittingRow, channel: ChannelId, titles: dict[ChannelId, str], footage: RoomFootage) -> ChannelLine:
    covered = footage.covered(channel, from_text(row.started_at), from_text(row.ended_at or row.started_at))
    started = [each for each in footage.recordings if each.channel == channel]
    codecs = dict.fromkeys(codec for each in started for codec in each.source_codecs)
    sizes = dict.fromkeys(f"{t.width}×{t.height}" for each in started for t in each.tracks if t.kind == "video")
    return ChannelLine(
        label=titles.get(channel, channel),
        required=channel in row.required,
        covered_ms=intervals.length(covered),
        n_recordings=len(started),
        n_segments=sum(1 for each in footage.segments if each.channel == channel),
        format=" · ".join((*(_NAMES.get(codec, codec) for codec in codecs), *sizes)),
    )


def _events(row: SittingRow, titles: dict[ChannelId, str], footage: RoomFootage) -> list[EventLine]:
    """Gaps as the coverage shows them, then what else was noticed; by time."""
    start_at, end_at = from_text(row.started_at), from_text(row.ended_at or row.started_at)
    lines = []
    for channel in row.channels:
        for from_at, until_at, event in footage.gaps(channel, start_at, end_at):
            reason, detail = ("", "") if event is None else (event.reason, event.detail)
            lines.append(EventLine(titles.get(channel, channel), "gap", from_at, until_at, reason, detail))
    lines += [
        EventLine(
            titles.get(each.channel, each.channel),
            each.kind,
            from_text(each.from_at),
            from_text(each.until_at) if each.until_at else None,
            each.reason,
            each.detail,
        )
        for each in footage.events
        if each.kind != "gap"
    ]
    return sorted(lines, key=lambda each: each.from_at)


def _alarm(row: AlarmRow, titles: dict[ChannelId, str]) -> AlarmLine:
    return AlarmLine(
        channel=titles.get(row.channel, row.channel),
        kind=row.kind,
        raised_at=from_text(row.raised_at),
        cleared_at=from_text(row.cleared_at) if row.cleared_at else None,
        acknowledged_by=row.acknowledged_name,
    )


def _mark(row: NoteRow) -> MarkLine:
    return MarkLine(from_text(row.on_at), row.kind == "note", row.text, row.display_name)
