"""Checks what was sealed: manifests, originals, ledger entries and checkpoints. Pure but for reading one file.

An outside expert can run this module alone: it imports no writer, no database and no media code. Every check
returns None (or what it read) or raises IntegrityBroken, naming the piece that is wrong.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence import merkle
from evidence.canonical import Digest, sha256
from evidence.checkpoint import Checkpoint
from evidence.entries import RecordingSealed
from evidence.errors import IntegrityBroken, StoreUnavailable
from evidence.records import Track, recording_id
from evidence.signing import SealVerifier
from evidence.statements import (
    Manifest,
    SegmentStatement,
    SignedStatement,
    TrackStatement,
    segments_root,
    statement_bytes,
)

# Large enough that system calls vanish beside hashing, small enough to stay in a processor's cache.
_READ_BYTES = 1 << 20
_AU_DIGEST_BYTES = 32
# Silence and still pictures repeat a digest thousands of times: looking at more places than this costs time only.
_MAX_PLACES = 16

Progress = Callable[[int], None]  # called with the bytes read so far
# Digests an original's access units again: track number → 32-byte ESD-1 digests in decode order.
Recompute = Callable[[Path], Mapping[int, bytes]]


# ---- manifests ----------------------------------------------------------------------------------------------


def verify_manifest(manifest_bytes: bytes, verifier: SealVerifier) -> Manifest:
    """Read a manifest and check every signature, the chain of statements, their root and that no stretch is missing.

    The segments come first, so that a change inside one is named by its number.
    """
    manifest = Manifest.from_bytes(manifest_bytes)
    if (manifest.keyid, manifest.alg) != (verifier.keyid, verifier.alg):
        raise IntegrityBroken(
            f"The manifest names the seal key {manifest.keyid} ({manifest.alg}), not this site's "
            f"{verifier.keyid} ({verifier.alg})."
        )
    _check_statements(manifest, verifier)
    if segments_root(manifest.segments) != manifest.segments_root:
        raise IntegrityBroken(
            f"The manifest's segments root is not that of its {len(manifest.segments)} segments: one is missing at "
            "the end, or one too many is there."
        )
    verifier.verify(manifest.signed_bytes(), _signature(manifest.signature, "manifest"), "manifest")
    # A live recording has its id before it has its content; `mediad check` finds it in the ledger (live.started).
    if manifest.live is None and manifest.recording != recording_id(manifest.original):
        raise IntegrityBroken("The manifest's recording id does not follow from its original.")
    _check_tracks(manifest)
    return manifest


def _check_statements(manifest: Manifest, verifier: SealVerifier) -> None:
    prev: Digest | None = None
    for place, signed in enumerate(manifest.segments):
        statement = signed.statement
        if statement.recording != manifest.recording:
            raise IntegrityBroken(f"Segment {place} belongs to another recording, {statement.recording}.")
        _check_place(manifest.segments, place)
        data = statement_bytes(statement)
        what = f"statement of segment {place}"
        verifier.verify(data, _signature(signed.signature, what), what)
        if statement.prev != prev:
            raise IntegrityBroken(f"Segment {place} does not follow the segment before it: their chain is broken.")
        prev = sha256(data)


def _check_place(segments: Sequence[SignedStatement], place: int) -> None:
    """Statements are numbered from 0 without holes; say in which way these are not."""
    seq = segments[place].statement.seq
    if seq == place:
        return
    if seq in {signed.statement.seq for signed in segments[:place]}:
        raise IntegrityBroken(f"Segment {seq} is there twice.")
    if place in {signed.statement.seq for signed in segments[place:]}:
        raise IntegrityBroken(f"The segments are out of order: {seq} stands in the place of {place}.")
    raise IntegrityBroken(f"Segment {place} is missing.")


def _check_tracks(manifest: Manifest) -> None:
    """Every access unit of a stated track is in a segment, and segments speak of the tracks as the manifest does."""
    tracks = {track.number: track for track in manifest.tracks}
    reached: dict[int, int] = {}
    for place, signed in enumerate(manifest.segments):
        for part in signed.statement.tracks:
            track = tracks.get(part.track)
            if track is None or not _agree(part, track):
                raise IntegrityBroken(f"Segment {place} describes track {part.track} otherwise than the manifest.")
            covered = reached.get(part.track, 0)
            if part.first_au > covered:
                raise IntegrityBroken(
                    f"Access units {covered} to {part.first_au - 1} of track {part.track} are in no segment."
                )
            reached[part.track] = max(covered, part.first_au + part.n_au)
    if len(tracks) != len(manifest.tracks):
        raise IntegrityBroken("Two tracks of the manifest have the same number.")
    for number, track in tracks.items():
        covered = reached.get(number, 0)
        if covered != track.n_au:
            raise IntegrityBroken(
                f"The segments hold {covered} access units of track {number}; the manifest says {track.n_au}."
            )


def _agree(part: TrackStatement, track: Track) -> bool:
    said = (part.kind, part.codec, part.timescale, part.config_digest)
    return said == (track.kind, track.codec, track.timescale, track.config_digest)


def _signature(text: str, what: str) -> bytes:
    try:
        signature = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise IntegrityBroken(f"The signature of the {what} is not base64.") from error
    # One value, one spelling: base64 leaves room for stray bits before the padding.
    if base64.b64encode(signature).decode() != text:
        raise IntegrityBroken(f"The signature of the {what} is not canonical base64.")
    return signature


# ---- the ledger ---------------------------------------------------------------------------------------------


def verify_sealed(entry: RecordingSealed, manifest_bytes: bytes, manifest: Manifest) -> None:
    """Raise unless the ledger's entry speaks of exactly this manifest."""
    if entry.manifest != sha256(manifest_bytes):
        raise IntegrityBroken("The manifest is not the one that the ledger's entry names.")
    pairs = (
        ("recording", entry.recording, manifest.recording),
        ("original", entry.original, manifest.original),
        ("size", entry.size_bytes, manifest.size_bytes),
        ("segments root", entry.segments_root, manifest.segments_root),
        ("number of segments", entry.n_segments, len(manifest.segments)),
    )
    for name, logged, sealed in pairs:
        if logged != sealed:
            raise IntegrityBroken(f"The ledger's entry and the manifest differ in the {name}: {logged}, {sealed}.")


