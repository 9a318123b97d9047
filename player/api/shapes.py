"""The bodies, queries and answers of the API, as docs/reference/api.md names them. Data only."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, field

from player.claims import Milliseconds, SpanClaims
from player.feeds import Bay, Job

Limit = Annotated[int, Meta(ge=1, le=200)]
# PostgreSQL cannot hold U+0000, and no text of ours contains it.
NO_NULL = "^[^\\x00]*$"
Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=NO_NULL)]
Cursor = Annotated[str, Meta(max_length=400)]
RecordingId = Annotated[str, Meta(pattern="^r[a-z2-7]{20}$")]
ChannelId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}/[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$")]
Scope = Literal["recording", "library", "live"]
# A date (midnight UTC), or RFC 3339 with its offset.
_MOMENT = r"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2}))?$"
Moment = Annotated[str, Meta(max_length=40, pattern=_MOMENT)]


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of queries and bodies: an unknown field is refused."""


class Answer(Struct, frozen=True, kw_only=True):
    """Base of answers."""


# ---- errors -------------------------------------------------------------------------------------------------
class OpenFinding(Answer, frozen=True, kw_only=True):
    """One of the findings that keep a case open, in words."""

    zh: str
    en: str


class ErrorFacts(Answer, frozen=True, kw_only=True, omit_defaults=True):
    code: str
    message: str
    remedy: str | None
    findings: tuple[OpenFinding, ...] = ()  # of `case-blocked` only


class ErrorAnswer(Answer, frozen=True, kw_only=True):
    error: ErrorFacts


# ---- site and session ---------------------------------------------------------------------------------------
class PurposeAnswer(Answer, frozen=True, kw_only=True):
    code: str
    zh: str
    en: str
    roles: tuple[str, ...]  # limited to these; empty: open to all who may view


class SiteAnswer(Answer, frozen=True, kw_only=True):
    name: str
    version: str
    timezone: str
    languages: tuple[str, ...]
    purposes: tuple[PurposeAnswer, ...]


class SignIn(Asked, frozen=True, kw_only=True):
    account: Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NULL)]
    password: Annotated[str, Meta(min_length=1, max_length=256, pattern=NO_NULL)]


class SessionAnswer(Answer, frozen=True, kw_only=True):
    account: str
    display_name: str
    roles: tuple[str, ...]
    unit: str | None
    csrf: str
    expires_at: str
    may: tuple[str, ...]


# ---- docks --------------------------------------------------------------------------------------------------
class BaysAnswer(Answer, frozen=True, kw_only=True):
    bays: tuple[Bay, ...]


class AttemptsQuery(Asked, frozen=True, kw_only=True):
    state: (
        Literal["waiting", "copying", "keeping", "indexing", "sealing", "sealed", "duplicate", "refused", "failed"]
        | None
    ) = None
    cursor: Cursor | None = None
    limit: Limit = 50


class Attempt(Answer, frozen=True, kw_only=True):
    id: int
    bay: str
    path: str
    size_bytes: int
    state: str
    code: str | None
    reason: str | None
    recording: str | None
    copied_bytes: int
    tries: int
    first_seen_at: str
    updated_at: str


class AttemptsAnswer(Answer, frozen=True, kw_only=True):
    attempts: tuple[Attempt, ...]
    next: str | None


class JobsQuery(Asked, frozen=True, kw_only=True):
    recording: RecordingId | None = None


class JobsAnswer(Answer, frozen=True, kw_only=True):
    jobs: tuple[Job, ...]


# ---- recordings ---------------------------------------------------------------------------------------------
class RecordingsQuery(Asked, frozen=True, kw_only=True):
    q: Annotated[str, Meta(max_length=200, pattern=NO_NULL)] | None = None
    from_: Moment | None = field(default=None, name="from")
    to: Moment | None = None
    officer: Name | None = None
    device: Name | None = None
    unit: Name | None = None
    kind: Literal["video", "audio", "photo", "other"] | None = None
    playback: Literal["direct", "packaged", "copy", "image", "none"] | None = None
    order: Literal["-started_at", "started_at", "-received_at"] = "-started_at"
    cursor: Cursor | None = None
    limit: Limit = 50


