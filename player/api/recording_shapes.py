"""Queries and answers of the library, of recordings and their seals. Data only."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, field

from player.api.shapes import NO_NULL, Answer, Asked, Cursor, Limit, Moment, Name
from player.feeds import Job


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
    slate: Literal["accepted", "refused"] | None
    destroyed_at: str | None


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
    verified_at: str | None  # when the original was last read again to its end
    check: Job | None  # the reading that was asked for last: queued, running, done or failed
    findings: tuple[SealFinding, ...]
