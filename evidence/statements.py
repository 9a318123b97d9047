"""Segment statements and manifests: what is signed about an original. Pure but for the signer it is handed.

A *statement* says what one segment consists of and names the digest of the one before it (`prev`), so that an
omission shows without the whole log. A *manifest* binds the original's bytes, everything known about it, and all
its statements. Both are canonical JSON (RFC 8785) signed with the seal key. Formats:
docs/reference/integrity-formats.md. Checking them: evidence.verify.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec

from evidence import merkle
from evidence.canonical import Digest, sha256
from evidence.clock import from_text, to_text
from evidence.errors import IntegrityBroken, Invalid, MediaUnreadable
from evidence.live import ChannelId, SittingId
from evidence.records import Identity, Kind, MediaIndex, Playback, RecordingId, SegmentTrack, Source, Track
from evidence.signing import SealSigner

STATEMENT_SPEC: Literal["mediad/segment/1"] = "mediad/segment/1"
MANIFEST_SPEC: Literal["mediad/manifest/1"] = "mediad/manifest/1"
# RFC 8785 §3.2.2.3: JSON numbers are exact up to here only.
MAX_EXACT_INT = 2**53 - 1
# Ten years: no recording is longer, and when it began lies within the calendar whatever is known of its end.
_MAX_DURATION_MS = 10 * 366 * 86_400_000

# How far `wall_*` can be trusted: "device" is the device's own clock, never compared with ours; "server" is ours, at
# receipt; "none": no time is known.
ClockQuality = Literal["device", "server", "none"]
Sha256 = Annotated[Digest, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True): ...


class TrackStatement(_Strict, frozen=True, kw_only=True):
    """The stretch of one track in a segment; digests are ESD-1."""

    track: int  # records.Track.number
    kind: Literal["video", "audio", "data"]
    codec: str
    timescale: int  # ticks per second of `start_pts` and `end_pts`
    first_au: int  # in decode order
    n_au: int
    start_pts: int  # lowest pts in the stretch, raw media time
    end_pts: int  # highest pts + duration: half-open
    au_digest: Sha256  # over the access units' digests: hex, LF, each
    timing_digest: Sha256
    config_digest: Sha256 | None


class SegmentStatement(_Strict, frozen=True, kw_only=True):
    """What one segment of a recording consists of."""

    spec: Literal["mediad/segment/1"]
    recording: RecordingId
    seq: int  # from 0
    prev: Sha256 | None  # SHA-256 of the previous statement's canonical bytes; null for the first
    start_ms: int  # presentation time from the first picture
    end_ms: int  # half-open
    wall_start: str | None  # RFC 3339 UTC of the segment's begin; null if no time is known
    wall_end: str | None
    clock: str  # whose clock `wall_*` is: a TimeSource origin, or "unknown"
    clock_quality: ClockQuality
    device_signature: Literal["none"]  # no device signs its footage yet
    tracks: tuple[TrackStatement, ...]


class SignedStatement(_Strict, frozen=True, kw_only=True):
    statement: SegmentStatement
    signature: str  # base64 of the DER signature over the statement's canonical bytes


class Sidecar(_Strict, frozen=True, kw_only=True):
    """A small file that the device wrote beside the recording."""

    name: str
    kind: Literal["gps", "subtitle", "other"]
    blob: Sha256
    size_bytes: int


class LiveOrigin(_Strict, frozen=True, kw_only=True):
    """Of a recording that the server made itself: its id is random, and the ledger has `live.started` for it."""

    room: str
    channel: ChannelId
    sitting: SittingId | None
    zero_at: str  # its first picture, server's clock at receipt
    continues: RecordingId | None  # the recording of the channel that it joins without a hole


# A docked recording's manifest says nothing of `live`: left out, and not null.
class ManifestBody(_Strict, frozen=True, kw_only=True, omit_defaults=True):
    """Everything sealed about one original: what the manifest's signature covers."""

    spec: Literal["mediad/manifest/1"]
    recording: RecordingId
    original: Sha256
    size_bytes: int
    kind: Kind
    container: str
    playback: Playback
    playback_reason: str
    duration_ms: int
    width: int
    height: int
    identity: Identity
    source: Source
    received_at: str
    tracks: tuple[Track, ...]
    warnings: tuple[str, ...]
    container_tags: tuple[tuple[str, str], ...]
    sidecars: tuple[Sidecar, ...]
    samples: Sha256 | None  # blobs made from the original
    au_digests: Sha256 | None
    init: Sha256 | None
    segments: tuple[SignedStatement, ...]
    segments_root: Sha256  # RFC 6962 root over the canonical statements as leaves
    tools: dict[str, str]  # program → version
    keyid: str
    alg: str
    live: LiveOrigin | None = None


