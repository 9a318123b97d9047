"""Opens a live source through PyAV and yields its packets with the time of their arrival.

RTSP goes over TCP, interleaved: nothing is lost on the way, and firewalls let it pass. Errors never carry the address:
it may hold a password.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import av

from evidence.clock import Clock
from evidence.errors import MediaUnreadable
from evidence.live import Open
from evidence.media.live.backlog import Backlog, look_through
from evidence.media.live.growing_file import GrowingFile

_RTSP = {
    "rtsp_transport": "tcp",
    "flags": "low_delay",
    "max_delay": "0",
    # Cameras say their codecs in the session description: looking longer only delays the first picture.
    "analyzeduration": "500000",
}
_FILE = {"analyzeduration": "2000000"}
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

Code = Literal["unreachable", "refused", "unsupported", "stalled", "ended", "broken"]


class SourceOver(Exception):
    """The source is over or cannot be read. Never leaves the worker: it becomes `live.Gone`."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__(reason)
        self.code: Code = code
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Arrival:
    """A packet as it came."""

    packet: Any
    arrived_us: int  # server's clock, microseconds since 1970
    camera_us: int | None  # the camera's clock for this packet (RTCP), if it has told yet


class LiveInput:
    def __init__(self, container: Any, clock: Clock, file: GrowingFile | None, backlog: Backlog | None) -> None:
        self._container = container
        self._clock = clock
        self._file = file
        self._n_pictures = 0  # that have arrived
        self.backlog = backlog  # what was in the file before
        self.picture = next((s for s in container.streams if s.type == "video"), None)
        self.sound = next((s for s in container.streams if s.type == "audio" and _usable(s)), None)

    def arrivals(self) -> Iterator[Arrival]:
        """Every packet of picture and sound. Ends by SourceOver, always."""
        streams = [stream for stream in (self.picture, self.sound) if stream is not None]
        try:
            for packet in self._container.demux(streams):
                if packet.size:
                    self._n_pictures += packet.stream is self.picture
                    yield Arrival(packet, micros(self._clock.now()), _camera_us(packet))
        except IndexError:
            # A stream that turned up after opening (TS) trips PyAV when it flushes, at the end.
            pass
        except av.FFmpegError as error:
            raise _over(error, opening=False) from error
        raise SourceOver("ended", "The source ended.")

    @property
    def is_new(self) -> bool:
        """Was the newest picture not in the file yet when it was opened?"""
        if self.backlog is None or self.backlog.is_whole:
            return self._n_pictures > (0 if self.backlog is None else self.backlog.n_pictures)
        return self._file is not None and self._file.has_grown


@contextmanager
def opened(wanted: Open, clock: Clock) -> Iterator[LiveInput]:
    """The source, for as long as the block runs. SourceOver if it does not answer or holds no picture."""
    with _growing(wanted, clock) as file:
        backlog = None
        if file is not None:
            backlog = look_through(Path(wanted.address), _FILE, micros(clock.now()), clock.monotonic_s)
        options = _RTSP if file is None else _FILE
        timeout = (wanted.answer_s, wanted.silence_s) if file is None else None
        try:
            container = av.open(wanted.address if file is None else file, options=options, timeout=timeout)
        except (av.FFmpegError, ValueError) as error:
            raise _over(error, opening=True) from error
        with container:
            source = LiveInput(container, clock, file, backlog)
            if source.picture is None:
                raise SourceOver("unsupported", "The source sends no picture.")
            yield source


@contextmanager
def _growing(wanted: Open, clock: Clock) -> Iterator[GrowingFile | None]:
    """The file that PyAV reads while it grows; None where it opens an address."""
    if wanted.kind == "rtsp":
        yield None
        return
    try:
        file = GrowingFile(Path(wanted.address), wanted.silence_s, clock, time.sleep)
    except MediaUnreadable as error:
        raise SourceOver("unreachable", error.message) from error
    try:
        file.require_streamable()
        yield file
    except MediaUnreadable as error:
        raise SourceOver("unsupported", error.message) from error
    finally:
        file.close()


def micros(moment: datetime) -> int:
    """Microseconds since 1970, without the rounding of floats."""
    passed = moment - EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def _usable(stream: Any) -> bool:
    context = stream.codec_context
    return bool(context and context.sample_rate and context.layout.nb_channels)


def _camera_us(packet: Any) -> int | None:
    """The producer reference time that FFmpeg makes of RTCP sender reports (AVProducerReferenceTime: i64 µs first)."""
    if not packet.has_sidedata("prft"):
        return None
    value: int = struct.unpack_from("=q", bytes(packet.get_sidedata("prft")))[0]
    return value if value > 0 else None


def _over(error: Exception, *, opening: bool) -> SourceOver:
    """What FFmpeg says, in our words: its own may hold the address."""
    if isinstance(error, (av.error.HTTPUnauthorizedError, av.error.HTTPForbiddenError)):
        return SourceOver("refused", "The source refuses the name or the password.")
    if isinstance(error, av.error.HTTPNotFoundError):
        return SourceOver("refused", "The source knows no stream of this path.")
    if isinstance(error, (av.error.ExitError, av.error.TimeoutError)):
        words = "The source does not answer." if opening else "The source went silent."
        return SourceOver("unreachable" if opening else "stalled", words)
    if isinstance(error, (av.error.InvalidDataError, ValueError)):
        return SourceOver("unsupported" if opening else "broken", "What the source sends cannot be read.")
    said = (getattr(error, "strerror", None) or type(error).__name__).rstrip(".")
    return SourceOver("unreachable" if opening else "broken", f"The connection failed: {said}.")
