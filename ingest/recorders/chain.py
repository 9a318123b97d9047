"""From the fragments of a channel's worker to the chained statements of a recording. Pure.

A worker numbers fragments and access units from the moment it opened its source; a recording begins at any of its
fragments. A `Chain` rebases the numbers, names the statement before (`prev`), and refuses what does not follow.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from evidence.canonical import Digest
from evidence.clock import from_text, to_text
from evidence.errors import MediaUnreadable
from evidence.live import Fragment, FragmentTrack
from evidence.media.esd import timing_digest
from evidence.records import RecordingId, SegmentTrack, Track
from evidence.statements import STATEMENT_SPEC, SegmentStatement, statement_digest, track_statements

# Media time and receipt drift apart by a thousandth at most; a step of the server's clock must not stretch a fragment.
_MAX_DRIFT = timedelta(milliseconds=20)
# Whose clock `wall_*` of a live statement is: the server's, at receipt.
SERVER_CLOCK = "server"


class OutOfSequence(MediaUnreadable):
    """A fragment that does not follow the one before: it can only begin another recording."""

    code = "out-of-sequence"


@dataclass(frozen=True, slots=True)
class Reached:
    """How far one track is recorded."""

    n_au: int = 0  # in the recording
    next_au: int | None = None  # the worker's number of the next access unit


@dataclass(frozen=True, slots=True)
class Chain:
    """The end of a recording's chain of statements. `link` gives the next one and the chain after it.

    Wall time is covered without a hole: a segment begins when the one before ended, and ends where its own receipt and
    its length in media time say. So it follows the receipt, however the camera's clock drifts.
    """

    recording: RecordingId
    tracks: tuple[Track, ...]
    zero_us: int  # media time of the recording's first picture
    zero_at: datetime  # the same on the server's clock
    end_at: datetime  # server's clock up to which the recording covers
    seq: int = 0  # of the next segment
    prev: Digest | None = None
    end_us: int | None = None  # media time up to which it is recorded
    next_fragment: int | None = None  # the worker's number of the next fragment
    reached: tuple[Reached, ...] = ()  # in the order of `tracks`

    @property
    def duration_ms(self) -> int:
        return 0 if self.end_us is None else self.ms(self.end_us)

    def ms(self, media_us: int) -> int:
        """Time in the recording."""
        return max(0, round((media_us - self.zero_us) / 1000))

    def at(self, media_us: int) -> datetime:
        """Server's clock of a media time near the recording's end."""
        reached_us = self.zero_us if self.end_us is None else self.end_us
        return self.end_at + timedelta(microseconds=media_us - reached_us)

    @classmethod
    def beginning(cls, recording: RecordingId, tracks: tuple[Track, ...], zero_us: int, zero_at: datetime) -> Chain:
        """Of a recording that joins none."""
        return cls(recording, tracks, zero_us, zero_at, end_at=zero_at)

    def joined(self, recording: RecordingId) -> Chain:
        """The chain of another recording that begins where this one ends: not an access unit may be missing."""
        return replace(
            self,
            recording=recording,
            zero_us=self.zero_us if self.end_us is None else self.end_us,
            zero_at=self.end_at,
            seq=0,
            prev=None,
            reached=tuple(replace(each, n_au=0) for each in self.reached),
        )

    def link(self, fragment: Fragment) -> tuple[SegmentStatement, Chain]:
        """The statement of the next segment. OutOfSequence if the fragment does not follow."""
        self._require_next(fragment)
        numbers = {track.number: place for place, track in enumerate(self.tracks)}
        reached = list(self.reached or (Reached(),) * len(self.tracks))
        parts: list[SegmentTrack] = []
        for said in fragment.tracks:
            place = numbers.get(said.track)
            if place is None or not said.pts or not len(said.pts) == len(said.durations) == len(said.keys):
                raise OutOfSequence(
                    f"Fragment {fragment.seq} speaks of track {said.track} in a way that makes no sense."
                )
            before = reached[place]
            if before.next_au not in (None, said.first_au):
                raise OutOfSequence(f"Fragment {fragment.seq} leaves out access units of track {said.track}.")
            parts.append(_stretch(said, before.n_au, self.tracks[place]))
            reached[place] = Reached(before.n_au + len(said.pts), said.first_au + len(said.pts))
        end_at = self._end_at(fragment)
        statement = SegmentStatement(
            spec=STATEMENT_SPEC,
            recording=self.recording,
            seq=self.seq,
            prev=self.prev,
            start_ms=self.ms(fragment.start_us),
            end_ms=self.ms(fragment.end_us),
            wall_start=to_text(self.end_at),
            wall_end=to_text(end_at),
            clock=SERVER_CLOCK,
            clock_quality="server",
            device_signature="none",
            tracks=track_statements(parts, {track.number: track for track in self.tracks}),
        )
        return statement, replace(
            self,
            seq=self.seq + 1,
            prev=statement_digest(statement),
            end_us=fragment.end_us,
            end_at=end_at,
            next_fragment=fragment.seq + 1,
            reached=tuple(reached),
        )

    def _end_at(self, fragment: Fragment) -> datetime:
        drift = from_text(fragment.received_at) - self.end_at
        drift = max(-_MAX_DRIFT, min(drift, _MAX_DRIFT))
        length = timedelta(microseconds=fragment.end_us - fragment.start_us)
        return self.end_at + max(timedelta(0), length + drift)

    def _require_next(self, fragment: Fragment) -> None:
        if fragment.end_us <= fragment.start_us or not fragment.tracks:
            raise OutOfSequence(f"Fragment {fragment.seq} holds no time.")
        if self.next_fragment not in (None, fragment.seq):
            raise OutOfSequence(f"Fragment {fragment.seq} came where {self.next_fragment} was to come.")
        if self.end_us not in (None, fragment.start_us):
            raise OutOfSequence(f"Fragment {fragment.seq} does not begin where the one before ended.")


def _stretch(said: FragmentTrack, first_au: int, track: Track) -> SegmentTrack:
    pts = np.array(said.pts, np.int64)
    durations = np.array(said.durations, np.uint32)
    keys = np.array(said.keys, np.bool_)
    return SegmentTrack(
        track=said.track,
        first_au=first_au,
        n_au=len(pts),
        start_pts=int(pts.min()),
        end_pts=int((pts + durations).max()),
        au_digest=said.au_digest,
        timing_digest=timing_digest(first_au, pts, durations, keys, track.timescale),
    )
