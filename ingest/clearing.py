"""Deleting sealed device files where the site says so, and saying so in the ledger. On the caller's thread.

The state "clearing" and the volume are durable before the file goes. A process that is killed in between settles it on
return: that the file is not there says that it was deleted only on the very volume on which its clearing began.
Anything else is said to be unproven, and settled when that volume comes back, into whatever bay.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from evidence.catalog.attempts import DONE, Attempt, state_of
from evidence.clock import to_text
from evidence.entries import SourceCleared
from evidence.errors import MediadError
from ingest import names
from ingest.device_files import DeviceFile, DeviceFolder
from ingest.file_keys import as_noticed, key_of
from ingest.sealing import BayTerms, SealingTools

UNPROVEN = "clearing-unproven"
_WHY = (
    "Work was cut short when this file was to be deleted from its device. {there}, so whether it was deleted is not"
    " known. It is sealed all the same. Dock that device again to settle it."
)
_OTHER_VOLUME = "What is in the bay is not known to be the same volume"
_OTHER_FILE = "Another file is in its place"


class Clearing:
    """One per intake. Thread-safe."""

    def __init__(self, tools: SealingTools, step: Callable[[str], None]) -> None:
        self._tools = tools
        self._attempts = tools.attempts
        self._step = step
        self._lock = threading.Lock()
        self._in_hand: set[int] = set()  # attempts that are being cleared right now

    def clear(self, file: DeviceFile, folder: DeviceFolder, bay: BayTerms) -> None:
        """Delete a sealed device file and log it. Raises SourceRefused, SourceVanished: it is still there then."""
        attempt = self._attempts.known(bay.name, [key_of(file)]).get(key_of(file))
        if attempt is None or attempt.state not in DONE or attempt.recording is None:
            return
        stays = self._tools.stays_on_device(attempt.recording)
        if stays is not None:
            self._attempts.submit(attempt.id, attempt.state, code="stays-on-device", reason=stays).result()
            return
        with self._holding(attempt.id):
            volume, _ = folder.witness(file.path)
            self._attempts.submit(attempt.id, "clearing", volume=volume).result()
            self._step("clearing")
            try:
                folder.remove(file)
            except MediadError:
                # Not deleted, and so nothing to log later: the file is sealed and still there.
                self._attempts.submit(attempt.id, attempt.state).result()
                raise
            self._step("removed")
            self._log(attempt, file)

    def settle(self, folder: DeviceFolder, bay: BayTerms) -> None:
        """Log deletions that a killed process could not log, whatever bay they began in. When a docking begins."""
        for attempt in self._attempts.clearing():
            with self._lock:
                if attempt.id in self._in_hand:
                    continue  # another bay is at it right now
            self._settle(attempt, folder, is_own=attempt.bay == bay.name)

    def _settle(self, attempt: Attempt, folder: DeviceFolder, *, is_own: bool) -> None:
        try:
            volume, file = folder.witness(names.to_bytes(attempt.key.path))
        except MediadError:
            volume, file = None, None
        if volume is None or volume != attempt.volume:
            if is_own:
                self._say_unproven(attempt, _OTHER_VOLUME)
        elif file is None:
            self._log(attempt, as_noticed(attempt), unless_settled=True)
        elif key_of(file) == attempt.key:
            # Not deleted yet: an ordinary sealed file again, which the next take clears.
            self._attempts.submit(attempt.id, "sealed").result()
        else:
            self._say_unproven(attempt, _OTHER_FILE)

    def _say_unproven(self, attempt: Attempt, there: str) -> None:
        reason = _WHY.format(there=there)
        if attempt.reason != reason:
            self._attempts.submit(attempt.id, "clearing", code=UNPROVEN, reason=reason).result()

    def _log(self, attempt: Attempt, file: DeviceFile, *, unless_settled: bool = False) -> None:
        """The entry and the attempt's state, in one transaction. `unless_settled`: not if somebody did meanwhile."""
        if attempt.recording is None:
            return
        entry = SourceCleared(
            at=to_text(self._tools.clock.now()), recording=attempt.recording, source=file.source(attempt.bay)
        )

        def decide(connection: Connection) -> tuple[SourceCleared, ...]:
            if unless_settled and state_of(connection, attempt.id) != "clearing":
                return ()
            self._attempts.move(connection, attempt.id, "sealed")
            return (entry,)

        self._tools.ledger.decide(decide).result()
        self._step("cleared")

    @contextmanager
    def _holding(self, attempt: int) -> Iterator[None]:
        with self._lock:
            self._in_hand.add(attempt)
        try:
            yield
        finally:
            with self._lock:
                self._in_hand.discard(attempt)
