"""Makes the viewing copy of a recording that browsers cannot play: H.264 + AAC in a classic MP4.

Runs in a worker process and may be killed at any time: `out` is scratch until the caller takes it over. The copy
keeps the original's times: its first picture stands where the original's first picture stands, a variable rate
stays variable, sound stays in step. What cannot be decoded is left out and counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import OutputContainer

from evidence.errors import MediaUnreadable
from evidence.media.copied_sound import CopiedSound
from evidence.media.copy_timeline import TICKS_PER_S, Timeline
from evidence.media.footage import PacketRun, blame_footage, first_shown_s, opened, picture_stream

MAX_WIDTH = 1920
_KEYFRAME_S = 2
_PRESET, _CRF = "veryfast", "23"
# Keyframes are asked for by time; x264's own limit is out of the way of any frame rate up to 120.
_X264 = {
    "preset": _PRESET,
    "crf": _CRF,
    "forced-idr": "1",
    "x264-params": "keyint=240:min-keyint=1:scenecut=0:open-gop=0",
}
_JPEG_RANGE, _MPEG_RANGE = 2, 1
# Codecs with reordering that AVI stores without presentation times: FFmpeg's guess counts in decode order.
_REORDERED = ("h264", "hevc", "mpeg4", "msmpeg4v3", "vc1")


@dataclass(frozen=True, slots=True)
class Made:
    duration_ms: int
    frames_in: int  # pictures in the original's container
    frames_out: int
    errors: int  # places that could not be read or decoded
    tool: str
    params: dict[str, str | int | float]


def make(path: Path, out: Path, progress: Callable[[float], None]) -> Made:
    """Write the viewing copy of `path` to `out`. MediaUnreadable if not one picture can be decoded."""
    with opened(path) as source:
        video = picture_stream(source)
        zero_s = first_shown_s(path, video.index)
        try:
            with av.open(str(out), "w", format="mp4", options={"fflags": "+bitexact"}) as target:
                return _Copy(source, video, target, zero_s, progress).run()
        except av.FFmpegError as error:
            blame_footage(error)
            if isinstance(error, OSError):
                raise
            raise MediaUnreadable(f"No viewing copy can be made: {error.strerror}.") from error


class _Copy:
    """One run: decode, place in time, encode."""

    def __init__(
        self, source: Any, video: Any, target: OutputContainer, zero_s: Fraction, progress: Callable[[float], None]
    ) -> None:
        self._source = source
        self._video = video
        self._target = target
        self._progress = progress
        self._zero_s = zero_s
        self._timeline = Timeline(
            zero_s, counted=source.format.name == "avi" and video.codec_context.name in _REORDERED
        )
        self._audio = next((s for s in source.streams.audio if s.codec_context is not None), None)
        self._sound: CopiedSound | None = None
        self._stream: Any = None
        self._waiting: list[Any] = []  # sound that comes before the first picture
        self._last_key = -_KEYFRAME_S * TICKS_PER_S
        self._frames_in = self._frames_out = self._errors = 0

    def run(self) -> Made:
        streams = [self._video] if self._audio is None else [self._video, self._audio]
        for stream in streams:
            stream.thread_type = "AUTO"
        found = PacketRun(self._source, *streams)
        for packet in found:
            if packet.stream.index == self._video.index:
                self._take_video(packet)
                self._report(packet)
            else:
                self._take_audio(packet)
        if self._stream is None:
            raise MediaUnreadable("Not one picture of this recording can be decoded.")
        self._target.mux(self._stream.encode(None))
        if self._sound is not None:
            self._sound.finish()
        return Made(
            duration_ms=round(self._timeline.end * 1000 / TICKS_PER_S),
            frames_in=self._frames_in,
            frames_out=self._frames_out,
            errors=self._errors + found.faults + (self._sound.errors if self._sound else 0),
            tool=f"PyAV {av.__version__}, libx264",
            params=self._params(),
        )

    def _params(self) -> dict[str, str | int | float]:
        return {
            "video": "libx264",
            "preset": _PRESET,
            "crf": int(_CRF),
            "keyframe_s": _KEYFRAME_S,
            "width": self._stream.width,
            "height": self._stream.height,
            "audio": "aac" if self._sound else "none",
            "frames_in": self._frames_in,
            "frames_out": self._frames_out,
            "errors": self._errors,
        }

    def _take_video(self, packet: Any) -> None:
        if packet.size:
            self._frames_in += 1
            self._timeline.announce(packet)
        try:
            frames = packet.decode()
        except av.FFmpegError as error:
            blame_footage(error)
            self._errors += 1
            return
        for frame in frames:
            self._errors += bool(frame.is_corrupt)
            self._picture(frame)

    def _picture(self, frame: Any) -> None:
        at = self._timeline.place(frame)
        if self._stream is None:
            self._open(frame)
            # The first picture that can be decoded stands for those before it: the clock must not move.
            at = self._timeline.begin_at_zero(at)
        frame = self._fitted(frame)
        frame.pts, frame.time_base = at, Fraction(1, TICKS_PER_S)
        # Pictures carry the type they had in the original, which x264 would take for an order.
        key = at - self._last_key >= _KEYFRAME_S * TICKS_PER_S
        frame.pict_type = 1 if key else 0
        self._last_key = at if key else self._last_key
        self._frames_out += 1
        self._target.mux(self._stream.encode(frame))

    def _fitted(self, frame: Any) -> Any:
        full = frame.format.name.startswith("yuvj") or frame.color_range == _JPEG_RANGE
        return frame.reformat(
            width=self._stream.width,
            height=self._stream.height,
            format="yuv420p",
            dst_color_range=_MPEG_RANGE if full else None,
        )

    def _open(self, frame: Any) -> None:
        """Add the streams of the copy, now that the first picture tells size and rotation."""
        scale = min(1.0, MAX_WIDTH / frame.width)
        stream: Any = self._target.add_stream("libx264", rate=self._video.average_rate or 25, options=dict(_X264))
        stream.width, stream.height = _even(frame.width * scale), _even(frame.height * scale)
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, TICKS_PER_S)
        if self._video.sample_aspect_ratio:
            stream.codec_context.sample_aspect_ratio = self._video.sample_aspect_ratio
        if frame.rotation:
            stream.set_display_rotation(frame.rotation)
        self._stream = stream
        if self._audio is not None:
            self._sound = CopiedSound(self._audio, self._target, self._zero_s)
            for packet in self._waiting:
                self._sound.take(packet)
        self._waiting.clear()

    def _take_audio(self, packet: Any) -> None:
        if self._sound is not None:
            self._sound.take(packet)
        elif self._stream is None:
            self._waiting.append(packet)

    def _report(self, packet: Any) -> None:
        time = packet.pts if packet.pts is not None else packet.dts
        total = self._source.duration
        if time is not None and total:
            done_s = float(time * packet.time_base - self._zero_s)
            self._progress(min(1.0, max(0.0, done_s * av.time_base / total)))


def _even(pixels: float) -> int:
    """x264 wants even sides for 4:2:0."""
    return max(2, round(pixels / 2) * 2)
