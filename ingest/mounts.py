"""Notices that something was mounted or unmounted. A hint only: the rescan is the truth. Runs its own thread."""

from __future__ import annotations

import os
import select
import threading
from collections.abc import Callable

_MOUNT_TABLE = "/proc/self/mountinfo"


class MountWatch:
    """Calls `hint` from its thread whenever the mount table changes (proc(5): poll gives POLLERR | POLLPRI)."""

    def __init__(self, hint: Callable[[], None]) -> None:
        self._hint = hint
        self._stop_read, self._stop_write = os.pipe2(os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name="mount-watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        os.write(self._stop_write, b"x")
        self._thread.join()
        os.close(self._stop_read)
        os.close(self._stop_write)

    def _run(self) -> None:
        with open(_MOUNT_TABLE, "rb") as table:
            poll = select.poll()
            poll.register(table, select.POLLERR | select.POLLPRI)
            poll.register(self._stop_read, select.POLLIN)
            table.read()
            while True:
                ready = {fd for fd, _event in poll.poll()}
                if self._stop_read in ready:
                    return
                # Reading to the end arms the next notice.
                table.seek(0)
                table.read()
                self._hint()
