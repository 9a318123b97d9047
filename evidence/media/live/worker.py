"""A channel's worker process: `python -m evidence.media.live.worker LINE_FD PARENT_PID MEMORY_BYTES`.

Reads one live source until it is over, says what it finds over its line to the daemon, and ends. Writes no file and
keeps no state: the daemon starts a new one to go on.
"""

from __future__ import annotations

import os
import socket
import sys
import traceback

import msgspec

from evidence.clock import SystemClock
from evidence.live import Gone, Open, Said
from evidence.media import confinement, wire

_decode_open = msgspec.json.Decoder(Open).decode


def main() -> None:
    line_fd, parent_pid, memory_bytes = (int(text) for text in sys.argv[1:4])
    with socket.socket(fileno=line_fd) as line:
        try:
            confinement.confine(parent_pid, memory_bytes, 0)
            wanted, _ = wire.receive_as(_decode_open, line)
            _serve(line, wanted)
        except (confinement.ParentGone, wire.LineClosed, BrokenPipeError, ConnectionResetError):
            return


def _serve(line: socket.socket, wanted: Open) -> None:
    """The supervisor of the worker: every end is said, and ends the process."""
    # Imported late: a worker whose daemon is gone needs no codecs.
    import av.logging

    from evidence.media.live.input import SourceOver, opened
    from evidence.media.live.passing import Passing, PlaceLost
    from evidence.media.live.stream import LiveStream

    # The library's own level: PyAV's (set_level) would carry every line over into Python's logging.
    av.logging.set_libav_level(av.logging.FATAL)

    def say(said: Said, payload: bytes) -> None:
        wire.send(line, said, payload)

    def read(wanted: Open) -> None:
        with opened(wanted, SystemClock()) as source:
            LiveStream(source, wanted.fragment_ms, Passing(say, wanted.after)).run()

    try:
        try:
            read(wanted)
        except PlaceLost:
            read(msgspec.structs.replace(wanted, after=()))
    except SourceOver as over:
        say(Gone(code=over.code, reason=over.reason), b"")
    except MemoryError:
        say(Gone(code="broken", reason="The source needs more memory than a channel may use."), b"")
    except (BrokenPipeError, ConnectionResetError):
        raise
    except Exception as error:
        # Where, and of what kind; not the words, which may hold the source's address.
        traceback.print_tb(error.__traceback__)
        say(Gone(code="broken", reason=f"Something unforeseen happened ({type(error).__name__})."), b"")
        os._exit(1)


if __name__ == "__main__":
    main()
