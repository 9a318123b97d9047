"""Where watchers hear what channels show: per channel the newest opening, the pictures since the last keyframe, then
everything as it comes. Called from the channels' threads; whoever listens must not block.

Only what is being recorded is handed on: a piece of a fragment goes out once the recording that the fragment will be
part of is in the ledger.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import NotFound
from evidence.live import ChannelId, Chunk, Interrupted, LiveItem, Opening, Piece, Sealed
from evidence.records import RecordingId

# Access units that wait for their recording to begin: a second of the richest source.
_MAX_WAITING = 500

Hear = Callable[[LiveItem], None]


@dataclass(frozen=True, slots=True)
class Live:
    """A recording that is being made, in the worker's numbers."""

    opening: Opening
    first: int  # the worker's number of its first fragment
    until: int  # of the last fragment that may be shown yet


class Relay:
    """One channel. Every item goes out under the lock, so that all watchers hear the same order."""

    def __init__(self, channel: ChannelId) -> None:
        self.channel = channel
        self._lock = threading.Lock()
        self._hearers: list[Hear] = []
        self._live: Live | None = None
        self._reason = Interrupted(channel, "stopped")
        # Since the newest keyframe, shown or not: what a joiner needs.
        self._chunks: list[tuple[Chunk, bytes]] = []
        self._newest: int | None = None  # fragment number of the newest chunk
        self._frozen: int | None = None  # no fragment beyond this one is shown

    def subscribe(self, hear: Hear) -> Callable[[], None]:
        with self._lock:
            if self._live is None:
                hear(self._reason)
            else:
                hear(self._live.opening)
                for piece in self._pieces(self._live, self._live.first):
                    hear(piece)
            self._hearers.append(hear)

        def end() -> None:
            with self._lock:
                if hear in self._hearers:
                    self._hearers.remove(hear)

        return end

    # ---- from the channel's reading thread ------------------------------------------------------------------

    def opened(self) -> None:
        """The source begins anew: what it showed before cannot be continued."""
        with self._lock:
            self._chunks, self._newest = [], None

    def chunk(self, said: Chunk, data: bytes, *, starts: bool) -> None:
        """An access unit; `starts`: decoding can begin here."""
        with self._lock:
            if starts:
                # Of a fragment that waits for its recording to begin, everything is handed on.
                waits = self._live.until if self._live is not None else said.seq
                self._chunks = [each for each in self._chunks if each[0].seq > waits][-_MAX_WAITING:]
            self._chunks.append((said, data))
            self._newest = said.seq
            live = self._live
            if live is not None and live.first <= said.seq <= live.until:
                self._tell(_piece(said, data, live))

    # ---- from the channel's recording thread ----------------------------------------------------------------

    def open(self, opening: Opening, first: int, until: int) -> None:
        """A recording is in the ledger: from fragment `first` on, up to `until` for now, pieces are its."""
        with self._lock:
            self._live = Live(opening, first, self._bounded(until))
            self._tell(opening)
            for piece in self._pieces(self._live, first):
                self._tell(piece)

    def allow(self, until: int) -> None:
        """Pieces up to fragment `until` belong to the recording for sure."""
        with self._lock:
            live, until = self._live, self._bounded(until)
            if live is None or until == live.until:
                return
            self._live = Live(live.opening, live.first, until)
            for piece in self._pieces(self._live, live.until + 1):
                self._tell(piece)

    def freeze(self) -> int | None:
        """Show no fragment beyond the one that is coming now, until `close`; its number, if one is coming."""
        with self._lock:
            self._frozen = self._newest
            if self._live is not None:
                self._live = Live(self._live.opening, self._live.first, self._bounded(self._live.until))
            return self._newest

    def _bounded(self, until: int) -> int:
        return until if self._frozen is None else min(until, self._frozen)

    def sealed(self, item: Sealed) -> None:
        with self._lock:
            self._tell(item)

    def close(self, reason: Interrupted) -> None:
        """No more pieces of this recording come."""
        with self._lock:
            self._live, self._reason, self._frozen = None, reason, None
            self._tell(reason)

    def _pieces(self, live: Live, first: int) -> list[Piece]:
        return [_piece(said, data, live) for said, data in self._chunks if first <= said.seq <= live.until]

    def _tell(self, item: LiveItem) -> None:
        for hear in self._hearers:
            hear(item)


def _piece(said: Chunk, data: bytes, live: Live) -> Piece:
    opening = live.opening
    timescale = next(track.timescale for track in opening.tracks if track.number == said.track)
    start_us = said.pts * 1_000_000 // timescale - opening.zero_us
    end_us = (said.pts + said.duration) * 1_000_000 // timescale - opening.zero_us
    start_ms, end_ms = max(0, start_us // 1000), max(0, end_us // 1000)
    return Piece(opening.recording, said.track, said.seq - live.first, said.key, start_ms, end_ms, data)


class Hub:
    """All channels of a site. Thread-safe."""

    def __init__(self, channels: Sequence[ChannelId], folder: Path) -> None:
        self._relays = {channel: Relay(channel) for channel in channels}
        self._folder = folder

    def relay(self, channel: ChannelId) -> Relay:
        """NotFound."""
        if channel not in self._relays:
            raise NotFound(f"There is no channel {channel}.")
        return self._relays[channel]

    def subscribe(self, channel: ChannelId, hear: Hear) -> Callable[[], None]:
        """Hear a channel until the answer is called. First comes how it stands: the newest `Opening` and the pieces
        since the newest keyframe, or `Interrupted`. NotFound."""
        return self.relay(channel).subscribe(hear)

    def file_of(self, recording: RecordingId) -> Path | None:
        """The file of a recording that is not in the blob store yet."""
        path = self._folder / f"{recording}.mp4"
        return path if path.is_file() else None
