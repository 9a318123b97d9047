"""One channel: a supervised thread that keeps a worker process on its source, and passes on what it says.

The thread waits for nothing but the worker (and, if the disk lags far behind, for the disk): pictures go to watchers
at once, fragments to the recording thread. When the source or its worker ends, it is opened again after 1, 2, 4 … s.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Literal, Protocol

import structlog

from evidence.clock import Clock, to_text
from evidence.errors import MediadError
from evidence.live import ChannelId, Chunk, Fragment, Gone, Heard, Noticed, Open, Opened, Said, Seen, SittingId
from ingest.recorders.address import Address
from ingest.recorders.channel_state import ChannelSnapshot, ChannelTerms, State
from ingest.recorders.hub import Relay
from ingest.recorders.open_fragment import OpenFragment
from ingest.recorders.recorder import Recorder
from ingest.recorders.recording import Stream
from ingest.recorders.tape import Closed, Tape
from ingest.recorders.worker_process import WorkerGone, WorkerProcess, WorkerSettings

_MAX_BACK_OFF_S = 30.0
# Ends what waits for an open fragment that never closes, above the tape's own patience.
_RELEASE_S = 30.0
# What is on its way to the disk when a worker ends.
_SETTLE_S = 30.0
_log = structlog.get_logger()


class Input(Protocol):
    """What a channel opens next, and hears of what became of it."""

    def next(self) -> tuple[Open, Address] | None:
        """What to open now; None: nothing yet. MediadError: it cannot be opened, in words."""
        ...

    def over(self, gone: Gone) -> None:
        """The worker is done with what was opened last."""
        ...


class Ears(Protocol):
    """Who looks at the picture and listens; `ingest.recorders.alarms.Alarms` does. Must not block."""

    def seen(self, channel: ChannelId, look: Seen) -> None: ...

    def heard(self, channel: ChannelId, sound: Heard) -> None: ...

    def alive(self, channel: ChannelId) -> None:
        """A picture came."""
        ...


class Channel:
    """Owns its threads. Thread-safe."""

    def __init__(
        self,
        terms: ChannelTerms,
        source: Input,
        settings: WorkerSettings,
        make_tape: Callable[[Callable[[], None]], Tape],
        relay: Relay,
        clock: Clock,
        on_change: Callable[[ChannelSnapshot], None],
        ears: Ears | None = None,
    ) -> None:
        self._terms = terms
        self._source = source
        self._settings = settings
        self._relay = relay
        self._clock = clock
        self._on_change = on_change
        self._ears = ears
        self._tape = make_tape(self._show)
        self._recorder = Recorder(terms.id, self._tape)
        self.n_tries = 0  # how often the source was opened
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._link: Literal["offline", "connecting", "up"] = "offline"
        self._why = ("", "")  # code and words of being offline
        self._stream: Stream | None = None
        self._snapshot = ChannelSnapshot(
            terms.id, terms.room, terms.title, terms.view, terms.required, "offline", to_text(clock.now())
        )
        self._thread = threading.Thread(target=self._run, name=f"channel-{terms.id}", daemon=True)

    def snapshot(self) -> ChannelSnapshot:
        return self._snapshot

    @property
    def worker_pid(self) -> int | None:
        worker = self._worker
        return None if worker is None else worker.pid

    def start(self) -> None:
        self._recorder.start()
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        with self._lock:
            if self._worker is not None:
                self._worker.interrupt()
        if self._thread.is_alive():
            self._thread.join()
        self._recorder.stop()

    def record(self, sitting: SittingId | None) -> None:
        self._recorder.put(lambda tape: tape.record(sitting))

    def release(self) -> None:
        if not self._recorder.release(_RELEASE_S):
            _log.error("recording does not end", action="live.release-failed", channel=self._terms.id)

    # ---- the thread ----------------------------------------------------------------------------------------

    def _run(self) -> None:
        """The supervisor: opens the source again and again, ever more slowly while it fails."""
        pause_s = 1.0
        while not self._stopping.is_set():
            self._turn("connecting")
            self.n_tries += 1
            worked, gone = False, Gone(code="broken", reason="")
            try:
                worked, gone = self._connection()
            except WorkerGone as error:
                gone = Gone(code="broken", reason=f"The worker of the source ended: {error}.")
            except MediadError as error:
                gone = Gone(code="refused", reason=error.message)
            except Exception as error:
                _log.exception("channel failed", action="channel.failed", channel=self._terms.id)
                gone = Gone(code="broken", reason=type(error).__name__)
            if self._stopping.is_set():
                return
            pause_s = 1.0 if worked else min(2 * pause_s, _MAX_BACK_OFF_S)
            self._lost(gone, pause_s)
            self._stopping.wait(pause_s)

    def _connection(self) -> tuple[bool, Gone]:
        """One worker's life: whether a fragment came, and how it ended."""
        # What the last worker gave is durable, or was refused, before anybody asks how far the recording has come.
        self._recorder.wait(lambda _tape: None, _SETTLE_S)
        wanted = self._source.next()
        if wanted is None:
            return True, Gone(code="ended", reason="There is no file that is being written.")
        message, address = wanted
        # What a file holds is read again; what a camera sent and its worker did not close is here alone.
        self._open = OpenFragment() if message.kind == "rtsp" else None
        worker = WorkerProcess(self._settings, message)
        worked = False
        try:
            with self._lock:
                self._worker = worker
            for said, payload in self._messages(worker):
                if isinstance(said, Gone):
                    self._source.over(said)
                    return worked, replace_reason(said, address)
                worked = self._hear(said, payload, address) or worked
            return worked, Gone(code="ended", reason="")
        finally:
            with self._lock:
                self._worker = None
            worker.end()
            self._close_open()

    def _close_open(self) -> None:
        """Keep the complete pictures of a fragment that nobody closed: watchers were shown them."""
        left, self._open = self._open, None
        for closed in left.close() if left is not None else ():
            self._recorder.closed(closed)

    def _messages(self, worker: WorkerProcess) -> Iterator[tuple[Said, bytes]]:
        while not self._stopping.is_set():
            yield worker.receive()

    def _hear(self, said: Said, payload: bytes, address: Address) -> bool:
        """Pass on what the worker says; whether it was a fragment."""
        match said:
            case Chunk():
                self._chunk(said, payload)
            case Fragment():
                if self._open is not None:
                    self._open.closed(said)
                self._recorder.closed(Closed(said, payload))
                return True
            case Opened():
                stream = Stream.of(said, payload)
                if self._open is not None:
                    self._open.opened(said)
                self._stream, self._seq = stream, -1
                self._relay.opened()
                self._recorder.put(lambda tape: tape.opened(stream))
                self._turn("up")
            case Noticed():
                clean = Noticed(
                    kind=said.kind,
                    from_us=said.from_us,
                    until_us=said.until_us,
                    detail=address.redact(said.detail),
                )
                self._recorder.put(lambda tape: tape.noticed(clean))
            case Seen() if self._ears is not None:
                self._ears.seen(self._terms.id, said)
            case Heard() if self._ears is not None:
                self._ears.heard(self._terms.id, said)
            case _:
                pass
        return False

    def _chunk(self, said: Chunk, payload: bytes) -> None:
        stream = self._stream
        if stream is None:
            return
        if self._open is not None:
            self._open.chunk(said, payload)
        kinds = {track.number: track.kind for track in stream.said.tracks}
        leads = kinds.get(said.track) == "video" or "video" not in kinds.values()
        if leads and said.seq > self._seq:
            self._seq = said.seq
            self._recorder.put(lambda tape: tape.begins(said.seq))
        self._relay.chunk(said, payload, starts=leads and said.key)
        if leads and self._ears is not None:
            self._ears.alive(self._terms.id)

    _open: OpenFragment | None = None  # what has come of the fragment that is not closed
    _seq = -1  # fragment number of the newest chunk since the source was opened

    def _lost(self, gone: Gone, retry_s: float) -> None:
        if (gone.code, gone.reason) != self._why:
            _log.warning(
                "source lost",
                action="channel.lost",
                channel=self._terms.id,
                code=gone.code,
                reason=gone.reason,
                retry_s=retry_s,
            )
        self._stream = None
        self._relay.opened()
        self._recorder.put(lambda tape: tape.lost(gone.code, gone.reason))
        self._turn("offline", (gone.code, gone.reason))

    # ---- what is shown -------------------------------------------------------------------------------------

    def _turn(self, link: Literal["offline", "connecting", "up"], why: tuple[str, str] = ("", "")) -> None:
        if link == "connecting" and self._why[0]:
            return  # tried again: it stays offline, since then and for the reason that is shown
        if link == "offline":
            self._why = why
        elif link == "up":
            self._why = ("", "")
        self._link = link
        self._show()

    def _show(self) -> None:
        """Publish a snapshot if it differs from the last one; from both threads."""
        with self._lock:
            last = self._snapshot
            state, (code, reason) = self._state()
            tracks = self._stream.said.tracks if self._stream else ()
            picture = next((track for track in tracks if track.kind == "video"), None)
            snapshot = replace(
                last,
                state=state,
                since=last.since if last.state == state else to_text(self._clock.now()),
                code=code,
                reason=reason,
                recording=self._tape.recording,
                codecs=self._stream.said.source_codecs if self._stream else (),
                width=picture.width if picture else 0,
                height=picture.height if picture else 0,
            )
            if snapshot == last:
                return
            self._snapshot = snapshot
        self._on_change(snapshot)

    def _state(self) -> tuple[State, tuple[str, str]]:
        trouble = self._tape.trouble
        if self._link != "up":
            return self._link, self._why
        if trouble is not None:
            return "trouble", (trouble.code, trouble.reason)
        return ("recording" if self._tape.recording else "ready"), ("", "")


def replace_reason(gone: Gone, address: Address) -> Gone:
    """What the worker said last, fit for eyes."""
    return Gone(code=gone.code, reason=address.redact(gone.reason))
