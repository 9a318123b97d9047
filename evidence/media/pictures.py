"""Takes pictures out of a recording: thumbnails for people, perceptual hashes for the reverse search.

Runs in a worker process. Damage is tolerated: a place that cannot be decoded has no picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2
import imagehash
import numpy as np
from PIL import Image

from evidence.clock import SystemClock
from evidence.errors import MediaUnreadable
from evidence.media import likeness, thumbnail_sheet
from evidence.media.footage import PacketRun, blame_footage, first_shown_s, opened, picture_stream

Report = Callable[[float], None]

THUMBNAIL_WIDTH = 320
THUMBNAIL_EVERY_S = 10
MAX_THUMBNAILS = 200
_JPEG_QUALITY = 80
# Packets looked at behind a seek until a keyframe decodes: 20 s at 30 pictures a second.
_MAX_PACKETS_PER_SEEK = 600
# Hashes are taken of a grey picture of this side; the hash itself works on 32 x 32.
_HASH_SIDE = 128
# Packets that tell how far keyframes are apart.
_PROBE_PACKETS = 500
# A photo is read at a quarter of its size from here on.
_LARGE_PHOTO_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Taken:
    count: int
    seconds: float  # of footage
    times_realtime: float  # footage seconds per second of work
    tool: str
    params: dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class _Film:
    """An open recording and what is needed to place its pictures in time."""

    container: Any
    stream: Any
    zero_s: Fraction
    duration_s: float | None

    def shown_s(self, frame: Any) -> float | None:
        """Presentation time of a decoded picture from the first one on."""
        if frame.pts is None:
            return None
        # A decoder used by itself does not know the time base: it is the stream's.
        return max(0.0, float(frame.pts * self.stream.time_base - self.zero_s))


def thumbnails(path: Path, out: Path, report: Report) -> Taken:
    """Write a thumbnail_sheet to `out`: one JPEG per 10 s, 1 to 200 in all. MediaUnreadable without any picture."""
    clock = SystemClock()
    began_s = clock.monotonic_s()
    if _is_photo(path):
        found, seconds = {0: _jpeg(_photo(path))}, 0.0
    else:
        with opened(path) as container:
            film = _film(path, container)
            found = _thinned(dict(_moments(film, report)))
            seconds = film.duration_s or max(found, default=0) / 1000
    if not found:
        raise MediaUnreadable("Not one picture of this recording can be decoded.")
    out.write_bytes(thumbnail_sheet.pack(found))
    params: dict[str, str | int | float] = {"width": THUMBNAIL_WIDTH, "quality": _JPEG_QUALITY, "count": len(found)}
    tool = f"PyAV {av.__version__}, OpenCV {cv2.__version__}"
    return _taken(len(found), seconds, clock.monotonic_s() - began_s, tool, params)


def phashes(path: Path, out: Path, report: Report) -> Taken:
    """Write perceptual hashes (likeness) to `out`: the first picture of each second. MediaUnreadable without any."""
    clock = SystemClock()
    began_s = clock.monotonic_s()
    if _is_photo(path):
        found = {0: _hash(cv2.resize(cv2.cvtColor(_photo(path), cv2.COLOR_BGR2GRAY), (_HASH_SIDE, _HASH_SIDE)))}
    else:
        with opened(path) as container:
            found = _hash_film(_film(path, container), _keyframes_suffice(path), report)
    if not found:
        raise MediaUnreadable("Not one picture of this recording can be decoded.")
    out.write_bytes(likeness.pack(found))
    tool = f"PyAV {av.__version__}, ImageHash {imagehash.__version__}"
    params: dict[str, str | int | float] = {"hash": "phash", "bits": 64, "side": _HASH_SIDE, "count": len(found)}
    return _taken(len(found), float(max(found) + 1), clock.monotonic_s() - began_s, tool, params)


def _taken(count: int, seconds: float, spent_s: float, tool: str, params: dict[str, str | int | float]) -> Taken:
    return Taken(count, seconds, round(seconds / max(spent_s, 1e-6), 1), tool, params)


def _is_photo(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(3) == b"\xff\xd8\xff"


def _photo(path: Path) -> Any:
    # EXIF orientation is applied by OpenCV.
    cv2.setNumThreads(1)
    large = path.stat().st_size >= _LARGE_PHOTO_BYTES
    try:
        picture = cv2.imread(str(path), cv2.IMREAD_REDUCED_COLOR_4 if large else cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise MediaUnreadable(f"The photo cannot be decoded: {error.err}.") from error
    if picture is None:
        raise MediaUnreadable("The photo cannot be decoded.")
    return picture


def _film(path: Path, container: Any) -> _Film:
    cv2.setNumThreads(1)
    stream = picture_stream(container)
    duration_s = container.duration / av.time_base if container.duration else None
    return _Film(container, stream, first_shown_s(path, stream.index), duration_s)


def _moments(film: _Film, report: Report) -> Iterator[tuple[int, bytes]]:
    """(milliseconds, JPEG) of a keyframe every so often; by seeking where the duration is known."""
    if film.duration_s is None:
        yield from _scanned(film)
        return
    step_s = max(float(THUMBNAIL_EVERY_S), film.duration_s / MAX_THUMBNAILS)
    wanted = max(1, -(-int(film.duration_s * 1000) // int(step_s * 1000)))
    last_ms = -1
    for number in range(wanted):
        frame = _keyframe_at(film, number * step_s)
        at_s = film.shown_s(frame) if frame is not None else None
        if at_s is not None and round(at_s * 1000) > last_ms:
            last_ms = round(at_s * 1000)
            yield last_ms, _jpeg(_upright(frame))
        report((number + 1) / wanted)


def _keyframe_at(film: _Film, at_s: float) -> Any | None:
    """The picture of the last keyframe before that time, or of the first after it that can be decoded."""
    try:
        # The container is freshly opened for the first picture: some formats cannot seek to their very start.
        if at_s:
            film.container.seek(int((film.zero_s + Fraction(at_s)) / film.stream.time_base), stream=film.stream)
    except av.FFmpegError as error:
        blame_footage(error)
        return None
    for number, packet in enumerate(PacketRun(film.container, film.stream)):
        if number >= _MAX_PACKETS_PER_SEEK or not packet.size:
            break
        if packet.is_keyframe and (frame := _decode_alone(film.stream, packet)) is not None:
            return frame
    return None


def _decode_alone(stream: Any, packet: Any) -> Any | None:
    """The picture of a keyframe without those after it: the decoder is flushed to let go of it."""
    context = stream.codec_context
    try:
        frames = [*context.decode(packet), *context.decode(None)]
    except av.FFmpegError as error:
        blame_footage(error)
        frames = []
    context.flush_buffers()
    return next((frame for frame in frames if not frame.is_corrupt), frames[0] if frames else None)


def _scanned(film: _Film) -> Iterator[tuple[int, bytes]]:
    """Without a known duration: all keyframes are passed, one per 10 s is taken."""
    next_s = 0.0
    for packet in PacketRun(film.container, film.stream):
        time = packet.pts if packet.pts is not None else packet.dts
        if not packet.size or not packet.is_keyframe or time is None:
            continue
        if float(time * packet.time_base - film.zero_s) + 1e-6 < next_s:
            continue
        frame = _decode_alone(film.stream, packet)
        at_s = film.shown_s(frame) if frame is not None else None
        if at_s is not None:
            next_s = at_s + THUMBNAIL_EVERY_S
            yield round(at_s * 1000), _jpeg(_upright(frame))


def _thinned(found: dict[int, bytes]) -> dict[int, bytes]:
    """At most 200, evenly."""
    times = sorted(found)
    keep = times[:: -(-len(times) // MAX_THUMBNAILS)] if times else []
    return {at_ms: found[at_ms] for at_ms in keep}


def _upright(frame: Any) -> Any:
    """BGR array in thumbnail size, turned the way the recording is shown."""
    turns = round(frame.rotation / 90) % 4  # FFmpeg counts anticlockwise
    shown_width = frame.height if turns % 2 else frame.width
    scale = min(1.0, THUMBNAIL_WIDTH / shown_width)
    width, height = max(2, round(frame.width * scale)), max(2, round(frame.height * scale))
    picture = frame.reformat(width=width, height=height, format="bgr24", interpolation="AREA").to_ndarray()
    return np.ascontiguousarray(np.rot90(picture, turns))


def _jpeg(picture: Any) -> bytes:
    height, width = picture.shape[:2]
    if width > THUMBNAIL_WIDTH:
        size = (THUMBNAIL_WIDTH, max(1, round(height * THUMBNAIL_WIDTH / width)))
        picture = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    done, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        raise MediaUnreadable("A thumbnail cannot be encoded.")
    return bytes(data.tobytes())


def _keyframes_suffice(path: Path) -> bool:
    """Are keyframes a second apart or less? Then nothing else needs decoding."""
    with opened(path) as container:
        stream = picture_stream(container)
        times: list[Fraction] = []
        for number, packet in enumerate(PacketRun(container, stream)):
            time = packet.pts if packet.pts is not None else packet.dts
            if number >= _PROBE_PACKETS or not packet.size:
                break
            if packet.is_keyframe and time is not None:
                times.append(time * packet.time_base)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    return bool(gaps) and max(gaps) <= 1


def _hash_film(film: _Film, keyframes_only: bool, report: Report) -> dict[int, int]:
    film.stream.codec_context.skip_frame = "NONKEY" if keyframes_only else "NONREF"
    film.stream.thread_type = "AUTO"
    found: dict[int, int] = {}
    for packet in PacketRun(film.container, film.stream):
        try:
            frames = packet.decode()
        except av.FFmpegError as error:
            blame_footage(error)
            continue
        for frame in frames:
            at_s = film.shown_s(frame)
            if at_s is None or int(at_s) in found or frame.is_corrupt:
                continue
            grey = frame.reformat(width=_HASH_SIDE, height=_HASH_SIDE, format="gray", interpolation="AREA")
            found[int(at_s)] = _hash(grey.to_ndarray())
            if film.duration_s:
                report(at_s / film.duration_s)
    return found


def _hash(grey: Any) -> int:
    """64 bits, the first bit of the hash highest."""
    return int(str(imagehash.phash(Image.fromarray(grey))), 16)
