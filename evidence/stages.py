"""How long work tells what it is at: one stage after the other, each with its length."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

Advance = Callable[[int], None]  # how much was done since the last call
# Entered with (what is done, in English; how much there is to do).
Stage = Callable[[str, int], AbstractContextManager[Advance]]


@contextmanager
def silent(_title: str, _total: int) -> Iterator[Advance]:
    """Tells nobody."""
    yield lambda _n: None
