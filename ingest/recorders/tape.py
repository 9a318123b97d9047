"""What is recorded of one channel: begins, goes on, changes files, ends, and says why when it cannot.

Used from the channel's recording thread alone, message by message; time comes in through the clock. Never waits for
anything but disk and ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from evidence.clock import from_text, to_text
from evidence.entries import LiveEvent
from evidence.errors import MediadError, MediaUnreadable
from evidence.live import Fragment, Interrupted, Noticed, Opening, SittingId, live_recording_id
from evidence.records import RecordingId
from ingest.recorders.chain import Chain
from ingest.recorders.channel_state import ChannelTerms
from ingest.recorders.events import JOIN, Clocks, Gap, Spans, dropped, loose, told
from ingest.recorders.hub import Relay
from ingest.recorders.recording import Beginning, EndReason, Recording, RecordingTools, Stream, end_recording

_log = structlog.get_logger()
# A release waits so long for the fragment that holds its moment.
_RELEASE_S = 12.0
# Estimates of receipt on both sides of a break may overlap so much.
_OVERLAP = timedelta(seconds=1)
_MAX_BACK_OFF_S = 30.0


@dataclass(frozen=True, slots=True)
class Closed:
    """A fragment as it came."""

    said: Fragment
    data: bytes


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why pictures that come are not recorded."""

    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class _Before:
    """The recording that ended last, and where."""

    id: RecordingId
    end_at: datetime
    chain: Chain | None  # None: the next fragment cannot continue it by its numbers
    reason: str
    detail: str