def verify_entry_inclusion(entry: bytes, index: int, path: Sequence[bytes], checkpoint: Checkpoint) -> None:
    """Raise unless the entry's canonical bytes stand at `index` of the ledger that the checkpoint is of."""
    try:
        merkle.check_inclusion(merkle.leaf_hash(entry), index, checkpoint.size, path, checkpoint.root)
    except IntegrityBroken as error:
        raise IntegrityBroken(f"Ledger entry {index} is not proven: {error.message}") from error


def verify_history(old: Checkpoint, new: Checkpoint, path: Sequence[bytes]) -> None:
    """Raise unless the ledger of the new checkpoint continues that of the old one, seen earlier."""
    if old.origin != new.origin:
        raise IntegrityBroken(f"The checkpoints are of two ledgers, {old.origin} and {new.origin}.")
    try:
        merkle.check_consistency(old.size, old.root, new.size, new.root, path)
    except IntegrityBroken as error:
        raise IntegrityBroken(f"The ledger's history was rewritten: {error.message}") from error


# ---- originals ----------------------------------------------------------------------------------------------


class OriginalAltered(IntegrityBroken):
    """The stored bytes are not those that were sealed; `findings` name the segments that differ, where it is known."""

    def __init__(self, message: str, findings: tuple[Finding, ...] = ()) -> None:
        super().__init__(message)
        self.findings = findings


def verify_blob(path: Path, digest: Digest, what: str, progress: Progress | None = None) -> None:
    """Raise unless the file's bytes have this SHA-256. StoreUnavailable if they cannot be read."""
    found = _digest_of(path, what, progress)
    if found != digest:
        raise IntegrityBroken(f"The {what} was altered: its SHA-256 is {found}, sealed was {digest}.")


