"""Ends of recordings that are not in the ledger yet: logged in their order, as soon as it can be written."""

from __future__ import annotations

from collections.abc import Callable

from evidence.entries import LiveEvent
from evidence.errors import MediadError
from evidence.records import RecordingId
from ingest.recorders.channel_state import Trouble
from ingest.recorders.recording import EndReason, RecordingTools, end_recording


class Ends:
    """Of one channel; used from its recording thread. `on_ended` hears every recording whose end is logged."""

    def __init__(self, tools: RecordingTools, on_ended: Callable[[RecordingId], None]) -> None:
        self._tools = tools
        self._on_ended = on_ended
        self._waiting: list[tuple[RecordingId, EndReason, tuple[LiveEvent, ...]]] = []

    def put(self, recording: RecordingId, reason: EndReason, before: tuple[LiveEvent, ...]) -> None:
        """A file that nobody writes any more; `before`: entries that go with its end."""
        self._waiting.append((recording, reason, before))

    def log(self) -> Trouble | None:
        """Log what waits; why that cannot be done, if so: what is left is tried at the next call."""
        while self._waiting:
            recording, reason, before = self._waiting[0]
            try:
                end_recording(self._tools, recording, reason, *before)
            except MediadError as error:
                return Trouble(error.code, error.message)
            self._waiting.pop(0)
            self._on_ended(recording)
        return None
