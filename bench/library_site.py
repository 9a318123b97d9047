"""A large library made quickly: the very rows that the projection would write, without the footage behind them.

Every recording has a manifest of its own, stated by `build_manifest` and turned into rows by the functions that the
projection uses. Left out: signatures, blobs and the ledger's entries, which no page of the library reads.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, insert, text

from evidence.canonical import Digest, sha256
from evidence.catalog import schema as s
from evidence.catalog.bigrams import terms
from evidence.catalog.case_schema import stretches
from evidence.catalog.engine import connected
from evidence.catalog.recording_rows import recording_row, search_texts, segment_rows, source_row
from evidence.catalog.search import put_terms
from evidence.catalog.stretch_rows import stretch_rows
from evidence.clock import to_text
from evidence.entries import RecordingSealed
from evidence.records import (
    EntryIndex,
    Identity,
    Kind,
    MediaIndex,
    Playback,
    Segment,
    SegmentTrack,
    Source,
    TimeSource,
    Track,
    recording_id,
)
from evidence.statements import Manifest, build_manifest

_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗"
_GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚"
_FIRST_DAY = datetime(2024, 11, 25, tzinfo=UTC)
_DAYS = 730
_BATCH = 500
_SEGMENT_MS = 4_000
# A bureau of this size: people, cameras, units, docks.
N_OFFICERS, N_DEVICES, N_BAYS = 300, 220, 8
UNITS = tuple(
    f"{name}大队" for name in ("一", "二", "三", "四", "五", "六", "七", "八", "交通", "水政", "环保", "市容")
)


@dataclass(frozen=True, slots=True)
class Invented:
    """Who and what is in the library; the same seed gives the same one."""

    officers: tuple[str, ...]
    unit_of: dict[str, str]
    devices: tuple[str, ...]


@dataclass(slots=True)
class _NoSigner:
    keyid: str = "0" * 16
    alg: str = "ecdsa-p256-sha256"
    public_pem: str = ""

    def sign(self, message: bytes) -> bytes:
        return b""


def people(seed: int = 1) -> Invented:
    """Officers' names of two and three characters, each once; devices as the profiles read them."""
    chance = random.Random(seed)
    two = [a + b for a in _SURNAMES for b in _GIVEN]
    three = [a + b + c for a in _SURNAMES for b in _GIVEN for c in _GIVEN if b != c]
    names = chance.sample(two, N_OFFICERS // 3) + chance.sample(three, N_OFFICERS - N_OFFICERS // 3)
    devices = tuple(f"DSJ{chance.choice('ABCDEF')}{number:03}" for number in range(N_DEVICES))
    return Invented(tuple(names), {name: chance.choice(UNITS) for name in names}, devices)


def fill(engine: Engine, n_recordings: int, n_segments: int) -> Invented:
    """Write the rows in transactions of 500 recordings, and let the database learn its statistics."""
    who = people()
    made = _manifests(who, n_recordings, n_segments)
    first = 1
    while batch := list(islice(made, _BATCH)):
        with connected(engine, writes=True) as connection:
            add(connection, batch, first)
        first += len(batch)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if connection.dialect.name == "postgresql":
            # What autovacuum would have done during the two years.
            connection.execute(text("VACUUM ANALYZE"))
    return who


def add(connection: Connection, manifests: list[Manifest], first: int) -> None:
    """Rows of these recordings, the first with this ledger index."""
    rows = [recording_row(each, _entry(each), EntryIndex(first + n)) for n, each in enumerate(manifests)]
    connection.execute(insert(s.recordings), rows)
    connection.execute(insert(s.segments), [row for each in manifests for row in segment_rows(each)])
    connection.execute(insert(s.sources), [source_row(m.recording, m.source, m.received_at) for m in manifests])
    connection.execute(insert(stretches), [row for each in manifests for row in stretch_rows(each)])
    connection.execute(insert(s.renditions), [row for each in rows for row in _rendition_rows(each)])
    for row in rows:
        put_terms(connection, row["id"], terms(*search_texts(row)))


def _entry(manifest: Manifest) -> RecordingSealed:
    return RecordingSealed(
        at=manifest.received_at,
        recording=manifest.recording,
        original=manifest.original,
        size_bytes=manifest.size_bytes,
        manifest=sha256(manifest.recording.encode()),
        segments_root=manifest.segments_root,
        n_segments=len(manifest.segments),
    )


def _rendition_rows(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """As `rendition.made` leaves them. All that is wanted is there: the daemon has nothing left to make."""
    video = ["thumbnails", "phashes", "observations", "slates"]
    kinds = {"video": video, "photo": ["thumbnails"], "audio": ["observations"]}.get(row["kind"], [])
    for kind in kinds + (["viewing-copy"] if row["playback"] == "copy" else []):
        made = {"recording": row["id"], "kind": kind, "state": "made", "blob": row["manifest"], "size_bytes": 40_000}
        yield made | {"tool": "mediad 0.1.0", "params": "{}", "at": row["sealed_at"], "entry": row["entry"]}


@dataclass(slots=True)
class _Shelf:
    """Draws one recording after the other."""

    who: Invented
    chance: random.Random
    counters: dict[str, int] = field(default_factory=dict)


def _manifests(who: Invented, n_recordings: int, n_segments: int) -> Iterator[Manifest]:
    """Long takes and short ones; the last recording makes the sum of the segments what was asked for."""
    shelf = _Shelf(who, random.Random(2))
    left = n_segments
    for number in range(n_recordings):
        last = number == n_recordings - 1
        kind, playback = _kind(0.0 if last else shelf.chance.random())
        share = round(shelf.chance.expovariate(n_recordings / n_segments / _WITH_SEGMENTS))
        share = left if last else min(left - 1, share) if kind in ("video", "audio") else 0
        left -= share
        yield _manifest(shelf, number, index_of(shelf.chance, kind, playback, share))


@dataclass(frozen=True, slots=True)
class Take:
    """Who filmed what, when."""

    officer: str
    unit: str
    device: str
    sequence: int
    started: datetime


def _manifest(shelf: _Shelf, number: int, index: MediaIndex) -> Manifest:
    chance = shelf.chance
    officer, device = chance.choice(shelf.who.officers), chance.choice(shelf.who.devices)
    sequence = shelf.counters[device] = shelf.counters.get(device, 0) + 1
    started = _FIRST_DAY + timedelta(seconds=chance.random() * _DAYS * 86_400)
    return stated(
        f"recording {number}", Take(officer, shelf.who.unit_of[officer], device, sequence, started), index, chance
    )


def stated(name: str, take: Take, index: MediaIndex, chance: random.Random) -> Manifest:
    """A manifest as the intake states it. `name`: another one for every recording."""
    device, started = take.device, take.started
    suffix = {"video": "mp4", "audio": "wav", "photo": "jpg", "other": "bin"}[index.kind]
    at, received = to_text(started), to_text(started + timedelta(hours=chance.uniform(1, 12)))
    original = sha256(name.encode())
    size_bytes = max(200_000, index.duration_ms * 750)
    path = f"DCIM/100MEDIA/{device}_{started:%Y%m%d%H%M%S}_{take.sequence:04}.{suffix}"
    return build_manifest(
        recording=recording_id(original),
        original=original,
        size_bytes=size_bytes,
        identity=Identity(
            device=device,
            officer=take.officer,
            unit=take.unit,
            sequence=take.sequence,
            key_mark=chance.random() < 0.05,
            profile="gb-t",
            started_at=at,
            started_at_origin="file-name",
            times=(TimeSource("file-name", at), TimeSource("container", at), TimeSource("file-mtime", received)),
            origins=(("device", "file-name"), ("officer", "bay"), ("unit", "bay"), ("started_at", "file-name")),
        ),
        source=Source(f"bay-{chance.randrange(N_BAYS) + 1}", path, size_bytes, received),
        received_at=received,
        index=index,
        sidecars=(),
        samples=original,
        au_digests=original,
        init=original,
        tools={"mediad": "0.1.0", "PyAV": "18.1"},
        signer=_NoSigner(),
    )


def index_of(chance: random.Random, kind: Kind, playback: Playback, n_segments: int) -> MediaIndex:
    digest = sha256(b"digest")
    duration_ms = n_segments * _SEGMENT_MS
    tracks: tuple[Track, ...] = ()
    if kind == "video":
        tracks = (
            Track(0, "video", "h264", "avc1.640028", 90_000, n_segments * 100, duration_ms * 90, digest, 1920, 1080),
        )
    if kind in ("video", "audio"):
        sound = len(tracks)
        tracks += (Track(sound, "audio", "aac", "mp4a.40.2", 48_000, n_segments * 187, duration_ms * 48, digest),)
    return MediaIndex(
        kind=kind,
        container={"video": "mov,mp4,m4a,3gp,3g2,mj2", "audio": "wav", "photo": "image2", "other": ""}[kind],
        playback=playback,
        playback_reason="" if playback in ("direct", "image") else "Browsers cannot play this as it is.",
        duration_ms=duration_ms,
        tracks=tracks,
        segments=tuple(_segment(seq, tracks, digest) for seq in range(n_segments)),
        warnings=("The frame rate varies.",) if chance.random() < 0.1 else (),
        container_tags=(("title", "DSJ"), ("encoder", "记录仪 2.0")),
        width=1920 if kind in ("video", "photo") else 0,
        height=1080 if kind in ("video", "photo") else 0,
    )


def _kind(drawn: float) -> tuple[Kind, Playback]:
    """What a number from 0 to 1 draws; 0 draws the first."""
    for share, kind, playback in _SHARES:
        drawn -= share
        if drawn < 0:
            return kind, playback
    return "other", "none"


_SHARES: tuple[tuple[float, Kind, Playback], ...] = (
    (0.80, "video", "direct"),
    (0.06, "video", "packaged"),
    (0.05, "video", "copy"),
    (0.003, "video", "none"),
    (0.03, "audio", "packaged"),
    (0.05, "photo", "image"),
)
_WITH_SEGMENTS = sum(share for share, kind, _ in _SHARES if kind in ("video", "audio"))


def _segment(seq: int, tracks: tuple[Track, ...], digest: Digest) -> Segment:
    start_ms, end_ms = seq * _SEGMENT_MS, (seq + 1) * _SEGMENT_MS
    parts = []
    for track in tracks:
        per_segment = track.n_au * _SEGMENT_MS * track.timescale // max(1, track.duration_ticks * 1000)
        ticks = _SEGMENT_MS * track.timescale // 1000
        first = seq * per_segment
        parts.append(SegmentTrack(track.number, first, per_segment, seq * ticks, (seq + 1) * ticks, digest, digest))
    return Segment(seq, start_ms, end_ms, tuple(parts))
