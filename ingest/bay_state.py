"""What a bay shows: a frozen snapshot, and the rule that names its state. Pure.

docs/reference/api.md, `Bay`, is the same list of fields.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

BayState = Literal["absent", "empty", "waiting", "copying", "sealing", "safe", "attention"]


@dataclass(frozen=True, slots=True)
class BaySnapshot:
    """One moment of one bay. Times are RFC 3339 UTC."""

    name: str
    label: str
    path: str
    state: BayState = "absent"
    present: bool = False
    reason: str | None = None  # in words, for "attention" and "waiting"
    files_total: int = 0
    files_done: int = 0
    files_failed: int = 0  # refused ones included
    bytes_total: int = 0
    bytes_done: int = 0
    bytes_per_s: int = 0  # of the last seconds, 0 when nothing is copied
    seconds_left: int | None = None
    current: str | None = None  # path of the file in work
    since: str = ""  # when the state began
    last_finished_at: str | None = None  # when the bay last became safe


@dataclass(frozen=True, slots=True)
class BayFacts:
    """What a bay's thread knows when it is asked for the state."""

    present: bool
    n_files: int
    n_done: int
    n_growing: int  # still written by the device or another program
    trouble: str | None  # the first thing a person must look at, in words
    earlier: str | None  # what an earlier camera left undone, in words
    stage: Literal["idle", "copying", "sealing"]


def state_of(facts: BayFacts) -> tuple[BayState, str | None]:
    """(state, reason). Work in hand is shown before trouble, trouble before everything that looks well."""
    if facts.present and facts.stage != "idle":
        return facts.stage, None
    if facts.trouble is not None:
        return "attention", facts.trouble
    if facts.earlier is not None and facts.n_files == 0:
        return "attention", facts.earlier
    if not facts.present:
        return "absent", None
    if facts.n_files == 0:
        return "empty", None
    if facts.n_done == facts.n_files:
        # Who docked this camera may go; what another one left undone is said all the same.
        return "safe", facts.earlier
    if facts.n_growing:
        return "waiting", "The camera is still writing."
    return "waiting", None


class Speed:
    """A running estimate of bytes per second, from differences of a monotonic clock."""

    # An estimate follows a change within a few seconds and does not jump with every read.
    _WINDOW_S = 3.0

    def __init__(self) -> None:
        self._marks: list[tuple[float, int]] = []

    def note(self, now_s: float, n_bytes: int) -> None:
        """`n_bytes` in all have been moved by now."""
        self._marks.append((now_s, n_bytes))
        while len(self._marks) > 2 and self._marks[1][0] < now_s - self._WINDOW_S:
            self._marks.pop(0)

    def bytes_per_s(self) -> int:
        if len(self._marks) < 2:
            return 0
        (start_s, start), (end_s, end) = self._marks[0], self._marks[-1]
        return int(max(0, end - start) / (end_s - start_s)) if end_s > start_s else 0
