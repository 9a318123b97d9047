"""A sealed recording made in memory: an original of plain chunks, digested, stated and signed for real."""

from __future__ import annotations

import base64
import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

from evidence.canonical import Digest, sha256
from evidence.records import Identity, MediaIndex, Segment, SegmentTrack, Source, TimeSource, Track, recording_id
from evidence.signing import FileNoteSigner, FileSealSigner, load_note_signer, load_seal_signer
from evidence.statements import Manifest, Sidecar, build_manifest
from evidence.verify import au_list_digest

ROOT = Path(__file__).resolve().parents[3]
KEYS = ROOT / "tests" / "fixtures" / "keys"
AT = "2026-11-24T08:00:00.000000Z"
CHUNK_BYTES = 64  # one access unit of a made-up original: video chunks first, then sound
VIDEO_PER_SEGMENT, SOUND_PER_SEGMENT = 5, 3
CONFIG = sha256(b"configuration")


@cache
def seal_signer(name: str = "seal") -> FileSealSigner:
    with tempfile.TemporaryDirectory() as directory:
        return load_seal_signer(_readable(name, Path(directory)))


@cache
def note_signer(name: str = "ledger", origin: str = "example.org/mediad") -> FileNoteSigner:
    with tempfile.TemporaryDirectory() as directory:
        return load_note_signer(_readable(name, Path(directory)), origin)


def _readable(name: str, directory: Path) -> Path:
    """Git keeps no mode 0600, and a key that others may read is refused."""
    path = directory / "key.pem"
    shutil.copyfile(KEYS / f"{name}.pem", path)
    path.chmod(0o600)
    return path


@dataclass(frozen=True)
class Sealed:
    original: bytes
    index: MediaIndex
    au_digests: bytes
    manifest: Manifest


def digests_of(original: bytes, n_segments: int) -> dict[int, bytes]:
    """Track number → digests: what a worker would find in an original of chunks, whole or damaged."""
    chunks = [original[at : at + CHUNK_BYTES] for at in range(0, len(original), CHUNK_BYTES)]
    border = n_segments * VIDEO_PER_SEGMENT
    return {
        0: b"".join(hashlib.sha256(chunk).digest() for chunk in chunks[:border]),
        1: b"".join(hashlib.sha256(chunk).digest() for chunk in chunks[border:]),
    }


def seal(n_segments: int = 6, word: str = "one", signer: str = "seal", **changes: object) -> Sealed:
    """An original whose bytes follow from `word`; `changes` replace arguments of build_manifest."""
    n_chunks = n_segments * (VIDEO_PER_SEGMENT + SOUND_PER_SEGMENT)
    original = b"".join(hashlib.sha512(f"{word} {n}".encode()).digest() for n in range(n_chunks))
    digests = digests_of(original, n_segments)
    index = _index(n_segments, digests)
    arguments: dict[str, object] = {
        "recording": recording_id(sha256(original)),
        "original": sha256(original),
        "size_bytes": len(original),
        "identity": Identity(
            device="DSJ-01",
            officer="王小明",
            unit="水政监察大队",
            sequence=17,
            key_mark=True,
            profile="gb",
            started_at=AT,
            started_at_origin="file-name",
            times=(TimeSource("file-name", AT), TimeSource("file-mtime", AT, "two hours later than the name says")),
            origins=(("officer", "bay"), ("started_at", "file-name")),
        ),
        "source": Source("bay-1", "DCIM/100MEDIA/一.mp4", len(original), AT),
        "received_at": "2026-11-24T18:30:00.000000Z",
        "index": index,
        "sidecars": (Sidecar(name="一.gps", kind="gps", blob=sha256(b"gps"), size_bytes=3),),
        "samples": sha256(b"samples"),
        "au_digests": sha256(digests[0] + digests[1]),
        "init": sha256(b"init"),
        "tools": {"mediad": "0.1.0", "PyAV": "18.1"},
        "signer": seal_signer(signer),
    }
    manifest = build_manifest(**(arguments | changes))  # type: ignore[arg-type]
    return Sealed(original, index, digests[0] + digests[1], manifest)


def resign(manifest: Manifest, signer: str = "seal", **changes: object) -> Manifest:
    """The manifest with `changes`, signed again by a key: what the key's holder could do."""
    changed = msgspec.structs.replace(manifest, **changes)
    signature = base64.b64encode(seal_signer(signer).sign(changed.signed_bytes())).decode()
    return msgspec.structs.replace(changed, signature=signature)


def _index(n_segments: int, digests: dict[int, bytes]) -> MediaIndex:
    video = _stretches(n_segments, 0, VIDEO_PER_SEGMENT, 72_000, digests[0])
    sound = _stretches(n_segments, 1, SOUND_PER_SEGMENT, 1_000, digests[1])
    return MediaIndex(
        kind="video",
        container="mov,mp4,m4a,3gp,3g2,mj2",
        playback="direct",
        playback_reason="",
        duration_ms=n_segments * 4000,
        tracks=(
            Track(0, "video", "h264", "avc1.64001f", 90_000, n_segments * VIDEO_PER_SEGMENT, 360_000, CONFIG, 64, 48),
            Track(1, "audio", "aac", "mp4a.40.2", 48_000, n_segments * SOUND_PER_SEGMENT, 3_000),
        ),
        segments=tuple(Segment(n, n * 4000, n * 4000 + 4000, (video[n], sound[n])) for n in range(n_segments)),
        warnings=("The frame rate varies.",),
        container_tags=(("encoder", "记录仪 2.0"),),
        samples_file="samples",
        au_digests_file="au_digests",
        init_file="init",
        width=64,
        height=48,
    )


def _stretches(n_segments: int, track: int, per_segment: int, ticks: int, digests: bytes) -> list[SegmentTrack]:
    found = []
    for n in range(n_segments):
        first, stop = n * per_segment, (n + 1) * per_segment
        timing = Digest(sha256(f"timing {n}".encode()))
        au_digest = au_list_digest(digests[first * 32 : stop * 32])
        found.append(SegmentTrack(track, first, per_segment, first * ticks, stop * ticks, au_digest, timing))
    return found
