from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import cv2
import imagehash
import numpy as np
import pytest
from PIL import Image

from evidence.errors import MediaUnreadable
from evidence.media import damage, likeness, pictures, specimens, viewing_copy
from evidence.media.long_specimens import make_large
from evidence.media.thumbnail_sheet import ThumbnailSheet

SMALL: dict[str, Any] = {"width": 320, "height": 180}


def ignore(done: float) -> None:
    """Progress that nobody watches."""


def sheet_of(path: Path, out: Path) -> ThumbnailSheet:
    pictures.thumbnails(path, out, ignore)
    return ThumbnailSheet(out)


@pytest.mark.parametrize("kind", ["mp4", "hevc", "mp4-bframes", "ts", "mkv", "avi-mjpeg", "avi-h264", "fmp4"])
def test_a_thumbnail_every_ten_seconds_at_its_exact_time(tmp_path: Path, kind: str) -> None:
    path = specimens.make(kind, tmp_path / f"x{specimens.suffix(kind)}", seconds=25, **SMALL)
    sheet = sheet_of(path, tmp_path / "out")
    assert len(sheet.times_ms) == 3 and sheet.times_ms[0] == 0
    for wanted_ms, at_ms in zip((0, 10_000, 20_000), sheet.times_ms, strict=True):
        assert abs(at_ms - wanted_ms) <= 1_100  # keyframes are a second apart
    picture = cv2.imdecode(np.frombuffer(sheet.at(10_500).jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (180, 320, 3)


def test_a_thumbnail_shows_the_picture_of_its_time(tmp_path: Path) -> None:
    path = specimens.make("mp4", tmp_path / "x.mp4", seconds=25, **SMALL)
    sheet = sheet_of(path, tmp_path / "out")
    import av

    with av.open(str(path)) as container:
        frames = {round(float(f.time) * 1000): f for f in container.decode(video=0) if f.key_frame}
    for at_ms in sheet.times_ms:
        thumb = cv2.imdecode(np.frombuffer(sheet.at(at_ms).jpeg, np.uint8), cv2.IMREAD_COLOR).astype(float)
        assert np.abs(thumb - frames[at_ms].to_ndarray(format="bgr24")).mean() < 8


def test_rotation_is_applied(tmp_path: Path) -> None:
    upright = sheet_of(specimens.make("mp4", tmp_path / "a.mp4", seconds=1, width=640, height=360), tmp_path / "a")
    turned = sheet_of(specimens.make("mp4-rotated", tmp_path / "b.mp4", seconds=1), tmp_path / "b")
    one, other = (cv2.imdecode(np.frombuffer(s.at(0).jpeg, np.uint8), cv2.IMREAD_COLOR) for s in (upright, turned))
    assert one.shape == (180, 320, 3) and other.shape == (569, 320, 3)
    # Clockwise: what was at the top is at the right.
    right = cv2.resize(cv2.rotate(one, cv2.ROTATE_90_CLOCKWISE), (320, 569)).astype(float)
    assert np.abs(right - other).mean() < 12


def test_never_more_than_two_hundred_and_quickly(tmp_path: Path) -> None:
    path = make_large(tmp_path / "x.mp4", seconds=7200, fps=10, gop=20, bitrate=60_000, **SMALL)
    began = time.monotonic()
    sheet = sheet_of(path, tmp_path / "out")
    assert len(sheet.times_ms) == 200
    assert max(np.diff(sheet.times_ms)) <= 40_000
    assert time.monotonic() - began < 20


def test_photos_get_one_and_their_hash(tmp_path: Path) -> None:
    path = specimens.make("photo", tmp_path / "x.jpg", width=1920, height=1080)
    sheet = sheet_of(path, tmp_path / "t")
    assert sheet.times_ms == (0,)
    assert cv2.imdecode(np.frombuffer(sheet.at(0).jpeg, np.uint8), cv2.IMREAD_COLOR).shape == (180, 320, 3)
    pictures.phashes(path, tmp_path / "h", ignore)
    ((second, found),) = likeness.unpack((tmp_path / "h").read_bytes())
    with Image.open(path) as image:
        stock = int(str(imagehash.phash(image)), 16)
    assert second == 0 and likeness.distance(found, stock) <= 6


@pytest.mark.parametrize(
    ("kind", "gop"), [("mp4", 25), ("mp4", 125), ("mp4-bframes", 100), ("avi-mjpeg", 25), ("ts", 50)]
)
def test_one_hash_per_second(tmp_path: Path, kind: str, gop: int) -> None:
    path = specimens.make(kind, tmp_path / f"x{specimens.suffix(kind)}", seconds=8, gop=gop, **SMALL)
    taken = pictures.phashes(path, tmp_path / "h", ignore)
    rows = likeness.unpack((tmp_path / "h").read_bytes())
    assert [second for second, _ in rows] == list(range(8))
    assert taken.count == 8 and taken.times_realtime > 1


def test_the_same_footage_in_another_container_hashes_alike(tmp_path: Path) -> None:
    rows = []
    for kind in ("mp4", "avi-mjpeg", "hevc"):
        path = specimens.make(kind, tmp_path / f"x{specimens.suffix(kind)}", seconds=4, **SMALL)
        pictures.phashes(path, tmp_path / "h", ignore)
        rows.append(likeness.unpack((tmp_path / "h").read_bytes()))
    for other in rows[1:]:
        for (second, one), (same, two) in zip(rows[0], other, strict=True):
            assert second == same and likeness.distance(one, two) <= 10


@pytest.mark.parametrize("kind", ["mp4", "ts", "avi-mjpeg", "hevc"])
def test_damage_is_tolerated(tmp_path: Path, kind: str) -> None:
    whole = specimens.make(kind, tmp_path / "whole", seconds=25, **SMALL)
    path = damage.scratch(whole, tmp_path / f"x{specimens.suffix(kind)}", start=0.3, stop=0.5)
    sheet = sheet_of(path, tmp_path / "t")
    assert sheet.times_ms[0] == 0 and len(sheet.times_ms) >= 2
    pictures.phashes(path, tmp_path / "h", ignore)
    assert 15 <= len(likeness.unpack((tmp_path / "h").read_bytes())) <= 25


def test_what_has_no_picture_is_refused(tmp_path: Path) -> None:
    sound = specimens.make("m4a", tmp_path / "x.m4a", seconds=1)
    torn = tmp_path / "torn.jpg"
    torn.write_bytes(b"\xff\xd8\xff\xe0" + bytes(100))
    for path in (sound, torn):
        for take in (pictures.thumbnails, pictures.phashes):
            with pytest.raises(MediaUnreadable):
                take(path, tmp_path / "out", ignore)


def test_pictures_that_nothing_can_decode_are_refused_in_words(tmp_path: Path) -> None:
    data = specimens.make("avi-h264", tmp_path / "x.avi", seconds=1, **SMALL).read_bytes()
    strange = tmp_path / "y.avi"
    strange.write_bytes(data.replace(b"H264", b"ZZZZ"))
    for take in (pictures.thumbnails, pictures.phashes):
        with pytest.raises(MediaUnreadable, match="nothing tells how"):
            take(strange, tmp_path / "out", ignore)
    with pytest.raises(MediaUnreadable, match="nothing tells how"):
        viewing_copy.make(strange, tmp_path / "out", ignore)
