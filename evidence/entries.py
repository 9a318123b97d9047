"""Every kind of ledger entry. An entry is a fact that happened, frozen, in canonical JSON.

Unknown types and fields stop the reader: `decode` raises rather than guess. Fields are only ever added in a
new `v`. Times are RFC 3339 UTC (`evidence.clock.to_text`); digests are lower-case hex SHA-256.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from evidence.absence_entries import AbsenceEntry
from evidence.canonical import Digest, canonical
from evidence.case_entries import CaseEntry
from evidence.clock_entries import ClockEntry
from evidence.concern_entries import ConcernEntry
from evidence.document_entries import DocumentEntry
from evidence.emergency_entries import EmergencyEntry
from evidence.entry import Entry
from evidence.errors import IntegrityBroken
from evidence.handover_entries import HandoverEntry
from evidence.item_entries import ItemEntry
from evidence.kept_entries import KeptEntry
from evidence.live import ChannelId, EventKind, SittingId
from evidence.records import RecordingId, Source, Track, ViewingId
from evidence.retention_entries import RetentionEntry
from evidence.roster_entries import RosterEntry
from evidence.sample_entries import SampleEntry
from evidence.sittings import AlarmId, AlarmKind, Person, SittingKind, SittingRecording
from evidence.statements import SignedStatement
from evidence.unrecorded_entries import UnrecordedEntry


class SiteCreated(Entry, frozen=True, kw_only=True, tag="site.created"):
    """The first entry of every ledger."""

    site: str  # the ledger's origin line (C2SP checkpoint)
    ledger_key: str  # note verifier key
    seal_key: str  # PEM SubjectPublicKeyInfo, P-256


class RecordingSealed(Entry, frozen=True, kw_only=True, tag="recording.sealed"):
    """An original is kept and described: the manifest's digest binds all of it."""

    recording: RecordingId
    original: Digest
    size_bytes: int
    manifest: Digest  # blob: evidence.statements.Manifest, canonical JSON with signature
    segments_root: Digest  # RFC 6962 root over the segment statements
    n_segments: int


class LiveStarted(Entry, frozen=True, kw_only=True, tag="live.started"):
    """A channel is being recorded: the recording exists from here on, `recording.sealed` follows at its end."""

    recording: RecordingId
    room: str
    channel: ChannelId
    sitting: SittingId | None
    init: Digest  # blob: what the file begins with
    tracks: tuple[Track, ...]
    source_codecs: tuple[str, ...]  # per track, as the source sends it
    zero_at: str  # the first picture, server's clock at receipt
    camera_at: str | None  # the same by the camera's own clock
    continues: RecordingId | None  # the recording of this channel it joins, without a hole
    unit: str | None = None


class LiveSegment(Entry, frozen=True, kw_only=True, tag="live.segment"):
    """A fragment of a live recording is durable; the entry holds its whole signed statement."""

    recording: RecordingId
    signed: SignedStatement
    offset_bytes: int  # in the file
    size_bytes: int
    digest: Digest  # SHA-256 of these bytes
    received_at: str  # its first picture, server's clock
    camera_at: str | None
    n_dropped: int


class LiveEvent(Entry, frozen=True, kw_only=True, tag="live.event"):
    """Something about a channel's footage that must not be papered over. A span is one entry, written at its end; one
    that is going on is written at its beginning too, with `until_at` null."""

    room: str
    channel: ChannelId
    recording: RecordingId | None
    sitting: SittingId | None
    kind: EventKind
    from_at: str  # server's clock
    until_at: str | None
    start_ms: int | None  # in the recording
    end_ms: int | None
    reason: str  # code of the cause: "restart", "network", "camera", "disk-full" …
    detail: str  # in words


class LiveEnded(Entry, frozen=True, kw_only=True, tag="live.ended"):
    """Nothing more is appended to this recording's file."""

    recording: RecordingId
    reason: Literal["stopped", "rotated", "lost", "format-changed", "failed", "restart"]
    size_bytes: int  # what of the file is whole
    cut_bytes: int  # an unfinished fragment behind it, kept beside the recording and never counted in
    n_segments: int


