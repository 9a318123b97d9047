"""The ledger as coroutines see it: `append` returns once the entries are durable, or raises."""

from __future__ import annotations

import asyncio

from evidence.entries import AnyEntry
from evidence.errors import StoreUnavailable
from evidence.ledger import Ledger


class DurableLog:
    """For coroutines on one event loop. Many waiting callers share one commit."""

    def __init__(self, ledger: Ledger, wait_s: float) -> None:
        self._ledger = ledger
        self._wait_s = wait_s

    async def append(self, *entries: AnyEntry) -> None:
        """Raises StoreUnavailable if the ledger cannot be written, or not within the time.

        After a time-out the entry may still be written later: the log may say more than happened, never less.
        """
        future = self._ledger.submit(*entries)
        try:
            async with asyncio.timeout(self._wait_s):
                await asyncio.wrap_future(future)
        except TimeoutError as error:
            raise StoreUnavailable(
                f"The ledger did not confirm the entry within {self._wait_s:g} s.",
                remedy="Nothing was handed out. Try again; if it lasts, tell the administrator.",
            ) from error
