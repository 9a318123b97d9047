"""What is recorded of one channel: begins, goes on, changes files, ends, and says why when it cannot.

Used from the channel's recording thread alone, message by message; time comes in through the clock. Never waits for
anything but disk and ledger.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import structlog

from evidence.clock import from_text, to_text
from evidence.errors import MediadError, MediaUnreadable
from evidence.live import Fragment, Interrupted, Noticed, Opening, SittingId, live_recording_id
from evidence.records import RecordingId
from ingest.recorders.before import Before, no_earlier
from ingest.recorders.chain import Chain
from ingest.recorders.channel_state import ChannelTerms, Trouble
from ingest.recorders.ends import Ends
from ingest.recorders.events import JOIN, Gap
from ingest.recorders.hub import Relay
from ingest.recorders.journal import Journal
from ingest.recorders.missing import Missing
from ingest.recorders.recording import Beginning, EndReason, Recording, RecordingTools, Stream
from ingest.recorders.wish import RELEASE_S, Patience, Release

# The latest closed fragment is recorded too; it ended no longer ago than the next one takes.
_BEFORE_THE_BUTTON = timedelta(seconds=15)
_NO_PICTURES = ("source", "The source sent no pictures yet.")
_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Closed:
    """A fragment as it came."""

    said: Fragment
    data: bytes


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
        self._on_change = on_change
        self._journal = Journal(terms, tools)
        self._missing = Missing(terms, tools.clock, self._journal, gap)
        self._ends = Ends(tools, on_ended)
        self._patience = Patience()
        self._wanted = False
        self._wanted_at = tools.clock.now()
        self._sitting: SittingId | None = None
        self._release: Release | None = None
        self._stream: Stream | None = None
        self._last: Closed | None = None
        self._coming = -1  # the worker's number of the fragment whose pictures come now
        self._recording: Recording | None = None
        self._ends_after: int | None = None  # the worker's number of the recording's last fragment
        self._before: Before | None = None
        self._resumes = False  # the next fragment follows the channel's newest durable one, of another worker
        self.trouble: Trouble | None = None

    @property
    def recording(self) -> RecordingId | None:
        return self._recording.id if self._recording else None

    # ---- what the source does -------------------------------------------------------------------------------

    def opened(self, stream: Stream) -> None:
        """The source answers, or begins anew; numbers and media time start over."""
        changed = self._stream is not None and self._stream.said.format != stream.said.format
        if self._recording is not None or self._before is not None:
            self._end("format-changed" if changed else "lost", *self._journal.why)
            self._unjoin()
        self._journal.opened()
        self._stream, self._last, self._coming = stream, None, -1
        self._resumes = stream.said.resumed

    def begins(self, seq: int) -> None:
        """The first picture of a fragment came."""
        self._coming = seq
        self._follow()

    def closed(self, closed: Closed) -> None:
        """A fragment is complete."""
        self._last = closed
        if self._wanted and self._is_due():
            try:
                self._take(closed)
            except MediadError as error:
                self._failed(error)
        self._resumes = False
        self.tick()

    def noticed(self, said: Noticed) -> None:
        """Something that the worker noticed."""
        self._journal.noticed(said, self._recording, self._sitting, wanted=self._wanted)

    def lost(self, reason: str, detail: str) -> None:
        """The source or its worker is gone."""
        had = self._recording is not None or self._before is not None
        self._end("lost", reason, detail)
        if had and self._before is not None:
            self._missing.begins(self._before.gap(self._sitting, (reason, detail)))
        self._stream = self._last = self._before = None
        fresh = self._wanted and self._missing.gap is None
        if fresh:
            self._missing.begins(Gap(self._tools.clock.now(), reason, detail, self._sitting))
        if self._wanted:
            self._missing.tell()
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
        self._wanted, self._sitting, self._patience = True, sitting, Patience()
        self._wanted_at = self._tools.clock.now()
        if self._last is not None:
            self.closed(self._last)
        else:
            self._missing.begins(Gap(self._wanted_at, *_NO_PICTURES, sitting))

    def release(self, done: Callable[[], None]) -> None:
        """Record until the fragment that is coming now is closed; then `done`."""
        now = self._tools.clock.now()
        self._release = Release(done, now)
        if self._recording is None and self._before is None:
            self._finish_release()
            return
        reached = 0 if self._recording is None else self._recording.chain.next_fragment or 0
        coming = self._relay.freeze()
        after = reached if coming is None else coming
        self._release = Release(done, now, self._tools.clock.monotonic_s() + RELEASE_S, after)
        if self._recording is not None and after < reached:
            self._finish_release()

    def stop(self) -> None:
        """The server stops: end at the last closed fragment. Whoever is to be recorded has a gap from there on."""
        self._end("restart" if self._wanted else "stopped", "restart", "The server was stopped.")
        self._relay.close(Interrupted(self._terms.id, "stopped"))
        self._finish_release()

    def tick(self) -> None:
        """Now and then: what could not be logged, and a release that waits in vain."""
        self._log_ends()
        if self._release is not None and self._tools.clock.monotonic_s() >= self._release.by_s:
            self._finish_release()

    # ---- recording ------------------------------------------------------------------------------------------

    def _follow(self) -> None:
        """A file that follows another begins with the first picture of its first fragment, so that watchers need not
        wait until that is closed."""
        before, stream = self._before, self._stream
        if not self._wanted or self._recording is not None or stream is None or not self._is_due():
            return
        joint = None if before is None else before.joint(self._coming)
        if joint is None:
            return
        try:
            self._begin(joint.joined(live_recording_id()), stream, self._coming, None)
        except MediadError as error:
            self._failed(error)

    def _take(self, closed: Closed) -> None:
        """Append a fragment, to a new recording where there is none."""
        if self._recording is None:
            if self._is_past(closed.said):
                self._missing.begins(Gap(self._wanted_at, *_NO_PICTURES, self._sitting))
                return
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
        self._patience = Patience()
        if self.trouble is not None:
            self.trouble = None
            self._on_change()
        self._change_file(closed.said)

    def _is_past(self, said: Fragment) -> bool:
        """Does it lie before the sitting, in a growing file that is still being caught up with? What was filmed before
        somebody began is nobody's business; a room that is always recorded has no such beginning."""
        if self._sitting is None or self._resumes:
            return False
        end_at = from_text(said.received_at) + timedelta(microseconds=said.end_us - said.start_us)
        return end_at < self._wanted_at - _BEFORE_THE_BUTTON

    def _append(self, closed: Closed) -> None:
        recording = self._recording
        if recording is None:
            return
        self._relay.sealed(recording.append(closed.said, closed.data))
        self._journal.appended(closed.said, recording)

    def _change_file(self, said: Fragment) -> None:
        """End the file where that was planned; plan it one fragment ahead, so that no watcher is told wrong."""
        recording = self._recording
        if recording is None:
            return
        if self._release is not None and self._release.is_reached(said.seq):
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
        joint = None if before is None else before.joint(said.seq)
        if joint is not None:
            self._begin(joint.joined(live_recording_id()), stream, said.seq, said.camera_at)
            return
        self._unjoin()
        left = self._missing.left_at
        until = before.end_at if before is not None else left.since if left is not None else None
        zero_at = no_earlier(from_text(said.received_at), until)
        continues = None
        if self._resumes and left is not None:
            zero_at, continues = left.since, left.recording
        chain = Chain.beginning(live_recording_id(), stream.said.tracks, said.start_us, zero_at)
        self._begin(chain, stream, said.seq, said.camera_at, continues)

    def _begin(
        self,
        chain: Chain,
        stream: Stream,
        first: int,
        camera_at: str | None,
        continues: RecordingId | None = None,
    ) -> None:
        """Begin a recording; what lies between it and the one before is a join, or a gap that is logged with it.
        `continues`: the recording that it joins for sure."""
        before = self._before
        joins = before is not None and before.joins(chain)
        if before is not None and joins and self._missing.gap is None:
            continues = before.id
        parted = before.gap(self._sitting) if before is not None and not joins else None
        begin = Beginning(chain, self._sitting, camera_at, continues)
        self._log_ends()
        gap = self._missing.until(chain.zero_at, parted)
        self._recording = Recording(self._tools, self._terms, stream, begin, gap)
        self._missing.over()
        self._before = self._ends_after = None
        self._journal.begun()
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
            self._before = self._before.unjoined()

    # ---- ends -----------------------------------------------------------------------------------------------

    def _end(self, reason: EndReason, code: str, detail: str) -> None:
        """End what is being recorded, if anything is; its end is logged now or as soon as that is possible."""
        recording, self._recording = self._recording, None
        self._ends_after = None
        if recording is None:
            return
        recording.close()
        chain = recording.chain
        self._ends.put(recording.id, reason, self._journal.ended(chain))
        joint = chain if reason in ("rotated", "failed") else None
        # Of an empty recording nothing will be sealed: what follows joins the one before it.
        named = recording.id if chain.seq else recording.continues or recording.id
        self._before = Before(named, chain.end_at, joint, code or reason, detail)
        self._log_ends()
        self._on_change()

    def _log_ends(self) -> None:
        trouble = self._ends.log()
        self.trouble = self.trouble or trouble

    def _finish_release(self) -> None:
        """End for good: what was wanted up to now and is missing is a gap."""
        release, self._release = self._release, None
        if release is None:
            return
        self._end("stopped", "open-fragment", "The last fragment did not close in time.")
        before = self._before
        if before is not None and release.at - before.end_at > JOIN:
            self._missing.begins(before.gap(self._sitting))
        self._missing.ends(release.at)
        self._wanted, self._sitting, self._before, self.trouble = False, None, None, None
        self._relay.close(Interrupted(self._terms.id, "stopped"))
        self._on_change()
        release.done()

    def _failed(self, error: MediadError) -> None:
        """Nothing can be recorded now: say so, and try again with a later fragment."""
        _log.error("cannot record", action="live.trouble", channel=self._terms.id, code=error.code, reason=str(error))
        self._patience = self._patience.failed(self._tools.clock.monotonic_s())
        self._end("failed", error.code, error.message)
        why = (error.code, error.message)
        if self._before is None:
            self._missing.begins(Gap(self._tools.clock.now(), *why, self._sitting))
        else:
            self._missing.begins(self._before.gap(self._sitting, why))
        self._before = None
        self.trouble = Trouble(error.code, str(error))
        self._relay.close(Interrupted(self._terms.id, "lost"))
        self._missing.tell()
        self._on_change()

    def _is_due(self) -> bool:
        return self._patience.is_due(self._tools.clock.monotonic_s())