class RecordingSighted(Entry, frozen=True, kw_only=True, tag="recording.sighted"):
    """The same content was found again under a source not seen before; nothing was stored twice."""

    recording: RecordingId
    source: Source


class SourceCleared(Entry, frozen=True, kw_only=True, tag="source.cleared"):
    """A device file was deleted after its copy was sealed, because the site says so."""

    recording: RecordingId
    source: Source


class RenditionMade(Entry, frozen=True, kw_only=True, tag="rendition.made"):
    """A derived copy of a recording. Never the original."""

    recording: RecordingId
    kind: Literal["viewing-copy", "thumbnails", "phashes", "observations", "slates"]
    blob: Digest
    size_bytes: int
    tool: str  # program and version that made it
    params: dict[str, str | int | float]
    index: Digest | None = None  # for a viewing copy: its sample table blob
    init: Digest | None = None  # for a viewing copy: its init segment blob


class RenditionFailed(Entry, frozen=True, kw_only=True, tag="rendition.failed"):
    recording: RecordingId
    kind: Literal["viewing-copy", "thumbnails", "phashes", "observations", "slates"]
    reason: str


class AccountChanged(Entry, frozen=True, kw_only=True, tag="account.changed"):
    """An account was made, changed or disabled. The password is never here."""

    account: str
    display_name: str
    roles: tuple[str, ...]
    unit: str | None
    enabled: bool
    by: str  # account name, or "cli:<system user>"


class SessionOpened(Entry, frozen=True, kw_only=True, tag="session.opened"):
    account: str
    session: str  # first 16 hex digits of the SHA-256 of the session token
    address: str


class ViewingOpened(Entry, frozen=True, kw_only=True, tag="viewing.opened"):
    viewing: ViewingId
    account: str
    display_name: str
    roles: tuple[str, ...]
    session: str
    address: str
    user_agent: str
    # library: thumbnails of what the account may list; live: pictures of a channel as they come, and what it recorded
    scope: Literal["recording", "library", "live"]
    recording: RecordingId | None
    purpose: str  # code of a configured purpose
    note: str
    case: str | None
    policies: tuple[str, ...]  # ids of the rules that allowed it
    expires_at: str
    channel: ChannelId | msgspec.UnsetType = msgspec.UNSET  # scope live; from v 2 on, absent before


class ViewingRefused(Entry, frozen=True, kw_only=True, tag="viewing.refused"):
    account: str
    session: str
    address: str
    scope: Literal["recording", "library", "live"]
    recording: RecordingId | None
    purpose: str
    reason: str
    policies: tuple[str, ...]
    channel: ChannelId | msgspec.UnsetType = msgspec.UNSET  # scope live; from v 2 on, absent before


class ViewingDelivered(Entry, frozen=True, kw_only=True, tag="viewing.delivered"):
    """Durable before the first byte leaves: these seconds of this recording were handed to this viewing."""

    viewing: ViewingId
    recording: RecordingId
    item: Literal["segment", "photo", "thumbnail", "live"]  # live: pictures of this span, as they come
    seq: int | None  # segment number
    start_ms: int  # presentation time, half-open
    end_ms: int
    source: Literal["original", "viewing-copy", "thumbnails"]
    start_pts: int | None = None  # video (or only) track of `source`, raw ticks, half-open
    end_pts: int | None = None
    timescale: int | None = None
    statement: Digest | None = None  # the segment statement, for segments of the original
    playhead_ms: int | None = None  # where the player said it was


class RenderedSpan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    start_ms: int
    end_ms: int
    rate: float = 1.0
    visible: bool = True


class ViewingRendered(Entry, frozen=True, kw_only=True, tag="viewing.rendered"):
    """What the browser claims to have shown. A claim, not a proof."""

    viewing: ViewingId
    recording: RecordingId
    spans: tuple[RenderedSpan, ...]
    undelivered_ms: int  # of these, how much was never delivered to this viewing: more than 0 is an alarm


class ViewingClosed(Entry, frozen=True, kw_only=True, tag="viewing.closed"):
    viewing: ViewingId
    reason: Literal["closed", "left", "expired", "signed-out", "restart", "destroyed"]


