"""Files that a recorder is still writing: every access unit is recorded, and a classic MP4 is refused in words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import numpy as np
import pytest

from evidence.live import Fragment, Gone, Open, Opened
from evidence.media.esd import AccessUnits
from tests.recorder.channel_worker import channel_worker, is_gone

KINDS = {
    "fmp4": ("mp4", {"movflags": "frag_keyframe+empty_moov+default_base_moof"}),
    "ts": ("mpegts", {}),
    "mkv": ("matroska", {"live": "1"}),
    "avi": ("avi", {}),
}
SECONDS, RATE = 6, 25


def make(path: Path, container: str, options: dict[str, str], sound: str = "aac") -> Path:
    """Moving pictures with a keyframe every second, and a tone."""
    with av.open(str(path), "w", format=container, options=options) as out:
        video = out.add_stream("libx264", rate=RATE, options={"g": str(RATE), "bf": "0", "preset": "ultrafast"})
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        audio = out.add_stream(sound, rate=8000 if sound.startswith("pcm") else 48_000, layout="mono")
        for number in range(SECONDS * RATE):
            frame = av.VideoFrame(320, 180, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes((number * 3 + x) % 200 + 20 for x in range(plane.line_size)) * plane.height)
            frame.pts = number
            out.mux(video.encode(frame))
            out.mux(audio.encode(_tone(number, audio.rate, str(audio.format.name))))
        out.mux(video.encode(None))
        out.mux(audio.encode(None))
    return path


def _tone(number: int, rate: int, form: str) -> av.AudioFrame:
    n = rate // RATE
    wave = np.sin(np.arange(number * n, number * n + n) * 0.3) * 0.4
    samples = (wave * 32767).astype(np.int16) if form == "s16" else wave.astype(np.float32)
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format=form, layout="mono")
    frame.sample_rate, frame.pts = rate, number * n
    return frame


@contextmanager
def growing(source: Path, target: Path, pieces: int = 60, every_s: float = 0.04) -> Iterator[Path]:
    """A copy of `source` that somebody is writing at `target`, piece by piece."""
    data, stop = source.read_bytes(), threading.Event()
    step = len(data) // pieces + 1

    def write() -> None:
        with target.open("wb", buffering=0) as file:
            for start in range(0, len(data), step):
                file.write(data[start : start + step])
                stop.wait(every_s)

    target.touch()
    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield target
    finally:
        stop.set()
        writer.join()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_access_unit_of_a_growing_file_is_recorded(kind: str, tmp_path: Path) -> None:
    source = make(tmp_path / f"source.{kind}", *KINDS[kind])
    with (
        growing(source, tmp_path / f"growing.{kind}") as path,
        channel_worker(Open(kind="file", address=str(path), fragment_ms=1000, silence_s=1.5)) as worker,
    ):
        gone = worker.until(is_gone)
    assert isinstance(gone, Gone) and gone.code == "ended"
    assert len(worker.all(Opened)) == 1 and len(worker.all(Fragment)) == SECONDS
    recorded = tmp_path / "recorded.mp4"
    recorded.write_bytes(worker.file())
    for track in ("video", "audio"):
        sent, got = _digests(source, track), _digests(recorded, track)
        # Sound that a container puts before the first picture is not part of a recording.
        assert got == sent[len(sent) - len(got) :] and len(sent) - len(got) <= (5 if track == "audio" else 0)


def test_sound_that_browsers_do_not_play_is_kept_sample_by_sample(tmp_path: Path) -> None:
    source = make(tmp_path / "source.avi", "avi", {}, sound="pcm_alaw")
    with (
        growing(source, tmp_path / "growing.avi") as path,
        channel_worker(Open(kind="file", address=str(path), fragment_ms=1000, silence_s=1.5)) as worker,
    ):
        worker.until(is_gone)
    (opened,) = worker.all(Opened)
    assert (opened.tracks[1].codec, opened.source_codecs[1]) == ("flac", "pcm_alaw")
    recorded = tmp_path / "recorded.mp4"
    recorded.write_bytes(worker.file())
    sent, got = _samples(source), _samples(recorded)
    assert len(got) == SECONDS * 8000 and np.array_equal(sent, got)


def test_a_classic_mp4_is_refused_while_it_grows(tmp_path: Path) -> None:
    source = make(tmp_path / "source.mp4", "mp4", {})
    with (
        growing(source, tmp_path / "growing.mp4") as path,
        channel_worker(Open(kind="file", address=str(path), silence_s=5)) as worker,
    ):
        gone = worker.until(is_gone)
    assert isinstance(gone, Gone) and gone.code == "unsupported" and "taken in when finished" in gone.reason


def test_rubbish_ends_in_words(tmp_path: Path) -> None:
    path = tmp_path / "rubbish.ts"
    path.write_bytes(bytes(range(256)) * 4000)
    with channel_worker(Open(kind="file", address=str(path), silence_s=0.5)) as worker:
        gone = worker.until(is_gone)
    assert isinstance(gone, Gone) and gone.code in ("unsupported", "ended")


def _digests(path: Path, kind: str) -> list[bytes]:
    with av.open(str(path)) as container:
        stream = container.streams.get({kind: 0})[0]
        units = AccessUnits(stream.codec_context.name, bytes(stream.codec_context.extradata or b""))
        packets = [bytes(packet) for packet in container.demux(stream) if packet.size]
        return [units.digest(data, 0, len(data)) for data in packets]


def _samples(path: Path) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    with av.open(str(path)) as container:
        return np.concatenate([frame.to_ndarray().reshape(-1) for frame in container.decode(audio=0)])
