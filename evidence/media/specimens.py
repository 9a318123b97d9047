"""Makes believable footage for demonstrations, tests and measurements: many containers, codecs and oddities.

Never used on evidence. Runs wherever it is called (it encodes: not in the daemon). The same arguments give
pictures and sound that are the same; the bytes are the same for one PyAV version on one machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import cv2
import numpy as np
from av.container import OutputContainer

from evidence.media import exif
from evidence.media.scenery import Street
from evidence.media.speech import speak

SHIFT_START = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
_AUDIO_CHUNK = 1024
_VFR_TICKS = 90_000
# A variable rate as cheap cameras produce it: steps between pictures, in frames.
_VFR_STEPS = (1.0, 1.0, 2.0, 1.0, 1.5, 1.0, 0.5, 3.0)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one kind is made; `make`'s keyword arguments change single fields."""

    container: str
    video: str | None = "libx264"
    audio: str | None = "aac"
    pix_fmt: str = "yuv420p"
    video_options: tuple[tuple[str, str], ...] = ()
    muxer_options: tuple[tuple[str, str], ...] = ()
    audio_rate: int = 16_000
    bframes: int = 0
    open_gop: bool = False
    vfr: bool = False
    rotation_deg: int = 0
    faststart: bool = False
    gop: int = 25
    width: int = 640
    height: int = 360
    fps: int = 25
    bitrate: int | None = None  # bits per second; None: constant quality
    noise: int = 3  # strongest noise in luma steps; more noise costs more bits


_MP4 = Recipe("mp4")
KINDS: dict[str, Recipe] = {
    "mp4": _MP4,
    "mp4-faststart": replace(_MP4, faststart=True),
    "mp4-bframes": replace(_MP4, bframes=2),
    "mp4-open-gop": replace(_MP4, bframes=2, open_gop=True),
    "mp4-rotated": replace(_MP4, rotation_deg=90),
    "mp4-vfr": replace(_MP4, vfr=True),
    "mp4-silent": replace(_MP4, audio=None),
    "mp4-10bit": replace(_MP4, pix_fmt="yuv420p10le"),
    "mp4-422": replace(_MP4, pix_fmt="yuv422p"),
    "mp4-mpeg4": replace(_MP4, video="mpeg4"),
    "fmp4": replace(_MP4, muxer_options=(("movflags", "frag_keyframe+empty_moov+default_base_moof"),)),
    "hevc": replace(_MP4, video="libx265"),
    "mov-pcm": Recipe("mov", audio="pcm_s16le"),
    "mov-ulaw": Recipe("mov", audio="pcm_mulaw", audio_rate=8_000),
    "mov-alaw": Recipe("mov", audio="pcm_alaw", audio_rate=8_000),
    "3gp-amr": Recipe("3gp", audio="libopencore_amrnb", audio_rate=8_000),
    "avi-mjpeg": Recipe("avi", video="mjpeg", audio="pcm_s16le", pix_fmt="yuvj420p"),
    "avi-mpeg4": Recipe("avi", video="mpeg4", audio="libmp3lame"),
    "avi-h264": Recipe("avi", audio="pcm_s16le"),
    "avi-h264-bframes": Recipe("avi", audio="pcm_s16le", bframes=2),
    "ts": Recipe("mpegts", bframes=2),
    "mkv": Recipe("matroska", bframes=2),
    "mkv-flac": Recipe("matroska", audio="flac"),
    "m4a": Recipe("mp4", video=None),
    "wav": Recipe("wav", video=None, audio="pcm_s16le"),
    "mp3": Recipe("mp3", video=None, audio="libmp3lame"),
    "photo": Recipe("jpeg", audio=None),
}
SUFFIXES = {
    "mp4": ".mp4", "mov": ".mov", "3gp": ".3gp", "avi": ".avi", "mpegts": ".ts", "matroska": ".mkv",
    "wav": ".wav", "mp3": ".mp3", "jpeg": ".jpg",
}  # fmt: skip


