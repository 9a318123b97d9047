"""What a browser is handed is the original: fragments decode to the same pictures, digests outlive the container."""

from __future__ import annotations

import hashlib
import io
import mmap
from pathlib import Path
from typing import Any

import av
import pytest
from av.bitstream import BitStreamFilterContext

from evidence.media import damage, specimens
from evidence.media.cuts import cut
from evidence.media.fragments import fragment
from evidence.media.index import index
from evidence.media.samples import SampleTable
from evidence.records import MediaIndex

SMALL = {"seconds": 10, "width": 320, "height": 180}
DIRECT = (
    "mp4", "mp4-faststart", "mp4-bframes", "mp4-open-gop", "mp4-rotated", "mp4-vfr", "mp4-silent", "fmp4",
)  # fmt: skip


def indexed(path: Path, scratch: Path) -> tuple[MediaIndex, SampleTable]:
    scratch.mkdir(exist_ok=True)
    found = index(path, scratch, path.name)
    assert found.samples_file is not None, found.playback_reason
    return found, SampleTable.from_bytes((scratch / found.samples_file).read_bytes())


def made(tmp_path: Path, kind: str, **changes: Any) -> Path:
    return specimens.make(kind, tmp_path / f"{kind}{specimens.suffix(kind)}", **(SMALL | changes))


def segments(path: Path, table: SampleTable) -> list[bytes]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        pieces = [fragment(table, piece) for piece in cut(table)]
        return [p.head + b"".join(data[start : start + n] for start, n in p.ranges) for p in pieces]


def pictures(source: Any) -> list[tuple[str, float]]:
    """Digest of every decoded picture, and the seconds since the first."""
    with av.open(source) as container:
        frames = [
            (hashlib.sha256(f.to_ndarray().tobytes()).hexdigest(), float(f.pts * f.time_base))
            for f in container.decode(video=0)
        ]
    return [(digest, round(at - frames[0][1], 4)) for digest, at in frames]


def sound(source: Any) -> list[bytes]:
    with av.open(source) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


@pytest.mark.parametrize("kind", DIRECT)
def test_fragments_decode_to_the_originals_pictures(tmp_path: Path, kind: str) -> None:
    path = made(tmp_path, kind)
    found, table = indexed(path, tmp_path / "scratch")
    assert (found.playback, found.init_file) == ("direct", "init")
    played = (tmp_path / "scratch" / "init").read_bytes() + b"".join(segments(path, table))
    assert pictures(io.BytesIO(played)) == pictures(str(path))
    if kind != "mp4-silent":
        assert sound(io.BytesIO(played)) == sound(str(path))


@pytest.mark.parametrize("flags", ["frag_keyframe", "frag_keyframe+empty_moov+omit_tfhd_offset"])
def test_however_a_file_is_fragmented_not_a_picture_is_left_out(tmp_path: Path, flags: str) -> None:
    """A moov may hold samples of its own before the first fragment; a track fragment may not say where its data is."""
    path = tmp_path / "fragmented.mp4"
    copied(made(tmp_path, "mp4-bframes"), path, flags)
    found, table = indexed(path, tmp_path / "scratch")
    assert (found.playback, found.warnings) == ("direct", ())
    played = (tmp_path / "scratch" / "init").read_bytes() + b"".join(segments(path, table))
    assert pictures(io.BytesIO(played)) == pictures(str(path))
    assert sound(io.BytesIO(played)) == sound(str(path))


def copied(source: Path, target: Path, flags: str) -> None:
    with av.open(str(source)) as old, av.open(str(target), "w", options={"movflags": flags}) as new:
        streams = {stream.index: new.add_stream_from_template(stream) for stream in old.streams}
        for packet in old.demux():
            if packet.size:
                packet.stream = streams[packet.stream.index]
                new.mux(packet)


def test_every_segment_is_decodable_on_its_own(tmp_path: Path) -> None:
    path = made(tmp_path, "mp4-bframes")
    _, table = indexed(path, tmp_path / "scratch")
    init = (tmp_path / "scratch" / "init").read_bytes()
    alone = [digest for piece in segments(path, table) for digest, _ in pictures(io.BytesIO(init + piece))]
    assert alone == [digest for digest, _ in pictures(str(path))]


def test_sound_and_picture_stay_together(tmp_path: Path) -> None:
    """The edit list delays the picture by its B-frames and drops the encoder's priming: both must be kept."""
    path = made(tmp_path, "mp4-bframes")
    _, table = indexed(path, tmp_path / "scratch")
    played = (tmp_path / "scratch" / "init").read_bytes() + b"".join(segments(path, table))
    assert starts(io.BytesIO(played)) == pytest.approx(starts(str(path)), abs=0.001)


def starts(source: Any) -> float:
    """How much later the first picture is shown than the first sound packet is heard, in seconds."""
    with av.open(source) as container:
        first: dict[str, float] = {}
        for packet in container.demux():
            if packet.pts is not None and packet.size:
                at = float(packet.pts * packet.time_base)
                first[packet.stream.type] = min(at, first.get(packet.stream.type, at))
    return first["video"] - first["audio"]