class Manifest(ManifestBody, frozen=True, kw_only=True):
    """The body and its signature."""

    signature: str  # base64 of the DER signature over the canonical bytes without this field

    def to_bytes(self) -> bytes:
        """The canonical bytes: what is kept as a blob."""
        return _encode(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """Read a manifest. IntegrityBroken on unknown fields, wrong types or bytes that are not canonical.

        Does not verify: that is `evidence.verify.verify_manifest`.
        """
        try:
            manifest = _decoder.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise IntegrityBroken(f"The manifest cannot be read: {error}.") from error
        if any(abs(number) > MAX_EXACT_INT for number in _numbers(manifest)):
            raise IntegrityBroken("The manifest holds a number that JSON cannot hold exactly.")
        if manifest.to_bytes() != data:
            raise IntegrityBroken("The manifest is not in canonical form.")
        return manifest

    def signed_bytes(self) -> bytes:
        """What the manifest's signature is over."""
        return _encode(ManifestBody(**{name: getattr(self, name) for name in ManifestBody.__struct_fields__}))


_decoder = msgspec.json.Decoder(Manifest)
# Gives RFC 8785 bytes for what statements and manifests hold: names and tools in ASCII, whole numbers within
# MAX_EXACT_INT and no floats. Fifty times as fast as the general `canonical`, which it is tested against; a
# four-hour recording has 3,600 statements.
_encode = msgspec.json.Encoder(order="sorted").encode


def require_statable(index: MediaIndex) -> None:
    """Raise MediaUnreadable if an index holds numbers that no statement can carry: absurd time stamps."""
    too_long = not 0 <= index.duration_ms <= _MAX_DURATION_MS
    if too_long or any(abs(number) > MAX_EXACT_INT for number in _index_numbers(index)):
        raise MediaUnreadable("The file's time stamps are beyond all measure.")


def _require_statable_identity(identity: Identity) -> None:
    """A file name may hold a number of any length; JSON and the catalog do not."""
    if abs(identity.sequence or 0) > MAX_EXACT_INT:
        raise Invalid(f"No device counts to {identity.sequence}.")
    try:
        _encode(identity)
    except UnicodeEncodeError as error:
        raise Invalid("What is said about the recording is not Unicode text.") from error


def build_manifest(
    *,
    recording: RecordingId,
    original: Digest,
    size_bytes: int,
    identity: Identity,
    source: Source,
    received_at: str,
    index: MediaIndex,
    sidecars: tuple[Sidecar, ...],
    samples: Digest | None,
    au_digests: Digest | None,
    init: Digest | None,
    tools: dict[str, str],
    signer: SealSigner,
    live: LiveOrigin | None = None,
    segments: tuple[SignedStatement, ...] | None = None,
) -> Manifest:
    """State, chain and sign every segment, then sign the whole. `segments`: those of a live recording, signed as they
    closed.

    MediaUnreadable as `require_statable`; Invalid if the rest cannot be stated; ValueError if the index contradicts
    itself.
    """
    require_statable(index)
    _require_statable_identity(identity)
    statements = _statements(recording, identity, index, signer) if segments is None else segments
    body = ManifestBody(
        spec=MANIFEST_SPEC,
        recording=recording,
        original=original,
        size_bytes=size_bytes,
        kind=index.kind,
        container=index.container,
        playback=index.playback,
        playback_reason=index.playback_reason,
        duration_ms=index.duration_ms,
        width=index.width,
        height=index.height,
        identity=identity,
        source=source,
        received_at=received_at,
        tracks=index.tracks,
        warnings=index.warnings,
        container_tags=index.container_tags,
        sidecars=sidecars,
        samples=samples,
        au_digests=au_digests,
        init=init,
        segments=statements,
        segments_root=segments_root(statements),
        tools=tools,
        keyid=signer.keyid,
        alg=signer.alg,
        live=live,
    )
    fields = {name: getattr(body, name) for name in ManifestBody.__struct_fields__}
    return Manifest(**fields, signature=_sign(signer, _encode(body)))


def statement_bytes(statement: SegmentStatement) -> bytes:
    """The canonical bytes of a statement: what is signed, and a leaf of `segments_root`."""
    return _encode(statement)


def statement_digest(statement: SegmentStatement) -> Digest:
    """What `prev` of the next statement, and `viewing.delivered`, name a statement by."""
    return sha256(_encode(statement))


def segments_root(statements: tuple[SignedStatement, ...]) -> Digest:
    """The RFC 6962 root over the canonical statements as leaves."""
    leaves = [merkle.leaf_hash(_encode(signed.statement)) for signed in statements]
    return Digest(merkle.root_of(leaves).hex())


def _sign(signer: SealSigner, message: bytes) -> str:
    return base64.b64encode(signer.sign(message)).decode()


def _statements(
    recording: RecordingId, identity: Identity, index: MediaIndex, signer: SealSigner
) -> tuple[SignedStatement, ...]:
    started = from_text(identity.started_at) if identity.started_at else None
    tracks = {track.number: track for track in index.tracks}
    signed: list[SignedStatement] = []
    prev: Digest | None = None
    for seq, segment in enumerate(index.segments):
        if segment.seq != seq:
            raise ValueError(f"segment {segment.seq} at place {seq} of the index")
        statement = SegmentStatement(
            spec=STATEMENT_SPEC,
            recording=recording,
            seq=seq,
            prev=prev,
            start_ms=segment.start_ms,
            end_ms=segment.end_ms,
            wall_start=_wall(started, segment.start_ms),
            wall_end=_wall(started, segment.end_ms),
            clock=identity.started_at_origin or "unknown",
            clock_quality=_clock_quality(identity),
            device_signature="none",
            tracks=track_statements(segment.tracks, tracks),
        )
        prev = statement_digest(statement)
        signed.append(sign_statement(statement, signer))
    return tuple(signed)


def sign_statement(statement: SegmentStatement, signer: SealSigner) -> SignedStatement:
    return SignedStatement(statement=statement, signature=_sign(signer, _encode(statement)))


def _clock_quality(identity: Identity) -> ClockQuality:
    if identity.started_at is None:
        return "none"
    return "server" if identity.started_at_origin == "receipt" else "device"


def _wall(started: datetime | None, offset_ms: int) -> str | None:
    if started is None:
        return None
    try:
        return to_text(started + timedelta(milliseconds=offset_ms))
    except OverflowError:
        # A damaged file may claim to last past the year 9999: then no time of day can be stated.
        return None


def track_statements(parts: Sequence[SegmentTrack], tracks: Mapping[int, Track]) -> tuple[TrackStatement, ...]:
    """What a segment's statement says of its tracks; `tracks` by number."""
    return tuple(
        TrackStatement(
            track=part.track,
            kind=tracks[part.track].kind,
            codec=tracks[part.track].codec,
            timescale=tracks[part.track].timescale,
            first_au=part.first_au,
            n_au=part.n_au,
            start_pts=part.start_pts,
            end_pts=part.end_pts,
            au_digest=part.au_digest,
            timing_digest=part.timing_digest,
            config_digest=tracks[part.track].config_digest,
        )
        for part in parts
    )


def _index_numbers(index: MediaIndex) -> Iterator[int]:
    yield index.duration_ms
    yield from _track_numbers(index.tracks)
    for segment in index.segments:
        yield from (segment.start_ms, segment.end_ms)
        for part in segment.tracks:
            yield from (part.first_au, part.n_au, part.start_pts, part.end_pts)


def _track_numbers(tracks: tuple[Track, ...]) -> Iterator[int]:
    for track in tracks:
        yield from (track.timescale, track.n_au, track.duration_ticks, track.sample_rate)


def _numbers(manifest: Manifest) -> Iterator[int]:
    """Every number of a manifest that is not small by nature."""
    yield from (manifest.size_bytes, manifest.duration_ms, manifest.width, manifest.height)
    yield from (manifest.identity.sequence or 0, manifest.source.size_bytes)
    yield from (sidecar.size_bytes for sidecar in manifest.sidecars)
    yield from _track_numbers(manifest.tracks)
    for signed in manifest.segments:
        yield from (signed.statement.start_ms, signed.statement.end_ms)
        for part in signed.statement.tracks:
            yield from (part.timescale, part.first_au, part.n_au, part.start_pts, part.end_pts)
