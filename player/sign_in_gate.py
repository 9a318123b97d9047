"""How many may wait for their password to be looked at. Event loop only.

argon2 is made to be slow, so its pool is small; without a gate a flood of sign-ins would queue up before it, and who
comes after would wait for all of them. Whoever finds no place is told at once to come back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from evidence.errors import TooManyAttempts
from player.off_loop import OffLoop
from player.sessions import origin_of

T = TypeVar("T")
# Together about two seconds of work for two threads. One origin leaves room for the others; a shift that signs in at
# once behind one address fits.
MAX_WAITING = 32
MAX_OF_ONE_ORIGIN = 8
_RETRY_S = 2


class SignInGate:
    def __init__(self, pool: OffLoop) -> None:
        self._pool = pool
        self._waiting: Counter[str] = Counter()

    async def run(self, address: str, work: Callable[[], T]) -> T:
        """Do it in the pool. Raises TooManyAttempts at once where too many wait, and what the work raises."""
        origin = origin_of(address)
        if self._waiting.total() >= MAX_WAITING or self._waiting[origin] >= MAX_OF_ONE_ORIGIN:
            raise TooManyAttempts("Too many people are signing in at this moment.", retry_after_s=_RETRY_S)
        self._waiting[origin] += 1
        try:
            return await self._pool.run(work)
        finally:
            self._waiting[origin] -= 1
            self._waiting += Counter()  # without those at nought