def test_the_rotation_travels_in_the_init_segment(tmp_path: Path) -> None:
    path = made(tmp_path, "mp4-rotated")
    found, table = indexed(path, tmp_path / "scratch")
    assert found.tracks[0].rotation_deg == 90
    init = (tmp_path / "scratch" / "init").read_bytes()
    with av.open(io.BytesIO(init + segments(path, table)[0])) as container:
        shown = next(container.decode(video=0)).rotation
    with av.open(str(path)) as container:
        assert shown == next(container.decode(video=0)).rotation != 0


def remuxed(path: Path, out: Path, container: str, **options: str) -> Path:
    """The same packets in another container."""
    with av.open(str(path)) as source, av.open(str(out), "w", format=container, options=options) as target:
        streams = {s.index: target.add_stream_from_template(s, opaque=True) for s in source.streams}
        for packet in source.demux():
            if packet.size:
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return out


CONTAINERS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("mp4", "again.mp4", {}),
    ("mp4", "fragmented.mp4", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
    ("mov", "again.mov", {}),
    ("matroska", "again.mkv", {}),
    ("mpegts", "again.ts", {}),
)


def au_digests(found: MediaIndex, scratch: Path) -> dict[str, list[str]]:
    """Kind → hex digest per access unit, from the file the index writes."""
    data, result = (scratch / str(found.au_digests_file)).read_bytes(), {}
    for track in found.tracks:
        own, data = data[: 32 * track.n_au], data[32 * track.n_au :]
        result[track.kind] = [own[n : n + 32].hex() for n in range(0, len(own), 32)]
    assert not data
    return result


@pytest.mark.parametrize("kind", ["mp4", "mp4-bframes", "mp4-open-gop", "hevc"])
def test_digests_outlive_the_container(tmp_path: Path, kind: str) -> None:
    path = made(tmp_path, kind, seconds=4)
    found, _ = indexed(path, tmp_path / "scratch")
    digests = au_digests(found, tmp_path / "scratch")
    config = {t.kind: t.config_digest for t in found.tracks}
    for container, name, options in CONTAINERS:
        copy = remuxed(path, tmp_path / name, container, **options)
        again, _ = indexed(copy, tmp_path / f"scratch-{name}")
        assert au_digests(again, tmp_path / f"scratch-{name}") == digests, name
        assert {t.kind: t.config_digest for t in again.tracks}["video"] == config["video"], name


@pytest.mark.parametrize(("kind", "kept"), [("mp4-bframes", "1-5|19-21"), ("hevc", "0-31")])
def test_digests_are_those_of_the_stock_bitstream_filter(tmp_path: Path, kind: str, kept: str) -> None:
    """ffmpeg -c copy -bsf:v filter_units=pass_types=... -f framehash -hash sha256 hashes these very packets."""
    path = made(tmp_path, kind, seconds=4)
    found, _ = indexed(path, tmp_path / "scratch")
    stock: list[str] = []
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        filtering = BitStreamFilterContext(f"filter_units=pass_types={kept}", stream)
        for packet in container.demux(stream):
            stock += [hashlib.sha256(bytes(p)).hexdigest() for p in filtering.filter(packet) if p.size]
    assert au_digests(found, tmp_path / "scratch")["video"] == stock


@pytest.mark.parametrize("kind", ["mov-pcm", "mov-alaw", "avi-mjpeg"])
def test_uncompressed_sound_is_digested_in_blocks_of_20_ms(tmp_path: Path, kind: str) -> None:
    path = made(tmp_path, kind, seconds=4)
    found, table = indexed(path, tmp_path / "scratch")
    raw = b"".join(sound(str(path)))
    rate = found.tracks[1].sample_rate
    block = rate // 50 * (2 if "s16" in found.tracks[1].codec else 1)
    expected = [hashlib.sha256(raw[n : n + block]).hexdigest() for n in range(0, len(raw), block)]
    assert au_digests(found, tmp_path / "scratch")["audio"] == expected
    assert table.tracks[1].timescale == rate and len(expected) == 200


def test_segment_digests_follow_from_the_units(tmp_path: Path) -> None:
    path = made(tmp_path, "mp4")
    found, _ = indexed(path, tmp_path / "scratch")
    digests = au_digests(found, tmp_path / "scratch")
    kinds = {t.number: t.kind for t in found.tracks}
    for segment in found.segments:
        for part in segment.tracks:
            own = digests[kinds[part.track]][part.first_au : part.first_au + part.n_au]
            text = "".join(f"{each}\n" for each in own)
            assert part.au_digest == hashlib.sha256(text.encode()).hexdigest()


def test_a_cut_off_recording_plays_as_far_as_it_goes(tmp_path: Path) -> None:
    path = made(tmp_path, "fmp4")
    short = damage.truncate(path, tmp_path / "short.mp4", keep=0.6)
    found, table = indexed(short, tmp_path / "scratch")
    assert found.playback == "direct" and "cut off" in found.warnings[0]
    played = (tmp_path / "scratch" / "init").read_bytes() + b"".join(segments(short, table))
    shown = pictures(io.BytesIO(played))
    assert 100 < len(shown) < 250 and shown == pictures(str(path))[: len(shown)]
