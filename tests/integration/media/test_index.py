"""What the index says of real containers, and of every kind of bad file: an answer in words, never an exception."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.media import damage, specimens
from evidence.media.index import index
from evidence.records import MediaIndex

SMALL = {"seconds": 6, "width": 320, "height": 180}


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("footage")

    def find(kind: str) -> Path:
        path = folder / f"{kind}{specimens.suffix(kind)}"
        return path if path.exists() else specimens.make(kind, path, **SMALL)

    return find


def look(path: Path, tmp_path: Path) -> MediaIndex:
    scratch = tmp_path / "scratch"
    scratch.mkdir(exist_ok=True)
    return index(path, scratch, path.name)


PLAYED = {
    "mp4": ("direct", ""),
    "mp4-bframes": ("direct", ""),
    "mp4-open-gop": ("direct", ""),
    "mp4-rotated": ("direct", ""),
    "mp4-vfr": ("direct", ""),
    "fmp4": ("direct", ""),
    "m4a": ("direct", ""),
    "mp4-10bit": ("copy", "Browsers do not play H.264 video with pixel format yuv420p10le."),
    "mp4-422": ("copy", "Browsers do not play H.264 video with pixel format yuv422p."),
    "mp4-mpeg4": ("copy", "Browsers do not play MPEG-4 part 2 video."),
    "hevc": ("copy", "Browsers do not play HEVC video."),
    "avi-mjpeg": ("copy", "Browsers do not play MJPEG video."),
    "avi-h264-bframes": ("copy", "An AVI does not say when pictures with B-frames are shown."),
    "avi-h264": ("packaged", "Browsers do not play PCM sound; it is sent as FLAC."),
    "mov-pcm": ("packaged", "Browsers do not play PCM sound; it is sent as FLAC."),
    "mov-alaw": ("packaged", "Browsers do not play G.711 sound; it is sent as FLAC."),
    "3gp-amr": ("packaged", "Browsers do not play AMR sound; it is sent as FLAC."),
    "wav": ("packaged", "Browsers do not play PCM sound; it is sent as FLAC."),
    "ts": ("packaged", "The container MPEG-TS is repackaged while it plays."),
    "mkv": ("packaged", "The container Matroska is repackaged while it plays."),
    "photo": ("image", ""),
}


@pytest.mark.parametrize("kind", PLAYED)
def test_how_a_browser_gets_it(footage: Callable[[str], Path], tmp_path: Path, kind: str) -> None:
    found = look(footage(kind), tmp_path)
    assert (found.playback, found.playback_reason) == PLAYED[kind]
    if kind != "photo":
        assert found.duration_ms == pytest.approx(6000, abs=100)
        assert found.segments[-1].end_ms == found.duration_ms


def test_the_facts_of_a_recording(footage: Callable[[str], Path], tmp_path: Path) -> None:
    found = look(footage("mp4"), tmp_path)
    video, audio = found.tracks
    assert (found.kind, found.width, found.height, found.warnings) == ("video", 320, 180, ())
    assert (video.codec, video.n_au, audio.codec, audio.sample_rate) == ("h264", 150, "aac", 16_000)
    assert video.codec_string.startswith("avc1.42") and audio.codec_string == "mp4a.40.2"
    assert found.container_started_at == "2026-11-24T08:30:00.000000Z"
    assert dict(found.container_tags)["title"] == "BWC-0417"
    assert [(s.start_ms, s.end_ms) for s in found.segments] == [(0, 4000), (4000, 6000)]


def test_a_photo_tells_its_time_and_device(footage: Callable[[str], Path], tmp_path: Path) -> None:
    found = look(footage("photo"), tmp_path)
    assert (found.kind, found.width, found.height) == ("photo", 320, 180)
    assert found.container_started_at == "2026-11-24T08:30:00.000000Z"
    assert dict(found.container_tags)["model"] == "BWC-0417"


def test_presentation_warnings(footage: Callable[[str], Path], tmp_path: Path) -> None:
    assert look(footage("mp4-vfr"), tmp_path).warnings == ("The frame rate varies.",)
    assert look(footage("mp4-rotated"), tmp_path).warnings == ("The picture is shown rotated by 90 degrees.",)
    assert look(footage("mp4-bframes"), tmp_path).warnings == ("An edit list shifts the picture.",)
    assert look(footage("mp4-silent"), tmp_path).warnings == ("There is no sound track.",)


def test_a_long_gop_is_said_and_a_very_long_one_gets_a_copy(tmp_path: Path) -> None:
    tiny = {"width": 64, "height": 64, "fps": 5, "gop": 100_000}
    long = specimens.make("mp4-silent", tmp_path / "long.mp4", seconds=12, **tiny)
    assert "Keyframes are up to 12.0 s apart: segments are longer than 10 s." in look(long, tmp_path).warnings
    endless = specimens.make("mp4-silent", tmp_path / "endless.mp4", seconds=70, **tiny)
    found = look(endless, tmp_path)
    assert found.playback == "copy"
    assert found.playback_reason == "Keyframes are too far apart to play the recording in pieces."


def test_zero_length_sound(footage: Callable[[str], Path], tmp_path: Path) -> None:
    """A microphone that never delivered: the track is declared, its tables are empty."""
    data = bytearray(footage("mp4").read_bytes())
    sound = data.index(b"soun")
    for table, count_at in ((b"stts", 8), (b"stsc", 8), (b"stsz", 12), (b"stco", 8)):
        at = data.index(table, sound) + count_at
        data[at : at + 4] = bytes(4)
    found = look(_write(tmp_path / "mute.mp4", bytes(data)), tmp_path)
    assert found.playback == "direct" and found.duration_ms == 6000
    assert found.warnings == ("The audio track is there but empty.",)
    # A browser would wait for ever for the sound of a track that is announced.
    assert b"soun" not in (tmp_path / "scratch" / "init").read_bytes()


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _sparse(folder: Path, head: bytes = b"") -> Path:
    path = _write(folder / "sparse.mp4", head)
    os.truncate(path, 5 << 30)
    return path


BAD: dict[str, tuple[Callable[[Callable[[str], Path], Path], Path], str]] = {
    "empty": (lambda f, d: _write(d / "a.mp4", b""), "The file is empty"),
    "text": (lambda f, d: _write(d / "a.mp4", b"hello, world\n" * 99), "cannot be opened as media"),
    "noise": (lambda f, d: _write(d / "a.avi", random.Random(1).randbytes(1 << 20)), "cannot be opened as media"),
    "sparse": (lambda f, d: _sparse(d), "cannot be opened as media"),
    "no moov": (lambda f, d: damage.cut_off(f("mp4"), d / "a.mp4"), "cut off before its index"),
    "half a moov": (lambda f, d: _write(d / "a.mp4", f("mp4").read_bytes()[:-500]), "middle of its index"),
    "broken photo": (lambda f, d: _write(d / "a.jpg", b"\xff\xd8\xff\xe0noise"), "photo cannot be read"),
    "lone ftyp": (lambda f, d: _sparse(d, b"\0\0\0\x10ftypisom\0\0\0\0"), "cut off before its index"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_answered_in_words_and_soon(footage: Callable[[str], Path], tmp_path: Path, name: str) -> None:
    make, words = BAD[name]
    path = make(footage, tmp_path)
    started = time.monotonic()
    found = look(path, tmp_path)
    assert time.monotonic() - started < 10
    assert found.playback == "none" and words in found.playback_reason and not found.segments


@pytest.mark.parametrize("kind", ["ts", "avi-mjpeg", "mkv", "mp4-faststart", "fmp4", "wav"])
def test_what_is_left_of_a_truncated_file_is_kept(footage: Callable[[str], Path], tmp_path: Path, kind: str) -> None:
    short = damage.truncate(footage(kind), tmp_path / f"short{specimens.suffix(kind)}", keep=0.6)
    found = look(short, tmp_path)
    assert found.playback in ("direct", "packaged", "copy") and found.segments
    assert 1000 < found.duration_ms < 5500
    assert any("cut off" in warning for warning in found.warnings)


def test_broken_time_stamps(footage: Callable[[str], Path], tmp_path: Path) -> None:
    flat = look(damage.break_durations(footage("mp4"), tmp_path / "flat.mp4"), tmp_path)
    assert (flat.playback, flat.playback_reason) == ("copy", "The time stamps are broken.")
    joined = look(damage.join((footage("ts"), footage("ts")), tmp_path / "joined.ts"), tmp_path)
    assert (joined.playback, joined.playback_reason) == ("copy", "The time stamps are broken.")
    assert any("run backwards" in warning for warning in joined.warnings)


@pytest.mark.parametrize("kind", ["mp4", "ts"])
def test_bad_sectors_are_counted(footage: Callable[[str], Path], tmp_path: Path, kind: str) -> None:
    path = damage.scratch(footage(kind), tmp_path / f"scratched{specimens.suffix(kind)}")
    assert any("damaged" in warning for warning in look(path, tmp_path).warnings)


def test_pictures_that_cannot_be_decoded(footage: Callable[[str], Path], tmp_path: Path) -> None:
    data = bytearray(footage("mp4-silent").read_bytes())
    start = data.index(b"mdat") + 4
    stop = data.index(b"moov") - 4
    data[start:stop] = bytes(stop - start)
    found = look(_write(tmp_path / "blank.mp4", bytes(data)), tmp_path)
    assert (found.playback, found.playback_reason) == ("none", "The pictures cannot be decoded.")
    assert found.segments  # sealed all the same


@pytest.mark.parametrize("kind", ["mp4-bframes", "fmp4", "mov-pcm", "avi-mjpeg", "mkv", "ts", "wav", "photo"])
def test_damaged_files_never_raise(footage: Callable[[str], Path], tmp_path: Path, kind: str) -> None:
    whole, chance = footage(kind).read_bytes(), random.Random(kind)
    moov = max(whole.find(b"moov"), 0)
    for n in range(25):
        broken = bytearray(whole)
        for _ in range(chance.choice([1, 4, 16])):
            # Tables and heads are where a flipped byte does most.
            at = chance.randrange(moov, len(broken)) if n % 2 else chance.randrange(min(2000, len(broken)))
            broken[at] = chance.randrange(256)
        path = _write(tmp_path / f"broken{specimens.suffix(kind)}", bytes(broken))
        assert isinstance(look(path, tmp_path), MediaIndex)
