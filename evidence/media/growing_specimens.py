"""A recorder that writes a file in real time: MPEG-TS with H.264 and AAC, for demonstrations and tests.

Runs as a process of its own: `python -m evidence.media.growing_specimens FOLDER DEVICE ZONE` writes until its
standard input is closed, so that it ends with whoever started it. The burnt-in clock shows the time of ZONE. A new
file begins every two hours, and the one before is deleted, as recorders with a small disk do.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from datetime import UTC, tzinfo
from fractions import Fraction
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import av
import numpy as np

from evidence.clock import Clock, SystemClock
from evidence.media.scenery import Street
from evidence.media.speech import speak

_WIDTH, _HEIGHT, _FPS = 640, 360, 15
_RATE, _CHUNK = 16_000, 1024
_SPEECH_S = 37  # ten sentences; then from the beginning
_FILE_S = 2 * 3600
_BIT_RATE = 500_000


def film(
    path: Path,
    device: str,
    clock: Clock,
    go_on: Callable[[float], bool],
    seconds: float = _FILE_S,
    zone: tzinfo = UTC,
) -> None:
    """Write `path` as time passes, until `go_on(pause_s)` says no or `seconds` are over. Blocking."""
    street = Street(_WIDTH, _HEIGHT, device=device, officer="")
    with av.open(str(path), "w", format="mpegts", options={"flush_packets": "1"}) as container:
        video, audio = _streams(container)
        speech = speak(_SPEECH_S, _RATE)
        began_s, number, heard = clock.monotonic_s(), 0, 0
        while go_on(max(0.0, began_s + number / _FPS - clock.monotonic_s())) and number < seconds * _FPS:
            drawn = street.draw(number, number / _FPS, clock.now().astimezone(zone))
            picture = av.VideoFrame.from_ndarray(drawn, format="yuv420p")
            picture.pts, picture.time_base = number, Fraction(1, _FPS)
            container.mux(video.encode(picture))
            number += 1
            while heard / _RATE < number / _FPS:
                container.mux(audio.encode(_sound(speech, heard)))
                heard += _CHUNK
        for stream in (video, audio):
            container.mux(stream.encode(None))


def _streams(container: Any) -> tuple[Any, Any]:
    video = container.add_stream("libx264", rate=_FPS, options={"preset": "ultrafast", "tune": "zerolatency"})
    video.width, video.height, video.pix_fmt = _WIDTH, _HEIGHT, "yuv420p"
    video.codec_context.gop_size = _FPS
    video.codec_context.thread_count = 1
    video.codec_context.bit_rate = _BIT_RATE
    audio = container.add_stream("aac", rate=_RATE)
    audio.codec_context.layout = "mono"
    return video, audio


def _sound(speech: Any, first: int) -> Any:
    samples = np.take(speech, range(first, first + _CHUNK), mode="wrap").astype(np.float32) / 32_768
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="fltp", layout="mono")
    frame.sample_rate, frame.pts, frame.time_base = _RATE, first, Fraction(1, _RATE)
    return frame


def main() -> None:
    folder, device, zone = Path(sys.argv[1]), sys.argv[2], ZoneInfo(sys.argv[3])
    clock, over = SystemClock(), threading.Event()

    def wait_for_the_end() -> None:
        sys.stdin.buffer.read()
        over.set()

    threading.Thread(target=wait_for_the_end, daemon=True).start()
    before: Path | None = None
    while not over.is_set():
        path = folder / f"{device}_{clock.now():%Y%m%d%H%M%S}.ts"
        film(path, device, clock, lambda pause_s: not over.wait(pause_s), zone=zone)
        if before is not None:
            before.unlink(missing_ok=True)
        before = path


if __name__ == "__main__":
    main()
