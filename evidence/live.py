"""Live recording: what a channel's worker tells the daemon, and what the hub tells watchers. Frozen data, no I/O.

A *channel* is one live input of a room: a network camera, or a file that a recorder is writing. Its worker process
cuts the stream into fragments all the time, whether or not it is being recorded; the daemon decides which of them
become a recording. Media time is the stream's own (track ticks); wall time is the server's at receipt; the camera's
clock (RTCP) is kept beside it and never mixed in. Design: docs/design/live.md.
"""

from __future__ import annotations

import secrets
from base64 import b32encode
from dataclasses import dataclass
from typing import Literal, NewType

import msgspec

from evidence.canonical import Digest
from evidence.records import RecordingId, Track

ChannelId = NewType("ChannelId", str)  # "room/channel", as configured
SittingId = NewType("SittingId", str)  # "s" + 26 random base32 characters

# Why footage of a channel is missing, or is not what it was. Each is an entry `live.event` with its span.
EventKind = Literal[
    "gap",  # nothing was recorded: between two recordings of a channel
    "dropped",  # packets lost or refused inside a fragment
    "clock-jump",  # media time, the camera's clock and receipt time moved apart at once
    "format-changed",  # new codec parameters: a new recording begins
    "sound-lost",
    "black",
    "frozen",
    "silent",
    "long-gop",  # keyframes so far apart that a fragment cannot be closed in time
    "backlog",  # was in a growing file before it was followed: its wall time is counted back, and is no later than that
]


def live_recording_id() -> RecordingId:
    """An id for a recording that is still being made; one that was docked has the id of its content."""
    return RecordingId("r" + b32encode(secrets.token_bytes(13)).decode().lower()[:20])


# ---- daemon ↔ worker: the heads of wire frames ------------------------------------------------------------------
class _Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True): ...


class Taken(_Said, frozen=True, kw_only=True):
    """What is durable of one track of a fragment: it is found again in its file by this."""

    track: int
    start_pts: int  # track ticks, media time
    n_au: int
    au_digest: Digest


class Open(_Said, frozen=True, kw_only=True, tag="open"):
    """The daemon's only message: what to read. Over the line and not in argv, since it may hold a password."""

    kind: Literal["rtsp", "file"]
    address: str  # rtsp://user:password@host/path, or the path of a growing file
    fragment_ms: int = 2_000  # a fragment ends at the first keyframe so long after its begin
    answer_s: float = 10.0  # to be answered by the source
    # Without a packet so long: a camera counts as stalled, a growing file as finished.
    silence_s: float = 5.0
    # Of a growing file: the fragment that was recorded last. What is said begins behind it; if the file does not hold
    # it, with the file's beginning.
    after: tuple[Taken, ...] = ()


class Opened(_Said, frozen=True, kw_only=True, tag="opened"):
    """The source answers, or begins anew (another format, a leap of its clock): media time starts at 0, and the next
    fragment has the numbers 0. Payload: the file's init segment, then one init segment per track, for watching."""

    tracks: tuple[Track, ...]  # `n_au` and `duration_ticks` are 0
    source_codecs: tuple[str, ...]  # per track, as the source sends it: "pcm_alaw" where the track is FLAC
    sizes: tuple[int, ...]  # of the init segments in the payload: file, track 0, track 1 …
    format: Digest  # another one: a decoder must be set up anew
    resumed: bool = False  # the next fragment follows the one that `Open.after` names, and has its next number


class Chunk(_Said, frozen=True, kw_only=True, tag="chunk"):
    """One access unit as a fragment of its own (moof + mdat), for watching. Never what is recorded."""

    track: int
    seq: int  # of the fragment it will be part of
    key: bool
    dts: int  # track ticks, media time
    pts: int
    duration: int
    received_at: str  # RFC 3339 UTC, server's clock
    digest: Digest  # ESD-1


class FragmentTrack(_Said, frozen=True, kw_only=True):
    """The stretch of a track in a fragment, decode order. Times in track ticks, media time."""

    track: int
    first_au: int  # from 0 since Opened
    au_digest: Digest  # ESD-1, over the access units' digests
    pts: tuple[int, ...]
    durations: tuple[int, ...]
    keys: tuple[bool, ...]


class Fragment(_Said, frozen=True, kw_only=True, tag="fragment"):
    """A closed stretch of whole GOPs. Payload: its moof + mdat, what is appended to the file."""

    seq: int  # from 0 since Opened; no number is left out
    tracks: tuple[FragmentTrack, ...]  # a track without access units here is left out
    start_us: int  # media time of its first picture; of its end: the first picture of the next one
    end_us: int
    received_at: str  # of its first picture, server's clock
    camera_at: str | None  # of its first picture by the camera's own clock (RTCP), if it tells
    n_dropped: int = 0  # packets refused or known to be lost inside it


class Noticed(_Said, frozen=True, kw_only=True, tag="noticed"):
    """Something that somebody must know. A span's end comes as a second message with `until_us`."""

    kind: EventKind
    from_us: int  # media time
    until_us: int | None
    detail: str  # in words (English), for the log


class Seen(_Said, frozen=True, kw_only=True, tag="seen"):
    """One look at the picture, at a keyframe: for alarms. Luma 0..255 of a picture made small."""

    at_us: int
    mean: float
    deviation: float
    change: float | None  # mean absolute difference from the look before


class Heard(_Said, frozen=True, kw_only=True, tag="heard"):
    """The sound of a fifth of a second, dBFS (0 is full scale; -100 is nothing)."""

    at_us: int
    rms_db: float
    peak_db: float


class Passed(_Said, frozen=True, kw_only=True, tag="passed"):
    """The worker goes by what was recorded already, and is well."""


class Gone(_Said, frozen=True, kw_only=True, tag="gone"):
    """The source is over or was refused; the worker ends after this. The address's credentials are never in it."""

    code: Literal["unreachable", "refused", "unsupported", "stalled", "ended", "broken"]
    reason: str


# What a worker says.
Said = Opened | Chunk | Fragment | Noticed | Seen | Heard | Passed | Gone


# ---- hub → watchers, in process ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Opening:
    """A recording begins, or the decoder must be set up anew. Comes first, and before anything of a new recording."""

    channel: ChannelId
    recording: RecordingId
    tracks: tuple[Track, ...]
    inits: tuple[bytes, ...]  # init segment per track
    zero_us: int  # media time of the recording's first picture
    zero_at: str  # the same instant on the server's clock


@dataclass(frozen=True, slots=True)
class Piece:
    """One access unit on its way to watchers."""

    recording: RecordingId
    track: int
    seq: int  # segment of the recording it will be part of
    key: bool
    start_ms: int  # in the recording
    end_ms: int
    data: bytes  # moof + mdat


@dataclass(frozen=True, slots=True)
class Sealed:
    """A segment is durable, signed and in the ledger."""

    recording: RecordingId
    seq: int
    start_ms: int
    end_ms: int
    statement: Digest


@dataclass(frozen=True, slots=True)
class Interrupted:
    """No pictures come at the moment, or recording has ended."""

    channel: ChannelId
    reason: Literal["lost", "stopped"]


LiveItem = Opening | Piece | Sealed | Interrupted
