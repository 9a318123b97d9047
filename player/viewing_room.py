"""How many viewings a session may hold: those that are open, and those that are being opened. Event loop only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from evidence.errors import Conflict

# A session with so many viewings open is not a person watching.
MAX_OPEN_PER_SESSION = 32


class ViewingRoom:
    """`held`: how many a session has open, by the hash of its token."""

    def __init__(self, held: Callable[[str], int]) -> None:
        self._held = held
        self._opening: Counter[str] = Counter()

    @contextmanager
    def place(self, token_hash: str) -> Iterator[None]:
        """Room for one more, kept while it is opened: that takes a query and an entry in the ledger, and others may be
        asked for meanwhile. Raises Conflict."""
        if self._held(token_hash) + self._opening[token_hash] >= MAX_OPEN_PER_SESSION:
            raise Conflict("Too many viewings are open in this session.", remedy="Close some of them.")
        self._opening[token_hash] += 1
        try:
            yield
        finally:
            self._opening[token_hash] -= 1
            self._opening += Counter()  # without those at nought
