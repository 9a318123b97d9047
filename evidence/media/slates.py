"""Looks for the codes of time slates in a recording's pictures. Runs in a worker process.

A picture a second of the first and the last half minute, where officers film the slate; a keyframe every two seconds
of the rest. Where one is found, every picture around it. Damage is tolerated: what cannot be decoded shows nothing.
Nothing is judged here.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import cv2

from evidence.clock import SystemClock
from evidence.intervals import Spans, length, merged
from evidence.media.footage import PacketRun, blame_footage, first_shown_s, opened, picture_stream
from evidence.media.pictures import Report, Taken
from evidence.media.slate_reader import SlateReader
from evidence.slate_codes import Seen, SlateCodes

_EDGE_MS = 30_000  # the head and the tail that are looked through closely
_LOOK_MS = 1_000
_SPARSE_MS = 1_900
_AROUND_MS = 3_000
# Pictures are read one by one for this long at most: a slate that stands in the picture for minutes tells no more.
_MAX_CLOSE_MS = 30_000
# Where a code was found and not read, which may be anybody's, and no slate was: less is spent on it.
_MAX_DOUBTFUL_MS = 6_000
# Larger pictures are made smaller: the time it takes grows with their squares.
_MAX_WIDTH = 1_920
_LOOK_WIDTH = 1_280
# Longer groups are looked through in parts: a part without a keyframe gives what can be decoded of it, often nothing.
_MAX_GROUP = 3_000
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
        reader = SlateReader()
        spans, n_looks = _worth_reading(film, reader, report)
        read = [each for span in spans for each in _read_all(film, span, reader)]
    found = SlateCodes(_frame_ms(film, [at_ms for at_ms, _ in read]), _seen(read))
    out.write_bytes(found.to_bytes())
    seconds = (duration_ms or 0) / 1000
    params: dict[str, str | int | float] = {"codes": len(found.seen), "looks": n_looks}
    spent_s = max(clock.monotonic_s() - began_s, 1e-6)
    tool = f"PyAV {av.__version__}, OpenCV {cv2.__version__}"
    return Taken(len(found.seen), seconds, round(seconds / spent_s, 1), tool, params)


def _worth_reading(film: _Film, reader: SlateReader, report: Report) -> tuple[Spans, int]:
    """Where every picture is to be read, and in how many pictures codes were looked for."""
    hits: list[int] = []
    doubtful: list[int] = []
    n_looks = 0
    for at_ms, frame in _looks(film):
        n_looks += 1
        if film.duration_ms:
            report(at_ms / film.duration_ms)
        if not reader.sees(_grey(frame, _LOOK_WIDTH)):
            continue
        text = reader.text(_grey(frame, _MAX_WIDTH))
        if text != "":
            (hits if text else doubtful).append(at_ms)
    return (_close(hits, _MAX_CLOSE_MS) if hits else _close(doubtful, _MAX_DOUBTFUL_MS)), n_looks


def _looks(film: _Film) -> Iterator[tuple[int, Any]]:
    end_ms = film.duration_ms
    yield from _spread(film, 0, _EDGE_MS)
    if end_ms is None:
        yield from _thinned(_keyframes(film, _EDGE_MS, None), _SPARSE_MS)
        return
    tail_ms = max(_EDGE_MS, end_ms - _EDGE_MS)
    if tail_ms > _EDGE_MS:
        yield from _thinned(_keyframes(film, _EDGE_MS, tail_ms), _SPARSE_MS)
    if end_ms > tail_ms:
        yield from _spread(film, tail_ms, end_ms + _LOOK_MS)


def _thinned(pictures: Iterator[tuple[int, Any]], every_ms: int) -> Iterator[tuple[int, Any]]:
    next_ms = -1
    for at_ms, frame in pictures:
        if at_ms >= next_ms:
            next_ms = at_ms + every_ms
            yield at_ms, frame


def _spread(film: _Film, start_ms: int, end_ms: int) -> Iterator[tuple[int, Any]]:
    """A picture a second, as far as there are: of each group no more is decoded than that takes, often its keyframe."""
    next_ms = start_ms
    for group, until_ms in _groups(film, start_ms, end_ms):
        began_ms = group[0][0]
        # What is less than a second before the next keyframe is spared: that one is decoded anyhow.
        last_ms = max(began_ms, until_ms - _LOOK_MS)
        if last_ms < next_ms - _LOOK_MS // 10:
            continue
        for at_ms, frame in _decoded(film, group, last_ms):
            if next_ms - _LOOK_MS // 10 <= at_ms < end_ms:
                next_ms = at_ms + _LOOK_MS
                yield at_ms, frame


def _groups(film: _Film, start_ms: int, end_ms: int) -> Iterator[tuple[list[tuple[int, Any]], int]]:
    """Packets from one keyframe to the next with their times, and when the next one is shown."""
    if not _seek(film, start_ms):
        return
    group: list[tuple[int, Any]] = []
    for packet in PacketRun(film.container, film.stream):
        at_ms = film.at_ms(packet.pts if packet.pts is not None else packet.dts)
        if not packet.size or at_ms is None:
            continue
        if packet.is_keyframe:
            if group:
                yield group, at_ms
            if at_ms >= end_ms:
                return
            group = []
        if group or packet.is_keyframe:
            group.append((at_ms, packet))
        if len(group) >= _MAX_GROUP:
            yield group, at_ms
            group = []
    if group:
        yield group, max(at_ms for at_ms, _ in group)


def _decoded(film: _Film, group: list[tuple[int, Any]], last_ms: int) -> Iterator[tuple[int, Any]]:
    """The pictures of a group up to a moment; at least its first."""
    context = film.stream.codec_context
    context.flush_buffers()
    wanted = [packet for n, (at_ms, packet) in enumerate(group) if n == 0 or at_ms <= last_ms]
    for packet in [*wanted, None]:
        try:
            frames = context.decode(packet)
        except av.FFmpegError as error:
            blame_footage(error)
            continue
        for frame in frames:
            at_ms = film.at_ms(frame.pts)
            if at_ms is not None:
                yield max(0, at_ms), frame
    context.flush_buffers()


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


def _close(hits: list[int], max_ms: int) -> Spans:
    """Around what was found, from the first on, for so long."""
    chosen: list[tuple[int, int]] = []
    for span in merged((max(0, hit - _AROUND_MS), hit + _AROUND_MS) for hit in hits):
        left_ms = max_ms - length(tuple(chosen))
        if left_ms > 0:
            chosen.append((span[0], min(span[1], span[0] + left_ms)))
    return tuple(chosen)


def _read_all(film: _Film, span: tuple[int, int], reader: SlateReader) -> Iterator[tuple[int, str | None]]:
    """Every picture of a span, and the text of the code in it."""
    for at_ms, frame in _pictures(film, *span):
        yield at_ms, reader.text(_grey(frame, _MAX_WIDTH))


def _seen(read: list[tuple[int, str | None]]) -> tuple[Seen, ...]:
    seen = (Seen(at_ms, text) for at_ms, text in read if text)
    return tuple(sorted(seen, key=lambda each: each.at_ms))


def _grey(frame: Any, width: int) -> Any:
    if frame.width <= width:
        return frame.to_ndarray(format="gray")
    height = max(2, frame.height * width // frame.width)
    return frame.reformat(width=width, height=height, format="gray", interpolation="AREA").to_ndarray()


def _frame_ms(film: _Film, read_ms: list[int]) -> int:
    """Between two pictures: as the file says, or as it was where the slate was filmed, if that is longer (a camera
    takes fewer in the dark)."""
    rate = film.stream.average_rate
    stated_ms = math.ceil(1000 / rate) if rate and rate >= 1 else _USUAL_FRAME_MS
    apart = [after - before for before, after in pairwise(sorted(read_ms)) if 0 < after - before < _AROUND_MS]
    return max(stated_ms, math.ceil(statistics.median(apart))) if apart else stated_ms
