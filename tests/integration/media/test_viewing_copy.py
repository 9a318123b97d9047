from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from evidence.errors import MediaUnreadable
from evidence.media import damage, specimens, viewing_copy
from evidence.media.index import index


def shown(path: Path) -> list[float]:
    """Seconds from the first picture at which each one is shown."""
    with av.open(str(path)) as container:
        times = sorted(float(frame.time) for frame in container.decode(video=0))
    return [time - times[0] for time in times]


def copy_of(path: Path, **_: Any) -> tuple[Path, viewing_copy.Made]:
    out = path.with_suffix(".copy.mp4")
    return out, viewing_copy.make(path, out, lambda done: None)


SMALL: dict[str, Any] = {"seconds": 6, "width": 320, "height": 180}


@pytest.mark.parametrize("kind", ["hevc", "avi-mjpeg", "avi-mpeg4", "mp4-10bit", "mp4-422", "mp4-vfr", "ts", "mkv"])
def test_every_picture_is_there_and_in_its_place(tmp_path: Path, kind: str) -> None:
    path = specimens.make(kind, tmp_path / f"x{specimens.suffix(kind)}", **SMALL)
    out, made = copy_of(path)
    original, copy = shown(path), shown(out)
    assert made.frames_in == made.frames_out == len(original) == len(copy) and made.errors == 0
    assert max(abs(one - other) for one, other in zip(original, copy, strict=True)) < 0.001
    with av.open(str(out)) as container:
        video: Any = container.streams.video[0]
        assert (video.codec_context.name, video.pix_fmt) == ("h264", "yuv420p")
        assert container.streams.audio[0].codec_context.name == "aac"
        keys = [float(p.pts * p.time_base) for p in container.demux(video) if p.size and p.is_keyframe]
    assert keys == [0, 2, 4] or kind in ("mp4-vfr", "avi-mpeg4")
    assert abs(made.duration_ms - 6000) <= 80


def test_reordered_pictures_of_an_avi_come_out_in_order(tmp_path: Path) -> None:
    out, made = copy_of(specimens.make("avi-h264-bframes", tmp_path / "x.avi", **SMALL))
    assert made.frames_out == 150
    assert np.allclose(np.diff(shown(out)), 0.04, atol=0.001)


def test_it_is_served_like_an_original(tmp_path: Path) -> None:
    out, made = copy_of(specimens.make("avi-mjpeg", tmp_path / "x.avi", **SMALL))
    found = index(out, tmp_path, "copy.mp4")
    assert (found.kind, found.playback) == ("video", "direct")
    assert abs(found.duration_ms - made.duration_ms) <= 50
    assert [segment.start_ms for segment in found.segments] == [0, 4000]


def test_the_pictures_look_like_the_original(tmp_path: Path) -> None:
    path = specimens.make("avi-mjpeg", tmp_path / "x.avi", **SMALL)
    out, _ = copy_of(path)
    with av.open(str(path)) as one, av.open(str(out)) as other:
        for before, after in zip(one.decode(video=0), other.decode(video=0), strict=True):
            grey = [frame.reformat(format="bgr24").to_ndarray().astype(float) for frame in (before, after)]
            assert np.abs(grey[0] - grey[1]).mean() < 6


def test_the_sound_stays_in_step(tmp_path: Path) -> None:
    path = specimens.make("avi-mjpeg", tmp_path / "x.avi", **SMALL)
    out, _ = copy_of(path)
    loudness = []
    for source in (path, out):
        with av.open(str(source)) as container:
            samples = np.concatenate([f.to_ndarray().reshape(-1).astype(float) for f in container.decode(audio=0)])[
                : 6 * 16_000
            ]
        chunks = np.abs(samples[: len(samples) // 160 * 160]).reshape(-1, 160).mean(axis=1)
        loudness.append(chunks / chunks.max())
    n = min(map(len, loudness))
    shifts = {s: np.corrcoef(loudness[0][20 : n - 20], loudness[1][20 + s : n - 20 + s])[0, 1] for s in range(-10, 11)}
    assert abs(max(shifts, key=lambda s: shifts[s])) <= 1  # steps of 10 ms


def test_rotation_is_kept_and_large_pictures_are_scaled(tmp_path: Path) -> None:
    out, _ = copy_of(specimens.make("mp4-rotated", tmp_path / "a.mp4", **SMALL))
    with av.open(str(out)) as container:
        assert next(container.decode(video=0)).rotation == -90
    out, made = copy_of(specimens.make("avi-mjpeg", tmp_path / "b.avi", seconds=0.4, width=2560, height=1438))
    assert (made.params["width"], made.params["height"]) == (1920, 1078)


@pytest.mark.parametrize(("kind", "wound"), [("avi-mjpeg", "scratch"), ("hevc", "scratch"), ("avi-mpeg4", "truncate")])
def test_damage_is_skipped_and_counted(tmp_path: Path, kind: str, wound: str) -> None:
    whole = specimens.make(kind, tmp_path / "whole", **SMALL)
    path = getattr(damage, wound)(whole, tmp_path / f"x{specimens.suffix(kind)}")
    out, made = copy_of(path)
    assert 50 < made.frames_out <= 150
    assert made.errors > 0 or made.frames_in < 150
    times = shown(out)
    # What follows the damage stands where it stood.
    if wound == "scratch" and kind == "hevc":
        assert abs(times[-1] - 5.96) < 0.05


def test_joined_recordings_run_on(tmp_path: Path) -> None:
    one = specimens.make("ts", tmp_path / "a.ts", **SMALL)
    _, made = copy_of(damage.join((one, one), tmp_path / "b.ts"))
    assert made.frames_out >= 295
    assert 11_500 < made.duration_ms < 12_500


def test_progress_grows_to_the_end(tmp_path: Path) -> None:
    path = specimens.make("avi-mjpeg", tmp_path / "x.avi", **SMALL)
    said: list[float] = []
    viewing_copy.make(path, tmp_path / "out.mp4", said.append)
    assert said == sorted(said) and said[0] < 0.1 and said[-1] > 0.95


def test_what_has_no_picture_is_refused(tmp_path: Path) -> None:
    sound = specimens.make("wav", tmp_path / "x.wav", seconds=1)
    with pytest.raises(MediaUnreadable, match="no picture"):
        copy_of(sound)
    (tmp_path / "text.mp4").write_text("these are words\n" * 100)
    with pytest.raises(MediaUnreadable, match="cannot be opened"):
        copy_of(tmp_path / "text.mp4")
