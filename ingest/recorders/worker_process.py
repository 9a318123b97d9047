"""The process that reads a channel's source: started, listened to, ended. One at a time, from the channel's thread.

The kernel kills it when the thread that started it ends, so that thread must live as long as the process is wanted.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass

import msgspec

from evidence.live import Open, Said
from evidence.media import wire
from evidence.media.workers import last_words, worker_environment

WORKER = "evidence.media.live.worker"
_decode = msgspec.json.Decoder(Said).decode


class WorkerGone(Exception):
    """The worker ended, hung or talked nonsense; the message says which. It says nothing about the source."""


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    memory_bytes: int
    fragment_ms: int = 2_000
    answer_s: float = 10.0  # to be answered by the source
    silence_s: float = 5.0  # without a packet a source counts as stalled
    module: str = WORKER


class WorkerProcess:
    """`close` may be called from any thread: it ends a `receive` that waits."""

    def __init__(self, settings: WorkerSettings, message: Open) -> None:
        """Start it and tell it what to open. OSError if no process can be started."""
        # It reports every fragment; longer silence than it allows its source means that it hangs.
        self._silence_s = settings.answer_s + 2 * settings.silence_s
        self._line, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 -- our own interpreter and module
                    [
                        sys.executable,
                        "-m",
                        settings.module,
                        str(theirs.fileno()),
                        str(os.getpid()),
                        str(settings.memory_bytes),
                    ],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    pass_fds=[theirs.fileno()],
                    env=worker_environment(),
                )
            except OSError:
                self._line.close()
                raise
        self._line.settimeout(self._silence_s)
        wire.send(self._line, message)

    @property
    def pid(self) -> int:
        return self._process.pid

    def receive(self) -> tuple[Said, bytes]:
        """What it says next. WorkerGone."""
        try:
            return wire.receive_as(_decode, self._line)
        except TimeoutError as error:
            raise WorkerGone(f"it said nothing for {self._silence_s:g} s") from error
        except wire.LineClosed as error:
            raise WorkerGone(last_words(self._process)) from error
        except (wire.WireBroken, OSError) as error:
            raise WorkerGone("it said something senseless") from error

    def interrupt(self) -> None:
        """End a `receive` that waits on another thread."""
        try:
            self._line.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def end(self) -> None:
        """Kill and reap. It holds nothing that a kill could damage."""
        self._line.close()
        self._process.kill()
        self._process.wait()