class Recording(Answer, frozen=True, kw_only=True):
    id: str
    name: str
    kind: Literal["video", "audio", "photo", "other"]
    playback: Literal["direct", "packaged", "copy", "image", "none"]
    playback_reason: str | None
    ready: bool
    device: str | None
    officer: str | None
    unit: str | None
    bay: str
    sequence: int | None
    key_mark: bool
    started_at: str
    started_at_origin: str
    received_at: str
    duration_ms: int
    size_bytes: int
    width: int
    height: int
    video_codec: str
    audio_codec: str
    n_segments: int
    n_warnings: int
    thumbnails: bool
    viewing_copy: Literal["made", "failed", "pending"] | None


class RecordingsAnswer(Answer, frozen=True, kw_only=True):
    recordings: tuple[Recording, ...]
    next: str | None
    total: int | None


class FacetsAnswer(Answer, frozen=True, kw_only=True):
    officers: tuple[str, ...]
    devices: tuple[str, ...]
    units: tuple[str, ...]
    bays: tuple[str, ...]


class SidecarAnswer(Answer, frozen=True, kw_only=True):
    name: str
    kind: str
    size_bytes: int


class SourceAnswer(Answer, frozen=True, kw_only=True):
    bay: str
    path: str
    mtime: str
    seen_at: str
    cleared_at: str | None


class RecordingDetail(Recording, frozen=True, kw_only=True):
    original: str
    manifest: str
    path: str
    profile: str | None
    times: tuple[dict[str, Any], ...]
    origins: dict[str, str]
    tracks: tuple[dict[str, Any], ...]
    warnings: tuple[str, ...]
    sidecars: tuple[SidecarAnswer, ...]
    sources: tuple[SourceAnswer, ...]
    sealed_at: str
    entry: int


class SegmentAnswer(Answer, frozen=True, kw_only=True):
    seq: int
    start_ms: int
    end_ms: int
    statement: str


class SegmentsAnswer(Answer, frozen=True, kw_only=True):
    segments: tuple[SegmentAnswer, ...]


class CheckAnswer(Answer, frozen=True, kw_only=True):
    check: Job


class SealFinding(Answer, frozen=True, kw_only=True):
    code: str
    message: str
    seq: int | None = None


class SealAnswer(Answer, frozen=True, kw_only=True):
    recording: str
    original: str
    size_bytes: int
    n_segments: int
    segments_root: str
    manifest: str
    keyid: str
    signature: Literal["ok", "broken"]
    entry: int
    ledger_size: int
    inclusion: Literal["ok", "broken"]
    checkpoint: str
    sealed_at: str
    verified_at: str | None  # when the original was last read again, by this process
    check: Job | None  # the reading that was asked for last: queued, running, done or failed
    findings: tuple[SealFinding, ...]


# ---- viewings -----------------------------------------------------------------------------------------------
class OpenViewing(Asked, frozen=True, kw_only=True):
    scope: Scope
    purpose: Annotated[str, Meta(min_length=1, max_length=64, pattern=NO_NULL)]
    note: Annotated[str, Meta(max_length=1000, pattern=NO_NULL)]
    recording: RecordingId | None = None  # scope recording
    channel: ChannelId | None = None  # scope live
    case: Annotated[str, Meta(max_length=200, pattern=NO_NULL)] | None = None


class Media(Answer, frozen=True, kw_only=True):
    """`live`: `url` is the WebSocket; `live.m3u8` and `rewind.m3u8` lie beside it."""

    kind: Literal["hls", "photo", "audio", "live"]
    url: str


class ViewingAnswer(Answer, frozen=True, kw_only=True):
    id: str
    scope: Scope
    recording: str | None
    channel: str | None
    purpose: str
    expires_at: str
    media: Media | None
    detail: RecordingDetail | None


class Rendered(Asked, frozen=True, kw_only=True):
    spans: SpanClaims
    playhead_ms: Milliseconds
    recording: RecordingId | None = None  # scope live: which of those that were handed out


