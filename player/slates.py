"""Hands out the server's signed time for a time slate. On the event loop; its key never leaves this process.

The key is announced in the ledger before the first code is signed with it, so that a slate can be checked years later,
after any number of starts.
"""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from evidence import slate
from evidence.clock import Clock, to_text
from evidence.clock_entries import SlateKeyAnnounced
from evidence.paper.qr import squares
from evidence.signing import SlateSigner
from player.durable_log import DurableLog
from player.off_loop import OffLoop

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Shown:
    """One code: what it says, and how it looks."""

    at: datetime  # to the millisecond, as it was signed
    text: str
    squares: tuple[str, ...]  # rows of "0" and "1", without the quiet border
    promise_ms: int  # whoever shows it does so within this time of asking, or not at all


class SlateDesk:
    """For coroutines on one event loop."""

    def __init__(self, log: DurableLog, off_loop: OffLoop, clock: Clock) -> None:
        self._log = log
        self._off_loop = off_loop
        self._clock = clock
        self._signer = SlateSigner.generate()
        self._announcing = asyncio.Lock()
        self._announced = False

    async def code(self, case: str | None, promise_ms: int = slate.MAX_PROMISE_MS, lag_ms: int = 0) -> Shown:
        """The time as it is now, signed, with what the page says of itself. Raises StoreUnavailable, and Invalid for a
        case number that is too long."""
        await self._announce()
        return await self._off_loop.run(lambda: self._sign(case, promise_ms, lag_ms))

    async def _announce(self) -> None:
        if self._announced:
            return
        async with self._announcing:
            if not self._announced:
                public = self._signer.public
                key = base64.b64encode(public).decode()
                now = to_text(self._clock.now())
                await self._log.append(SlateKeyAnnounced(at=now, kid=slate.kid_of(public), key=key))
                self._announced = True

    def _sign(self, case: str | None, promise_ms: int, lag_ms: int) -> Shown:
        time_ms = (self._clock.now() - _EPOCH) // timedelta(milliseconds=1)
        text = slate.make(self._signer, time_ms, case, promise_ms, lag_ms)
        return Shown(_EPOCH + timedelta(milliseconds=time_ms), text, squares(text), promise_ms)
