"""The fragment that is not closed yet, piece by piece: what is left of it when its worker ends without closing it.

A worker closes what it has whenever its source is over. One that was killed, or hung, does not; the pictures that it
handed out for watching are complete all the same, and watchers were shown them. Used from the channel's thread.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

from evidence.errors import MediaUnreadable
from evidence.live import Chunk, Fragment, Opened
from evidence.media.boxes import boxes
from evidence.media.live.units import Stretch, Unit, fragment, fragment_track
from ingest.recorders.tape import Closed

_MEGA = 1_000_000


@dataclass(slots=True)
class OpenFragment:
    """Of one worker."""

    _timescales: dict[int, int] = field(default_factory=dict)  # by track
    _lead: int = 0  # the track that decides where a fragment begins and ends
    _chunks: list[tuple[Chunk, bytes]] = field(default_factory=list)
    _seq: int = 0  # of the next fragment
    _start_us: int | None = None  # None: at its first picture
    _n_au: dict[int, int] = field(default_factory=dict)  # closed so far, by track

    def opened(self, said: Opened) -> None:
        """Numbers and media time start over."""
        self._timescales = {track.number: track.timescale for track in said.tracks}
        self._lead = next((track.number for track in said.tracks if track.kind == "video"), 0)
        self._chunks, self._seq, self._start_us, self._n_au = [], 0, None, {}

    def chunk(self, said: Chunk, data: bytes) -> None:
        self._chunks.append((said, data))

    def closed(self, said: Fragment) -> None:
        """The worker closed it itself."""
        self._chunks = [each for each in self._chunks if each[0].seq > said.seq]
        self._seq, self._start_us = said.seq + 1, said.end_us
        for part in said.tracks:
            self._n_au[part.track] = part.first_au + len(part.pts)

    def close(self) -> list[Closed]:
        """What came and was not closed: one fragment, or two where the first one waited for its sound."""
        found: list[Closed] = []
        self._chunks.sort(key=lambda each: each[0].seq)
        groups = [(seq, list(chunks)) for seq, chunks in groupby(self._chunks, key=lambda each: each[0].seq)]
        for n, (seq, chunks) in enumerate(groups):
            after = groups[n + 1][1] if n + 1 < len(groups) else []
            closed = self._fragment(chunks, after) if seq == self._seq else None
            if closed is None:
                break
            found.append(closed)
            self.closed(closed.said)
        return found

    def _fragment(self, chunks: list[tuple[Chunk, bytes]], after: list[tuple[Chunk, bytes]]) -> Closed | None:
        """None without a picture."""
        lead = [chunk for chunk, _ in chunks if chunk.track == self._lead]
        if not lead or not lead[0].key:
            return None
        stretches = [
            Stretch(tuple(units), next((chunk.dts for chunk, _ in after if chunk.track == track), None))
            for track in sorted(self._timescales)
            if (units := [_unit(*each) for each in chunks if each[0].track == track])
        ]
        follows = next((chunk.pts for chunk, _ in after if chunk.track == self._lead), None)
        ticks = self._timescales[self._lead]
        end = max(chunk.pts + max(chunk.duration, 1) for chunk in lead) if follows is None else follows
        said = Fragment(
            seq=self._seq,
            tracks=tuple(fragment_track(each, self._n_au.get(each.units[0].track, 0)) for each in stretches),
            start_us=lead[0].pts * _MEGA // ticks if self._start_us is None else self._start_us,
            end_us=end * _MEGA // ticks,
            received_at=lead[0].received_at,
            camera_at=None,
        )
        return Closed(said, fragment(self._seq + 1, stretches))


def _unit(chunk: Chunk, data: bytes) -> Unit:
    """MediaUnreadable for a piece that is none."""
    media = next((box for box in boxes(data, 0, len(data)) if box.type == b"mdat"), None)
    if media is None:
        raise MediaUnreadable("The worker sent a piece without media.")
    digest = bytes.fromhex(chunk.digest)
    return Unit(chunk.track, data[media.body : media.end], chunk.dts, chunk.pts, chunk.duration, chunk.key, digest)