class RenderedAnswer(Answer, frozen=True, kw_only=True):
    undelivered_ms: int


class CloseViewing(Asked, frozen=True, kw_only=True):
    spans: SpanClaims = ()
    recording: RecordingId | None = None  # scope live: which of those that were handed out
    csrf: Annotated[str, Meta(max_length=200, pattern=NO_NULL)] | None = None


class Renew(Asked, frozen=True, kw_only=True):
    """Nothing to say; an empty object."""


class RewindQuery(Asked, frozen=True, kw_only=True):
    back_ms: Milliseconds = 0  # where players begin, before the end


class LowLatencyQuery(Asked, frozen=True, kw_only=True):
    """The next part that a player waits for (draft-pantos-hls-rfc8216bis §6.2.5)."""

    msn: Annotated[int, Meta(ge=0, le=10**9)] | None = field(default=None, name="_HLS_msn")
    part: Annotated[int, Meta(ge=0, le=10**6)] | None = field(default=None, name="_HLS_part")


class ThumbnailQuery(Asked, frozen=True, kw_only=True):
    at_ms: Milliseconds | None = None


class NoQuery(Asked, frozen=True, kw_only=True):
    """No parameters."""


# ---- the log ------------------------------------------------------------------------------------------------
class LogQuery(Asked, frozen=True, kw_only=True):
    account: Name | None = None
    recording: RecordingId | None = None
    purpose: Name | None = None
    from_: Moment | None = field(default=None, name="from")
    to: Moment | None = None
    cursor: Cursor | None = None
    limit: Limit = 50


class ViewingSummary(Answer, frozen=True, kw_only=True):
    id: str
    account: str
    display_name: str
    roles: tuple[str, ...]
    address: str
    scope: Scope
    recording: str | None
    channel: str | None
    recording_name: str | None
    purpose: str
    note: str
    case: str | None
    opened_at: str
    closed_at: str | None
    closed_reason: str | None
    delivered_ms: int
    rendered_ms: int
    undelivered_ms: int
    spans: tuple[tuple[int, int], ...]


class ViewingsAnswer(Answer, frozen=True, kw_only=True):
    viewings: tuple[ViewingSummary, ...]


class Refusal(Answer, frozen=True, kw_only=True):
    entry: int
    account: str
    address: str
    scope: Scope
    recording: str | None
    channel: str | None
    purpose: str
    reason: str
    at: str


class LogAnswer(Answer, frozen=True, kw_only=True):
    viewings: tuple[ViewingSummary, ...]
    refusals: tuple[Refusal, ...]
    next: str | None


class Delivery(Answer, frozen=True, kw_only=True):
    entry: int
    recording: str
    item: Literal["segment", "photo", "thumbnail", "live"]
    seq: int | None
    start_ms: int
    end_ms: int
    source: Literal["original", "viewing-copy", "thumbnails"]
    at: str


class Claim(Answer, frozen=True, kw_only=True):
    recording: str
    start_ms: int
    end_ms: int
    rate: float
    visible: bool
    at: str


class ViewingDetail(ViewingSummary, frozen=True, kw_only=True):
    deliveries: tuple[Delivery, ...]
    claims: tuple[Claim, ...]


# ---- the ledger ---------------------------------------------------------------------------------------------
class Inclusion(Answer, frozen=True, kw_only=True):
    size: int
    path: tuple[str, ...]
    root: str


class EntryAnswer(Answer, frozen=True, kw_only=True):
    index: int
    entry: msgspec.Raw  # canonical JSON, byte for byte what the leaf hash is over
    leaf_hash: str
    proof: Inclusion


class ConsistencyQuery(Asked, frozen=True, kw_only=True):
    old: Annotated[int, Meta(ge=1, le=2**53)]
    new: Annotated[int, Meta(ge=1, le=2**53)]


class ConsistencyAnswer(Answer, frozen=True, kw_only=True):
    old: int
    new: int
    path: tuple[str, ...]


class HealthAnswer(Answer, frozen=True, kw_only=True):
    status: Literal["ok", "failing"]
    failing: str | None = None
    reason: str | None = None
