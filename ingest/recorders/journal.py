"""What is said of a channel's footage besides the footage: spans of trouble, lost packets, clocks that jump."""

from __future__ import annotations

import structlog

from evidence.entries import LiveEvent
from evidence.errors import MediadError
from evidence.live import Fragment, Noticed, SittingId
from ingest.recorders.chain import Chain
from ingest.recorders.channel_state import ChannelTerms
from ingest.recorders.events import Clocks, Spans, dropped, loose
from ingest.recorders.recording import Recording, RecordingTools

_log = structlog.get_logger()


class Journal:
    """Of one channel; used from its recording thread."""

    def __init__(self, terms: ChannelTerms, tools: RecordingTools) -> None:
        self._terms, self._tools = terms, tools
        self._spans = Spans()
        self._clocks = Clocks()
        self._told_dropped = False  # the worker told of what is missing in the fragment that comes
        self._newest: tuple[str, str] = ("", "")

    @property
    def why(self) -> tuple[str, str]:
        """(code, words) of why the source begins anew: what the worker noticed last."""
        return self._newest if self._newest[0] else ("source", "The stream began anew.")

    def opened(self) -> None:
        """The source begins anew."""
        self._clocks, self._newest = self._clocks.anew(), ("", "")

    def begun(self) -> None:
        """A recording begins: nothing goes on in it yet."""
        self._spans = Spans()

    def ended(self, chain: Chain) -> tuple[LiveEvent, ...]:
        """A recording ends, and with it all that goes on: the entries that say so."""
        spans, self._spans = self._spans, Spans()
        return spans.end(chain, self._tools.clock.now())

    def noticed(self, said: Noticed, recording: Recording | None, sitting: SittingId | None, *, wanted: bool) -> None:
        """Something that the worker noticed; logged with the recording it falls into, if there is one."""
        self._newest = (said.kind, said.detail)
        if said.kind == "gap":
            return  # the stream breaks off: how long nothing is recorded shows when it begins anew
        if said.kind == "dropped":
            self._told_dropped = True
        now = self._tools.clock.now()
        if recording is None:
            if wanted and said.until_us is not None:
                self.log(loose(said, self._terms, sitting, now))
            return
        entry, self._spans = self._spans.note(said, recording.chain, self._terms, recording.sitting, now)
        if entry is not None:
            self.log(entry)

    def appended(self, said: Fragment, recording: Recording) -> None:
        """A fragment is durable: do the clocks still agree, and is anything missing in it?"""
        self._clocks = self._clocks.step(said, self._tools.clock.now(), self._tools.clock.monotonic_s())
        noted = [
            Noticed(kind="clock-jump", from_us=said.start_us, until_us=said.start_us, detail=words)
            for words in self._clocks.words
        ]
        if said.n_dropped and not self._told_dropped:
            noted.append(dropped(said))
        for each in noted:
            self.noticed(each, recording, recording.sitting, wanted=True)
        self._told_dropped = False

    def log(self, entry: LiveEvent) -> bool:
        """What cannot be logged now is said in the service's log at least; a gap is logged at its end anyway."""
        try:
            self._tools.ledger.append(entry)
        except MediadError as error:
            _log.error("event not logged", action="live.unlogged", channel=self._terms.id, reason=str(error))
            return False
        return True
