"""Looks at keyframes and listens to sound, so that somebody hears of a covered lens or a dead microphone in seconds.

Says what is seen and heard as numbers; what is an alarm is decided elsewhere (`ingest/recorders/alarms.py`).
"""

from __future__ import annotations

from typing import Any

import av
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from evidence.live import Heard, Seen

_SMALL = (160, 90)  # pixels; larger sees no more and costs more
_SPAN_MS = 200
_FLOOR_DB = -100.0


class Eyes:
    """Decodes keyframes alone."""

    def __init__(self, stream: Any) -> None:
        self._decoder = stream.codec_context
        self._before: NDArray[np.float32] | None = None
        self.size: tuple[int, int] = (self._decoder.width or 0, self._decoder.height or 0)

    def look(self, packet: Any, at_us: int) -> Seen | None:
        """What a keyframe shows; None if it cannot be decoded."""
        try:
            frames = [*self._decoder.decode(packet), *self._decoder.decode(None)]
        except (av.FFmpegError, ValueError):
            frames = []
        self._decoder.flush_buffers()
        if not frames:
            return None
        self.size = (frames[-1].width, frames[-1].height)
        small = frames[-1].reformat(*_SMALL, format="gray").to_ndarray().astype(np.float32)
        change = None if self._before is None else float(np.abs(small - self._before).mean())
        self._before = small
        return Seen(at_us=at_us, mean=float(small.mean()), deviation=float(small.std()), change=change)


class Ears:
    """Decodes the sound and measures it in spans of a fifth of a second."""

    def __init__(self, stream: Any) -> None:
        # A decoder of its own: the track's may be at work on the same packets.
        source = stream.codec_context
        self._decoder: Any = av.CodecContext.create(source.name, "r")
        self._decoder.sample_rate, self._decoder.layout = source.sample_rate, source.layout
        self._decoder.extradata = source.extradata
        self._resampler = AudioResampler(format="flt", layout="mono", rate=source.sample_rate)
        self._span = source.sample_rate * _SPAN_MS // 1000
        self._samples: NDArray[np.float32] = np.zeros(0, np.float32)

    def listen(self, packet: Any, at_us: int) -> list[Heard]:
        try:
            frames = self._decoder.decode(packet)
        except (av.FFmpegError, ValueError):
            return []
        heard: list[Heard] = []
        for frame in frames:
            frame.pts = None
            for plain in self._resampler.resample(frame):
                self._samples = np.concatenate((self._samples, plain.to_ndarray().reshape(-1)))
        while len(self._samples) >= self._span:
            span, self._samples = self._samples[: self._span], self._samples[self._span :]
            heard.append(
                Heard(
                    at_us=at_us,
                    rms_db=_db(float(np.sqrt(np.square(span).mean()))),
                    peak_db=_db(float(np.abs(span).max())),
                )
            )
        return heard


def _db(level: float) -> float:
    return max(_FLOOR_DB, 20 * float(np.log10(level))) if level > 0 else _FLOOR_DB
