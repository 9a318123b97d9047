"""The nouns of the house: what is stored about footage. Frozen data, no behaviour, no I/O."""

from __future__ import annotations

import hashlib
from base64 import b32encode
from dataclasses import dataclass
from typing import Literal, NewType

from evidence.canonical import Digest

RecordingId = NewType("RecordingId", str)  # "r" + 20 base32 characters of the original's SHA-256
ViewingId = NewType("ViewingId", str)  # "v" + 26 random base32 characters
EntryIndex = NewType("EntryIndex", int)  # position in the ledger, from 0

Kind = Literal["video", "audio", "photo", "other"]
# How a browser gets it: straight from the original's samples, through the muxer, from a viewing copy, or not.
Playback = Literal["direct", "packaged", "copy", "image", "none"]


def recording_id(original: Digest) -> RecordingId:
    """The id that follows from the content: the same bytes are the same recording, however often docked."""
    raw = hashlib.sha256(b"mediad/recording\n" + bytes.fromhex(original)).digest()
    return RecordingId("r" + b32encode(raw)[:20].decode().lower())


@dataclass(frozen=True, slots=True)
class Source:
    """Where an original was found."""

    bay: str
    path: str  # below the bay, '/'-separated; undecodable bytes as \\xNN
    size_bytes: int
    mtime: str  # the device file's modification time, RFC 3339 UTC


@dataclass(frozen=True, slots=True)
class TimeSource:
    """One statement about when a recording began, and who makes it."""

    origin: str  # "file-name", "container", "file-mtime", "sidecar", "receipt"
    value: str  # RFC 3339 UTC
    note: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who and what a file says it is from. Unknown is None: allowed and shown, never dropped."""

    device: str | None = None
    officer: str | None = None
    unit: str | None = None
    sequence: int | None = None  # the device's running number
    key_mark: bool = False  # the officer pressed "important"
    profile: str | None = None  # the file-name profile that matched
    started_at: str | None = None  # best time of the first picture, RFC 3339 UTC
    started_at_origin: str | None = None  # which of `times` was believed
    times: tuple[TimeSource, ...] = ()  # all that was said; nothing is overwritten
    origins: tuple[tuple[str, str], ...] = ()  # (field, source that was believed), e.g. ("officer", "bay")


@dataclass(frozen=True, slots=True)
class Track:
    """One elementary stream of an original."""

    number: int  # 0-based, in the container's order
    kind: Literal["video", "audio", "data"]
    codec: str  # short name as FFmpeg prints it: h264, hevc, aac, pcm_s16le, mjpeg …
    codec_string: str  # RFC 6381, "" when there is none
    timescale: int  # ticks per second of pts and dts
    n_au: int  # access units
    duration_ticks: int
    config_digest: Digest | None = None  # ESD-1 config digest
    width: int = 0  # pixels, as coded
    height: int = 0
    rotation_deg: int = 0  # clockwise, from the display matrix
    sample_rate: int = 0
    channels: int = 0
    language: str = ""


@dataclass(frozen=True, slots=True)
class SegmentTrack:
    """The stretch of one track that belongs to a segment, and its digests (ESD-1)."""

    track: int
    first_au: int  # in decode order
    n_au: int
    start_pts: int  # lowest pts in the stretch, track ticks, raw media time
    end_pts: int  # highest pts + duration: half-open
    au_digest: Digest  # SHA-256 over the AU list: hex(au) "\n" each
    timing_digest: Digest  # SHA-256 over "n,pts_ns,dur_ns,flags" lines


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of whole GOPs of one recording."""

    seq: int  # from 0
    start_ms: int  # presentation time from the recording's first picture
    end_ms: int  # half-open
    tracks: tuple[SegmentTrack, ...]


@dataclass(frozen=True, slots=True)
class MediaIndex:
    """What indexing an original found. Produced in a worker process; `samples` and `au_digests` name files
    in the scratch directory given to the worker."""

    kind: Kind
    container: str  # FFmpeg's short name, "" if unreadable
    playback: Playback
    playback_reason: str  # why it is not "direct", in words; "" if it is
    duration_ms: int
    tracks: tuple[Track, ...] = ()
    segments: tuple[Segment, ...] = ()
    warnings: tuple[str, ...] = ()  # presentation and integrity warnings, in words (English)
    container_started_at: str | None = None  # creation_time of the container, RFC 3339 UTC
    container_tags: tuple[tuple[str, str], ...] = ()
    samples_file: str | None = None  # SampleTable, see evidence.media.samples
    au_digests_file: str | None = None  # 32-byte SHA-256 values, track after track, decode order
    init_file: str | None = None  # fMP4 init segment for playback "direct" and "packaged"
    width: int = 0
    height: int = 0
