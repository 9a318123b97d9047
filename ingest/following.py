"""Has a worker digest an original while it is being copied, so that indexing finds most of its work done.

Called by the blob writer, on a thread of its own. Gives up at the first trouble: indexing the kept blob needs
nothing of this, and is where trouble with the footage is judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import structlog

from evidence.blobs.store import Span
from evidence.errors import MediadError

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a copy waits for workers before it goes on without them."""

    plan_s: float = 20.0  # a slow card may need seconds for its table
    digest_s: float = 10.0  # a healthy worker needs 5 ms for a stride
    patience_s: float = 2.0  # for a worker that has other work


class FollowingWorkers(Protocol):
    """What following needs of `evidence.media.workers.Workers`."""

    def run(
        self, task: str, args: dict[str, Any], *, timeout_s: float, fds: tuple[int, ...], patience_s: float
    ) -> Any: ...


class Following:
    """A `Witness` for one original. `scratch` is where indexing will look for the digests."""

    def __init__(self, workers: FollowingWorkers, device_fd: int, scratch: Path, limits: Limits | None = None) -> None:
        self._workers = workers
        self._limits = limits or Limits()
        self._device_fd = device_fd
        self._scratch = str(scratch)
        self._is_planned = False

    def see(self, memory_fd: int, spans: tuple[Span, ...]) -> bool:
        try:
            if not self._is_planned:
                self._run("plan", {}, self._device_fd, self._limits.plan_s)
                self._is_planned = True
            places = [[span.at, span.offset, span.length] for span in spans]
            self._run("digest", {"spans": places}, memory_fd, self._limits.digest_s)
        except MediadError as error:
            # Whatever a worker answers, were it taken over: it must not keep an original from being taken in.
            _log.info("index does not follow the copy", action="intake.unfollowed", reason=error.message)
            return False
        return True

    def _run(self, task: str, args: dict[str, Any], fd: int, timeout_s: float) -> None:
        args = {"scratch": self._scratch, **args}
        self._workers.run(task, args, timeout_s=timeout_s, fds=(fd,), patience_s=self._limits.patience_s)
