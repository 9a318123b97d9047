"""What a channel's worker says of generated footage: the worker's own code, run here over a finished file."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from evidence.clock import SystemClock, to_text
from evidence.live import Chunk, Fragment, Open, Opened, Said
from evidence.media import specimens
from evidence.media.live.input import SourceOver, opened
from evidence.media.live.passing import Passing
from evidence.media.live.stream import LiveStream
from ingest.recorders.recording import Stream
from ingest.recorders.tape import Closed

START = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Take:
    """One run of a source: it begins, chunks and fragments follow each other as they came."""

    stream: Stream
    said: tuple[tuple[Said, bytes], ...]

    @property
    def fragments(self) -> tuple[Closed, ...]:
        return tuple(Closed(said, data) for said, data in self.said if isinstance(said, Fragment))

    def at(self, start: datetime) -> Take:
        """The same, received from `start` on as if it were live."""
        return Take(self.stream, tuple((_received(said, start), data) for said, data in self.said))


def _received(said: Said, start: datetime) -> Said:
    if isinstance(said, Fragment):
        return msgspec.structs.replace(said, received_at=to_text(start + timedelta(microseconds=said.start_us)))
    if isinstance(said, Chunk):
        us = said.pts * 1_000_000 // (90_000 if said.track == 0 else 16_000)
        return msgspec.structs.replace(said, received_at=to_text(start + timedelta(microseconds=us)))
    return said


@cache
def take(kind: str = "mkv", seconds: int = 20, fragment_ms: int = 2_000, **changes: Any) -> Take:
    changes = {"bframes": 0} | changes
    with tempfile.TemporaryDirectory() as folder:
        path = specimens.make(
            kind, Path(folder) / f"take{specimens.suffix(kind)}", seconds=seconds, width=160, height=90, **changes
        )
        return read(path, fragment_ms)


def read(path: Path, fragment_ms: int = 2_000) -> Take:
    heard: list[tuple[Said, bytes]] = []
    say: Callable[[Said, bytes], None] = lambda said, data: heard.append((said, data))  # noqa: E731
    try:
        with opened(Open(kind="file", address=str(path), silence_s=0.05), SystemClock()) as source:
            LiveStream(source, fragment_ms, Passing(say, ())).run()
    except SourceOver as over:
        assert over.code == "ended", over.reason
    first = next(n for n, (said, _) in enumerate(heard) if isinstance(said, Opened))
    said, payload = heard[first]
    assert isinstance(said, Opened)
    return Take(Stream.of(said, payload), tuple(heard[first + 1 :])).at(START)
