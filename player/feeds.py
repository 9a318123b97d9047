"""What the HTTP side is told about docks, jobs and rooms, and how it passes changes on to browsers.

The ports `BayFeed` and `JobFeed` are filled by the daemon, as is the one of rooms (`player.rooms`): this side never
imports the intake.
"""

from __future__ import annotations

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol, get_args

import msgspec

from player.rooms import Levels, Room


class Bay(msgspec.Struct, frozen=True, kw_only=True):
    """A dock's bay as people see it. "safe": everything in it is durable and sealed; "attention": read `reason`."""

    name: str
    label: str
    path: str
    state: Literal["absent", "empty", "waiting", "copying", "sealing", "safe", "attention"]
    present: bool
    reason: str | None
    files_total: int
    files_done: int
    files_failed: int
    bytes_total: int
    bytes_done: int
    bytes_per_s: float | None
    seconds_left: float | None
    current: str | None
    since: str | None
    last_finished_at: str | None


RenditionKind = Literal["viewing-copy", "thumbnails", "phashes", "observations", "slates"]
RENDITION_KINDS: tuple[RenditionKind, ...] = get_args(RenditionKind)


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A durable job. `progress` is 0 to 1."""

    id: str
    kind: str
    recording: str | None
    state: Literal["queued", "running", "done", "failed"]
    progress: float
    reason: str | None
    updated_at: str


class BayFeed(Protocol):
    def bays(self) -> tuple[Bay, ...]:
        """All configured bays as they are now. Called from any thread; must not block for long."""
        ...


class JobFeed(Protocol):
    def jobs(self, recording: str | None) -> tuple[Job, ...]:
        """The jobs of a recording, or all recent ones. Called from a thread; may query a database."""
        ...

    def ask_again(self, recording: str, kind: RenditionKind) -> bool:
        """Queue a job that failed, broke off or was cancelled; False if there is none. Called from a thread."""
        ...


Event = Bay | Job | Room | Levels
# A browser that lags keeps the latest state of this many things; more, and it is sent a new snapshot.
_MAX_WAITING = 500


def kind_of(event: Event) -> str:
    """What the event stream calls it."""
    return _KINDS[type(event)]


def _name_of(event: Event) -> str:
    return event.id if isinstance(event, Job) else event.room if isinstance(event, Levels) else event.name


_KINDS: dict[type[Event], str] = {Bay: "bay", Job: "job", Room: "room", Levels: "levels"}


class Inbox:
    """What one listener has not been sent yet: the latest state per thing, never a backlog. Event loop only."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._waiting: OrderedDict[tuple[str, str], Event] = OrderedDict()
        self._overflowed = False
        self._ready = asyncio.Event()
        self.closed = False  # the server is stopping: end the stream

    def close(self) -> None:
        self.closed = True
        self._ready.set()

    def put(self, event: Event) -> None:
        key = (kind_of(event), _name_of(event))
        if key not in self._waiting and len(self._waiting) >= _MAX_WAITING:
            self._waiting.clear()
            self._overflowed = True
        self._waiting[key] = event
        self._ready.set()

    async def take(self, timeout_s: float) -> tuple[bool, tuple[Event, ...]]:
        """Wait for news: (some were dropped: send a snapshot, events). Nothing after `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._ready.wait()
        except TimeoutError:
            return False, ()
        taken = self._overflowed, tuple(self._waiting.values())
        self._waiting.clear()
        self._overflowed = False
        self._ready.clear()
        return taken


class Broadcaster:
    """Passes news from any thread to every listening browser; never blocks the thread that brings it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inboxes: set[Inbox] = set()
        self._closed = False

    def publish(self, event: Event) -> None:
        with self._lock:
            inboxes = tuple(self._inboxes)
        for inbox in inboxes:
            if not inbox.loop.is_closed():
                inbox.loop.call_soon_threadsafe(inbox.put, event)

    def close(self) -> None:
        """End every stream, so that a stopping server does not wait for browsers that only listen. On the loop."""
        with self._lock:
            self._closed = True
            inboxes = tuple(self._inboxes)
        for inbox in inboxes:
            inbox.close()

    @contextmanager
    def listening(self) -> Iterator[Inbox]:
        """An inbox for as long as the block runs. On the event loop."""
        inbox = Inbox(asyncio.get_running_loop())
        with self._lock:
            self._inboxes.add(inbox)
            if self._closed:
                # A browser asks again at once, on the connection that it has.
                inbox.close()
        try:
            yield inbox
        finally:
            with self._lock:
                self._inboxes.discard(inbox)
