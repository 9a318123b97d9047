"""Segment statements and manifests: what is signed about an original. Pure but for the signer it is handed.

A *statement* says what one segment consists of and names the digest of the one before it (`prev`), so that an
omission shows without the whole log. A *manifest* binds the original's bytes, everything known about it, and all
its statements. Both are canonical JSON (RFC 8785) signed with the seal key. Formats:
docs/reference/integrity-formats.md.
"""

from __future__ import annotations

import base64
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from evidence import merkle
from evidence.canonical import Digest, canonical, sha256
from evidence.clock import from_text, to_text
from evidence.errors import IntegrityBroken
from evidence.records import Identity, Kind, MediaIndex, Playback, RecordingId, Segment, Source, Track
from evidence.signing import SealSigner

STATEMENT_SPEC: Literal["mediad/segment/1"] = "mediad/segment/1"
MANIFEST_SPEC: Literal["mediad/manifest/1"] = "mediad/manifest/1"


class _Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True): ...


class TrackStatement(_Strict, frozen=True, kw_only=True):
    """The stretch of one track in a segment; digests are ESD-1."""

    track: int
    kind: Literal["video", "audio", "data"]
    codec: str
    timescale: int
    first_au: int
    n_au: int
    start_pts: int
    end_pts: int
    au_digest: Digest
    timing_digest: Digest
    config_digest: Digest | None


class SegmentStatement(_Strict, frozen=True, kw_only=True):
    spec: Literal["mediad/segment/1"]
    recording: RecordingId
    seq: int
    prev: Digest | None  # SHA-256 of the previous statement's canonical bytes; null for the first
    start_ms: int
    end_ms: int
    wall_start: str | None  # device time of the first picture; null if no time is known
    wall_end: str | None
    clock: str  # whose clock `wall_*` is: a TimeSource origin, or "unknown"
    device_signature: Literal["none"]
    tracks: tuple[TrackStatement, ...]


class SignedStatement(_Strict, frozen=True, kw_only=True):
    statement: SegmentStatement
    signature: str  # base64 of the DER signature over the statement's canonical bytes


class Sidecar(_Strict, frozen=True, kw_only=True):
    """A small file that the device wrote beside the recording."""

    name: str
    kind: Literal["gps", "subtitle", "other"]
    blob: Digest
    size_bytes: int


class Manifest(_Strict, frozen=True, kw_only=True):
    """Everything sealed about one original; `signature` covers the canonical bytes with it set to ""."""

    spec: Literal["mediad/manifest/1"]
    recording: RecordingId
    original: Digest
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
    samples: Digest | None
    au_digests: Digest | None
    init: Digest | None
    segments: tuple[SignedStatement, ...]
    segments_root: Digest  # RFC 6962 root over the canonical statements as leaves
    tools: dict[str, str]  # program → version
    keyid: str
    alg: str
    signature: str

    def to_bytes(self) -> bytes:
        return canonical(self)

    @classmethod
    def from_bytes(cls, data: bytes) -> Manifest:
        """Read a manifest. IntegrityBroken on unknown fields, wrong types or bytes that are not canonical."""
        try:
            manifest = _decoder.decode(data)
        except msgspec.MsgspecError as error:
            raise IntegrityBroken(f"The manifest cannot be read: {error}.") from error
        if manifest.to_bytes() != data:
            raise IntegrityBroken("The manifest is not in canonical form.")
        return manifest

    def signed_bytes(self) -> bytes:
        """What the manifest's signature is over."""
        return canonical(msgspec.structs.replace(self, signature=""))


_decoder = msgspec.json.Decoder(Manifest)


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
) -> Manifest:
    """State, chain and sign every segment, then sign the whole. About 0.3 ms a segment."""
    statements = _statements(recording, identity, index, signer)
    leaves = [merkle.leaf_hash(canonical(signed.statement)) for signed in statements]
    manifest = Manifest(
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
        segments=tuple(statements),
        segments_root=Digest(merkle.root_of(leaves).hex()),
        tools=tools,
        keyid=signer.keyid,
        alg=signer.alg,
        signature="",
    )
    return msgspec.structs.replace(manifest, signature=_sign(signer, manifest.signed_bytes()))


def _sign(signer: SealSigner, message: bytes) -> str:
    return base64.b64encode(signer.sign(message)).decode()


def _statements(
    recording: RecordingId, identity: Identity, index: MediaIndex, signer: SealSigner
) -> list[SignedStatement]:
    started = from_text(identity.started_at) if identity.started_at else None
    tracks = {track.number: track for track in index.tracks}
    signed: list[SignedStatement] = []
    prev: Digest | None = None
    for segment in index.segments:
        statement = SegmentStatement(
            spec=STATEMENT_SPEC,
            recording=recording,
            seq=segment.seq,
            prev=prev,
            start_ms=segment.start_ms,
            end_ms=segment.end_ms,
            wall_start=_wall(started, segment.start_ms),
            wall_end=_wall(started, segment.end_ms),
            clock=identity.started_at_origin or "unknown",
            device_signature="none",
            tracks=_track_statements(segment, tracks),
        )
        data = canonical(statement)
        prev = sha256(data)
        signed.append(SignedStatement(statement=statement, signature=_sign(signer, data)))
    return signed


def _wall(started: datetime | None, offset_ms: int) -> str | None:
    return None if started is None else to_text(started + timedelta(milliseconds=offset_ms))


def _track_statements(segment: Segment, tracks: dict[int, Track]) -> tuple[TrackStatement, ...]:
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
        for part in segment.tracks
    )


def statement_digest(statement: SegmentStatement) -> Digest:
    """What `prev` of the next statement, and `viewing.delivered`, name a statement by."""
    return sha256(canonical(statement))