def verify_original(
    path: Path,
    manifest: Manifest,
    *,
    recompute: Recompute | None = None,
    sealed_au_digests: bytes | None = None,
    progress: Progress | None = None,
) -> None:
    """Raise unless the file is the original, byte for byte.

    Where it is not and `recompute` is given (a worker that digests the access units again), OriginalAltered names the
    segments that differ; with the sealed `au_digests` blob, the first access unit of each too.
    """
    found = _digest_of(path, "original", progress)
    if found == manifest.original:
        return
    size = path.stat().st_size
    if size != manifest.size_bytes:
        words = f"The original is {size} bytes long; sealed were {manifest.size_bytes}."
    else:
        words = f"The original was altered: its SHA-256 is {found}, sealed was {manifest.original}."
    findings: tuple[Finding, ...] = ()
    if recompute is not None and manifest.segments:
        sealed = None if sealed_au_digests is None else read_au_digests(manifest, sealed_au_digests)
        findings = locate_damage(manifest, recompute(path), sealed)
        words += f" {_damage_in_words(findings, len(manifest.segments))}"
    raise OriginalAltered(words, findings)


def _digest_of(path: Path, what: str, progress: Progress | None) -> Digest:
    """SHA-256 of a file in one pass. `hashlib` lets other threads run meanwhile."""
    sha, done = hashlib.sha256(), 0
    buffer = memoryview(bytearray(_READ_BYTES))
    try:
        with path.open("rb", buffering=0) as file:
            while n := file.readinto(buffer):
                sha.update(buffer[:n])
                done += n
                if progress is not None:
                    progress(done)
    except FileNotFoundError as error:
        raise IntegrityBroken(f"The {what} is missing.") from error
    except OSError as error:
        raise StoreUnavailable(f"The {what} cannot be read: {error.strerror}.") from error
    return Digest(sha.hexdigest())


# ---- which segment differs ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """One stretch that is not what was sealed."""

    code: str  # "segment-differs", "segment-missing" or "units-added"
    message: str
    seq: int | None  # segment number; None for what no segment covers
    track: int
    first_au: int | None = None  # first access unit that differs, where it is known


def split_au_digests(n_au: Mapping[int, int], blob: bytes) -> dict[int, bytes]:
    """The digests of each track out of a blob that holds track after track, 32 bytes an access unit.

    `n_au`: track number → number of access units, in the blob's order.
    """
    if len(blob) != _AU_DIGEST_BYTES * sum(n_au.values()):
        raise IntegrityBroken("The access-unit digests are too few or too many for their tracks.")
    found, start = {}, 0
    for number, n in n_au.items():
        stop = start + n * _AU_DIGEST_BYTES
        found[number] = blob[start:stop]
        start = stop
    return found


def read_au_digests(manifest: Manifest, blob: bytes) -> dict[int, bytes]:
    """The sealed digests per track. Raises unless the blob is the one that the manifest and its statements name."""
    if manifest.au_digests != sha256(blob):
        raise IntegrityBroken("The access-unit digests are not those that the manifest names.")
    digests = split_au_digests({track.number: track.n_au for track in manifest.tracks}, blob)
    findings = locate_damage(manifest, digests)
    if findings:
        raise IntegrityBroken(f"The access-unit digests contradict the statements: {findings[0].message}")
    return digests


