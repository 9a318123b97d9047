"""What goes over the live WebSocket, both ways. Pure.

Server → browser: JSON text frames (`Says`), and binary frames: a head of 16 bytes, then an init segment or one access
unit as an fMP4 fragment. Browser → server: JSON text frames (`Asks`). docs/reference/api.md describes them in words.
"""

from __future__ import annotations

import struct
from typing import Annotated, Literal

import msgspec

from evidence.errors import Invalid
from evidence.live import Interrupted, Opening, Piece, Sealed
from player.claims import SpanClaims

# kind, track, opening, flags, segment, start and end in the recording (ms, signed: sound may begin before the picture)
_HEAD = struct.Struct(">BBBBIii")
INIT, PIECE = 1, 2
KEY = 1
MAX_ASK_BYTES = 64 * 1024


class _Message(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True): ...


class TrackSaid(_Message, frozen=True, kw_only=True):
    track: int
    kind: Literal["video", "audio", "data"]
    mime: str  # for MediaSource.isTypeSupported
    timescale: int  # ticks per second of decode times
    width: int
    height: int


class OpeningSaid(_Message, frozen=True, kw_only=True, tag_field="say", tag="opening"):
    """The pictures of a recording begin; one init segment per track follows as binary frames."""

    opening: int  # in the heads of what belongs to it
    recording: str
    zero_at: str  # wall clock of 0 ms, server's clock at receipt
    tracks: tuple[TrackSaid, ...]


class InterruptedSaid(_Message, frozen=True, kw_only=True, tag_field="say", tag="interrupted"):
    reason: Literal["lost", "stopped"]


class SealedSaid(_Message, frozen=True, kw_only=True, tag_field="say", tag="sealed"):
    """A segment is durable: the rewind reaches up to its end."""

    recording: str
    seq: int
    start_ms: int
    end_ms: int


class SkippedSaid(_Message, frozen=True, kw_only=True, tag_field="say", tag="skipped"):
    """These pictures were not sent to this viewer; what follows begins with a keyframe."""

    reason: Literal["slow", "log"]
    recording: str
    start_ms: int
    end_ms: int


class LogSaid(_Message, frozen=True, kw_only=True, tag_field="say", tag="log"):
    """Whether deliveries can be written down. While they cannot, no picture leaves."""

    ok: bool


class AlarmSaid(_Message, frozen=True, kw_only=True, tag_field="say", tag="alarm"):
    undelivered_ms: int


class EndedSaid(_Message, frozen=True, kw_only=True, tag_field="say", tag="ended"):
    """The viewing is over; the socket is closed after this."""

    reason: Literal["ended", "restart", "invalid"]


Says = OpeningSaid | InterruptedSaid | SealedSaid | SkippedSaid | LogSaid | AlarmSaid | EndedSaid


class Pause(_Message, frozen=True, kw_only=True, tag_field="do", tag="pause"):
    """Send no pictures for a while: the viewer looks at what was recorded."""


class Resume(_Message, frozen=True, kw_only=True, tag_field="do", tag="resume"):
    """Back to live: the current GOP, then what comes."""


class Rendered(_Message, frozen=True, kw_only=True, tag_field="do", tag="rendered"):
    """What was shown, recording by recording. A claim."""

    recording: Annotated[str, msgspec.Meta(pattern="^r[a-z2-7]{20}$")]
    spans: SpanClaims


Asks = Pause | Resume | Rendered

_encode = msgspec.json.Encoder().encode
_decode: msgspec.json.Decoder[Asks] = msgspec.json.Decoder(Asks)


def text(message: Says) -> str:
    return _encode(message).decode()


def asked(data: str) -> Asks:
    """Raises Invalid."""
    try:
        return _decode.decode(data)
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Invalid(f"{error}.") from error


def opening_said(opening: Opening, number: int) -> OpeningSaid:
    return OpeningSaid(
        opening=number,
        recording=opening.recording,
        zero_at=opening.zero_at,
        tracks=tuple(
            TrackSaid(
                track=each.number,
                kind=each.kind,
                mime=f'{each.kind}/mp4; codecs="{each.codec_string}"',
                timescale=each.timescale,
                width=each.width,
                height=each.height,
            )
            for each in opening.tracks
        ),
    )


def init_frames(opening: Opening, number: int) -> tuple[bytes, ...]:
    return tuple(
        _HEAD.pack(INIT, track.number, number, 0, 0, 0, 0) + init
        for track, init in zip(opening.tracks, opening.inits, strict=True)
    )


def piece_frame(piece: Piece, number: int) -> bytes:
    head = (PIECE, piece.track, number, KEY if piece.key else 0, piece.seq, piece.start_ms, piece.end_ms)
    return _HEAD.pack(*head) + piece.data


def interrupted_said(item: Interrupted) -> InterruptedSaid:
    return InterruptedSaid(reason=item.reason)


def sealed_said(item: Sealed) -> SealedSaid:
    return SealedSaid(recording=item.recording, seq=item.seq, start_ms=item.start_ms, end_ms=item.end_ms)
