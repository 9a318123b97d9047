"""The bodies, queries and answers about rooms, sittings and alarms, as docs/reference/api.md names them. Data only."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from evidence.sittings import AlarmKind, PersonRole, SittingKind
from player.api.shapes import NO_NULL, Answer, Asked, Cursor, Limit, Moment, Name
from player.rooms import Room

Words = Annotated[str, Meta(min_length=1, max_length=2000, pattern=NO_NULL)]
Line = Annotated[str, Meta(max_length=500, pattern=NO_NULL)]
RoomName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$")]
# A second of a sitting. The day alone would say nothing.
Instant = Annotated[
    str, Meta(max_length=40, pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$")
]


class RoomsAnswer(Answer, frozen=True, kw_only=True):
    rooms: tuple[Room, ...]


class RoomAnswer(Answer, frozen=True, kw_only=True):
    room: Room


class EventsQuery(Asked, frozen=True, kw_only=True):
    levels: bool = False  # sound levels too, four times a second


class PersonSaid(Asked, frozen=True, kw_only=True):
    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=NO_NULL)]
    role: PersonRole


class StartSitting(Asked, frozen=True, kw_only=True):
    kind: SittingKind
    case: Annotated[str, Meta(max_length=100, pattern=NO_NULL)] | None = None
    activity: Line = ""
    people: Annotated[tuple[PersonSaid, ...], Meta(max_length=20)] = ()
    must_record: bool = False


class SetMark(Asked, frozen=True, kw_only=True):
    label: Line = ""
    at: Instant | None = None  # None: now


class WriteNote(Asked, frozen=True, kw_only=True):
    text: Words
    at: Instant | None = None  # None: now; must be given once the sitting has ended


class EndSitting(Asked, frozen=True, kw_only=True): ...


class AcknowledgeAlarm(Asked, frozen=True, kw_only=True):
    note: Line = ""


class SittingsQuery(Asked, frozen=True, kw_only=True):
    room: RoomName | None = None
    case: Name | None = None
    from_: Moment | None = field(default=None, name="from")
    to: Moment | None = None
    cursor: Cursor | None = None
    limit: Limit = 50


class PersonAnswer(Answer, frozen=True, kw_only=True):
    name: str
    role: PersonRole


class Sitting(Answer, frozen=True, kw_only=True):
    id: str
    room: str
    room_title: str
    unit: str | None
    kind: SittingKind
    case: str | None
    activity: str
    people: tuple[PersonAnswer, ...]
    must_record: bool
    by: str
    display_name: str
    started_at: str
    ended_at: str | None
    ended_reason: str | None
    ended_name: str | None
    receipt: bool  # it has been set


class SittingsAnswer(Answer, frozen=True, kw_only=True):
    sittings: tuple[Sitting, ...]
    next: str | None


class SittingNote(Answer, frozen=True, kw_only=True):
    entry: int
    kind: Literal["mark", "note"]
    on_at: str
    at_ms: int  # from the sitting's begin
    text: str
    by: str
    display_name: str
    at: str


class SittingGap(Answer, frozen=True, kw_only=True):
    start_ms: int
    end_ms: int
    reason: str  # "" if nobody explained it
    detail: str


class SittingEvent(Answer, frozen=True, kw_only=True):
    channel: str
    kind: str
    from_at: str
    until_at: str | None
    reason: str
    detail: str


class SittingRecordingAnswer(Answer, frozen=True, kw_only=True):
    id: str
    start_ms: int  # of its first picture, from the sitting's begin; may be before it
    end_ms: int
    sealed: bool  # in the library
    unsealed: str = ""  # why it could not be sealed


class SittingChannel(Answer, frozen=True, kw_only=True):
    id: str
    title: str
    required: bool
    covered: tuple[tuple[int, int], ...]  # milliseconds from the sitting's begin
    gaps: tuple[SittingGap, ...]
    recordings: tuple[SittingRecordingAnswer, ...]


class AlarmAnswer(Answer, frozen=True, kw_only=True):
    id: str
    room: str
    channel: str
    sitting: str | None
    kind: AlarmKind
    since_at: str
    detail: str
    raised_at: str
    cleared_at: str | None
    cleared_reason: str | None
    acknowledged_at: str | None
    acknowledged_by: str | None
    acknowledged_name: str | None
    acknowledged_note: str | None


class SittingDetail(Sitting, frozen=True, kw_only=True):
    channels: tuple[SittingChannel, ...]
    events: tuple[SittingEvent, ...]  # what was noticed besides gaps
    notes: tuple[SittingNote, ...]
    alarms: tuple[AlarmAnswer, ...]
    entry: int
    ended_entry: int | None
    digest: str | None
    receipt_entry: int | None


class AlarmsQuery(Asked, frozen=True, kw_only=True):
    room: RoomName | None = None
    open: bool = True  # going on, or nobody has taken note of them
    limit: Limit = 50


class AlarmsAnswer(Answer, frozen=True, kw_only=True):
    alarms: tuple[AlarmAnswer, ...]


class RecordingNote(SittingNote, frozen=True, kw_only=True):
    sitting: str
    recording_ms: int  # the same second in the recording


class RecordingNotesAnswer(Answer, frozen=True, kw_only=True):
    notes: tuple[RecordingNote, ...]
