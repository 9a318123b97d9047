"""Looks for the codes of time slates in a recording's pictures. Runs in a worker process.

Every fifth of a second of the first and the last half minute, where officers film the slate; a keyframe every two
seconds of the rest. Where one is found, every picture around it. Damage is tolerated: what cannot be decoded shows
nothing. Nothing is judged here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2

from evidence.clock import SystemClock
from evidence.intervals import Spans, length, merged
from evidence.media.footage import PacketRun, blame_footage, first_shown_s, opened, picture_stream
from evidence.media.pictures import Report, Taken
from evidence.slate import PREFIXES
from evidence.slate_codes import Seen, SlateCodes

_EDGE_MS = 30_000  # the head and the tail that are looked through closely
_LOOK_MS = 200
_SPARSE_MS = 1_900
_AROUND_MS = 3_000
# Pictures are read one by one for this long at most: a slate that stands in the picture for minutes tells no more.
_MAX_CLOSE_MS = 30_000
# Larger pictures are made smaller: the time it takes grows with their squares.
_MAX_WIDTH = 1_920
_LOOK_WIDTH = 1_280
# What a camera with a rate nobody knows is taken for.
_USUAL_FRAME_MS = 40


@dataclass(frozen=True, slots=True)
class _Film:
    container: Any
    stream: Any
    zero_s: Fraction
    duration_ms: int | None

    def at_ms(self, pts: int | None) -> int | None:
        """Presentation time from the first picture."""
        return None if pts is None else round(float(pts * self.stream.time_base - self.zero_s) * 1000)


def find(path: Path, out: Path, report: Report) -> Taken:
    """Write `SlateCodes` to `out`; often of nothing. MediaUnreadable where there is no picture."""
    clock = SystemClock()
    began_s = clock.monotonic_s()
    cv2.setNumThreads(1)
    with opened(path) as container:
        stream = picture_stream(container)
        stream.thread_type = "NONE"
        duration_ms = round(container.duration / av.time_base * 1000) if container.duration else None
        film = _Film(container, stream, first_shown_s(path, stream.index), duration_ms)
        # Of OpenCV's two detectors the better one at an angle, and the cheaper one where there is no code.
        detector = cv2.QRCodeDetectorAruco()
        hits, n_looks = _hits(film, detector, report)
        seen = [each for span in _close(hits) for each in _read_all(film, span, detector)]
        found = SlateCodes(_frame_ms(film), tuple(sorted(seen, key=lambda each: each.at_ms)))
    out.write_bytes(found.to_bytes())
    seconds = (duration_ms or 0) / 1000
    params: dict[str, str | int | float] = {"codes": len(seen), "looks": n_looks}
    spent_s = max(clock.monotonic_s() - began_s, 1e-6)
    tool = f"PyAV {av.__version__}, OpenCV {cv2.__version__}"
    return Taken(len(seen), seconds, round(seconds / spent_s, 1), tool, params)


def _hits(film: _Film, detector: Any, report: Report) -> tuple[list[int], int]:
    """When a slate was seen, and in how many pictures it was looked for."""
    hits: list[int] = []
    n_looks = 0
    for at_ms, frame in _looks(film):
        n_looks += 1
        if film.duration_ms:
            report(at_ms / film.duration_ms)
        if _is_code(frame, detector) and _text(frame, detector) is not None:
            hits.append(at_ms)
    return hits, n_looks


def _looks(film: _Film) -> Iterator[tuple[int, Any]]:
    end_ms = film.duration_ms
    yield from _thinned(_pictures(film, 0, _EDGE_MS), _LOOK_MS)
    if end_ms is None:
        yield from _thinned(_keyframes(film, _EDGE_MS, None), _SPARSE_MS)
        return
    tail_ms = max(_EDGE_MS, end_ms - _EDGE_MS)
    if tail_ms > _EDGE_MS:
        yield from _thinned(_keyframes(film, _EDGE_MS, tail_ms), _SPARSE_MS)
    if end_ms > tail_ms:
        yield from _thinned(_pictures(film, tail_ms, end_ms + _LOOK_MS), _LOOK_MS)


def _thinned(pictures: Iterator[tuple[int, Any]], every_ms: int) -> Iterator[tuple[int, Any]]:
    next_ms = -1
    for at_ms, frame in pictures:
        if at_ms >= next_ms:
            next_ms = at_ms + every_ms
            yield at_ms, frame


def _pictures(film: _Film, start_ms: int, end_ms: int) -> Iterator[tuple[int, Any]]:
    """Every picture from one moment to another that can be decoded."""
    if not _seek(film, start_ms):
        return
    for packet in PacketRun(film.container, film.stream):
        try:
            frames = packet.decode()
        except av.FFmpegError as error:
            blame_footage(error)
            continue
        for frame in frames:
            at_ms = film.at_ms(frame.pts)
            if at_ms is None or at_ms < start_ms:
                continue
            if at_ms >= end_ms:
                return
            yield max(0, at_ms), frame


def _keyframes(film: _Film, start_ms: int, end_ms: int | None) -> Iterator[tuple[int, Any]]:
    if not _seek(film, start_ms):
        return
    context = film.stream.codec_context
    for packet in PacketRun(film.container, film.stream):
        at_ms = film.at_ms(packet.pts if packet.pts is not None else packet.dts)
        if not packet.size or not packet.is_keyframe or at_ms is None or at_ms < start_ms:
            continue
        if end_ms is not None and at_ms >= end_ms:
            break
        try:
            frames = [*context.decode(packet), *context.decode(None)]
        except av.FFmpegError as error:
            blame_footage(error)
            frames = []
        context.flush_buffers()
        if frames:
            yield at_ms, frames[0]


def _seek(film: _Film, start_ms: int) -> bool:
    """To the keyframe before a moment. False where the format cannot."""
    film.stream.codec_context.flush_buffers()
    try:
        at = int((film.zero_s + Fraction(start_ms, 1000)) / film.stream.time_base)
        film.container.seek(at, stream=film.stream)
    except av.FFmpegError as error:
        blame_footage(error)
        return False
    return True


def _close(hits: list[int]) -> Spans:
    """Where every picture is read: around what was found, from the first on, for so long."""
    chosen: list[tuple[int, int]] = []
    for span in merged((max(0, hit - _AROUND_MS), hit + _AROUND_MS) for hit in hits):
        left_ms = _MAX_CLOSE_MS - length(tuple(chosen))
        if left_ms > 0:
            chosen.append((span[0], min(span[1], span[0] + left_ms)))
    return tuple(chosen)


def _read_all(film: _Film, span: tuple[int, int], detector: Any) -> Iterator[Seen]:
    for at_ms, frame in _pictures(film, *span):
        text = _text(frame, detector)
        if text is not None:
            yield Seen(at_ms, text)


def _is_code(frame: Any, detector: Any) -> bool:
    """Is there a QR code in a picture, of whatever kind? A smaller picture tells."""
    try:
        found, _ = detector.detect(_grey(frame, _LOOK_WIDTH))
    except cv2.error:
        return False
    return bool(found)


def _text(frame: Any, detector: Any) -> str | None:
    """The text of a time slate's code in a picture; of no other code."""
    try:
        text, _, _ = detector.detectAndDecode(_grey(frame, _MAX_WIDTH))
    except (cv2.error, UnicodeDecodeError):
        return None  # Its own trouble with a pattern that looked like a code.
    return text if text.startswith(PREFIXES) else None


def _grey(frame: Any, width: int) -> Any:
    if frame.width <= width:
        return frame.to_ndarray(format="gray")
    height = max(2, frame.height * width // frame.width)
    return frame.reformat(width=width, height=height, format="gray", interpolation="AREA").to_ndarray()


def _frame_ms(film: _Film) -> int:
    rate = film.stream.average_rate
    return math.ceil(1000 / rate) if rate and rate >= 1 else _USUAL_FRAME_MS
