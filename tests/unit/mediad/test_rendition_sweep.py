"""A sweep asks for each missing rendition once, and does not look again at what it has looked at."""

from __future__ import annotations

from typing import Any, cast

from evidence.clock import SystemClock
from evidence.records import RecordingId
from mediad.feeds import RenditionSweep
from mediad.jobs import Jobs
from mediad.renditions import RenditionKind, Renditions


class Missing:
    """Renditions that lack, by the entry that sealed their recording; none of them is ever made."""

    def __init__(self) -> None:
        self.by_entry: dict[int, tuple[RecordingId, RenditionKind]] = {}
        self.looked_after: list[int] = []

    def wanted(self, limit: int, after: int) -> tuple[tuple[tuple[RecordingId, RenditionKind], ...], int]:
        self.looked_after.append(after)
        found = [wish for entry, wish in sorted(self.by_entry.items(), reverse=True) if entry > after]
        return tuple(found[:limit]), max(self.by_entry, default=-1)

    def add(self, entry: int) -> None:
        self.by_entry[entry] = (RecordingId(f"r{entry}"), "thumbnails")


class Asked:
    def __init__(self) -> None:
        self.requests: list[str] = []

    def request(self, recording: RecordingId, kind: RenditionKind) -> None:
        self.requests.append(recording)


def swept(missing: Missing, jobs: Asked) -> RenditionSweep:
    return RenditionSweep(cast(Renditions, cast(Any, missing)), cast(Jobs, cast(Any, jobs)), SystemClock())


def test_what_came_later_is_found_and_the_rest_is_not_read_again() -> None:
    missing, jobs = Missing(), Asked()
    sweep = swept(missing, jobs)
    missing.add(3)
    assert (sweep.run(), sweep.run()) == (1, 0)
    missing.add(9)
    assert sweep.run() == 1
    assert jobs.requests == ["r3", "r9"]
    assert missing.looked_after == [-1, 3, 3]


def test_a_full_sweep_is_not_the_end_of_the_library() -> None:
    missing, jobs = Missing(), Asked()
    sweep = swept(missing, jobs)
    for entry in range(500):
        missing.add(entry)
    assert sweep.run() == 500
    # As many as one sweep may ask for: there may be more behind them.
    assert sweep.run() == 0
    assert missing.looked_after == [-1, -1]
