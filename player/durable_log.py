"""The ledger as coroutines see it: `append` returns once the entries are durable, or raises."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection

from evidence.entries import AnyEntry
from evidence.errors import StoreUnavailable
from evidence.ledger import Ledger

# Done once the entries are durable; holds the error if they never will be.
Written = asyncio.Future[Any]


class DurableLog:
    """For coroutines on one event loop. Many waiting callers share one commit.

    Entries stand in the ledger in the order in which they were handed in, whoever waits for them.
    """

    def __init__(self, ledger: Ledger, wait_s: float) -> None:
        self._ledger = ledger
        self._wait_s = wait_s

    async def append(self, *entries: AnyEntry) -> None:
        """Hand in and wait; handed in before anything else can run. Raises StoreUnavailable if the ledger cannot be
        written, or not within the time.

        After a time-out the entry may still be written later: the log may say more than happened, never less.
        """
        await self._wait(self.submit(*entries))

    async def decide(self, decide: Callable[[Connection], Sequence[AnyEntry]]) -> None:
        """Append what `decide` returns, which it decided in the same transaction, and wait. Raises what it raises."""
        await self._wait(asyncio.wrap_future(self._ledger.decide(decide)))

    def secret(self, text: str) -> bytes:
        """32 bytes that nobody can know without the ledger's key; the same again for the same text."""
        return self._ledger.secret(text)

    def submit(self, *entries: AnyEntry) -> Written:
        """Hand in without waiting; for `durable`. Raises StoreUnavailable when the ledger takes nothing any more."""
        return asyncio.wrap_future(self._ledger.submit(*entries))

    async def durable(self, written: Written) -> None:
        """Wait for what was handed in. It stays handed in if the time runs out: wait for it again."""
        await self._wait(asyncio.shield(written))

    async def _wait(self, written: Written) -> None:
        try:
            async with asyncio.timeout(self._wait_s):
                await written
        except TimeoutError as error:
            raise StoreUnavailable(
                f"The ledger did not confirm the entry within {self._wait_s:g} s.",
                remedy="Nothing was handed out. Try again; if it lasts, tell the administrator.",
            ) from error