def locate_damage(
    manifest: Manifest, recomputed: Mapping[int, bytes], sealed: Mapping[int, bytes] | None = None
) -> tuple[Finding, ...]:
    """Every segment and track whose access units are not the sealed ones, in order; () if all are. Pure.

    `recomputed` and `sealed`: track number → 32-byte digests in decode order. With `sealed`, a stretch that is whole
    but stands elsewhere, behind units that were lost or added, is not blamed, and the first bad unit is named.
    """
    findings: list[Finding] = []
    reached: dict[int, int] = {}
    found = {number: _Found(digests) for number, digests in recomputed.items()}
    for signed in manifest.segments:
        for part in signed.statement.tracks:
            now = found.get(part.track, _Found(b""))
            before = None if sealed is None else sealed.get(part.track, b"")
            finding = _judge(signed.statement, part, now, before)
            if finding is not None:
                findings.append(finding)
            reached[part.track] = max(reached.get(part.track, 0), part.first_au + part.n_au)
    for number, digests in recomputed.items():
        stop = reached.get(number, 0)
        extra = len(digests) // _AU_DIGEST_BYTES - stop
        if extra > 0:
            message = f"Track {number} has {extra} access units more than were sealed."
            findings.append(Finding("units-added", message, None, number, stop))
    return tuple(findings)


def au_list_digest(digests: bytes) -> Digest:
    """SHA-256 over one line of hex per 32-byte digest: `au_digest` of a track statement (ESD-1)."""
    lines = (digests[i : i + _AU_DIGEST_BYTES].hex() + "\n" for i in range(0, len(digests), _AU_DIGEST_BYTES))
    return sha256("".join(lines).encode())


class _Found:
    """One track's recomputed digests, searchable for a stretch of them."""

    def __init__(self, digests: bytes) -> None:
        self.digests = digests
        self._places: dict[bytes, list[int]] | None = None  # digest → its first places, made when first asked for

    def holds(self, stretch: bytes) -> bool:
        """Whether the whole stretch is there, anywhere."""
        if self._places is None:
            self._places = self._index()
        places = self._places.get(stretch[:_AU_DIGEST_BYTES], [])
        return any(self.digests[at : at + len(stretch)] == stretch for at in places)

    def _index(self) -> dict[bytes, list[int]]:
        places: dict[bytes, list[int]] = {}
        for at in range(0, len(self.digests), _AU_DIGEST_BYTES):
            known = places.setdefault(self.digests[at : at + _AU_DIGEST_BYTES], [])
            if len(known) < _MAX_PLACES:
                known.append(at)
        return places


def _judge(statement: SegmentStatement, part: TrackStatement, now: _Found, before: bytes | None) -> Finding | None:
    """What is wrong with one track's stretch of a segment; None if nothing is."""
    start, length = part.first_au * _AU_DIGEST_BYTES, part.n_au * _AU_DIGEST_BYTES
    here = now.digests[start : start + length]
    if au_list_digest(here) == part.au_digest:
        return None
    stretch = None if before is None else before[start : start + length]
    if stretch is not None and now.holds(stretch):
        return None
    place = f"segment {statement.seq} ({_time(statement.start_ms)} to {_time(statement.end_ms)}), {part.kind}"
    if not here:
        return Finding("segment-missing", f"Missing: {place}.", statement.seq, part.track, part.first_au)
    if stretch is None:
        return Finding("segment-differs", f"Differs: {place}.", statement.seq, part.track)
    unit = part.first_au + _first_difference(stretch, here)
    return Finding("segment-differs", f"Differs: {place}, from access unit {unit}.", statement.seq, part.track, unit)


def _first_difference(stretch: bytes, here: bytes) -> int:
    """The number of the first 32-byte digest that differs; the length of the shorter if one begins the other."""
    shared = min(len(stretch), len(here))
    for at in range(0, shared, _AU_DIGEST_BYTES):
        if stretch[at : at + _AU_DIGEST_BYTES] != here[at : at + _AU_DIGEST_BYTES]:
            return at // _AU_DIGEST_BYTES
    return shared // _AU_DIGEST_BYTES


def _damage_in_words(findings: Sequence[Finding], n_segments: int) -> str:
    if not findings:
        # Headers, metadata or padding: pictures and sound are the sealed ones.
        return "All segments' pictures and sound are as sealed: the change is outside of them."
    n = len({finding.seq for finding in findings if finding.seq is not None})
    return f"First: {findings[0].message} Segments damaged: {n} of {n_segments}."


def _time(ms: int) -> str:
    minutes, rest = divmod(ms, 60_000)
    return f"{minutes // 60}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"
