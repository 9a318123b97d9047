"""Opens footage for reading through PyAV and says in words why it cannot. Runs in a worker process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
from av.container import InputContainer

from evidence.errors import MediaUnreadable

# Reordering moves the first picture shown by a few packets at most (H.264 allows 16).
_REORDER_PACKETS = 32
# Less than this left, and decoding a large picture fails for lack of memory. Reserved, never touched.
_HEADROOM_BYTES = 64 << 20
# So many faults in a row and the rest of the file is taken for unreadable.
_MAX_FAULTS = 50


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """The file, open by its path. MediaUnreadable if FFmpeg knows no such format."""
    try:
        container = av.open(str(path))
    except (av.FFmpegError, ValueError) as error:
        blame_footage(error)
        raise MediaUnreadable(f"The file cannot be opened as media: {words(error)}.") from error
    with container:
        yield container


def picture_stream(container: InputContainer) -> Any:
    """The first video stream. MediaUnreadable if there is none, or none that FFmpeg knows how to decode."""
    if not container.streams.video:
        raise MediaUnreadable("There is no picture in this recording.")
    stream = next((s for s in container.streams.video if s.codec_context is not None), None)
    if stream is None:
        raise MediaUnreadable("The pictures cannot be decoded: nothing tells how.")
    return stream


def blame_footage(error: Exception) -> None:
    """Returns if an error of FFmpeg is about the footage; raises MemoryError if it is about this process.

    Decoders report an allocation that failed as damage, so memory is tried: running out of it says nothing about
    the footage, and must never be written down as if it did.
    """
    try:
        if not isinstance(error, MemoryError | BlockingIOError):  # EAGAIN: no thread could be started
            bytearray(_HEADROOM_BYTES)
            return
    except MemoryError:
        pass
    raise MemoryError from error


def words(error: Exception) -> str:
    """What FFmpeg says, without the path and the code."""
    return (getattr(error, "strerror", None) or str(error)).rstrip(".")


def first_shown_s(path: Path, number: int) -> Fraction:
    """When the first picture (or sound) of a stream is shown, seconds of raw media time; 0 if nothing tells."""
    with opened(path) as container:
        stream: Any = container.streams[number]
        times: list[int] = []
        for packet in PacketRun(container, stream):
            time = packet.pts if packet.pts is not None else packet.dts
            if packet.size and time is not None:
                times.append(time)
            if len(times) >= _REORDER_PACKETS:
                break
        return min(times) * Fraction(stream.time_base) if times else Fraction(0)


class PacketRun:
    """The packets of some streams, the empty flush packets at the end included. Faults are skipped and counted."""

    def __init__(self, container: InputContainer, *streams: Any) -> None:
        self._container = container
        self._streams = streams
        self.faults = 0

    def __iter__(self) -> Iterator[Any]:
        source = self._container.demux(*self._streams)
        in_a_row = 0
        while in_a_row < _MAX_FAULTS:
            try:
                packet = next(source)
            except (StopIteration, IndexError):
                # IndexError: a stream that turned up after opening (TS) trips PyAV when it flushes, at the end.
                return
            except av.FFmpegError as error:
                blame_footage(error)
                # PyAV's generator is spent after an error; a new one goes on behind the damage.
                self.faults += 1
                in_a_row += 1
                source = self._container.demux(*self._streams)
                continue
            in_a_row = 0
            yield packet
