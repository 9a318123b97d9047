"""One bay: its thread, and the work on one docking after another.

The thread scans, takes in what is complete, and publishes a snapshot whenever something changed. It never lets
one file's failure stop the others; a failure of the thread itself is shown and followed by a new try.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import structlog

from evidence.absence_entries import Lost
from evidence.catalog.attempts import AttemptState
from evidence.clock import Clock, to_text
from evidence.errors import MediadError, SourceChanged, SourceVanished, StoreUnavailable, WorkersUnavailable
from ingest.bay_state import BayFacts, BaySnapshot, Speed, state_of
from ingest.completeness import Sighting, is_complete, writer_of
from ingest.device_files import DEFAULT_IGNORED, DeviceFile, DeviceFolder
from ingest.docking import Docking
from ingest.hands import Hands, Taken, is_small
from ingest.intake import Intake, Progress
from ingest.sealing import BayTerms, Outcome
from ingest.sidecars import Bundle

REMOVED = "The camera was removed before copying finished. Dock it again."
# Progress is shown at most this often.
_SHOW_EVERY_S = 0.25
# A thread that failed goes on after 1, 2, 4 … s, at most this.
_MAX_BACK_OFF_S = 60.0
# Hints come in bursts; two scans are never closer than this.
_MIN_SCAN_GAP_S = 0.2

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class BayConfig:
    """One bay as the site describes it."""

    terms: BayTerms
    path: str
    label: str = ""
    ignored: tuple[str, ...] = DEFAULT_IGNORED


@dataclass(frozen=True, slots=True)
class BayTiming:
    rescan_s: float = 3.0
    settle_s: float = 2.0  # so long a file must stand still where the kernel cannot rule out a writer


class _Stopping(MediadError):
    """The bay is being stopped: the copy in hand is dropped."""


class Bay:
    """Owns its thread; `hint`, `snapshot` and `stop` may be called from any."""

    def __init__(
        self,
        config: BayConfig,
        timing: BayTiming,
        intake: Intake,
        clock: Clock,
        on_change: Callable[[BaySnapshot], None],
    ) -> None:
        self.name = config.terms.name
        self._terms = config.terms
        self._timing = timing
        self._intake = intake
        self._clock = clock
        self._on_change = on_change
        self._folder = DeviceFolder(os.fsencode(config.path), config.ignored)
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"bay-{self.name}", daemon=True)
        self._snapshot = BaySnapshot(self.name, config.label or self.name, config.path, since=to_text(clock.now()))
        self._docking: Docking | None = None
        self._left: tuple[DeviceFile, ...] = ()  # of cameras that left before they were finished
        self._fault: str | None = None  # what the last round failed with
        self._is_resumed = False
        self._is_looked_back = False
        self._stage: Literal["idle", "copying", "sealing"] = "idle"
        self._current: DeviceFile | None = None
        self._current_bytes = 0
        self._bytes_moved = 0
        self._speed = Speed()
        self._shown_s = float("-inf")
        self._showing = threading.Lock()

    def snapshot(self) -> BaySnapshot:
        return self._snapshot

    def start(self) -> None:
        self._thread.start()

    def hint(self) -> None:
        """Something may have changed: look now rather than at the next rescan."""
        self._wake.set()

    def refresh(self) -> None:
        """Show a stage that began too soon after the last showing, and lasts: a small file can be indexed for long.
        From any thread, now and then."""
        with self._showing:
            stage, last = self._stage, self._snapshot
            is_fresh = self._clock.monotonic_s() - self._shown_s < _SHOW_EVERY_S
            if stage == "idle" or last.state == stage or is_fresh:
                return
            current = self._current.text if self._current else None
            now = to_text(self._clock.now())
            self._publish(
                replace(last, state=stage, reason=None, bytes_per_s=0, seconds_left=None, current=current, since=now)
            )

    def stop(self) -> None:
        """End the thread; a copy in hand is dropped, a seal in hand is finished."""
        self._stopping.set()
        self._wake.set()
        self._thread.join()

    # ---- the thread ----------------------------------------------------------------------------------------

    def _run(self) -> None:
        """The supervisor: whatever fails below is shown, and tried again after a while."""
        n_failures = 0
        while not self._stopping.is_set():
            try:
                self._round()
                n_failures = 0
                pause_s = self._pause_s()
            except _Stopping:
                return
            except Exception as error:
                n_failures += 1
                pause_s = min(2.0 ** (n_failures - 1), _MAX_BACK_OFF_S)
                _log.exception("bay failed", action="bay.failed", bay=self.name, retry_s=pause_s)
                self._fault = str(error) or type(error).__name__
                self._rest()
                self._show()
                # Hints must not hurry a failing bay.
                self._stopping.wait(pause_s)
                continue
            self._wake.wait(pause_s)
            self._stopping.wait(_MIN_SCAN_GAP_S)
            self._wake.clear()

    def _pause_s(self) -> float:
        """Until the next rescan, or sooner when a failed file is due or a file needs its second look."""
        pause_s = self._timing.rescan_s
        if self._docking is not None:
            retry_s = self._docking.next_retry_s()
            if retry_s is not None:
                pause_s = min(pause_s, retry_s - self._clock.monotonic_s())
            if self._docking.n_growing:
                pause_s = min(pause_s, self._timing.settle_s)
        return max(_MIN_SCAN_GAP_S, pause_s)

    def _round(self) -> None:
        """One scan and the work that follows from it."""
        docking = self._dock()
        if docking is not None:
            now_s, lost_growing = self._clock.monotonic_s(), docking.growing
            ready = docking.look(self._folder.scan(), now_s, self._is_complete)
            self._show()
            files = [file for item in ready for file in item.files]
            self._intake.notice(files, docking.fresh_refused, self._terms)
            # An unmounted folder is empty: then the camera left, and no file vanished from it.
            lost: Lost = "vanished" if self._folder.identity() == docking.identity else "removed"
            self._intake.missed.note(docking.fresh_lost, lost_growing, lost, self._terms)
            if lost == "vanished":
                self._look_back(docking.files)
            self._take_all(docking, ready)
        if self._left:
            # Sealed since, here or in another bay; that other cameras were finished here says nothing.
            self._left = self._intake.not_sealed(self._left)
        self._fault = None
        self._show()

    def _dock(self) -> Docking | None:
        """The docking there is now: the same, another one, or none."""
        identity = self._folder.identity()
        if self._docking is not None and self._docking.identity != identity:
            left = self._docking.unfinished()
            self._intake.missed.note(left, self._docking.growing, "removed", self._terms)
            self._left += left
            self._docking = None
            self._bytes_moved = 0
            self._speed = Speed()
        if identity is None:
            self._resume()
        elif self._docking is None:
            self._intake.clearing.settle(self._folder, self._terms)
            self._docking = Docking(identity, clears=self._terms.clear_after_seal)
        return self._docking

    def _resume(self) -> None:
        """Once: what an earlier process kept but did not seal needs no camera."""
        if not self._is_resumed:
            self._intake.resume(self._terms)
            self._is_resumed = True
            self._look_back(())

    def _look_back(self, there: tuple[DeviceFile, ...]) -> None:
        """Once: what an earlier process saw and did not take in is missed, unless it is there."""
        if not self._is_looked_back:
            self._intake.miss_earlier(there, self._terms)
            self._is_looked_back = True

    def _is_complete(self, sighting: Sighting) -> bool:
        return is_complete(
            sighting,
            now_s=self._clock.monotonic_s(),
            wall=self._clock.now(),
            settle_s=self._timing.settle_s,
            writer=writer_of(self._folder, sighting.file),
        )

    def _take_all(self, docking: Docking, ready: tuple[Bundle, ...]) -> None:
        """Take in what is ready; go back to scanning in between, so that new files are seen and counted."""
        # A scan of very many files takes long itself: at most a tenth of the time is spent on scans.
        due_s = self._clock.monotonic_s() + max(5 * self._timing.rescan_s, len(ready) / 1000)
        with Hands(self.name) as hands:
            for item in ready:
                if self._stopping.is_set():
                    raise _Stopping("The server is stopping.")
                if self._clock.monotonic_s() > due_s:
                    self.hint()
                    break
                if is_small(item):
                    if not self._is_there(docking, item):
                        self.hint()
                        break
                    self._note_all(docking, hands.give(item, self._taking(item, self._heeding(hands))))
                else:
                    self._note_all(docking, hands.rest())
                    self._take(docking, item)
            self._note_all(docking, hands.rest())
        self._rest()

    def _is_there(self, docking: Docking, item: Bundle) -> bool:
        """Show the file as the next one. False: the camera is gone."""
        try:
            self._enter("copying", item.main, 0)
        except SourceVanished as error:
            self._note_failure(docking, item, error)
            return False
        return True

    def _taking(self, item: Bundle, progress: Progress) -> Callable[[], Outcome]:
        return lambda: self._intake.take(item, self._folder, self._terms, progress)

    def _take(self, docking: Docking, item: Bundle) -> None:
        """On this thread, with its progress shown."""
        if self._is_there(docking, item):
            self._note(docking, item, self._taking(item, self._progress))
        self._bytes_moved += self._current_bytes
        self._current_bytes = 0

    def _note_all(self, docking: Docking, taken: Iterator[Taken]) -> None:
        for item, future in taken:
            self._note(docking, item, future.result)
            self._bytes_moved += sum(file.size_bytes for file in item.files)

    def _note(self, docking: Docking, item: Bundle, outcome_of: Callable[[], Outcome]) -> None:
        """What became of a file, or of all files: that is raised."""
        try:
            outcome = outcome_of()
        except SourceChanged:
            docking.note_growing(item, self._clock.monotonic_s())
        except (_Stopping, StoreUnavailable, WorkersUnavailable):
            # Not this file's fault: a full disk or a locked database concerns the whole bay.
            raise
        except MediadError as error:
            self._note_failure(docking, item, error)
        else:
            docking.note_done(item)
            action = f"recording.{outcome.state}"
            _log.info("file taken in", action=action, bay=self.name, recording=outcome.recording)

    def _note_failure(self, docking: Docking, item: Bundle, error: MediadError) -> None:
        reason = str(error)
        _log.warning("file not taken in", action="intake.failed", bay=self.name, code=error.code, reason=reason)
        # When the camera is gone, the next round says so; no file is to blame.
        if self._folder.identity() == docking.identity:
            docking.note_failure(item, reason, self._clock.monotonic_s())

    def _progress(self, stage: AttemptState, file: DeviceFile, n_bytes: int) -> None:
        """From intake, on this thread: publish, and end a copy when the camera is gone or we are stopping."""
        if stage == "copying":
            if self._stopping.is_set():
                raise _Stopping("The server is stopping.")
            self._enter("copying", file, n_bytes)
        else:
            self._enter("sealing", file, n_bytes)

    def _heeding(self, hands: Hands) -> Progress:
        """From intake, of small files, on threads beside this one: note the stage, and end a copy as ever."""

        def heed(stage: AttemptState, file: DeviceFile, _n_bytes: int) -> None:
            if stage == "copying":
                if self._stopping.is_set():
                    raise _Stopping("The server is stopping.")
                self._require_camera()
            self._stage = hands.note(file.path, "copying" if stage == "copying" else "sealing")

        return heed

    def _enter(self, stage: Literal["copying", "sealing"], file: DeviceFile, n_bytes: int) -> None:
        now_s = self._clock.monotonic_s()
        is_new = self._stage == "idle"
        self._stage, self._current, self._current_bytes = stage, file, n_bytes
        if not is_new and now_s - self._shown_s < _SHOW_EVERY_S:
            return
        if stage == "copying":
            self._require_camera()
        self._speed.note(now_s, self._bytes_moved + n_bytes)
        self._show()

    def _require_camera(self) -> None:
        """A descriptor outlives a lazy unmount: whether the camera is still there must be asked."""
        if self._docking and self._folder.identity() != self._docking.identity:
            raise SourceVanished(REMOVED)

    def _rest(self) -> None:
        self._stage, self._current, self._current_bytes = "idle", None, 0

    # ---- what is shown -------------------------------------------------------------------------------------

    def _show(self) -> None:
        with self._showing:
            self._publish(self._now())

    def _publish(self, snapshot: BaySnapshot) -> None:
        """Tell it if it differs from the last one. Under `_showing`."""
        self._shown_s = self._clock.monotonic_s()
        if snapshot != self._snapshot:
            self._snapshot = snapshot
            self._on_change(snapshot)

    def _earlier(self) -> str | None:
        """What a camera that left took with it, in words."""
        if not self._left:
            return None
        if self._docking is None or not self._docking.n_files:
            return REMOVED
        more = f" (and {len(self._left) - 1} more)" if len(self._left) > 1 else ""
        return f"An earlier camera was removed before {self._left[0].text}{more} was copied. Dock it again."

    def _now(self) -> BaySnapshot:
        """What there is to see. On the bay's thread."""
        docking, last = self._docking, self._snapshot
        trouble = self._fault or (docking.trouble() if docking else None)
        n_files, n_done, n_growing = (docking.n_files, docking.n_done, docking.n_growing) if docking else (0, 0, 0)
        present, earlier = docking is not None, self._earlier()
        state, reason = state_of(BayFacts(present, n_files, n_done, n_growing, trouble, earlier, self._stage))
        now = to_text(self._clock.now())
        total = docking.bytes_total if docking else 0
        done = min(total, docking.bytes_done + self._current_bytes) if docking else 0
        speed = self._speed.bytes_per_s() if state == "copying" else 0
        return replace(
            last,
            state=state,
            present=present,
            reason=reason,
            files_total=n_files,
            files_done=n_done,
            files_failed=docking.n_failed if docking else 0,
            bytes_total=total,
            bytes_done=done,
            bytes_per_s=speed,
            seconds_left=-(-(total - done) // speed) if speed else None,
            current=self._current.text if self._current else None,
            since=last.since if last.state == state else now,
            last_finished_at=now if state == "safe" != last.state else last.last_finished_at,
        )
