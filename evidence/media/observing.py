"""Looks at a recording's keyframes and listens to all of its sound. Runs in a worker process.

Damage is tolerated: what cannot be decoded is not observed. Nothing is judged here.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

from evidence.clock import SystemClock
from evidence.errors import MediaUnreadable
from evidence.media.footage import PacketRun, blame_footage, first_shown_s, opened
from evidence.media.observations import LOOK, SOUND, Observations
from evidence.media.pictures import Report, Taken

# Keyframes nearer to the last look than this are passed over.
EVERY_MS = 1_900
_WIDTH, _HEIGHT = 160, 90
_EDGE = 14  # rows of the small picture at the top and at the bottom
_LIKE = (40, 23)
_REFERENCE_LOOKS = 3
_FINE_WIDTH = 960
# Blocks that a mosaic is made of, and how many of them a grid has at least.
_PITCHES_PX = range(8, 49)
_LEAST_LINES = 6
# A look with less contrast says nothing of where the camera points.
_REFERENCE_DEVIATION = 12.0
_FLOOR_DB = -100.0
# A tone that masks speech lies in one band of this width, in Hz.
_BAND_HZ = 60.0

Grey = NDArray[np.uint8]


def observe(path: Path, out: Path, report: Report) -> Taken:
    """Write `Observations` to `out`. MediaUnreadable where there is neither a picture nor sound to decode."""
    clock = SystemClock()
    began_s = clock.monotonic_s()
    cv2.setNumThreads(1)
    with opened(path) as container:
        watcher = _Watcher(container, path) if container.streams.video else None
        listener = _Listener(container) if container.streams.audio else None
        streams = [each.stream for each in (watcher, listener) if each is not None]
        if not streams:
            raise MediaUnreadable("There is neither a picture nor sound to observe.")
        duration_s = container.duration / av.time_base if container.duration else None
        for packet in PacketRun(container, *streams):
            if watcher is not None and packet.stream is watcher.stream:
                watcher.take(packet)
                if duration_s and watcher.at_s:
                    report(min(1.0, watcher.at_s / duration_s))
            elif listener is not None and packet.size:
                listener.take(packet)
    looks = np.array(watcher.rows if watcher else [], LOOK)
    sounds = np.array(listener.rows() if listener else [], SOUND)
    if not len(looks) and not len(sounds):
        raise MediaUnreadable("Neither picture nor sound of this recording can be decoded.")
    out.write_bytes(Observations(looks, sounds).to_bytes())
    seconds = max(float(rows["at_ms"][-1]) / 1000 if len(rows) else 0.0 for rows in (looks, sounds))
    params: dict[str, str | int | float] = {"every_ms": EVERY_MS, "looks": len(looks), "sounds": len(sounds)}
    spent_s = max(clock.monotonic_s() - began_s, 1e-6)
    tool = f"PyAV {av.__version__}, OpenCV {cv2.__version__}"
    return Taken(len(looks), seconds, round(seconds / spent_s, 1), tool, params)


class _Watcher:
    """Decodes keyframes alone and measures them."""

    def __init__(self, container: Any, path: Path) -> None:
        self.stream = container.streams.video[0]
        self.rows: list[tuple[float, ...]] = []
        self.at_s: float | None = None
        self._zero_s = first_shown_s(path, self.stream.index)
        self._last_ms = -EVERY_MS
        self._before: NDArray[np.float32] | None = None
        self._reference: list[NDArray[np.float32]] = []

    def take(self, packet: Any) -> None:
        time = packet.pts if packet.pts is not None else packet.dts
        if not packet.size or not packet.is_keyframe or time is None:
            return
        self.at_s = max(0.0, float(time * packet.time_base - self._zero_s))
        at_ms = round(self.at_s * 1000)
        if at_ms < self._last_ms + EVERY_MS:
            return
        frame = self._decode(packet)
        if frame is not None:
            self._last_ms = at_ms
            self.rows.append((at_ms, *self._measure(frame)))

    def _decode(self, packet: Any) -> Any | None:
        context = self.stream.codec_context
        try:
            frames = [*context.decode(packet), *context.decode(None)]
        except av.FFmpegError as error:
            blame_footage(error)
            frames = []
        context.flush_buffers()
        return frames[-1] if frames else None

    def _measure(self, frame: Any) -> tuple[float, ...]:
        fine = _grey(frame, min(_FINE_WIDTH, frame.width), frame.height * min(_FINE_WIDTH, frame.width) // frame.width)
        small = cv2.resize(fine, (_WIDTH, _HEIGHT), interpolation=cv2.INTER_AREA)[_EDGE:-_EDGE]
        plain = small.astype(np.float32)
        change = float("nan") if self._before is None else _strongest(np.abs(plain - self._before))
        self._before = plain
        detail = float(cv2.Laplacian(small, cv2.CV_32F).var())
        return float(plain.mean()), float(plain.std()), detail, change, self._likeness(plain), _mosaic(fine)

    def _likeness(self, plain: NDArray[np.float32]) -> float:
        tiny = cv2.resize(cv2.GaussianBlur(plain, (0, 0), 2), _LIKE, interpolation=cv2.INTER_AREA)
        tiny = tiny - tiny.mean()
        if len(self._reference) < _REFERENCE_LOOKS and plain.std() >= _REFERENCE_DEVIATION:
            self._reference.append(tiny)
        if not self._reference:
            return 0.0
        reference = np.mean(self._reference, axis=0)
        norm = float(np.linalg.norm(tiny) * np.linalg.norm(reference))
        return float((tiny * reference).sum()) / norm if norm > 1e-6 else 0.0


class _Listener:
    """Decodes the sound and measures it second by second."""

    def __init__(self, container: Any) -> None:
        self.stream = container.streams.audio[0]
        context = self.stream.codec_context
        self._rate = context.sample_rate or 0
        self._resampler = AudioResampler(format="flt", layout="mono", rate=self._rate) if self._rate else None
        self._pieces: list[NDArray[np.float32]] = []
        self._held = 0
        self._rows: list[tuple[float, ...]] = []
        self._start_s: Fraction | None = None

    def take(self, packet: Any) -> None:
        if self._resampler is None:
            return
        if self._start_s is None and packet.pts is not None:
            self._start_s = packet.pts * packet.time_base
        try:
            frames = packet.decode()
        except av.FFmpegError as error:
            blame_footage(error)
            return
        for frame in frames:
            frame.pts = None
            for plain in self._resampler.resample(frame):
                self._pieces.append(plain.to_ndarray().reshape(-1).astype(np.float32))
                self._held += plain.samples
        if self._held >= self._rate:
            self._measure()

    def rows(self) -> list[tuple[float, ...]]:
        """(at_ms, rms, peak, tone) per whole second."""
        return self._rows

    def _measure(self) -> None:
        samples = np.concatenate(self._pieces).astype(np.float32)
        while len(samples) >= self._rate:
            second, samples = samples[: self._rate], samples[self._rate :]
            rms, peak = float(np.sqrt(np.square(second).mean())), float(np.abs(second).max())
            self._rows.append((len(self._rows) * 1000, _db(rms), _db(peak), _tone(second, self._rate)))
        self._pieces, self._held = [samples], len(samples)


def _grey(frame: Any, width: int, height: int) -> Grey:
    grey: Grey = frame.reformat(width=width, height=max(2, height), format="gray", interpolation="AREA").to_ndarray()
    return grey


def _strongest(difference: NDArray[np.float32]) -> float:
    """Mean of the strongest hundredth: somebody who stirs in a still room moves a small part of the picture."""
    flat = difference.reshape(-1)
    n = max(1, len(flat) // 100)
    return float(np.partition(flat, -n)[-n:].mean())


def _mosaic(fine: Grey) -> float:
    """How much of the contrast lies on a regular grid, across and down: of the whole picture, or of its middle."""
    height, width = fine.shape
    middle = fine[height // 4 : height * 3 // 4, width // 4 : width * 3 // 4]
    return max(_gridded(fine), _gridded(middle))


def _gridded(part: Grey) -> float:
    across = cv2.absdiff(part[:, 1:], part[:, :-1]).sum(axis=0, dtype=np.float64)
    down = cv2.absdiff(part[1:], part[:-1]).sum(axis=1, dtype=np.float64)
    return min(_periodic(across), _periodic(down))


def _periodic(profile: NDArray[np.float64]) -> float:
    """Share of a profile that lies on its best grid. By the median of the grid's lines: a few strong edges are none."""
    total = float(profile.sum())
    if total <= 0:
        return 0.0
    best = 0.0
    for pitch in _PITCHES_PX:
        n = len(profile) // pitch
        if n >= _LEAST_LINES:
            lines = np.median(profile[: n * pitch].reshape(n, pitch), axis=0)
            best = max(best, float(lines.max()) * n / total)
    return best


def _tone(second: NDArray[np.float32], rate: int) -> float:
    """Share of the energy above 50 Hz that lies in the strongest band."""
    energy = np.abs(np.fft.rfft(second * np.hanning(len(second)))) ** 2
    energy[: max(1, round(50 * len(second) / rate))] = 0
    total = float(energy.sum())
    if total <= 1e-9:
        return 0.0
    half = max(1, round(_BAND_HZ / 2 * len(second) / rate))
    peak = int(energy.argmax())
    return float(energy[max(0, peak - half) : peak + half + 1].sum()) / total


def _db(level: float) -> float:
    return max(_FLOOR_DB, 20 * float(np.log10(level))) if level > 0 else _FLOOR_DB
