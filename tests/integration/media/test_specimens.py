from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest

from evidence.media import damage, specimens
from evidence.media.long_specimens import make_large
from evidence.media.specimens import KINDS

FILMED = [kind for kind, recipe in KINDS.items() if recipe.video and kind != "photo"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "photo"])
def test_every_kind_is_what_it_says_and_decodes_whole(kind: str, tmp_path: Path) -> None:
    path = specimens.make(kind, tmp_path / f"x{specimens.suffix(kind)}", seconds=2, width=320, height=180)
    recipe = KINDS[kind]
    with av.open(str(path)) as container:
        assert len(container.streams.video) == bool(recipe.video)
        assert len(container.streams.audio) == bool(recipe.audio)
        for stream in container.streams.video:
            frames = [frame for packet in container.demux(stream) for frame in packet.decode()]
            assert len(frames) == (50 if not recipe.vfr else 37)
            assert not any(frame.is_corrupt for frame in frames)
    with av.open(str(path)) as container:
        for stream in container.streams.audio:
            n_samples = sum(frame.samples for frame in container.decode(stream))
            assert abs(n_samples / stream.rate - 2) < 0.15


def packets_of(path: Path) -> list[Any]:
    with av.open(str(path)) as container:
        return [(p.pts, p.dts, p.is_keyframe) for p in container.demux(container.streams.video[0]) if p.size]


def test_b_frames_open_gops_and_keyframes_are_as_asked(tmp_path: Path) -> None:
    plain = packets_of(specimens.make("mp4", tmp_path / "a.mp4", seconds=3, gop=10))
    assert all(pts == dts for pts, dts, _ in plain)
    assert [n for n, (_, _, key) in enumerate(plain) if key] == list(range(0, 75, 10))
    reordered = packets_of(specimens.make("mp4-bframes", tmp_path / "b.mp4", seconds=3))
    assert any(later[0] < earlier[0] for earlier, later in pairwise(reordered))


def test_the_rotation_is_in_the_matrix(tmp_path: Path) -> None:
    path = specimens.make("mp4-rotated", tmp_path / "a.mp4", seconds=1)
    with av.open(str(path)) as container:
        assert next(container.decode(video=0)).rotation == -90  # FFmpeg counts anticlockwise


def test_the_start_is_in_the_container(tmp_path: Path) -> None:
    start = datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone(timedelta(hours=8)))
    path = specimens.make("mp4", tmp_path / "a.mp4", seconds=1, start=start)
    with av.open(str(path)) as container:
        assert container.metadata["creation_time"].startswith("2026-03-03T21:06:07")


def test_the_same_arguments_make_the_same_file(tmp_path: Path) -> None:
    files = [specimens.make("mp4", tmp_path / name, seconds=1) for name in ("a", "b")]
    assert files[0].read_bytes() == files[1].read_bytes()


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="known: mp4"):
        specimens.make("vhs", tmp_path / "x")


def test_a_clip_is_made_quickly(tmp_path: Path) -> None:
    spent = []
    for number in range(3):
        began = time.process_time()
        specimens.make("mp4", tmp_path / f"{number}.mp4")
        spent.append(time.process_time() - began)
    assert min(spent) < 1.5


def test_long_and_large_footage_is_whole(tmp_path: Path) -> None:
    small: dict[str, Any] = {"width": 320, "height": 180, "bitrate": 200_000, "fps": 25, "gop": 50}
    long = make_large(tmp_path / "long.mp4", seconds=600, **small)
    with av.open(str(long)) as container:
        assert container.duration == 600_000_000
        assert container.streams.video[0].frames == 15_000
        container.seek(450_000_000)
        frame = next(container.decode(video=0))
        assert abs(float(frame.time) - 450) <= 2
    large = make_large(tmp_path / "large.mp4", size_bytes=3_000_000, bframes=2, **small)
    assert 3_000_000 <= large.stat().st_size < 3_300_000
    with av.open(str(large)) as container:
        stream = container.streams.video[0]
        assert sum(1 for _ in container.decode(stream)) == stream.frames
    with pytest.raises(ValueError, match="not both"):
        make_large(tmp_path / "none.mp4")


def test_cut_off_leaves_no_moov(tmp_path: Path) -> None:
    whole = specimens.make("mp4", tmp_path / "a.mp4", seconds=1)
    cut = damage.cut_off(whole, tmp_path / "b.mp4")
    assert whole.read_bytes().startswith(cut.read_bytes()) and b"moov" not in cut.read_bytes()[-5000:]
    with pytest.raises(av.FFmpegError):
        av.open(str(cut))
    with pytest.raises(ValueError, match="no moov at its end"):
        damage.cut_off(specimens.make("mp4-faststart", tmp_path / "c.mp4", seconds=1), tmp_path / "d.mp4")


def test_the_other_kinds_of_damage(tmp_path: Path) -> None:
    whole = specimens.make("mp4", tmp_path / "a.mp4", seconds=1)
    size = whole.stat().st_size
    assert damage.truncate(whole, tmp_path / "t.mp4", keep=0.5).stat().st_size == size // 2
    noisy = damage.scratch(whole, tmp_path / "s.mp4").read_bytes()
    assert len(noisy) == size and noisy != whole.read_bytes() and noisy[:100] == whole.read_bytes()[:100]
    stopped = damage.break_durations(whole, tmp_path / "z.mp4")
    assert len({dts for _, dts, _ in packets_of(stopped)}) < 25
    ts = specimens.make("ts", tmp_path / "a.ts", seconds=2)
    times = [dts for _, dts, _ in packets_of(damage.join((ts, ts), tmp_path / "j.ts")) if dts is not None]
    assert any(later < earlier for earlier, later in pairwise(times))
