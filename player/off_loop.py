"""Blocking work beside the event loop: queries and files, in a thread pool of this project's own.

Not the loop's default executor: the job engine replaces that one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import TypeVar

from sqlalchemy import Connection, Engine

from evidence.catalog.engine import connected

T = TypeVar("T")


class OffLoop:
    """For coroutines on one event loop."""

    def __init__(self, executor: Executor, engine: Engine) -> None:
        self._executor = executor
        self._engine = engine

    async def run(self, work: Callable[[], T]) -> T:
        """Run blocking work in a thread; its errors are raised here."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    async def query(self, read: Callable[[Connection], T]) -> T:
        """Run a read in a transaction of its own. Raises StoreUnavailable."""

        def work() -> T:
            with connected(self._engine) as connection:
                return read(connection)

        return await self.run(work)