class LogRead(Entry, frozen=True, kw_only=True, tag="log.read"):
    """Reading the log is itself logged."""

    account: str
    session: str
    address: str
    what: str  # "viewing-log", "viewings-of", "ledger"
    query: str  # canonical JSON of the filter


class SittingStarted(Entry, frozen=True, kw_only=True, tag="sitting.started"):
    """A room is in use from now on, for this and with these people."""

    sitting: SittingId
    room: str
    unit: str | None  # the room's, or that of who began it
    kind: SittingKind
    case: str | None
    activity: str
    people: tuple[Person, ...]
    must_record: bool
    channels: tuple[ChannelId, ...]
    required: tuple[ChannelId, ...]  # those without which it could not have begun
    by: str  # account
    display_name: str


class SittingMarked(Entry, frozen=True, kw_only=True, tag="sitting.marked"):
    sitting: SittingId
    on_at: str  # the second that is meant, server's clock
    label: str
    by: str
    display_name: str


class SittingNoted(Entry, frozen=True, kw_only=True, tag="sitting.noted"):
    """Words about a second of a sitting, for whoever looks at it later."""

    sitting: SittingId
    on_at: str
    text: str
    by: str
    display_name: str


class SittingEnded(Entry, frozen=True, kw_only=True, tag="sitting.ended"):
    """Nothing more belongs to this sitting. `digest` binds every segment of it (`evidence.sittings`)."""

    sitting: SittingId
    reason: Literal["stopped", "failed", "room-removed"]  # failed: it could not be recorded from the start
    ended_at: str  # the moment that was meant; the entry follows when what was recorded until then is durable
    recordings: tuple[SittingRecording, ...]
    digest: Digest
    by: str
    display_name: str


class SittingReceipt(Entry, frozen=True, kw_only=True, tag="sitting.receipt"):
    """The paper that is signed at the end; its bytes are kept, so that it can be printed again as it was."""

    sitting: SittingId
    pdf: Digest  # blob
    size_bytes: int
    tool: str  # program and version that set it


class AlarmRaised(Entry, frozen=True, kw_only=True, tag="alarm.raised"):
    alarm: AlarmId
    room: str
    channel: ChannelId
    sitting: SittingId | None
    kind: AlarmKind
    since_at: str  # when what it is about began, server's clock
    detail: str  # in words


class AlarmCleared(Entry, frozen=True, kw_only=True, tag="alarm.cleared"):
    alarm: AlarmId
    reason: Literal["over", "sitting-ended", "restart"]


class AlarmAcknowledged(Entry, frozen=True, kw_only=True, tag="alarm.acknowledged"):
    alarm: AlarmId
    note: str
    by: str
    display_name: str


AnyEntry = (
    SiteCreated
    | RecordingSealed
    | LiveStarted
    | LiveSegment
    | LiveEvent
    | LiveEnded
    | RecordingSighted
    | SourceCleared
    | RenditionMade
    | RenditionFailed
    | AccountChanged
    | SessionOpened
    | ViewingOpened
    | ViewingRefused
    | ViewingDelivered
    | ViewingRendered
    | ViewingClosed
    | LogRead
    | SittingStarted
    | SittingMarked
    | SittingNoted
    | SittingEnded
    | SittingReceipt
    | AlarmRaised
    | AlarmCleared
    | AlarmAcknowledged
    | CaseEntry
    | AbsenceEntry
    | UnrecordedEntry
    | RetentionEntry
    | ConcernEntry
    | ItemEntry
    | DocumentEntry
    | EmergencyEntry
    | RosterEntry
    | SampleEntry
    | ClockEntry
    | HandoverEntry
    | KeptEntry
)

_decoder: msgspec.json.Decoder[AnyEntry] = msgspec.json.Decoder(AnyEntry)


def encode(entry: AnyEntry) -> bytes:
    """The canonical bytes of an entry: what is hashed into the tree."""
    return canonical(entry)


def decode(data: bytes) -> AnyEntry:
    """Read an entry back. Raises IntegrityBroken on an unknown type or field."""
    try:
        return _decoder.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise IntegrityBroken(f"Unreadable ledger entry: {error}.") from error


def type_of(entry: AnyEntry) -> str:
    return str(type(entry).__struct_config__.tag)