def suffix(kind: str) -> str:
    """The usual file-name ending of a kind, with its dot."""
    return ".m4a" if kind == "m4a" else SUFFIXES[KINDS[kind].container]


def make(
    kind: str,
    out: Path,
    *,
    seconds: float = 10,
    start: datetime = SHIFT_START,
    device: str = "BWC-0417",
    officer: str = "P-20311",
    **changes: Any,
) -> Path:
    """Write one specimen of `kind` (a key of KINDS) to `out` and return `out`.

    `changes` override fields of the Recipe: width, height, fps, gop, bitrate, bframes, rotation_deg, ...
    The burnt-in clock shows `start` in its own zone. ValueError for an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}; known: {', '.join(KINDS)}")
    recipe = replace(KINDS[kind], **changes)
    street = Street(recipe.width, recipe.height, device=device, officer=officer, noise=recipe.noise)
    if kind == "photo":
        _photograph(street, out, start, device)
    else:
        _Camera(recipe, street, start, seconds, device, officer).film(out)
    return out


def _photograph(street: Street, out: Path, start: datetime, device: str) -> None:
    yuv = street.draw(1, 0.0, start)
    done, jpeg = cv2.imencode(".jpg", cv2.cvtColor(yuv, cv2.COLOR_YUV2BGR_I420), [cv2.IMWRITE_JPEG_QUALITY, 90])
    if not done:
        raise ValueError("OpenCV could not encode the photo")
    out.write_bytes(exif.embed(jpeg.tobytes(), model=device, taken=start))


class _Camera:
    """Encodes one recording: pictures and sound interleaved in time, as a device writes them."""

    def __init__(
        self, recipe: Recipe, street: Street, start: datetime, seconds: float, device: str, officer: str
    ) -> None:
        self._recipe = recipe
        self._street = street
        self._start = start
        self._seconds = seconds
        self._tags = {
            "creation_time": start.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            "title": device,
            "artist": officer,
        }

    def film(self, out: Path) -> None:
        with av.open(str(out), "w", format=self._recipe.container, options=self._muxer_options()) as container:
            container.metadata.update(self._tags)
            # Streams first, all of them: the header is written with the first packet.
            video = self._add_video(container) if self._recipe.video else None
            audio = self._add_audio(container) if self._recipe.audio else None
            sound = self._sound(audio) if audio else iter(())
            heard_s = 0.0
            for frame, shown_s in self._pictures(video) if video else ():
                while audio and heard_s <= shown_s:
                    heard_s = self._record(container, audio, sound)
                container.mux(cast(Any, video).encode(frame))
            while audio and heard_s < float("inf"):
                heard_s = self._record(container, audio, sound)
            for stream in (video, audio):
                if stream:
                    container.mux(stream.encode(None))

    def _record(self, container: OutputContainer, audio: Any, sound: Iterator[Any]) -> float:
        """Encode one more chunk of sound; returns the time it ends, infinity when there is no more."""
        frame = next(sound, None)
        if frame is None:
            return float("inf")
        container.mux(audio.encode(frame))
        return float((frame.pts + frame.samples) / frame.sample_rate)

    def _muxer_options(self) -> dict[str, str]:
        options = {"fflags": "+bitexact"} | dict(self._recipe.muxer_options)
        if self._recipe.faststart:
            options["movflags"] = "+faststart"
        return options

    def _add_video(self, container: OutputContainer) -> Any:
        recipe = self._recipe
        stream: Any = container.add_stream(cast(str, recipe.video), rate=recipe.fps, options=_video_options(recipe))
        stream.width, stream.height, stream.pix_fmt = recipe.width, recipe.height, recipe.pix_fmt
        stream.codec_context.gop_size = recipe.gop
        stream.codec_context.max_b_frames = recipe.bframes
        # One thread: x264 and x265 decide differently with another number of threads.
        stream.codec_context.thread_count = 1
        if recipe.bitrate:
            stream.codec_context.bit_rate = recipe.bitrate
        elif recipe.video in ("mpeg4", "mjpeg"):
            stream.codec_context.qmin = stream.codec_context.qmax = 4
        if recipe.vfr:
            stream.codec_context.time_base = Fraction(1, _VFR_TICKS)
        if recipe.video == "libx265":
            stream.codec_context.codec_tag = "hvc1"
        if recipe.rotation_deg:
            stream.set_display_rotation(-recipe.rotation_deg)  # FFmpeg counts anticlockwise
        return stream

    def _add_audio(self, container: OutputContainer) -> Any:
        recipe = self._recipe
        stream: Any = container.add_stream(cast(str, recipe.audio), rate=recipe.audio_rate)
        stream.codec_context.layout = "mono"
        if recipe.audio == "aac":
            stream.codec_context.bit_rate = 64_000
        elif recipe.audio == "libopencore_amrnb":
            stream.codec_context.bit_rate = 12_200
        return stream

    def _pictures(self, stream: Any) -> Iterator[tuple[av.VideoFrame, float]]:
        recipe = self._recipe
        ticks = _VFR_TICKS if recipe.vfr else recipe.fps
        for number, moment_s in enumerate(self._instants()):
            yuv = self._street.draw(number, moment_s, self._start + timedelta(seconds=moment_s))
            frame = av.VideoFrame.from_ndarray(yuv, format="yuv420p")
            if recipe.pix_fmt not in ("yuv420p", "yuvj420p"):
                frame = frame.reformat(format=recipe.pix_fmt)
            elif recipe.pix_fmt == "yuvj420p":
                frame = frame.reformat(format="yuvj420p", dst_color_range=2)
            frame.pts = round(moment_s * ticks)
            frame.time_base = Fraction(1, ticks)
            yield frame, moment_s

    def _instants(self) -> Iterator[float]:
        """Seconds from the start at which pictures are taken."""
        step, number, moment = 1 / self._recipe.fps, 0, 0.0
        while moment < self._seconds - 1e-9:
            yield moment
            number += 1
            moment = moment + step * _VFR_STEPS[number % len(_VFR_STEPS)] if self._recipe.vfr else number * step

    def _sound(self, stream: Any) -> Iterator[av.AudioFrame]:
        rate = self._recipe.audio_rate
        samples = speak(self._seconds, rate)
        for first in range(0, len(samples), _AUDIO_CHUNK):
            chunk = samples[first : first + _AUDIO_CHUNK]
            if self._recipe.audio in ("aac", "libmp3lame"):
                floats = (chunk.astype(np.float32) / 32_768).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(floats, format="fltp", layout="mono")
            else:
                frame = av.AudioFrame.from_ndarray(chunk.reshape(1, -1), format="s16", layout="mono")
            frame.sample_rate = rate
            frame.pts = first
            frame.time_base = Fraction(1, rate)
            yield frame


def _video_options(recipe: Recipe) -> dict[str, str]:
    options = {"flags": "+bitexact"} | dict(recipe.video_options)
    if recipe.video == "libx264":
        options = _x264_options(recipe) | options
    elif recipe.video == "libx265":
        options |= {
            "preset": "ultrafast",
            "x265-params": f"log-level=error:pools=none:frame-threads=1:open-gop=0:scenecut=0:keyint={recipe.gop}",
        }
    return options


def _x264_options(recipe: Recipe) -> dict[str, str]:
    options = {"preset": "ultrafast", "sc_threshold": "0"}
    if not recipe.bframes:
        options["tune"] = "zerolatency"
    params = [f"keyint={recipe.gop}", f"open-gop={int(recipe.open_gop)}", f"bframes={recipe.bframes}"]
    if recipe.bitrate is None:
        options["crf"] = "26"
    else:
        params += [f"vbv-maxrate={recipe.bitrate // 1000}", f"vbv-bufsize={recipe.bitrate // 1000}"]
    options["x264-params"] = ":".join(params)
    return options
