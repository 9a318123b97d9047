"""Supervises the daemon's background work: what fails is logged, shown by /healthz, and started again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

_log = structlog.get_logger("mediad.background")
_MAX_PAUSE_S = 60.0


class Background:
    """Repeats pieces of work until it is stopped. On the event loop."""

    def __init__(self) -> None:
        self._tasks: list[asyncio.Task[None]] = []
        self._failing: dict[str, str] = {}

    def every(self, interval_s: float, name: str, work: Callable[[], Awaitable[object]]) -> None:
        """Do `work` now and then every `interval_s`; after a failure after 1, 2, 4 … s, at most a minute."""
        task = asyncio.get_running_loop().create_task(self._repeat(interval_s, name, work), name=name)
        self._tasks.append(task)

    def failing(self) -> tuple[str, str] | None:
        """(what, why) of the first piece of work whose last run failed."""
        return next(iter(self._failing.items()), None)

    async def stop(self) -> None:
        for task in reversed(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _repeat(self, interval_s: float, name: str, work: Callable[[], Awaitable[object]]) -> None:
        failures = 0
        while True:
            try:
                await work()
                failures = 0
                self._failing.pop(name, None)
                pause_s = interval_s
            except Exception as error:  # the supervisor
                failures += 1
                pause_s = min(2.0 ** (failures - 1), _MAX_PAUSE_S)
                self._failing[name] = str(error) or type(error).__name__
                _log.exception("background work failed", action="background.failed", work=name, retry_s=pause_s)
            await asyncio.sleep(pause_s)
