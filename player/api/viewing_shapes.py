"""Bodies and answers of viewings and of the log about them. Data only."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from player.api.recording_shapes import RecordingDetail
from player.api.shapes import NO_NULL, Answer, Asked, Cursor, Limit, Moment, Name, RecordingId
from player.claims import Milliseconds, SpanClaims

Scope = Literal["recording", "library", "live"]
ChannelId = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}/[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$")]


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