class Tape:
    """`on_ended` hears every recording whose end is logged, for finishing; `on_change` any change of what is shown."""

    def __init__(
        self,
        terms: ChannelTerms,
        tools: RecordingTools,
        relay: Relay,
        *,
        file_ms: int,
        on_ended: Callable[[RecordingId], None],
        on_change: Callable[[], None],
        gap: Gap | None = None,
    ) -> None:
        self._terms = terms
        self._tools = tools
        self._relay = relay
        self._file_ms = file_ms
        self._on_ended = on_ended
        self._on_change = on_change
        self._wanted = False
        self._sitting: SittingId | None = None
        self._stream: Stream | None = None
        self._last: Closed | None = None
        self._recording: Recording | None = None
        self._coming = -1  # the worker's number of the fragment whose pictures come now
        self._ends_after: int | None = None  # the worker's number of the recording's last fragment
        self._before: _Before | None = None
        self._gap = gap
        self._spans = Spans()
        self._clocks = Clocks()
        self._unlogged: list[tuple[RecordingId, EndReason, tuple[LiveEvent, ...]]] = []
        self._n_failures = 0
        self._retry_s = float("-inf")
        self._released: Callable[[], None] | None = None
        self._release_by_s = float("inf")
        self._release_at: datetime | None = None
        self._release_after: int | None = None  # the fragment that holds that moment
        self._told_dropped = False  # the worker told of what is missing in the fragment that comes
        self._said: tuple[str, str] = ("", "")  # what the worker noticed last: why the source begins anew
        self.trouble: Trouble | None = None

    @property
    def recording(self) -> RecordingId | None:
        return self._recording.id if self._recording else None

    # ---- what the source does -------------------------------------------------------------------------------

    def opened(self, stream: Stream) -> None:
        """The source answers, or begins anew; numbers and media time start over."""
        changed = self._stream is not None and self._stream.said.format != stream.said.format
        reason, detail = self._said if self._said[0] else ("source", "The stream began anew.")
        if self._recording is not None or self._before is not None:
            self._end("format-changed" if changed else "lost", reason, detail)
            if self._before is not None:
                self._before = replace(self._before, chain=None)
        self._stream, self._last, self._coming, self._clocks, self._said = stream, None, -1, Clocks(), ("", "")

    def begins(self, seq: int) -> None:
        """The first picture of a fragment came."""
        self._coming = seq
        self._follow()

    def _follow(self) -> None:
        """A file that follows another begins with the first picture of its first fragment, so that watchers need not
        wait until that is closed."""
        before, stream = self._before, self._stream
        if not self._wanted or self._recording is not None or stream is None or not self._due():
            return
        if before is None or before.chain is None or before.chain.next_fragment != self._coming:
            return
        try:
            self._begin(before.chain.joined(live_recording_id()), stream, self._coming, None)
        except MediadError as error:
            self._failed(error)

    def closed(self, closed: Closed) -> None:
        """A fragment is complete."""
        self._last = closed
        if self._wanted and self._due():
            try:
                self._take(closed)
            except MediadError as error:
                self._failed(error)
        self.tick()

    def noticed(self, said: Noticed) -> None:
        """Something that the worker noticed; logged with the recording it falls into."""
        self._said = (said.kind, said.detail)
        if said.kind == "gap":
            return  # the stream breaks off: how long nothing is recorded shows when it begins anew
        if said.kind == "dropped":
            self._told_dropped = True
        recording, now = self._recording, self._tools.clock.now()
        if recording is None:
            if self._wanted and said.until_us is not None:
                self._log(loose(said, self._terms, self._sitting, now))
            return
        entry, self._spans = self._spans.note(said, recording.chain, self._terms, recording.sitting, now)
        if entry is not None:
            self._log(entry)

    def lost(self, reason: str, detail: str) -> None:
        """The source or its worker is gone."""
        had = self._recording is not None or self._before is not None
        self._end("lost", reason, detail)
        if had and self._before is not None:
            self._gap = self._gap or self._gap_from(self._before, reason, detail)
        self._stream = self._last = self._before = None
        fresh = self._wanted and self._gap is None
        if fresh:
            self._gap = Gap(self._tools.clock.now(), reason, detail, self._sitting)
        if self._wanted:
            self._tell_gap()
        if had or fresh:
            self._relay.close(Interrupted(self._terms.id, "lost"))
        self._finish_release()

    # ---- what people want -----------------------------------------------------------------------------------

    def record(self, sitting: SittingId | None) -> None:
        """Record from now on, the latest closed fragment included."""
        if self._wanted:
            if self._recording is not None and sitting != self._sitting:
                # What was allowed to be shown as this recording's must become part of it.
                self._ends_after = self._ends_after or (self._recording.chain.next_fragment or 0) + 1
            self._sitting = sitting
            return
        self._wanted, self._sitting = True, sitting
        self._retry_s, self._n_failures = float("-inf"), 0
        if self._last is not None:
            self.closed(self._last)
        elif self._gap is None:
            self._gap = Gap(self._tools.clock.now(), "source", "The source sent no pictures yet.", sitting)

    def release(self, done: Callable[[], None]) -> None:
        """Record until the fragment that is coming now is closed; then `done`."""
        self._released, self._release_at = done, self._tools.clock.now()
        if self._recording is None and self._before is None:
            self._finish_release()
            return
        reached = 0 if self._recording is None else self._recording.chain.next_fragment or 0
        coming = self._relay.freeze()
        self._release_after = reached if coming is None else coming
        self._release_by_s = self._tools.clock.monotonic_s() + _RELEASE_S
        if self._recording is not None and self._release_after < reached:
            self._finish_release()

    def stop(self) -> None:
        """The server stops: end at the last closed fragment. Whoever is to be recorded has a gap from there on."""
        self._end("restart" if self._wanted else "stopped", "restart", "The server was stopped.")
        self._relay.close(Interrupted(self._terms.id, "stopped"))
        self._finish_release()

    def tick(self) -> None:
        """Now and then: what could not be logged, and a release that waits in vain."""
        self._log_ends()
        if self._released is not None and self._tools.clock.monotonic_s() >= self._release_by_s:
            self._finish_release()

    # ---- recording ------------------------------------------------------------------------------------------

    def _take(self, closed: Closed) -> None:
        """Append a fragment, to a new recording where there is none."""
        said = closed.said
        if self._recording is None:
            self._begin_with(closed)
        try:
            self._append(closed)
        except MediaUnreadable as error:
            # Out of sequence, or no fragment at all: what comes can only begin another recording.
            self._end("lost", error.code, error.message)
            self._unjoin()
            self._begin_with(closed)
            self._append(closed)
        except MediadError as error:
            # The file is over, the fragment is still here: it goes into another file, at once and once.
            _log.warning("recording failed", action="live.failed", channel=self._terms.id, reason=error.message)
            self._end("failed", error.code, error.message)
            self._begin_with(closed)
            self._append(closed)
        self._n_failures = 0
        if self.trouble is not None:
            self.trouble = None
            self._on_change()
        self._change_file(said)

    def _append(self, closed: Closed) -> None:
        recording = self._recording
        if recording is None:
            return
        said = closed.said
        sealed = recording.append(said, closed.data)
        self._relay.sealed(sealed)
        self._clocks = self._clocks.step(said, self._tools.clock.now(), self._tools.clock.monotonic_s())
        for words in self._clocks.words:
            self.noticed(Noticed(kind="clock-jump", from_us=said.start_us, until_us=said.start_us, detail=words))
        if said.n_dropped and not self._told_dropped:
            self.noticed(dropped(said))
        self._told_dropped = False

    def _change_file(self, said: Fragment) -> None:
        """End the file where that was planned; plan it one fragment ahead, so that no watcher is told wrong."""
        recording = self._recording
        if recording is None:
            return
        if self._release_after is not None and said.seq >= self._release_after:
            self._finish_release()
            return
        if self._ends_after is not None and said.seq >= self._ends_after:
            self._end("rotated", "", "")
            self._follow()
            return
        length_ms = recording.chain.ms(said.end_us) - recording.chain.ms(said.start_us)
        if self._ends_after is None and recording.chain.duration_ms + length_ms >= self._file_ms:
            self._ends_after = said.seq + 1
        self._relay.allow(said.seq + 2 if self._ends_after is None else self._ends_after)

    def _begin_with(self, closed: Closed) -> None:
        """A recording that begins with a closed fragment."""
        said, stream, before = closed.said, self._stream, self._before
        if stream is None:
            raise MediaUnreadable("A fragment came before the source was opened.")
        recording = live_recording_id()
        if before is not None and before.chain is not None and before.chain.next_fragment == said.seq:
            chain = before.chain.joined(recording)
        else:
            self._unjoin()
            zero_at = from_text(said.received_at)
            if before is not None and timedelta(0) < before.end_at - zero_at < _OVERLAP:
                zero_at = before.end_at
            chain = Chain.beginning(recording, stream.said.tracks, said.start_us, zero_at)
        self._begin(chain, stream, said.seq, said.camera_at)

    def _begin(self, chain: Chain, stream: Stream, first: int, camera_at: str | None) -> None:
        """Begin a recording; what lies between it and the one before is a join, or a gap that is logged with it."""
        before, now = self._before, self._tools.clock.now()
        joins = before is not None and (before.chain is not None or abs(chain.zero_at - before.end_at) <= JOIN)
        gap = self._gap
        if before is not None and not joins and gap is None:
            gap = self._gap_from(before, before.reason, before.detail)
        if gap is not None and chain.zero_at <= gap.since and not gap.told:
            gap = None
        entries = () if gap is None else (gap.entry(self._terms, chain.zero_at, now),)
        continues = before.id if before is not None and joins and self._gap is None else None
        begin = Beginning(chain, self._sitting, camera_at, continues)
        self._log_ends()
        self._recording = Recording(self._tools, self._terms, stream, begin, entries)
        self._gap = self._before = self._ends_after = None
        self._spans = Spans()
        opening = Opening(
            self._terms.id,
            chain.recording,
            stream.said.tracks,
            stream.track_inits,
            chain.zero_us,
            to_text(chain.zero_at),
        )
        self._relay.open(opening, first, first + 1)
        self._on_change()

    def _unjoin(self) -> None:
        if self._before is not None:
            self._before = replace(self._before, chain=None)

    # ---- ends -----------------------------------------------------------------------------------------------

    def _end(self, reason: EndReason, code: str, detail: str) -> None:
        """End what is being recorded, if anything is; its end is logged now or as soon as that is possible."""
        recording, self._recording = self._recording, None
        self._ends_after = None
        if recording is None:
            return
        recording.close()
        chain = recording.chain
        spans, self._spans = self._spans, Spans()
        self._unlogged.append((recording.id, reason, spans.end(chain, self._tools.clock.now())))
        joint = chain if reason in ("rotated", "failed") else None
        # Of an empty recording nothing will be sealed: what follows joins the one before it.
        named = recording.id if chain.seq else recording.continues or recording.id
        self._before = _Before(named, chain.end_at, joint, code or reason, detail)
        self._log_ends()
        self._on_change()

    def _log_ends(self) -> None:
        while self._unlogged:
            recording, reason, entries = self._unlogged[0]
            try:
                end_recording(self._tools, recording, reason, *entries)
            except MediadError as error:
                self.trouble = self.trouble or Trouble(error.code, error.message)
                return
            self._unlogged.pop(0)
            self._on_ended(recording)

    def _finish_release(self) -> None:
        """End for good: what was wanted up to now and is missing is a gap."""
        done, self._released = self._released, None
        if done is None:
            return
        now = self._tools.clock.now()
        until, self._release_at, self._release_after = self._release_at or now, None, None
        self._release_by_s = float("inf")
        self._end("stopped", "open-fragment", "The last fragment did not close in time.")
        before = self._before
        if self._gap is None and before is not None and until - before.end_at > JOIN:
            self._gap = self._gap_from(before, before.reason, before.detail)
        if self._gap is not None and until - self._gap.since > JOIN:
            self._log(self._gap.entry(self._terms, until, now))
        self._wanted, self._sitting, self._gap, self._before, self.trouble = False, None, None, None, None
        self._relay.close(Interrupted(self._terms.id, "stopped"))
        self._on_change()
        done()

    def _failed(self, error: MediadError) -> None:
        """Nothing can be recorded now: say so, and try again with a later fragment."""
        _log.error("cannot record", action="live.trouble", channel=self._terms.id, code=error.code, reason=str(error))
        self._n_failures += 1
        self._retry_s = self._tools.clock.monotonic_s() + min(2.0 ** (self._n_failures - 1), _MAX_BACK_OFF_S)
        self._end("failed", error.code, error.message)
        before = self._before
        if self._gap is None:
            now = self._tools.clock.now()
            self._gap = (
                Gap(now, error.code, error.message, self._sitting)
                if before is None
                else self._gap_from(before, error.code, error.message)
            )
        self._before = None
        self.trouble = Trouble(error.code, str(error))
        self._relay.close(Interrupted(self._terms.id, "lost"))
        self._tell_gap()
        self._on_change()

    def _tell_gap(self) -> None:
        """Log that a gap has begun."""
        if self._gap is not None and not self._gap.told:
            now = self._tools.clock.now()
            if self._log(self._gap.entry(self._terms, None, now)):
                self._gap = told(self._gap)

    def _gap_from(self, before: _Before, reason: str, detail: str) -> Gap:
        return Gap(before.end_at, reason, detail, self._sitting, before.id)

    def _log(self, entry: LiveEvent) -> bool:
        """What cannot be logged now is said in the service's log at least; a gap is logged at its end anyway."""
        try:
            self._tools.ledger.append(entry)
        except MediadError as error:
            _log.error("event not logged", action="live.unlogged", channel=self._terms.id, reason=str(error))
            return False
        return True

    def _due(self) -> bool:
        return self._tools.clock.monotonic_s() >= self._retry_s
