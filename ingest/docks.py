"""All bays of a site: started together, stopped together, independent in between."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from evidence.clock import Clock
from ingest.bay import Bay, BayConfig, BayTiming
from ingest.bay_state import BaySnapshot
from ingest.intake import Intake
from ingest.mounts import MountWatch
from ingest.watching import FolderHints

# How often a bay is looked at from outside while its own thread waits for a media worker.
_REFRESH_S = 0.5


class Docks:
    """Made by the composition root. `on_change` is called from the bays' threads, one call at a time per bay."""

    def __init__(
        self,
        bays: Sequence[BayConfig],
        timing: BayTiming,
        intake: Intake,
        clock: Clock,
        on_change: Callable[[BaySnapshot], None] = lambda _snapshot: None,
    ) -> None:
        self._intake = intake
        self._on_change = on_change
        self._bays = {bay.terms.name: Bay(bay, timing, intake, clock, self._changed) for bay in bays}
        self._hints = FolderHints()
        self._mounts = MountWatch(self.hint)
        self._watches: dict[str, Callable[[], None]] = {}
        self._lock = threading.Lock()
        self._started = False
        self._stopping = threading.Event()
        self._refresher = threading.Thread(target=self._refresh, name="bays-refresh", daemon=True)

    def start(self) -> None:
        """Tidy up, then let every bay go. Raises StoreUnavailable if the store cannot be used."""
        self._intake.recover()
        self._started = True
        self._hints.start()
        self._mounts.start()
        for bay in self._bays.values():
            bay.start()
        self._refresher.start()

    def stop(self) -> None:
        """Copies in hand are dropped, seals in hand finished. In reverse order of `start`; nothing if not started."""
        if not self._started:
            return
        self._stopping.set()
        self._refresher.join()
        for bay in self._bays.values():
            bay.stop()
        self._mounts.stop()
        self._hints.stop()

    def hint(self) -> None:
        """Let every bay look now."""
        for bay in self._bays.values():
            bay.hint()

    def snapshots(self) -> tuple[BaySnapshot, ...]:
        return tuple(bay.snapshot() for bay in self._bays.values())

    def snapshot(self, name: str) -> BaySnapshot | None:
        bay = self._bays.get(name)
        return bay.snapshot() if bay else None

    def _refresh(self) -> None:
        while not self._stopping.wait(_REFRESH_S):
            for bay in self._bays.values():
                bay.refresh()

    def _changed(self, snapshot: BaySnapshot) -> None:
        """On the bay's thread: follow its coming and going with a watch, then tell the outside."""
        with self._lock:
            if snapshot.present and snapshot.name not in self._watches:
                end = self._hints.watch(snapshot.path, self._bays[snapshot.name].hint)
                if end is not None:
                    self._watches[snapshot.name] = end
            elif not snapshot.present and snapshot.name in self._watches:
                self._watches.pop(snapshot.name)()
        self._on_change(snapshot)
