"""Hints that something changed below a bay's folder, from inotify through watchdog. Never the truth: events are
lost for moved-in files, new mounts and queue overflow, so a rescan follows every few seconds anyway.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirModifiedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

# Not "opened" and "closed without writing": our own reading makes those, and would wake us for ever.
_TELLING: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirModifiedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]


class FolderHints:
    """One observer thread for all bays. Thread-safe."""

    def __init__(self) -> None:
        self._observer: BaseObserver = Observer()

    def start(self) -> None:
        # A folder made while its parent is being watched is found twice, by the walk and by its event. watchdog then
        # puts the same watch in place of itself and warns of it; nothing is lost.
        warnings.filterwarnings("ignore", "Callback with id .* already exists for watch", RuntimeWarning)
        self._observer.start()

    def stop(self) -> None:
        self._observer.stop()
        self._observer.join()

    def watch(self, path: str, hint: Callable[[], None]) -> Callable[[], None] | None:
        """Call `hint` on changes below `path`; what ends the watch, None where the kernel refuses it."""
        handler = _Hint(hint)
        try:
            watch = self._observer.schedule(handler, path, recursive=True, event_filter=_TELLING)
        except OSError:
            return None  # The folder went away, or no watches are left: the rescan still finds everything.
        return lambda: self._end(handler, watch)

    def _end(self, handler: FileSystemEventHandler, watch: ObservedWatch) -> None:
        self._observer.remove_handler_for_watch(handler, watch)
        self._observer.unschedule(watch)


class _Hint(FileSystemEventHandler):
    def __init__(self, hint: Callable[[], None]) -> None:
        self._hint = hint

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._hint()
