"""Reads observations of footage and tells their flaws. What was told once is kept: a blob never changes."""

from __future__ import annotations

import threading
from collections import OrderedDict

from evidence.blobs.store import Blobs
from evidence.canonical import Digest
from evidence.media.observations import Observations
from policy.content import ContentRules, Flaw, flaws

# So many recordings' flaws are kept: a few of each, a few hundred bytes.
_MAX_KEPT = 20_000


class FlawReader:
    """Thread-safe: the writer's thread judges as well as the threads that read."""

    def __init__(self, blobs: Blobs, rules: ContentRules) -> None:
        self._blobs = blobs
        self._rules = rules
        self._kept: OrderedDict[tuple[Digest, int], tuple[Flaw, ...]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, observations: Digest, duration_ms: int) -> tuple[Flaw, ...]:
        """Raises NotFound or IntegrityBroken if the blob is missing or broken: then nothing is judged."""
        key = (observations, duration_ms)
        with self._lock:
            known = self._kept.get(key)
        if known is not None:
            return known
        found = flaws(Observations.from_bytes(self._blobs.read(observations)), self._rules, duration_ms)
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > _MAX_KEPT:
                self._kept.popitem(last=False)
        return found
